"""The data that a rule may read. Rules must not change it."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from hpatch.conf.tree import Configuration
from hpatch.facts.versions import since
from hpatch.versions import Version

if TYPE_CHECKING:
    from hpatch.backends.model import BackendFile
    from hpatch.backends.phpfpm.model import PoolFile
    from hpatch.backends.uwsgi.model import Instance
    from hpatch.conf.checked import SyntaxCheck
    from hpatch.conf.tree import Node
    from hpatch.lint.answers import Build
    from hpatch.proxy.model import Balancer, Mapping, Proxy, Reverse, Server, Target, Worker


class Context:
    """One configuration, mod_proxy's model of it, and the files of backends given with it.

    `uwsgi_version` is the version that those instances run; None when it is not known. `environment` tells whether
    httpd's environment is known. `checked` is what httpd's own syntax check said, if it was run. `build` and
    `uwsgi_build` are what is known of the vendor's builds that are linted for; None for what is as published. What many
    rules go through is gathered once, in the order of servers and lines.
    """

    def __init__(
        self,
        configuration: Configuration,
        proxy: Proxy,
        uwsgi: tuple[Instance, ...] = (),
        uwsgi_version: Version | None = None,
        environment: bool = False,
        checked: SyntaxCheck | None = None,
        fpm: tuple[PoolFile, ...] = (),
        backends: tuple[BackendFile, ...] = (),
        build: Build | None = None,
        uwsgi_build: Build | None = None,
    ) -> None:
        self.configuration = configuration
        self.proxy = proxy
        self.uwsgi = uwsgi
        self.uwsgi_version = uwsgi_version
        self.environment = environment
        self.checked = checked
        self.fpm = fpm
        self.backends = backends
        self.build = build
        self.uwsgi_build = uwsgi_build

    @cached_property
    def mappings(self) -> list[Mapping]:
        """Every mapping."""
        return [mapping for server in self.proxy.servers for mapping in server.mappings]

    @cached_property
    def passes(self) -> list[Mapping]:
        """Every ProxyPass and ProxyPassMatch, exclusions included."""
        return [mapping for server in self.proxy.servers for mapping in server.passes]

    @cached_property
    def sectioned(self) -> list[Mapping]:
        """The `passes` that stand in a section."""
        return [mapping for mapping in self.passes if mapping.section is not None]

    @cached_property
    def passing(self) -> frozenset[Node | None]:
        """The virtual hosts with `passes`; None for the main server."""
        return frozenset([server.node for server in self.proxy.servers if server.passes])

    @cached_property
    def servers(self) -> dict[Node | None, Server]:
        """The servers by their `<VirtualHost>`; None for the main server."""
        return {server.node: server for server in self.proxy.servers}

    def mappings_of(self, host: Node | None) -> list[Mapping]:
        """The `mappings` that a virtual host's requests may meet: the main server's, then its own."""
        shared = self.servers[None].mappings
        return shared if host is None else shared + self.servers[host].mappings

    def passes_of(self, host: Node | None) -> list[Mapping]:
        """The `passes` among `mappings_of`."""
        shared = self.servers[None].passes
        return shared if host is None else shared + self.servers[host].passes

    def lines_of(self, host: Node | None, *keys: str) -> list[Node]:
        """The directives and sections (keys in lower case) that a virtual host has: the main server's, then its own."""
        shared = self.configuration.find_in(None, *keys)
        return shared if host is None else shared + self.configuration.find_in(host, *keys)

    def written(self, *keys: str) -> str:
        """The arguments of all directives and sections with these keys (in lower case), a line each.

        What this text does not contain, none of them contains. One look at it takes less time than a look at each.
        """
        return "\n".join([node.args for node in self.configuration.find(*keys)])

    @cached_property
    def handed(self) -> list[Mapping]:
        """Every handler and rewrite rule that leads to the proxy."""
        return [mapping for mapping in self.mappings if mapping.kind in ("SetHandler", "RewriteRule")]

    @cached_property
    def reverses(self) -> list[Reverse]:
        """Every ProxyPassReverse and its siblings for cookies."""
        return [reverse for server in self.proxy.servers for reverse in server.reverses]

    @cached_property
    def targets(self) -> dict[str, list[Target]]:
        """By scheme, where mappings lead (handlers and rewrite rules too), and the members of balancers."""
        found: dict[str, list[Target]] = {}
        for mapping in self.mappings:
            if mapping.target is not None:
                found.setdefault(mapping.target.scheme, []).append(mapping.target)
        for member in self.members:
            found.setdefault(member.target.scheme, []).append(member.target)
        return found

    @cached_property
    def balancers(self) -> list[Balancer]:
        """Every balancer."""
        return [balancer for server in self.proxy.servers for balancer in server.balancers]

    @cached_property
    def members(self) -> list[Worker]:
        """Every member of a balancer."""
        return [member for balancer in self.balancers for member in balancer.members]

    @cached_property
    def workers(self) -> list[Worker]:
        """Every worker, then the members of balancers."""
        return [worker for server in self.proxy.servers for worker in server.workers] + self.members

    @property
    def version(self) -> Version | None:
        """The httpd version that is linted for; None when it is not known."""
        return self.configuration.version

    def before(self, change: str | Version) -> bool:
        """Whether httpd is known to be older than a change (a name in the facts' versions) or a version."""
        return self.version is not None and self.version < _first(change)

    def maybe_before(self, change: str | Version) -> bool:
        """Whether httpd is older than a change or a version, or may be."""
        return self.version is None or self.version < _first(change)


def _first(change: str | Version) -> Version:
    return since(change) if isinstance(change, str) else change
