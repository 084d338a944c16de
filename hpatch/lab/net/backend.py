"""The net's backend: does what a request's header asks of it, and remembers what it saw.

The header is `X-Net: trial=17; down=8192; …`:

- `trial`: the number of the trial, under which the request is remembered.
- `down`: how many bytes the response's body has (11). `length`: yes, they are announced. `pieces`: in so many parts.
  `last`: yes, the last of them has one byte.
- `status`: its status (`404 Not Found`). `bare`: yes, it has no body. `headers`: one of `_HEADERS`.
- `keep`: `yes`: the connection stays for another request; `closed`: only the response says so; `more`: it stays, and
  something comes after the response that belongs to none. `chunks`: yes, the body comes in chunks, which is HTTP's.
- `hints`: yes, a 102 and two 103 come before the response. `trailers`: yes, it ends with trailers. Both are HTTP's.
- `flush`: yes, the rest of the response says whether the client has heard its first part by then.
- `stderr`: yes, FastCGI's errors come before the response, whose records are padded.
- `wait`: so many milliseconds pass before it answers.
- `read`: `no`: it answers before it reads the body; `half`: it reads a part of it.
- `fault`: one of `_FAULTS`.
- `upgrade`: `echo`: the connection becomes a WebSocket, `up` bytes are sent back once all have come, and it ends;
  `talk`: it says something, sends back what comes as it comes, up to a `.`, and ends; `ends`: it ends after a few
  bytes; `resets`: after these comes a reset.
"""

from __future__ import annotations

import base64
import hashlib
import re
import socket
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress

from hpatch.lab.backends.exchange import Exchange, Seen
from hpatch.lab.net.requests import chunks, content
from hpatch.lab.wire import fastcgi
from hpatch.lab.wire.stream import WireError

_PAUSE = 0.01
_HEARING = 3.0
"""Seconds in which a client hears what comes at once."""
FIRST = b"the first part; "
_HEADERS = {
    "many": tuple(f"X-Many-{number}: value {number}".encode() for number in range(60)),
    "large": tuple(b"X-Large-%d: " % number + b"x" * 3000 for number in range(3)),
    "twice": (b"Set-Cookie: a=1; Path=/", b"Set-Cookie: b=2; Path=/", b"Link: </a>", b"Link: </b>"),
    "of a page": (
        b'ETag: "a"', b"Last-Modified: Mon, 01 Jan 2024 00:00:00 GMT", b"Cache-Control: private, max-age=5",
        b"Expires: Mon, 01 Jan 2024 00:00:00 GMT", b"Vary: Accept, Cookie", b"Content-Language: de",
        b"Content-Encoding: identity", b"Content-Disposition: attachment", b"Content-Location: /a",
        b"Accept-Ranges: bytes", b"Age: 5", b"Server: another", b"Access-Control-Allow-Origin: *",
        b"Strict-Transport-Security: max-age=5", b"Content-Security-Policy: default-src 'self'", b"X-Robots-Tag: none",
    ),
    "of a refusal": (
        b'WWW-Authenticate: Basic realm="a"', b"Retry-After: 5", b"Allow: GET, HEAD", b"Content-Range: bytes 0-4/11",
        b"Connection: x-hop", b"X-Hop: 1", b"Proxy-Authenticate: Basic", b"Warning: 199 a b", b"Upgrade: a/1",
        b"Refresh: 5",
    ),
    "mapped": (
        b"Location: http://backend.example/app/else?a=b", b"Content-Location: http://backend.example/app/c",
        b"Set-Cookie: a=1; Domain=backend.example; Path=/app/x; Secure", b"Set-Cookie: b=2; path=/app/",
        b"Set-Cookie: c=3; domain=other.example; path=/other", b"URI: http://backend.example/app/u",
    ),
    "odd": (b"X-Empty:", b"X-Spaces:   a  b  ", b"X-Bytes: \xe9\xfc", b"X-Colon: a:b:c", b"Location: /else?a=%20b"),
}  # fmt: skip
_ORDER = re.compile(rb"(?:http_)?x[-_]net", re.I)


