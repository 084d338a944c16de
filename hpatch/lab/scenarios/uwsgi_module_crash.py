"""mod_proxy_uwsgi under faults of the backend, of the client, and under load: does httpd survive it?"""

from __future__ import annotations

import socket
import struct
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack, closing, suppress
from functools import partial

from hpatch.lab import sanitizers
from hpatch.lab.backends.exchange import Exchange
from hpatch.lab.backends.faults import FAULTS
from hpatch.lab.backends.responder import CONTENT, responder
from hpatch.lab.client import converse, request
from hpatch.lab.load import added, load
from hpatch.lab.model import Cell, Outcome
from hpatch.lab.observe import Watch, failed, only, passed, tell, undecided
from hpatch.lab.ports import LOOPBACK
from hpatch.lab.scenario import Observation, scenario
from hpatch.lab.session import Gateway, Session

_REQUESTS = 2
"""Of each kind and method; a hundred times as many in the crowd."""
_CROWD = 100
_CLIENTS = 200
_BODY = bytes(range(256)) * 400
_PATIENCE = {"timeout": "1", "retry": "0"}
"""Parameters of every worker: a backend that does not answer is given up after a second, and asked again at once."""
_SETTINGS = ('<Location "/replaced/">', "ProxyErrorOverride On", "</Location>")
_LARGE = tuple(f"X-Large-{number}: {'x' * 8000}" for number in range(10))
"""Headers of a request of over 64 KiB, more than a uwsgi packet can hold."""
_END = b"\r\n\r\n"
_HEADS: Mapping[str, bytes] = {
    "nothing": b"",
    "an end of line": b"\r\n",
    "an empty head": _END,
    "no status": b"Content-Type: text/plain" + _END,
    "a status alone": b"HTTP/1.1 200" + _END,
    "half a status": b"HTTP/1.1 2" + _END,
    "a status of four digits": b"HTTP/1.1 2000 OK" + _END,
    "a status of zero": b"HTTP/1.1 000 None" + _END,
    "a status below 100": b"HTTP/1.1 099 Low" + _END,
    "an unknown status": b"HTTP/1.1 999 High" + _END,
    "a provisional status": b"HTTP/1.1 100 Continue" + _END + b"HTTP/1.1 200 OK" + _END,
    "a switch of protocols": b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: none" + _END,
    "no content": b"HTTP/1.1 204 No Content" + _END + b"content all the same",
    "not modified": b"HTTP/1.1 304 Not Modified" + _END + b"content all the same",
    "a version of one digit": b"HTTP/2 200 OK" + _END,
    "another protocol": b"SSH-2.0-none\r\n",
    "a status of CGI": b"Status: 200 OK" + _END,
    "bytes that are no text": bytes(range(256)) * 4,
    "a NUL in the status": b"HTTP/1.1 200 O\0K" + _END,
    "a header without a colon": b"HTTP/1.1 200 OK\r\nnone" + _END,
    "a header without a name": b"HTTP/1.1 200 OK\r\n: value" + _END,
    "a header without a value": b"HTTP/1.1 200 OK\r\nX-None:\r\nContent-Type:" + _END,
    "a header of blanks": b"HTTP/1.1 200 OK\r\nX-Blank:" + b" \t" * 2000 + _END,
    "a header with a NUL": b"HTTP/1.1 200 OK\r\nX-Nul: a\0b" + _END,
    "folded headers": b"HTTP/1.1 200 OK\r\nX-Fold: a\r\n\tb\r\n c" + _END,
    "lines without CR": b"HTTP/1.1 200 OK\nX-Bare: a\n\ncontent",
    "a length that is no number": b"HTTP/1.1 200 OK\r\nContent-Length: many" + _END,
    "a length below zero": b"HTTP/1.1 200 OK\r\nContent-Length: -1" + _END + b"content",
    "a length beyond 64 bits": b"HTTP/1.1 200 OK\r\nContent-Length: " + b"9" * 30 + _END + b"content",
    "two lengths": b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Length: 7" + _END + b"content",
    "chunks that are none": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked" + _END + b"content",
    "a long status": b"HTTP/1.1 200 " + b"x" * 9000 + _END,
    "a status as long as the buffer": b"HTTP/1.1 200 " + b"x" * 8177 + _END,
    "a status with one byte less": b"HTTP/1.1 200 " + b"x" * 8176 + _END,
    "a long header": b"HTTP/1.1 200 OK\r\nX-Long: " + b"x" * 9000 + _END,
    "a header as long as the buffer": b"HTTP/1.1 200 OK\r\nX-Long: " + b"x" * 8182 + _END,
    "a header of a megabyte": b"HTTP/1.1 200 OK\r\nX-Long: " + b"x" * 1_000_000 + _END,
    "5,000 headers": b"HTTP/1.1 200 OK\r\n" + b"X-Many: x\r\n" * 5000 + b"\r\n",
    "an endless head": b"HTTP/1.1 200 OK\r\n" + b"X-Many: x\r\n" * 5000,
    "an error with content": b"HTTP/1.1 500 Broken\r\nContent-Type: text/plain" + _END + b"content",
}
"""What a backend sends and then closes, by what is odd about it."""
_CUTS = 12
_WHOLE = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 20" + _END + b"x" * 20
_BROKEN = tuple(_WHOLE[: len(_WHOLE) * part // _CUTS] for part in range(_CUTS))
_ANSWERS = (*_HEADS.values(), *_BROKEN)
_BACKENDS = {**{name: fault.behave for name, fault in FAULTS.items()}, "reused": FAULTS["sound"].behave}


@scenario(
    "uwsgi-module-crash",
    "httpd survives what a uwsgi backend or its client does to mod_proxy_uwsgi",
    effort=15,
)
def run(session: Session, cell: Cell) -> Observation:
    """Does a child of httpd end, or a sanitizer report a fault, whatever comes over the uwsgi protocol?

    Method: GETs and POSTs of 100 KB to backends with each fault of the lab (`hpatch lab serve --help`), to one that
    answers with 40 odd response heads, and to one that breaks a sound answer off at 12 places; ProxyErrorOverride off
    and on; requests with over 64 KiB of headers; clients that leave before the answer, within it, and within their own
    request; requests one after another in one connection, with disablereuse=Off; 200 clients at once. Whatever the
    client gets is right here. Faulty: a child ends by a signal, or the error log has a report of AddressSanitizer or
    UndefinedBehaviorSanitizer. A module that was built with them (`hpatch build --module mod_proxy_uwsgi --sanitize`)
    is given with `--module`; hpatch loads the libraries it needs. The control is a sound backend, after all of that.

    Measured over unix and tcp, 1,300 exchanges each, with both sanitizers: the modules of 2.4.33, 2.4.39, 2.4.43,
    2.4.46, 2.4.48, 2.4.49, 2.4.52, 2.4.58, 2.4.62 and 2.4.68 in httpd 2.4.71 gave no crash and no report. uWSGI's own
    module in httpd 2.4.10 (event) over tcp: that of 2.0.4 gave 10 crashes, at four clients and at 200 at once; those of
    2.0.6, 2.0.9, 2.0.13 and 2.0.21 none.
    """
    count = session.requests or _REQUESTS
    with ExitStack() as stack:
        backends = {
            name: stack.enter_context(responder(session.address(cell.transport, name), "uwsgi", behave))
            for name, behave in {**_BACKENDS, "odd": _odd, "replaced": _odd}.items()
        }
        reused = {"reused": {**_PATIENCE, "disablereuse": "Off"}}
        routes = [one.route(f"/{name}/", reused.get(name, _PATIENCE)) for name, one in backends.items()]
        gateway = session.gateway(cell.gateway, routes, _SETTINGS)
        watch = Watch(gateway)
        seen = _Seen(gateway)
        for name in FAULTS:
            seen.after(name, partial(_both, gateway.port, f"/{name}/", count))
        for name in ("odd", "replaced"):
            seen.after(f"{name} heads", partial(_each, gateway.port, name, count))
        seen.after("large requests", lambda: _large(gateway.port, count))
        seen.after("clients that leave", lambda: _leave(gateway.port, count))
        seen.after("one connection", lambda: _keep(gateway.port, count))
        crowd = request("/sound/"), CONTENT
        seen.after("200 at once", lambda: load(gateway.port, *crowd, requests=_CROWD * count, clients=_CLIENTS))
        control = load(gateway.port, *crowd, requests=count)
        figures = watch.figures(added(*seen.outcomes), notes=seen.notes)
        reached = all(one.seen for one in backends.values() if one is not backends["never-reads"])
    if figures.segfaults or seen.reports:
        where = ", ".join(seen.faulty)
        said = f"; sanitizers report {', '.join(sorted(seen.reports))}" if seen.reports else ""
        return failed(f"{figures.segfaults} children crashed ({where}){said}", figures)
    if not only(control, "full") or not reached:
        return undecided(control, figures)
    return passed(f"no child crashed in {figures.requests} exchanges: {tell(figures.outcomes)}", figures)


class _Seen:
    """What a gateway's log tells after each kind of exchange."""

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway
        self._crashed = 0
        self.outcomes: list[Mapping[Outcome, int]] = []
        self.notes: list[str] = []
        self.faulty: list[str] = []
        self.reports: Counter[str] = Counter()

    def after(self, name: str, exchange: Callable[[], Mapping[Outcome, int]]) -> None:
        """Have exchanges, and note what became of them."""
        outcomes = exchange()
        self.outcomes.append(outcomes)
        log = self._gateway.log()
        crashed, self._crashed = log.segfaults - self._crashed, log.segfaults
        reports = Counter(one.name for one in sanitizers.placed_reports(log.text))
        new = reports - self.reports
        self.reports = reports
        more = [f"{crashed} crashed"] if crashed else []
        more += [f"{number} times {one}" for one, number in new.items()]
        if more:
            self.faulty.append(name)
        self.notes.append("; ".join([f"{name}: {tell(outcomes)}", *more]))


def _both(port: int, path: str, count: int) -> Mapping[Outcome, int]:
    """GETs and POSTs to a backend."""
    return added(*(load(port, request(path, body), CONTENT, requests=count) for body in (None, _BODY)))


def _odd(exchange: Exchange) -> None:
    """Answer with what the request's path asks for, and close."""
    exchange.head()
    exchange.body()
    number = dict(exchange.variables).get(b"REQUEST_URI", b"").rpartition(b"/")[2]
    exchange.send(_ANSWERS[int(number)])
    with suppress(OSError):
        exchange.linger()


def _each(port: int, name: str, count: int) -> Mapping[Outcome, int]:
    """Ask for each of the odd answers."""

    def one(number: int) -> Sequence[bytes | float | Callable[[bool], bool]]:
        return request(f"/{name}/{number % len(_ANSWERS)}")

    return load(port, one, CONTENT, requests=count * len(_ANSWERS), clients=1)


def _large(port: int, count: int) -> Mapping[Outcome, int]:
    """Requests with more headers than a uwsgi packet can hold."""
    return load(port, request("/early/", headers=_LARGE), CONTENT, requests=count)


def _leave(port: int, count: int) -> Mapping[Outcome, int]:
    """Requests whose clients leave: within their body, before the answer, and within it; in order and by a reset."""
    head = b"POST /%s/ HTTP/1.1\r\nHost: localhost\r\nContent-Length: %d\r\n\r\n"
    chunked = b"POST /sound/ HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"
    get = b"GET /%s/ HTTP/1.1\r\nHost: localhost\r\n\r\n"
    sent = [
        (head % (b"sound", 1000), 0),
        (head % (b"sound", 200_000) + _BODY, 0),
        (chunked + b"5\r\nab", 0),
        (chunked + b"none\r\n", 0),
        (get % b"slow", 0),
        (get % b"slow", 1),
        (get % b"silent", 0),
        (head % (b"unread", len(_BODY)) + _BODY, 0),
    ]
    for content, heard in sent * count:
        for linger in (b"", struct.pack("ii", 1, 0)):
            with suppress(OSError), closing(socket.create_connection((LOOPBACK, port), 20)) as stream:
                stream.sendall(content)
                if heard:
                    stream.recv(heard)
                if linger:
                    stream.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
    return {"none": 2 * len(sent) * count}


def _keep(port: int, count: int) -> Mapping[Outcome, int]:
    """Requests one after another in one connection: to a worker that may keep its connections, and to odd backends."""
    lines = (b"GET /%s HTTP/1.1", b"Host: localhost")
    paths = (b"reused/", b"odd/%d" % (len(_ANSWERS) - 1), b"truncates/", b"headers-first/", b"reused/")
    found: Counter[Outcome] = Counter()
    for _ in range(count):
        for path in paths:
            script = b"".join(b"\r\n".join([lines[0] % one, *lines[1:], b"", b""]) for one in (b"reused/", path))
            last = b"\r\n".join([lines[0] % b"reused/", *lines[1:], b"Connection: close", b"", b""])
            came, _ = converse(port, (script + last,))
            answers = came.count(CONTENT)
            found["full"] += answers
            found["error"] += 3 - answers if answers < 3 else 0
    return {one: number for one, number in found.items() if number}
