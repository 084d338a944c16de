"""A configuration, made ready for the question who answers a request."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hpatch.conf.wildcards import is_wildcard
from hpatch.paths.hosts import hosts as hosts_of
from hpatch.paths.htaccess import HtaccessFiles
from hpatch.paths.layers import argument, lines
from hpatch.paths.model import Disk, Unread
from hpatch.paths.sections import Sections
from hpatch.paths.starts import ByStart, start_of
from hpatch.proxy.build import build

if TYPE_CHECKING:
    from hpatch.conf.tree import Configuration, Node
    from hpatch.paths.hosts import Host, Hosts
    from hpatch.proxy.model import Mapping, Proxy

_SETTING = ("setenvif", "setenvifnocase", "setenvifexpr", "browsermatch", "browsermatchnocase", "rewriterule")
"""Lines of a server that set variables before mod_proxy is asked."""


class Site:
    """A configuration's hosts, sections and mappings. `disk` is what is known of httpd's files."""

    def __init__(
        self,
        configuration: Configuration,
        proxy: Proxy | None = None,
        disk: Disk | None = None,
        hosts: Hosts | None = None,
    ) -> None:
        self.configuration = configuration
        self.hosts = hosts_of(configuration) if hosts is None else hosts
        self.sections = Sections(configuration)
        self.disk: Disk = Unread() if disk is None else disk
        self.htaccess = HtaccessFiles(configuration, self.disk)
        self._hosts = {id(host.node): host for host in self.hosts.virtual}
        self._no_proxy: dict[int, bool] = {}
        self._passes: dict[int, ByStart[Mapping]] = {}
        self._sections: dict[int, ByStart[tuple[Node, Mapping]]] = {}
        self._located: dict[int, list[Mapping]] = {}
        self._mappings: dict[int, list[Mapping]] = {}
        for server in (build(configuration) if proxy is None else proxy).servers:
            for mapping in server.mappings:
                if mapping.kind in ("ProxyPass", "ProxyPassMatch"):
                    self._mappings.setdefault(_key(server.node), []).append(mapping)
                    if mapping.section is not None:
                        self._located.setdefault(id(mapping.section), []).append(mapping)

    def host(self, section: Node | None) -> Host:
        """The server of a `<VirtualHost>`; the main server for None, and for one in a place where httpd refuses it."""
        return self.hosts.main if section is None else self._hosts.get(id(section), self.hosts.main)

    def passes(self, host: Host) -> list[Mapping]:
        """The ProxyPass and ProxyPassMatch of a server outside of sections, in the order in which httpd tries them.

        Those of the main server come before a virtual host's own (`merge_proxy_config`).
        """
        own = self._mappings.get(_key(host.node), [])
        every = own if host.node is None else [*self._mappings.get(0, []), *own]
        return [mapping for mapping in every if mapping.section is None]

    def located(self, section: Node | None) -> list[Mapping]:
        """The ProxyPass lines in a `<Location>`."""
        return self._located.get(id(section), [])

    def passes_for(self, host: Host, path: str) -> list[Mapping]:
        """Those of `passes` that may be for a path."""
        found: list[Mapping] = []
        for key in dict.fromkeys((0, _key(host.node))):
            if key not in self._passes:
                self._passes[key] = ByStart()
                for mapping in self._mappings.get(key, []):
                    if mapping.section is None:
                        self._passes[key].add(start_of(mapping.path) if mapping.pattern else mapping.path, mapping)
            found += self._passes[key].find(path)
        return found

    def located_for(self, host: Host, path: str) -> list[tuple[Node, Mapping]]:
        """The `<Location>` sections with a ProxyPass that may be for a path, each with its last one, in their order."""
        found: list[tuple[Node, Mapping]] = []
        for part in self.sections.of(host):
            key = _key(part.node)
            if key not in self._sections:
                self._sections[key] = ByStart()
                for node in part.locations:
                    text, pattern = argument(node)
                    if id(node) in self._located:
                        plain = not pattern and "${" not in text and not is_wildcard(text)
                        start = text if plain else start_of(text) if pattern else None
                        self._sections[key].add(start, (node, self._located[id(node)][-1]))
            found += self._sections[key].find(path)
        return found

    def no_proxy(self, host: Host) -> bool:
        """Whether a line of the server may set `no-proxy` in time."""
        for part in self.sections.of(host):
            key = _key(part.node)
            if key not in self._no_proxy:
                self._no_proxy[key] = any("no-proxy" in node.args.lower() for node, _ in lines([part.layer], *_SETTING))
            if self._no_proxy[key]:
                return True
        return False

    def has_module(self, name: str) -> bool | None:
        """Whether httpd has a module (`dir`); None: not known."""
        return self.configuration.modules.has(f"{name}_module")


def _key(node: Node | None) -> int:
    return 0 if node is None else id(node)
