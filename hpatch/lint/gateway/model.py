"""The gateway as data for a picture."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from hpatch.lint.found import SEVERITIES, Severity
from hpatch.records import NamedTuple
from hpatch.text import Place


class Marks(NamedTuple):
    """How many findings there are at a thing's lines, and the gravest severity among them; None without any."""

    number: int = 0
    severity: Severity | None = None

    def plus(self, other: Marks) -> Marks:
        """Both together."""
        severities = [one for one in (self.severity, other.severity) if one is not None]
        return Marks(self.number + other.number, max(severities, key=SEVERITIES.index, default=None))


class GatewayListener(NamedTuple):
    """A port that httpd listens on: `80`, `192.0.2.1:443`; `protocol` as Listen says."""

    id: str
    text: str
    protocol: str
    place: Place
    marks: Marks = Marks()


class GatewayPath(NamedTuple):
    """A path that mod_proxy is asked for.

    `number` is its place in the order in which its host's paths are asked, `kind` the directive, `target` where it
    leads ("" for an exclusion), `leads` the id of the worker or balancer. `access` is the rule that decides who may
    ask ("" if it was not asked); `verdict` is `granted`, `denied`, `login` or `unknown`, None if it was not asked.
    """

    number: int
    kind: str
    path: str
    target: str
    leads: str | None
    access: str
    verdict: str | None
    place: Place
    marks: Marks = Marks()


class GatewayHost(NamedTuple):
    """The main server or a virtual host with its paths, in the order in which httpd asks for them.

    `listeners` are ids. `inherits` is how many paths of the main server are asked before; `folded` how many further
    paths a smaller picture leaves out.
    """

    id: str
    title: str
    names: tuple[str, ...]
    addresses: tuple[str, ...]
    listeners: tuple[str, ...]
    paths: tuple[GatewayPath, ...]
    place: Place | None
    inherits: int = 0
    marks: Marks = Marks()
    folded: int = 0


class GatewayWorker(NamedTuple):
    """A worker, or a member of a balancer. `backend` is the id of the backend that listens there, if a file tells."""

    name: str
    address: str
    backend: str | None
    place: Place | None
    marks: Marks = Marks()


class GatewayTarget(NamedTuple):
    """A worker, or a balancer with its members (`workers`). Workers of several servers with one URL are one."""

    id: str
    kind: str
    name: str
    workers: tuple[GatewayWorker, ...]
    place: Place | None
    marks: Marks = Marks()


class GatewayBackend(NamedTuple):
    """A program that listens, as its own file says."""

    id: str
    program: str
    name: str
    place: Place
    marks: Marks = Marks()


class GatewayMap(NamedTuple):
    """All of it. `plain` is how many servers have no path; `folded` how many servers with paths are left out.

    `unasked` is of how many paths the access rule was not looked up, because there are so many.
    """

    name: str
    listeners: tuple[GatewayListener, ...]
    hosts: tuple[GatewayHost, ...]
    targets: Mapping[str, GatewayTarget]
    backends: Mapping[str, GatewayBackend]
    plain: int = 0
    folded: int = 0
    unasked: int = 0

    @property
    def paths(self) -> int:
        """How many paths there are."""
        return sum(len(host.paths) + host.folded for host in self.hosts)


_HOSTS = 30
_ROWS = 60
_LEAST = 2


def fold(gateway: GatewayMap) -> GatewayMap:
    """The gateway for a picture that can be looked at: of many hosts and paths the first, and those with findings."""
    if sum(len(host.paths) for host in gateway.hosts) <= _ROWS and len(gateway.hosts) <= _HOSTS:
        return gateway
    order = sorted(range(len(gateway.hosts)), key=lambda at: (-_weight(gateway.hosts[at]), at))
    kept = [gateway.hosts[at] for at in sorted(order[:_HOSTS])]
    room = max(_LEAST, _ROWS // len(kept))
    return _with(gateway, [_folded(host, room) for host in kept])


def of_host(gateway: GatewayMap, name: str) -> GatewayMap:
    """Only the servers with a name (in any case, or `main server`); none if there is no such one."""
    hosts = [host for host in gateway.hosts if is_named(name, host.title, host.names)]
    return _with(gateway, hosts)._replace(plain=0, folded=0)


def is_named(name: str, title: str, names: Iterable[str]) -> bool:
    """Whether a server is meant by a name."""
    return name.lower() in (title.lower(), *map(str.lower, names))


def _folded(host: GatewayHost, room: int) -> GatewayHost:
    if len(host.paths) <= room:
        return host
    order = sorted(range(len(host.paths)), key=lambda at: (-_grave(host.paths[at].marks), at))
    paths = tuple(host.paths[at] for at in sorted(order[:room]))
    return host._replace(paths=paths, folded=len(host.paths) - room)


def _weight(host: GatewayHost) -> int:
    return max((_grave(one.marks) for one in host.paths), default=0)


def _grave(marks: Marks) -> int:
    return 0 if marks.severity is None else SEVERITIES.index(marks.severity) + 1


def _with(gateway: GatewayMap, hosts: list[GatewayHost]) -> GatewayMap:
    """The gateway with these hosts, and what is reached from them."""
    leads = {path.leads for host in hosts for path in host.paths}
    targets = {key: one for key, one in gateway.targets.items() if key in leads}
    reached = {worker.backend for one in targets.values() for worker in one.workers}
    listening = {key for host in hosts for key in host.listeners}
    return gateway._replace(
        hosts=tuple(hosts),
        listeners=tuple(one for one in gateway.listeners if one.id in listening),
        targets=targets,
        backends={key: one for key, one in gateway.backends.items() if key in reached},
        folded=len(gateway.hosts) - len(hosts),
    )
