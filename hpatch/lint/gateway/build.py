"""The gateway that a configuration makes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING
from urllib.parse import quote

from hpatch.backends import files, listening
from hpatch.errors import InputError
from hpatch.lint.engine.root import read
from hpatch.lint.gateway.model import (
    GatewayBackend,
    GatewayHost,
    GatewayListener,
    GatewayMap,
    GatewayPath,
    GatewayTarget,
    GatewayWorker,
    Marks,
    is_named,
)
from hpatch.lint.rules._shared.backends import address, at
from hpatch.paths import ports
from hpatch.paths.model import ClientRequest
from hpatch.paths.site import Site
from hpatch.paths.who import who
from hpatch.proxy.build import build
from hpatch.proxy.model import Balancer
from hpatch.text import whole_number

if TYPE_CHECKING:
    from hpatch.backends.model import Backend
    from hpatch.conf.tree import Configuration, Node
    from hpatch.lint.engine.root import Root
    from hpatch.lint.finding import Finding
    from hpatch.paths.hosts import Host
    from hpatch.proxy.model import Mapping, Target, Worker
    from hpatch.text import Place

_ASKED = 2_000
"""So many paths are asked who may have them: it takes as long as to answer so many requests."""
_STEPS = 4_000_000
"""And so many mappings are gone through for them: a request is held against those of its server from the top."""
_PHASES = {"RewriteRule": 0, "ProxyPass": 1, "ProxyPassMatch": 1, "SetHandler": 2}
"""mod_rewrite is asked before mod_proxy, and a handler after both."""
_PLAIN = "/:@!$&'()*+,;=-._~%"


def gateway(root: Root, findings: Iterable[Finding], host: str | None = None) -> GatewayMap:
    """The gateway of a root, with what was found there. Raises InputError if nothing of it can be read.

    With `host`, access rules are looked up for the paths of that server only.
    """
    configuration = root.configuration or read(root)
    return _Builder(configuration, findings, list(_backends(root)), host).gateway()


def _backends(root: Root) -> Iterable[Backend]:
    """What the files of backends describe. That one cannot be read, linting tells."""
    for path in root.backends:
        try:
            yield from files.read(path).backends
        except InputError:
            continue
    for path in root.uwsgi:
        from hpatch.backends.uwsgi.read import read as instance  # few configurations have both kinds

        try:
            yield listening.of_instance(instance(path))
        except InputError:
            continue
    for path in root.fpm:
        from hpatch.backends.phpfpm.read import read as pools

        try:
            yield from map(listening.of_pool, pools(path).pools)
        except InputError:
            continue


class _Builder:
    def __init__(
        self,
        configuration: Configuration,
        findings: Iterable[Finding],
        backends: Sequence[Backend],
        only: str | None,
    ) -> None:
        self.configuration = configuration
        self.proxy = build(configuration)
        self.site = Site(configuration, self.proxy)
        self.written = configuration.as_written or str
        self.backends = backends
        self.lines: dict[tuple[str, int], Marks] = {}
        for finding in findings:
            key = finding.place.file, finding.place.line
            self.lines[key] = self.lines.get(key, Marks()).plus(Marks(1, finding.severity))
        self.targets: dict[str, GatewayTarget] = {}
        self.ids: dict[object, str] = {}
        self.reached: dict[str, GatewayBackend] = {}
        self.only = only
        self.asked = self.unasked = self.steps = 0

    def gateway(self) -> GatewayMap:
        listeners = [
            GatewayListener(
                id=f"l{number}",
                text=self.written(node.words[0]),
                protocol=node.words[1] if len(node.words) > 1 else "",
                place=node.place,
                marks=self.marks(node),
            )
            for number, node in enumerate(self.configuration.find("listen"))
            if node.words
        ]
        hosts = []
        main = self.proxy.servers[0]
        inherited = sum(one.section is None and one.kind in ("ProxyPass", "ProxyPassMatch") for one in main.mappings)
        for number, server in enumerate(self.proxy.servers):
            if not server.mappings:
                continue
            host = self.site.host(server.node)
            title = "main server" if server.node is None else self.written(server.name)
            names = tuple(self.written(one.text) for one in host.names)
            wanted = self.only is None or is_named(self.only, title, names)
            hosts.append(
                GatewayHost(
                    id=f"h{number}",
                    title=title,
                    names=names,
                    addresses=tuple(map(self.written, server.addresses)),
                    listeners=tuple(one.id for one in listeners if _listens(host, one.text, self.site.hosts.virtual)),
                    paths=tuple(
                        self.path(number, one, host if wanted else None, len(server.mappings))
                        for number, one in enumerate(_in_order(server.mappings), 1)
                    ),
                    place=None if server.node is None else server.node.place,
                    inherits=0 if server.node is None else inherited,
                    marks=Marks() if server.node is None else self.marks(server.node, server.named),
                )
            )
        return GatewayMap(
            name=self.configuration.root,
            listeners=tuple(listeners),
            hosts=tuple(hosts),
            targets=self.targets,
            backends=self.reached,
            plain=sum(not server.mappings for server in self.proxy.servers[1:]),
            unasked=self.unasked,
        )

    def marks(self, *nodes: Node | None) -> Marks:
        """What was found in the lines of directives."""
        found = Marks()
        for file, line in dict.fromkeys(key for node in nodes if node is not None for key in _lines(node.place)):
            found = found.plus(self.lines.get((file, line), Marks()))
        return found

    def path(self, number: int, mapping: Mapping, host: Host | None, count: int) -> GatewayPath:
        """A path, one of `count` of its server; without a server, nothing is asked about its access."""
        access, verdict = ("", None) if host is None else self.access(mapping, host, count)
        path = mapping.path or (mapping.section.argument if mapping.section is not None else "")
        return GatewayPath(
            number=number,
            kind=mapping.kind,
            path=self.written(path) or "every path",
            target="" if mapping.target is None else self.written(mapping.target.text),
            leads=None if mapping.target is None else self.target(mapping, mapping.target),
            access=access,
            verdict=verdict,
            place=mapping.place,
            marks=self.marks(mapping.node),
        )

    def access(self, mapping: Mapping, host: Host, count: int) -> tuple[str, str | None]:
        """Who may ask for a path, as far as one request for it tells; the server has `count` mappings."""
        handled = mapping.pattern or mapping.kind in ("SetHandler", "RewriteRule")
        if mapping.target is None or handled or not mapping.path.startswith("/") or "${" in mapping.path:
            return "", None
        if self.asked >= _ASKED or self.steps + count > _STEPS:
            self.unasked += 1
            return "", None
        self.asked += 1
        self.steps += count
        port = next((one.port for one in host.addresses if one.port), 0)
        port = port or next(iter(ports.listening(self.configuration).protocols), 80)
        name = next((one.text for one in host.names if not one.wild and "${" not in one.text), None)
        found = who(
            self.site,
            ClientRequest(
                path=quote(mapping.path, safe=_PLAIN, errors="surrogateescape"),
                host=name,
                port=port,
                https=ports.speaks_tls(self.site, host, port) is True,
            ),
        )
        if found.access is None or found.host is None or found.host.host is not host:
            return "", None
        node = found.access.node
        rule = "no access rule" if node is None else self.written(f"{node.name.lstrip('<')} {node.argument}".strip())
        if not self.configuration.main:  # another file may have rules that count
            return rule if node is not None else "no access rule in this part", "unknown"
        return rule, found.access.verdict

    def target(self, mapping: Mapping, target: Target) -> str:
        worker = mapping.worker
        reached = target if worker is None or isinstance(worker, Balancer) else worker.target
        key = id(worker) if isinstance(worker, Balancer) else (reached.identity, reached.socket, reached.text)
        known = self.ids.get(key)
        if known is not None:
            return known
        name = self.ids[key] = f"t{len(self.targets)}"
        if isinstance(worker, Balancer):
            found = GatewayTarget(
                id=name,
                kind="balancer",
                name=self.written(worker.name),
                workers=tuple(self.worker(one.target, one) for one in worker.effective_members),
                place=worker.defined[0].place if worker.defined else None,
                marks=self.marks(*worker.defined),
            )
        else:
            found = GatewayTarget(
                id=name,
                kind="balancer" if target.balancer else "worker",
                name=self.written(target.text if worker is None else worker.name),
                workers=() if target.balancer else (self.worker(reached, None),),
                place=None if worker is None else worker.node.place,
            )
        self.targets[name] = found
        return name

    def worker(self, target: Target, worker: Worker | None) -> GatewayWorker:
        nodes = [] if worker is None else [one.node for one in worker.definitions]
        return GatewayWorker(
            name=self.written(target.text),
            address="" if target.variables else address(target),
            backend=self.backend(target),
            place=nodes[0].place if nodes else None,
            marks=self.marks(*nodes),
        )

    def backend(self, target: Target) -> str | None:
        for number, backend in enumerate(self.backends):
            if at(target, backend.listeners) is not None:
                key = f"b{number}"
                if key not in self.reached:
                    marks = Marks()
                    for (file, _), one in self.lines.items():
                        if file == backend.place.file:
                            marks = marks.plus(one)
                    self.reached[key] = GatewayBackend(
                        id=key, program=backend.program, name=backend.name, place=backend.place, marks=marks
                    )
                return key
        return None


def _in_order(mappings: Sequence[Mapping]) -> list[Mapping]:
    """In the order in which httpd asks: what stands in a section goes before the server's own lines (`proxy_trans`)."""
    return sorted(mappings, key=lambda one: (_PHASES[one.kind], one.section is None and one.kind != "SetHandler"))


def _listens(host: Host, text: str, virtual: Iterable[Host]) -> bool:
    """Whether a server may answer what comes to a Listen line; the main server, if no virtual host is for all of that.

    Names of addresses are not resolved: they count as any address.
    """
    where, _, port = text.rpartition(":")
    if not (port.isascii() and port.isdecimal()):
        return False
    if host.node is None:
        every = [one for other in virtual for one in other.addresses if one.port in (0, whole_number(port))]
        return not any(one.host == "*" for one in every)
    return any(
        one.port in (0, whole_number(port))
        and (one.host == "*" or one.named or not where or where.strip("[]") == one.host)
        for one in host.addresses
    )


def _lines(place: Place) -> Iterable[tuple[str, int]]:
    return ((place.file, line) for line in range(place.line, place.end_line + 1))
