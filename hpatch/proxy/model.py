"""The proxy model: plain data, every fact with its place."""

from __future__ import annotations

from typing import Literal

from hpatch.conf import words
from hpatch.conf.tree import Node
from hpatch.records import NamedTuple
from hpatch.text import Place

DEFAULT_PORTS = {
    "http": 80, "https": 443, "ws": 80, "wss": 443, "h2c": 80, "h2": 443,
    "fcgi": 8000, "scgi": 4000, "ajp": 8009, "ftp": 21,
}  # fmt: skip
"""The ports that a worker's name leaves out (`ap_proxy_port_of_scheme`). uwsgi's 3031 is not one of them."""


class Target:
    """A worker URL: `unix:/run/a.sock|fcgi://app:9000/path$1?query`.

    `socket` is the path of a Unix socket or None; `scheme` and `host` are in lower case as httpd has them (an IPv6
    host keeps its brackets), `scheme` is "" where none was written; `port` is None where none was written; `path` is
    what follows host and port, query included. `variables` tells that `$1`, `%{…}` or an undefined `${…}` stands in
    scheme, user, host or port. `identity` is what mod_proxy compares to tell workers apart:
    `scheme://[user@]host[:port]/path`, without the socket and without the scheme's default port. `index` counts the
    word of the line that it is.
    """

    __slots__ = ("host", "identity", "index", "node", "path", "port", "scheme", "socket", "text", "variables")

    def __init__(
        self,
        text: str,
        scheme: str,
        socket: str | None,
        host: str,
        port: int | None,
        path: str,
        identity: str,
        variables: bool,
        node: Node,
        index: int,
    ) -> None:
        self.text = text
        self.scheme = scheme
        self.socket = socket
        self.host = host
        self.port = port
        self.path = path
        self.identity = identity
        self.variables = variables
        self.node = node
        self.index = index

    def __repr__(self) -> str:
        return f"<Target {self.text!r}>"

    @property
    def balancer(self) -> bool:
        """Whether it names a balancer."""
        return self.scheme == "balancer"

    @property
    def place(self) -> Place:
        """Where it is written."""
        return self.node.word_place(self.index)


class Param:
    """A `key=value` on a proxy line, as written; `place` is where, or which word of the line it is."""

    __slots__ = ("_place", "key", "node", "value")

    def __init__(self, key: str, value: str, node: Node, place: Place | int) -> None:
        self.key = key
        self.value = value
        self.node = node
        self._place = place

    def __repr__(self) -> str:
        return f"<Param {self.key}={self.value}>"

    @property
    def place(self) -> Place:
        """Where it is written, its key included."""
        return self.node.word_place(self._place) if isinstance(self._place, int) else self._place


MappingKind = Literal["ProxyPass", "ProxyPassMatch", "SetHandler", "RewriteRule"]


class Mapping:
    """A path, a pattern or a handler that leads to a target, or to none (`target` None) for an exclusion.

    `path` is the written path, or that of the enclosing `<Location>` ("" if there is none, as for a handler);
    `section` is that enclosing section, if any; `pattern` tells that `path` is a regular expression; `flags` holds
    nocanon, interpolate, noquery. `worker` is the Worker or Balancer that a request to `target` would use, unless
    another name covers more of the request's path. It is looked up as httpd does, among those of the main server and
    the virtual host. It is None if none matches (httpd then uses its default worker, which keeps no connections and
    has no parameters), or if it depends on the request.
    """

    __slots__ = ("flags", "kind", "node", "params", "path", "pattern", "section", "server", "target", "worker")

    def __init__(
        self,
        kind: MappingKind,
        server: Server,
        node: Node,
        path: str,
        target: Target | None,
        params: tuple[Param, ...],
        flags: frozenset[str],
        section: Node | None,
        pattern: bool,
    ) -> None:
        self.kind = kind
        self.server = server
        self.node = node
        self.path = path
        self.target = target
        self.params = params
        self.flags = flags
        self.section = section
        self.pattern = pattern
        self.worker: Worker | Balancer | None = None

    @property
    def place(self) -> Place:
        """Where it is written."""
        return self.node.place

    @property
    def exclusion(self) -> bool:
        """Whether it is `ProxyPass path !`."""
        return self.target is None


class Definition(NamedTuple):
    """A line that defines a worker (`created`), or a mapping or member that shares an existing one."""

    node: Node
    target: Target
    params: tuple[Param, ...]
    created: bool


class Worker:
    """A worker as httpd would create it: `name` is its identity. The first definition created it, the later ones
    share it (httpd ignores their parameters with AH01146 or AH01150; without parameters it logs AH01145 or AH01149).
    ProxySet and `<Proxy url key=value>` change an existing worker and are then not among the definitions.

    `params` are the effective parameters, by lower-case key. `matching` tells that the name is a pattern
    (ProxyPassMatch, from 2.4.47 on), `any_host` that a `$1` in its host or port makes it match any host and port
    (from 2.4.63 on, PR 69233). `settings` are those of ProxyTimeout, ProxyIOBufferSize and ProxyReceiveBufferSize
    that it inherited: from lines above in the same server, and only if ProxyPass or BalancerMember created it.
    """

    __slots__ = ("any_host", "balancer", "definitions", "matching", "name", "params", "server", "settings", "target")

    def __init__(
        self, server: Server, target: Target, balancer: Balancer | None, matching: bool, any_host: bool
    ) -> None:
        self.server = server
        self.target = target
        self.balancer = balancer
        self.matching = matching
        self.any_host = any_host
        self.name = target.identity
        self.definitions: list[Definition] = []
        self.params: dict[str, Param] = {}
        self.settings: dict[str, Setting] = {}

    def __repr__(self) -> str:
        return f"<Worker {self.name}>"

    @property
    def node(self) -> Node:
        """The line that created it."""
        return self.definitions[0].node


