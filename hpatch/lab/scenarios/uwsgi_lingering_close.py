"""Whether uWSGI lingers over TCP when it closes with a request's body unread, and whether that keeps a thread busy."""

from __future__ import annotations

import socket
from collections.abc import Mapping
from contextlib import ExitStack, closing, suppress
from pathlib import Path
from time import monotonic, sleep

from hpatch.lab.backends import uwsgi
from hpatch.lab.client import PATIENCE, connect, request
from hpatch.lab.load import added, load
from hpatch.lab.model import Address, Cell, Outcome, Route, Scheme
from hpatch.lab.observe import Watch, failed, only, passed, tell, undecided
from hpatch.lab.scenario import Observation, scenario
from hpatch.lab.session import Session
from hpatch.lab.wire import fastcgi

_REQUESTS = 20
_SIZE = 2 * 1024 * 1024
_BODY = bytes(500_000)
"""More than uWSGI discards before it hands a connection over, and less than loopback's buffers take."""
_STILL = 0.3
"""Seconds that a client reads nothing: the gateway then takes no more, and the rest of the response waits in it."""
_SETTINGS = {"httpd": ("SendBufferSize 65536",), "nginx": ()}
_LONG = 60
_SHORT = 2
_MEANWHILE = 8.0
"""Seconds in which a request must be answered while others do not send their bodies' ends. Only failure takes them."""
_ENDLESS = 15.0
"""Seconds after which uWSGI is held to read on forever. Only failure takes them."""
_PART = bytes(100_000)
_PAUSE = 0.05
_PIECES = 12
"""So many pieces of a body come slowly, and all are to be taken."""
_VARIABLES = (
    (b"REQUEST_METHOD", b"POST"),
    (b"REQUEST_URI", b"/"),
    (b"QUERY_STRING", b""),
    (b"CONTENT_LENGTH", b"100000000"),
    (b"SERVER_PROTOCOL", b"HTTP/1.1"),
)
_BEGUN: dict[Scheme, bytes] = {
    "http": b"POST / HTTP/1.0\r\nHost: localhost\r\nContent-Length: 100000000\r\n\r\n" + _PART,
    "fcgi": fastcgi.request(_VARIABLES) + b"".join(map(fastcgi.write, fastcgi.split(fastcgi.STDIN, _PART))),
}
"""Requests without their bodies' ends."""
_MORE: dict[Scheme, bytes] = {"http": bytes(1000), "fcgi": fastcgi.write(fastcgi.Record(fastcgi.STDIN, bytes(1000)))}


@scenario(
    "uwsgi-lingering-close",
    "uWSGI discards an unread body after its response, and no thread waits for that",
    sets=("uwsgi-lingering-close",),
    gateways=("httpd", "nginx"),
    backends=("uwsgi",),
    transports=("tcp",),
    threaded=True,
    effort=20,
)
def run(session: Session, cell: Cell) -> Observation:
    """Is a response lost when uWSGI closes with a request's body unread? Does a slow body keep a thread busy?

    Method: uWSGI with `lingering-close` set, which a uWSGI without that option ignores. First, through the gateway over
    the uwsgi protocol, HTTP and FastCGI, POSTs of 500,000 bytes that get 2 MiB; the application does not read the body,
    and the client reads nothing for 0.3 seconds after the response has begun. Then, without a gateway, a request's body
    comes slowly, and uWSGI must take it. As many requests as uWSGI has threads send a part of their bodies and wait;
    another request must be answered meanwhile. These clients send on without an end, and uWSGI must end the
    connections. At last no process may have more open sockets than at the beginning. Faulty: a response is not whole, a
    request waits for the bodies of others, uWSGI ends a connection too early, reads on forever, or leaves one open.

    Measured, of 20 for each protocol, with 1 and 4 threads, uWSGI 2.0.31 without the set: over the uwsgi protocol and
    HTTP, httpd 2.4.71 delivers none whole, nginx 1.22.1 2 to 6; over FastCGI all are whole, as uWSGI reads the body
    in the thread that served the request, and another request then waits. With the set all are whole, and none waits.
    """
    arguments = ("--socket-timeout", "60", "--set", f"lingering-close={_LONG}")
    content = uwsgi.answer(_SIZE)
    schemes: tuple[Scheme, ...] = ("uwsgi", "http", "fcgi")
    routes = [Route(f"/{one}/", one, session.uwsgi(cell, one, arguments=arguments)) for one in schemes]
    gateway = session.gateway(cell.gateway, routes, _SETTINGS[cell.gateway.kind])
    watch = Watch(gateway)
    plain = load(gateway.port, request("/uwsgi/"), uwsgi.answer(), requests=4)
    open_before = _sockets(session)
    parts: dict[Scheme, dict[Outcome, int]] = {}
    for route in routes:
        script = (*request(f"{route.path}?{_SIZE}", _BODY), _begun, _STILL)
        count = session.requests or _REQUESTS
        parts[route.scheme] = dict(load(gateway.port, script, content, requests=count, narrow=True))
    outcomes = added(*parts.values())
    notes = [f"{scheme}: {tell(found)}" for scheme, found in parts.items()]
    problems = [] if only(outcomes, "full") else [f"responses are not whole: {tell(outcomes)}"]
    early = [one.scheme for one in routes if one.scheme in _BEGUN and not _taken(one)]
    problems += [f"{scheme}: uWSGI ends a connection before its time" for scheme in early]
    figures = watch.figures(outcomes)
    gateway.stop()  # httpd keeps connections that have ended for the next request
    if not problems and not _closed(session, open_before):
        problems.append("connections that have ended stay open in uWSGI")
    arguments = ("--socket-timeout", "60", "--set", f"lingering-close={_SHORT}")
    for scheme in _BEGUN:
        problem = _slow(session.uwsgi(cell, scheme, arguments=arguments), scheme, cell.threads or 1)
        notes.append(f"{scheme}, slow bodies: {problem or 'no thread waits'}")
        if problem:
            problems.append(problem)
            break
    figures = figures._replace(notes=tuple(notes))
    if not only(plain, "full"):
        return undecided(plain, figures)
    if problems:
        return failed("; ".join(problems), figures)
    return passed(f"every response is whole: {tell(outcomes)}; no thread waits for a slow body", figures)


