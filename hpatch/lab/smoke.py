"""Whether an httpd does what it is for: it starts, serves a page, and reaches backends by each scheme that it has."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path

from hpatch.build.httpd.installed import ask
from hpatch.errors import ToolError
from hpatch.lab import private
from hpatch.lab.backends.responder import CONTENT, responder
from hpatch.lab.client import outcome, request, talk
from hpatch.lab.gateways import httpd, modules
from hpatch.lab.model import GatewaySpec, Scheme, Transport, Verdict
from hpatch.lab.session import Gateway, Session
from hpatch.records import NamedTuple
from hpatch.versions import Version

SCHEMES: tuple[Scheme, ...] = ("http", "fcgi", "scgi", "uwsgi")
"""Those that the lab's responder speaks."""
TRANSPORTS: tuple[Transport, ...] = ("unix", "tcp")
_UNIX_FIRST = Version(2, 4, 8)
_UNIX: Mapping[Scheme, Version] = {"scgi": Version(2, 4, 10)}
"""Since when a scheme goes over Unix sockets, where that is not as for all.

CHANGES names them under 2.4.7, but that release's mod_proxy.c knows no `unix:`; for SCGI httpd's CHANGES of 2.4.10.
"""
_PAGE = b"a page\n"


class SmokeCheck(NamedTuple):
    """One thing that an httpd is to do; `why` is what was seen."""

    name: str
    verdict: Verdict
    why: str


def paths(spec: GatewaySpec, transports: Sequence[Transport] = TRANSPORTS) -> tuple[tuple[Scheme, Transport], ...]:
    """The ways to a backend that an httpd has, by its modules and its version, of those that the lab has.

    Raises ToolError.
    """
    program = httpd.program_of(spec)
    installed = ask(str(program))
    have = modules.available(program, installed, spec.modules)
    return tuple(
        (scheme, transport)
        for scheme in SCHEMES
        for transport in transports
        if f"proxy_{scheme}" in have and (transport == "tcp" or installed.version >= _UNIX.get(scheme, _UNIX_FIRST))
    )


def checks(
    spec: GatewaySpec,
    transports: Sequence[Transport] = TRANSPORTS,
    requests: int = 5,
    tell: Callable[[str], None] = lambda text: None,
) -> tuple[SmokeCheck, ...]:
    """Try all of it, in one httpd. Where that does not start, it has failed, and nothing else can be tried."""
    try:
        ways = paths(spec, transports)
    except ToolError as error:
        return _stopped(error)
    return tried(spec, ways, lambda folder: f'DocumentRoot "{folder}"', requests, tell)


def tried(
    spec: GatewaySpec,
    ways: Sequence[tuple[Scheme, Transport]],
    serving: Callable[[Path], str],
    requests: int = 5,
    tell: Callable[[str], None] = lambda text: None,
) -> tuple[SmokeCheck, ...]:
    """Try a gateway that has these ways to backends; `serving` is the setting with which it serves a folder's pages."""
    try:
        with Session() as session, ExitStack() as running:
            backends = {
                f"{scheme} {transport}": running.enter_context(responder(session.address(transport, scheme), scheme))
                for scheme, transport in ways
            }
            routes = [one.route(_path(name)) for name, one in backends.items()]
            gateway = session.gateway(spec, routes, [serving(_pages(session))])
            found = [_page(gateway)]
            for name in backends:
                tell(name)
                found.append(_proxied(gateway, name, requests))
            return tuple(found)
    except ToolError as error:
        return _stopped(error)


def _stopped(error: ToolError) -> tuple[SmokeCheck, ...]:
    return (SmokeCheck("start", "failed", str(error)),)


def _path(name: str) -> str:
    return f"/{name.replace(' ', '-')}/"


def _pages(session: Session) -> Path:
    folder = session.folder / "pages"
    folder.mkdir()
    private.share(folder)
    (folder / "page.txt").write_bytes(_PAGE)
    (folder / "page.txt").chmod(0o644)
    return folder


def _page(gateway: Gateway) -> SmokeCheck:
    answer = talk(gateway.port, request("/page.txt"))
    if answer.status == 200 and answer.whole and answer.body == _PAGE:
        return SmokeCheck("page", "passed", "200, all of it")
    return SmokeCheck("page", "failed", f"{answer.status or 'no answer'}, {len(answer.body)} bytes of {len(_PAGE)}")


def _proxied(gateway: Gateway, name: str, requests: int) -> SmokeCheck:
    """GETs and POSTs in turn."""
    scripts = [request(_path(name)), request(_path(name), b"0123456789")]
    ends = [outcome(talk(gateway.port, scripts[number % 2]), CONTENT) for number in range(requests)]
    seen = ", ".join(f"{ends.count(one)} {one}" for one in dict.fromkeys(ends))
    return SmokeCheck(name, "passed" if set(ends) == {"full"} else "failed", seen)