class Book:
    """What the backend saw, by trial."""

    def __init__(self) -> None:
        self._seen: dict[str, list[Seen]] = {}
        self._noted = threading.Condition()
        self._heard: set[str] = set()

    def note(self, trial: str, seen: Seen) -> None:
        """Remember a request of a trial; others are none of it."""
        if not trial:
            return
        with self._noted:
            self._seen.setdefault(trial, []).append(seen)
            self._noted.notify_all()

    def take(self, trial: str, count: int, seconds: float) -> list[Seen]:
        """The requests of a trial, as soon as there are so many, or after so many seconds; they are forgotten."""
        with self._noted:
            self._noted.wait_for(lambda: len(self._seen.get(trial, ())) >= count, seconds)
            return self._seen.pop(trial, [])

    def heard(self, trial: str) -> None:
        """The client of a trial has heard the first part of its response."""
        with self._noted:
            self._heard.add(trial)
            self._noted.notify_all()

    def _wait_heard(self, trial: str) -> bool:
        with self._noted:
            return self._noted.wait_for(lambda: trial in self._heard, _HEARING)

    def behave(self, exchange: Exchange) -> None:
        """Treat a gateway's connection as its requests ask for."""
        while self._request(exchange):
            exchange.again()

    def _request(self, exchange: Exchange) -> bool:
        """Treat one; whether there may be another one in the same connection."""
        exchange.head()
        order = _order(exchange)
        error = ""
        try:
            _serve(exchange, order, lambda: self._wait_heard(order.get("trial", "")))
        except (WireError, OSError) as problem:
            error = "broken off" if isinstance(problem, OSError) else str(problem)
        finally:
            self.note(order.get("trial", ""), exchange.seen(error))
        return order.get("keep") == "yes" and not error


def _order(exchange: Exchange) -> Mapping[str, str]:
    for name, value in exchange.variables:
        if _ORDER.fullmatch(name):
            pairs = (part.strip().partition("=") for part in value.decode("latin-1").split(";"))
            return {key: wish for key, _, wish in pairs}
    return {}


def _serve(exchange: Exchange, order: Mapping[str, str], heard: Callable[[], bool]) -> None:
    if any(name.lower() == b"expect" for name, _ in exchange.variables):
        exchange.send(b"HTTP/1.1 100 Continue\r\n\r\n")
    fault = order.get("fault")
    if fault is not None:
        _FAULTS[fault](exchange)
        return
    if "upgrade" in order:
        _upgrade(exchange, order)
        return
    read = order.get("read", "yes")
    if read == "yes":
        _read(exchange)
    elif read == "half":
        exchange.part()
    time.sleep(int(order.get("wait", "0")) / 1000)
    if "keep" in order:
        _keep(exchange, order)
        return
    if "flush" in order:
        _flush(exchange, heard)
    elif "stderr" in order:
        exchange.send(_complaint(order.get("trial", ""), exchange.headers() + content(5000)))
    else:
        _answer(exchange, order)
    with suppress(WireError, OSError):
        exchange.linger()


def _read(exchange: Exchange) -> None:
    """Read the body: to its end where its length is not told."""
    exchange.body()
    if not exchange.length and exchange.tells_end:
        exchange.rest()


_HINTS = (
    b"HTTP/1.1 102 Processing\r\n\r\n",
    b"HTTP/1.1 103 Early Hints\r\nLink: </a.css>; rel=preload\r\n\r\n",
    b"HTTP/1.1 103 Early Hints\r\nLink: </b.css>; rel=preload\r\nX-Hint: 1\r\n\r\n",
)
_TRAILERS = (b"X-Trailer: 1", b"Digest: a=b")