class Balancer:
    """A balancer: `name` is `balancer://host`, `defined` the lines that define it (`<Proxy>`, BalancerMember, ProxySet
    in `<Proxy>`), `used` the mappings that lead to it. A balancer that is only used has no `defined`.

    `merged` is the main server's balancer of the same name, which httpd merges into a virtual host's: its members
    replace the members here, even if it has none; parameters set here stay (`merge_balancers`, tested on 2.4.71).
    """

    __slots__ = ("defined", "members", "merged", "name", "params", "server", "used")

    def __init__(self, server: Server, name: str) -> None:
        self.server = server
        self.name = name
        self.defined: list[Node] = []
        self.used: list[Node] = []
        self.members: list[Worker] = []
        self.params: dict[str, Param] = {}
        self.merged: Balancer | None = None

    def __repr__(self) -> str:
        return f"<Balancer {self.name}>"

    @property
    def effective_members(self) -> list[Worker]:
        """The members that serve requests."""
        return self.members if self.merged is None else self.merged.members


class Reverse(NamedTuple):
    """A ProxyPassReverse line, its path completed from the enclosing `<Location>`.

    ProxyPassReverseCookieDomain and ProxyPassReverseCookiePath are also here: `path` is the backend's, `url` the
    public one; `node.key` tells them apart.
    """

    path: str
    url: str
    node: Node
    section: Node | None

    @property
    def in_proxy(self) -> bool:
        """Whether it stands in a `<Proxy>` section, whose URL httpd takes for its path."""
        return self.section is not None and self.section.key in ("<proxy", "<proxymatch")


class Setting(NamedTuple):
    """A Proxy* setting such as ProxyIOBufferSize, ProxyTimeout, ProxyRequests."""

    name: str
    value: str
    node: Node


class Server:
    """The main server or a virtual host.

    `workers`, `balancers` and `mappings` are its own, in definition order, `by_name` its balancers; `passes` are the
    mappings of ProxyPass and ProxyPassMatch, exclusions included; `settings` are its own by lower-case directive name,
    the last one winning. `named` is its ServerName line. `parent` is the main server (None for the main server itself).
    The main server's mappings and workers come before a virtual host's own: its ProxyPass wins, and so does its worker
    of the same name (`merge_proxy_config`, tested on 2.4.71). Workers are `shared` unless both ProxyPassInherit and
    BalancerInherit are off; mappings are always inherited.
    """

    __slots__ = (
        "balancers", "by_name", "mappings", "named", "node", "parent", "passes", "reverses", "settings", "workers",
    )  # fmt: skip

    def __init__(self, node: Node | None, parent: Server | None) -> None:
        self.node = node
        self.parent = parent
        self.named: Node | None = None
        self.mappings: list[Mapping] = []
        self.passes: list[Mapping] = []
        self.workers: list[Worker] = []
        self.balancers: list[Balancer] = []
        self.by_name: dict[str, Balancer] = {}
        self.reverses: list[Reverse] = []
        self.settings: dict[str, Setting] = {}

    @property
    def name(self) -> str:
        """The name in its ServerName; without one, its addresses."""
        if self.node is None:
            return "main server"
        return (self.named is not None and words.get_word(self.named.args)[0]) or " ".join(self.addresses)

    @property
    def addresses(self) -> tuple[str, ...]:
        """A virtual host's addresses, as written."""
        return () if self.node is None else tuple(self.node.words)

    def setting(self, name: str) -> Setting | None:
        """A setting that is in effect here, inherited ones included. `name` is in lower case."""
        found = self.settings.get(name)
        if found is None and self.parent is not None:
            return self.parent.settings.get(name)
        return found

    @property
    def shared(self) -> bool:
        """Whether the main server's workers and balancers are a virtual host's as well."""
        if self.parent is None:
            return False
        inherit = (self.setting("balancerinherit"), self.setting("proxypassinherit"))
        return any(setting is None or setting.value.lower() != "off" for setting in inherit)

    def balancer(self, name: str) -> Balancer | None:
        """A balancer by name (`balancer://app`), inherited ones included."""
        found = self.by_name.get(name)
        if found is None and self.parent is not None and self.shared:
            return self.parent.by_name.get(name)
        return found


class Refusal(NamedTuple):
    """A proxy line that httpd refuses, or that the grammar cannot read: `kind` names why.

    Kinds: url (not a worker URL), variable (`%{a:b}` in its host is not filled in, and spoils it), location-path (a
    path argument inside <Location>), context (not allowed in this section), member-context (BalancerMember outside
    <Proxy> without a balancer), undefined (ProxySet on something undefined), arguments (too few, or a word without
    `=`). Parameters are not judged here: `hpatch.proxy.parameters.check` does that.
    """

    kind: str
    message: str
    node: Node
    place: Place


class Proxy:
    """All of it: `servers[0]` is the main server."""

    __slots__ = ("refusals", "servers")

    def __init__(self, servers: list[Server], refusals: list[Refusal]) -> None:
        self.servers = servers
        self.refusals = refusals
