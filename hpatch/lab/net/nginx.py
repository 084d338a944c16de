"""The net of an nginx: the same requests before a change and after it, with the net's backends behind each."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from importlib.util import find_spec

from hpatch.build.nginx.installed import InstalledNginx, said
from hpatch.lab.backends.responder import responder
from hpatch.lab.gateways import nginx
from hpatch.lab.model import Address, GatewaySpec, Route, Scheme, Transport
from hpatch.lab.net.backend import Book
from hpatch.lab.net.compare import NetSubject, Tell, play
from hpatch.lab.net.model import NetResult, Way
from hpatch.lab.net.side import PATIENT, TIMEOUT
from hpatch.lab.ports import LOOPBACK
from hpatch.lab.session import Session
from hpatch.lab.smoke import TRANSPORTS
from hpatch.versions import Version

_KEEPING: Mapping[Scheme, tuple[str, ...]] = {
    "http": ("http_version 1.1", 'set_header Connection ""'),
    "fcgi": ("keep_conn on",),
}
"""By scheme, what keeps a connection to a backend; the others close it (nginx's manual, ngx_http_upstream_module)."""
_NO_KEEPALIVE = "--without-http_upstream_keepalive_module"
_UPGRADES = Version(1, 3, 13)
"""Since when nginx passes on upgrades (nginx's CHANGES)."""
_UPGRADE = ("http_version 1.1", "set_header Upgrade $http_upgrade", 'set_header Connection "upgrade"')
_ERROR = re.compile(r"^\S+ \S+ \[(emerg|alert|crit)\] \d+#\d+: (?:\*\d+ )?([^,\n]*?)(?: while [^,\n]*)?(?:,|$)", re.M)
"""Messages of nginx that no backend brings about: most are its own faults, such as `zero size buf in output`."""
_NUMBER = re.compile(r"\b(?:0x)?[0-9A-F]{2,}\b|\b\d+\b")


class NginxSide:
    """A running nginx, before a change or after it, and a backend behind each way."""

    def __init__(self, session: Session, running: ExitStack, spec: GatewaySpec, ways: Sequence[Way]) -> None:
        self.book = Book()
        self.addresses: dict[Way, Address] = {}
        self.h2 = session.address("tcp", "h2")
        settings: list[str] = []
        keeps = _NO_KEEPALIVE not in said(nginx.program_of(spec)).arguments
        for way in ways:
            self.addresses[way] = session.address(way.transport, way.scheme)
            running.enter_context(responder(self.addresses[way], way.scheme, self.book.behave))
            settings += _mappings(way, self.addresses[way], session.address(way.transport, "nobody"), keeps=keeps)
        if any(way.front == "HTTP/2" for way in ways):
            settings.append(f"listen {LOOPBACK}:{self.h2.port} http2;")
        self.gateway = session.gateway(spec, (), settings)

    def masks(self, way: Way) -> Mapping[str, str]:
        """The names that only this side has, and what stands for them in facts."""
        own = nginx.target_of(self.addresses[way])
        return {own: "BACKEND", f":{self.gateway.port}": ":PORT", f":{self.h2.port}": ":PORT"}


def _mappings(way: Way, address: Address, nobody: Address, *, keeps: bool) -> Iterator[str]:
    upgrade = _UPGRADE if way.front == "WebSocket" else ()
    keeping = _KEEPING.get(way.scheme, ())
    kept = f"kept-{way.place}"
    yield f"upstream {kept} {{ server {nginx.target_of(address)};{' keepalive 4;' if keeps else ''} }}"
    patient, short = f"read_timeout {PATIENT}s", f"read_timeout {TIMEOUT}s"
    yield from nginx.location(Route(way.path, way.scheme, address), (short, *upgrade))
    yield from nginx.location(Route(way.patient, way.scheme, address), (patient, *upgrade), target="/patient/")
    yield from nginx.location(Route(way.kept, way.scheme, address), (short, *keeping), kept, "/kept/")
    yield from nginx.location(Route(way.nobody, way.scheme, nobody), (short,))


def ways(installed: InstalledNginx, transports: Sequence[Transport] = TRANSPORTS) -> tuple[Way, ...]:
    """The ways to backends that an nginx has."""
    schemes = nginx.schemes(installed)
    found = [Way(scheme, transport) for scheme in schemes for transport in transports]
    if "http" in schemes and "tcp" in transports:
        if installed.version >= _UPGRADES:
            found.append(Way("http", "tcp", "WebSocket"))
        if _http2(installed) is None:
            found.append(Way("http", "tcp", "HTTP/2"))
    return tuple(found)


def _http2(installed: InstalledNginx) -> str | None:
    """Why HTTP/2 cannot be tried."""
    if "--with-http_v2_module" not in installed.arguments:
        return "this nginx has no http_v2_module"
    return "the Python package h2 is not installed; pip install 'hpatch[h2]'" if find_spec("h2") is None else None


def compare(
    before: GatewaySpec,
    after: GatewaySpec,
    transports: Sequence[Transport] = TRANSPORTS,
    tell: Tell = lambda text: None,
) -> NetResult:
    """Try both. Raises ToolError where the first does not start; that the second does not is a difference."""
    installed = said(nginx.program_of(before))
    known = ways(installed, transports)
    why = _http2(installed)
    subject = NetSubject(
        title="nginx",
        ways=known,
        untried=() if why is None else (f"HTTP/2 to http ({why})",),
        before=lambda session, running: NginxSide(session, running, before, known),
        after=lambda session, running: NginxSide(session, running, after, known),
        errors=errors,
    )
    return play(subject, tell)


def errors(log: str) -> Iterator[str]:
    """The messages of a log that tell of nginx's own faults, without what changes from one to the next."""
    for level, text in _ERROR.findall(log):
        yield f"{level}: {_NUMBER.sub('N', text).strip()}"