def _begun(came: bool) -> bool:
    return came


def _slow(address: Address, scheme: Scheme, threads: int) -> str:
    """What is wrong with requests whose bodies do not end; nothing: an empty text."""
    with ExitStack() as stack:
        streams = [stack.enter_context(closing(connect(address))) for _ in range(threads)]
        for stream in streams:
            _ask(stream, _BEGUN[scheme], PATIENCE)
        if not _ask(stack.enter_context(closing(connect(address))), _BEGUN[scheme], _MEANWHILE):
            return "a request waits for the bodies of others"
        if not all(_ended(stream, _MORE[scheme]) for stream in streams):
            return "uWSGI reads on without an end"
    return ""


def _taken(route: Route) -> bool:
    """Whether uWSGI takes what comes slowly, which is to have a long time."""
    with closing(connect(route.address)) as stream:
        if not _ask(stream, _BEGUN[route.scheme], PATIENCE):
            return False
        for _ in range(_PIECES):
            try:
                stream.sendall(_MORE[route.scheme])
            except OSError:
                return False
            sleep(_PAUSE)
    return True


def _sockets(session: Session) -> Mapping[int, int]:
    """How many sockets each process of uWSGI has; none of those that do not tell."""
    found: dict[int, int] = {}
    for pid in uwsgi.workers(session.folder):
        with suppress(OSError):
            found[pid] = sum(map(_is_socket, Path(f"/proc/{pid}/fd").iterdir()))
    return found


def _is_socket(link: Path) -> bool:
    with suppress(OSError):  # it is closed by now
        return str(link.readlink()).startswith("socket:")
    return False


def _closed(session: Session, before: Mapping[int, int]) -> bool:
    """Whether the processes come to have no more sockets than before."""
    end = monotonic() + _ENDLESS
    while any(now > before.get(pid, now) for pid, now in _sockets(session).items()):
        if monotonic() > end:
            return False
        sleep(_PAUSE)
    return True


def _ask(stream: socket.socket, content: bytes, patience: float) -> bool:
    """Whether an answer begins in that many seconds."""
    stream.settimeout(patience)
    with suppress(OSError):
        stream.sendall(content)
        return bool(stream.recv(1))
    return False


def _ended(stream: socket.socket, more: bytes) -> bool:
    """Whether the other side ends a connection that is sent more and more."""
    end = monotonic() + _ENDLESS
    stream.settimeout(_ENDLESS)
    try:
        while monotonic() < end:
            stream.sendall(more)
            sleep(_PAUSE)
    except TimeoutError:
        return False
    except OSError:
        return True
    return False