def _answer(exchange: Exchange, order: Mapping[str, str]) -> None:
    if order.get("hints"):
        for hint in _HINTS:
            time.sleep(_PAUSE)
            exchange.send(hint)
    if order.get("trailers"):
        _send_chunks(exchange, chunks(content(20_000), (8192,), *_TRAILERS))
        return
    size = int(order.get("down", "11"))
    body = b"" if order.get("bare") else content(size)
    more = _HEADERS.get(order.get("headers", ""), ())
    if order.get("length"):
        more = (*more, b"Content-Length: %d" % size)
    head = exchange.headers(*more, status=order.get("status", "200 OK").encode())
    pieces = int(order.get("pieces", "1"))
    if pieces == 1:
        exchange.send(exchange.wrap(head + body))
        return
    exchange.send(exchange.wrap(head, last=False))
    step = max(1, -(-len(body) // (pieces - 1)))
    if order.get("last"):
        body = body[: step * (pieces - 2) + 1]
    for place in range(0, len(body), step):
        time.sleep(_PAUSE)
        exchange.send(exchange.wrap(body[place : place + step], last=place + step >= len(body)))


def complaint(trial: str) -> str:
    """What the backend says of a trial to whoever reads httpd's error log."""
    return f"the net complains of {trial}"


def _complaint(trial: str, response: bytes) -> bytes:
    """FastCGI's own: records of its two streams, each padded in another way."""
    records = (
        fastcgi.Record(fastcgi.STDERR, complaint(trial).encode()),
        *fastcgi.split(fastcgi.STDOUT, response, 700),
        fastcgi.Record(fastcgi.STDOUT, b""),
        fastcgi.Record(fastcgi.END, bytes(8)),
    )
    return b"".join(fastcgi.write(one, padding=(7 * number) % 256) for number, one in enumerate(records, 1))


def _flush(exchange: Exchange, heard: Callable[[], bool]) -> None:
    exchange.send(exchange.wrap(exchange.headers() + FIRST, last=False))
    exchange.send(exchange.wrap(b"in time" if heard() else b"too late"))


def _keep(exchange: Exchange, order: Mapping[str, str]) -> None:
    """Answer in a way after which the connection can be used again. `down=0` is for responses that have no body."""
    if exchange.tells_end:
        exchange.rest()
    body = content(int(order.get("down", "11")))
    status = order.get("status", "200 OK").encode()
    length: tuple[bytes, ...] = () if order.get("down") == "0" else (b"Content-Length: %d" % len(body),)
    if order.get("chunks"):
        length, body = (b"Transfer-Encoding: chunked",), chunks(body, (1, 700, 4096))
    head = exchange.headers(*length, status=status).replace(b"HTTP/1.0", b"HTTP/1.1")
    exchange.keeps = True
    exchange.send(exchange.wrap(head + body) + (_MORE if order["keep"] == "more" else b""))
    if order["keep"] == "more":
        exchange.hold()


_MORE = b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil"
_KEY = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
"""What a key of a handshake is signed with (RFC 6455, 1.3)."""
HELLO = b"hello, "


def _upgrade(exchange: Exchange, order: Mapping[str, str]) -> None:
    """What goes through the tunnel need not be frames: a gateway does not read it."""
    key = next((value for name, value in exchange.variables if name.lower() == b"sec-websocket-key"), b"")
    accept = base64.b64encode(hashlib.sha1(key + _KEY, usedforsecurity=False).digest())
    lines = (b"HTTP/1.1 101 Switching Protocols", b"Upgrade: websocket", b"Connection: Upgrade")
    exchange.send(b"\r\n".join((*lines, b"Sec-WebSocket-Accept: " + accept, b"", b"")))
    how = order["upgrade"]
    if how == "echo":
        # Sending while more comes may block both sides: httpd waits for us to read, and we for it.
        parts = []
        while exchange.taken < int(order["up"]):
            parts.append(_hear(exchange))
        exchange.send(b"".join(parts))
    elif how == "talk":
        exchange.send(HELLO)
        part = b""
        while not part.endswith(b"."):
            part = _hear(exchange)
            exchange.send(part)
    else:
        exchange.send(HELLO * 100)
        if how == "resets":
            exchange.await_input(30)
            exchange.reset()
            return
    exchange.connection.shutdown(socket.SHUT_WR)
    while exchange.connection.recv(65536):
        continue


def _hear(exchange: Exchange) -> bytes:
    part = exchange.connection.recv(65536)
    if not part:
        raise WireError("the tunnel ended")
    exchange.take(part)
    return part


# Faults: each reads the body first, so that only what it says goes wrong.


def _cut(exchange: Exchange) -> None:
    """Announces more than it sends, and ends."""
    exchange.body()
    exchange.send(exchange.cut())
    exchange.linger()


def _reset(exchange: Exchange) -> None:
    """Sends a half and resets the connection."""
    exchange.body()
    _send_half(exchange, exchange.headers(b"Content-Length: 40000"))


def _reset_unannounced(exchange: Exchange) -> None:
    """The same with a response whose length nobody knows."""
    exchange.body()
    _send_half(exchange, exchange.headers())


def _send_half(exchange: Exchange, head: bytes) -> None:
    whole = exchange.wrap(head + content(40000))
    exchange.send(whole[: len(whole) // 2])
    time.sleep(_PAUSE)
    exchange.reset()


def _cut_chunks(exchange: Exchange) -> None:
    """Ends in the middle of a chunk."""
    exchange.body()
    _send_chunks(exchange, b"2000\r\n" + content(5000))
    exchange.linger()


def _send_chunks(exchange: Exchange, chunked: bytes) -> None:
    head = exchange.headers(b"Transfer-Encoding: chunked", b"Connection: close").replace(b"HTTP/1.0", b"HTTP/1.1")
    exchange.send(head + chunked)


def _silent(exchange: Exchange) -> None:
    """Ends without a response."""
    exchange.body()


def _garbage(exchange: Exchange) -> None:
    """Sends what is no response."""
    exchange.body()
    exchange.send(b"\x16\x03\x01 this is none of your protocols\r\n\r\n")
    exchange.linger()


def _no_head(exchange: Exchange) -> None:
    """Sends a response that has no head."""
    exchange.body()
    exchange.send(exchange.wrap(b"no head at all\n"))
    exchange.linger()


def _part_head(exchange: Exchange) -> None:
    """Ends in its head."""
    exchange.body()
    exchange.send(exchange.wrap(exchange.headers()[:-4], last=False))


def _head_only(exchange: Exchange) -> None:
    """Announces a body, and ends after the head."""
    exchange.body()
    exchange.send(exchange.wrap(exchange.headers(b"Content-Length: 40000"), last=False))
    exchange.linger()


def _no_end(exchange: Exchange) -> None:
    """Sends all but what says that it is all."""
    exchange.body()
    if exchange.wrap(b"") == b"":
        _send_chunks(exchange, chunks(content(5000), (5000,))[: -len(b"0\r\n\r\n")])
    else:
        exchange.send(exchange.wrap(exchange.headers() + content(5000), last=False))
    exchange.linger()


def _dies_in_body(exchange: Exchange) -> None:
    """Reads a part of the body and resets the connection."""
    exchange.part()
    exchange.reset()


def _dies(exchange: Exchange) -> None:
    """Resets the connection before it has read the body."""
    exchange.reset()


def _waits(exchange: Exchange) -> None:
    """Does not answer in time."""
    exchange.body()
    exchange.hold()


_FAULTS: Mapping[str, Callable[[Exchange], None]] = {
    "cut": _cut,
    "reset": _reset,
    "reset-unannounced": _reset_unannounced,
    "cut-chunks": _cut_chunks,
    "silent": _silent,
    "garbage": _garbage,
    "no-head": _no_head,
    "part-head": _part_head,
    "head-only": _head_only,
    "no-end": _no_end,
    "dies": _dies,
    "dies-in-body": _dies_in_body,
    "waits": _waits,
}
