"""One connection to the responder, in the scheme that it speaks: its request as far as it was read, and its answer."""

from __future__ import annotations

import hashlib
import select
import socket
from abc import ABC, abstractmethod
from contextlib import suppress
from time import monotonic
from typing import TYPE_CHECKING

from hpatch.lab.model import Scheme
from hpatch.lab.wire import ajp, fastcgi, scgi, uwsgi
from hpatch.lab.wire.stream import Pairs, WireError, content_length, exactly
from hpatch.records import NamedTuple

if TYPE_CHECKING:
    import ssl

PATIENCE = 30.0
"""Seconds to wait for a gateway that neither sends nor takes anything."""
_LINE_END = b"\r\n"
_LARGEST_HEAD = 65536
_GONE = select.POLLRDHUP | select.POLLHUP | select.POLLERR


_NUMBER = "X-Hpatch-Number"
_NAMES = frozenset({_NUMBER.lower().encode(), b"http_" + _NUMBER.lower().replace("-", "_").encode()})
"""As HTTP has the header's name, and as the other schemes do."""


def numbered(number: int) -> str:
    """The header by which a request's exchange with the backend is told from others."""
    return f"{_NUMBER}: {number}"


def number_of(variables: Pairs) -> int | None:
    """The number of a request; None where it has none."""
    found = next((value for name, value in variables if name.lower() in _NAMES), b"")
    return int(found) if found.isdigit() else None


class Seen(NamedTuple):
    """What came in one connection, as far as it was read.

    `records` are the sizes of FCGI_STDIN's records, 0 for the one that ends it; `body` is the body's size in bytes and
    `digest` its SHA-256, in hexadecimal; `ended`: the input's end was read; `error` is what ended the exchange before
    its time, empty where nothing did; `trailers` are the lines after the last chunk; `turn` is 2 for the second request
    of a connection.
    """

    variables: Pairs = ()
    records: tuple[int, ...] = ()
    body: int = 0
    digest: str = ""
    ended: bool = False
    error: str = ""
    trailers: tuple[bytes, ...] = ()
    turn: int = 1


class Exchange(ABC):
    """One connection. Its methods raise WireError and OSError: the connection is over then."""

    status_start = b"HTTP/1.0 "
    """What stands before the code in the line of the status."""
    tells_end = False
    """Whether the input's end is told by itself, so that a body needs no announced length."""
    keeps = False
    """Whether the end of a response says that the connection stays, where it says anything of that."""

    def __init__(self, connection: socket.socket, content: bytes) -> None:
        self.connection = connection
        self.content = content
        self.stream = connection.makefile("rb", buffering=0)
        self.variables: Pairs = ()
        self.records: list[int] = []
        self.trailers: list[bytes] = []
        self.taken = 0
        self._hash = hashlib.sha256()
        self.ended = False
        self.began = False
        self.sent = 0
        self._turn = 1
        self.moved = monotonic()
        """When the kernel took something of the answer the last time."""

    def again(self) -> None:
        """Be ready for the next request of the same connection."""
        self.variables = ()
        self.records, self.trailers = [], []
        self.taken = 0
        self._hash = hashlib.sha256()
        self.ended = False
        self._turn += 1

    # What the gateway sends

    def head(self) -> None:
        """Read up to the end of the request's variables."""
        if not self.connection.recv(1, socket.MSG_PEEK):
            raise WireError("the gateway closed the connection")
        self.began = True
        self.variables = self.read_variables()

    @abstractmethod
    def read_variables(self) -> Pairs:
        """Read what begins a request."""

    @abstractmethod
    def part(self) -> None:
        """Read the next part of the body, or its end."""

    def body(self) -> None:
        """Read the body: as much as CONTENT_LENGTH tells, not the end after it."""
        while not self.ended and self.taken < self.length:
            self.part()

    def rest(self) -> None:
        """Read all, with the end."""
        while not self.ended:
            self.part()

    @property
    def length(self) -> int:
        """The body's size as announced. Raises WireError."""
        return content_length(dict(self.variables))

    def take(self, part: bytes) -> None:
        """Count a part of the body."""
        self.taken += len(part)
        self._hash.update(part)

    # What it gets

    def headers(self, *more: bytes, status: bytes = b"200 OK") -> bytes:
        """The answer's headers, with `more` lines."""
        lines = (self.status_start + status, b"Content-Type: application/octet-stream", *more, b"", b"")
        return _LINE_END.join(lines)

    def wrap(self, content: bytes, *, last: bool = True) -> bytes:
        """A part of the answer in the scheme's form, which the last part ends."""
        return content

    def cut(self) -> bytes:
        """An answer that ends in the middle of what it announces."""
        announced = b"Content-Length: %d" % (len(self.content) + 1)
        return self.headers(announced) + self.content[: len(self.content) // 2]

    def answer(self, *more: bytes) -> bytes:
        """The whole answer."""
        return self.wrap(self.headers(*more) + self.content)

    def send(self, content: bytes) -> None:
        """Hand bytes to the kernel; `sent` counts them."""
        view = memoryview(content)
        while view:
            done = self.connection.send(view)
            self.sent += done
            self.moved = monotonic()
            view = view[done:]

    # How it ends

    def await_input(self, seconds: float = 1.0) -> None:
        """Return when something has come that nobody has read, or after so many seconds."""
        select.select([self.connection], [], [], seconds)

    def hold(self) -> None:
        """Return when the gateway has closed, having read nothing."""
        poll = select.poll()
        poll.register(self.connection, _GONE)
        poll.poll(PATIENCE * 1000)

    def linger(self) -> None:
        """Close the sending side, and read what still comes, until the gateway has closed."""
        self.connection.shutdown(socket.SHUT_WR)
        with suppress(WireError):
            self.rest()  # a gateway that has its answer may close before its input ends
        while self.connection.recv(65536):
            continue

    def reset(self) -> None:
        """Let TCP send a reset instead of an end. A Unix socket resets when it is closed with something unread."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")

    def close(self) -> None:
        """End the connection at once."""
        self.stream.close()
        self.connection.close()

    def seen(self, error: str) -> Seen:
        """What came, as a fact."""
        return Seen(
            variables=self.variables,
            records=tuple(self.records),
            body=self.taken,
            digest=self._hash.hexdigest(),
            ended=self.ended,
            error=error,
            trailers=tuple(self.trailers),
            turn=self._turn,
        )


class _Fastcgi(Exchange):
    status_start = b"Status: "
    tells_end = True

    def read_variables(self) -> Pairs:
        self._content(fastcgi.BEGIN)
        content = b""
        while part := self._content(fastcgi.PARAMS):
            content += part
        return fastcgi.read_pairs(content)

    def part(self) -> None:
        content = self._content(fastcgi.STDIN)
        self.records.append(len(content))
        self.take(content)
        self.ended = not content

    def _content(self, type: int) -> bytes:
        """The next record's content, which must be of a type."""
        one = fastcgi.read(self.stream)
        if one is None:
            raise WireError("the gateway closed the connection")
        if one.type != type:
            raise WireError(f"a FastCGI record has the type {one.type} instead of {type}")
        return one.content

    def wrap(self, content: bytes, *, last: bool = True) -> bytes:
        if last:
            return fastcgi.response(content)
        return b"".join(map(fastcgi.write, fastcgi.split(fastcgi.STDOUT, content)))

    def cut(self) -> bytes:
        whole = (self.headers() + self.content)[: fastcgi.LARGEST]
        kept = len(self.headers()) + len(self.content) // 2
        return fastcgi.write(fastcgi.Record(fastcgi.STDOUT, whole[:kept]), announced=len(whole))


class _Plain(Exchange):
    """A head, and a body as long as it tells."""

    def part(self) -> None:
        if (missing := self.length - self.taken) > 0:
            self.take(exactly(self.stream, min(missing, 65536)))
        self.ended = self.taken >= self.length


class _Scgi(_Plain):
    status_start = b"Status: "

    def read_variables(self) -> Pairs:
        return scgi.read(self.stream)


class _Uwsgi(_Plain):
    def read_variables(self) -> Pairs:
        return uwsgi.read(self.stream)


class _Http(_Plain):
    """HTTP/1: a request line, headers, and a body in chunks, with Content-Length, or none."""

    _chunked = False

    def read_variables(self) -> Pairs:
        first, *lines = self._until(_LINE_END * 2, "the head of a request").split(_LINE_END)[:-2]
        headers = (line.partition(b":") for line in lines)
        names = {b"content-length": b"CONTENT_LENGTH"}
        found = [(names.get(name.lower(), name), value.strip()) for name, _, value in headers]
        self._chunked = any(name.lower() == b"transfer-encoding" and value == b"chunked" for name, value in found)
        return ((b"REQUEST_LINE", first), *found)

    def body(self) -> None:
        if self._chunked:
            self.rest()
        else:
            super().body()

    def part(self) -> None:
        if not self._chunked:
            super().part()
            return
        line = self._line()
        try:
            size = int(line.split(b";")[0], 16)
        except ValueError:
            raise WireError(f"{line!r} is not the size of a chunk") from None
        self.take(exactly(self.stream, size))
        while (line := self._line()) and not size:
            self.trailers.append(line)
        self.ended = not size

    def _line(self) -> bytes:
        return self._until(_LINE_END, "a line of a chunk")[: -len(_LINE_END)]

    def _until(self, end: bytes, what: str) -> bytes:
        """Read up to an end, and nothing beyond it: what follows stays unread."""
        text = b""
        while not text.endswith(end):
            text += exactly(self.stream, self._ready(text, end))
            if len(text) > _LARGEST_HEAD:
                raise WireError(f"{what} is longer than {_LARGEST_HEAD} bytes")
        return text

    def _ready(self, text: bytes, end: bytes) -> int:
        """How many bytes to read next so that none is read beyond the end; waits for some."""
        came = self.connection.recv(_LARGEST_HEAD + 1 - len(text), socket.MSG_PEEK)
        at = (text + came).find(end)
        return max(1, len(came) if at < 0 else at + len(end) - len(text))


class _Https(_Http):
    """The same below TLS."""

    _secure: ssl.SSLSocket | None = None

    def head(self) -> None:
        if self._secure is not None:
            self.variables = self.read_variables()
            return
        if not self.connection.recv(1, socket.MSG_PEEK):
            raise WireError("the gateway closed the connection")
        from hpatch.lab.backends import tls

        self.began = True
        self.stream.close()
        # What ends the response must not wait until its last part is acknowledged.
        self.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._secure = self.connection = tls.context().wrap_socket(self.connection, server_side=True)
        self.stream = self.connection.makefile("rb", buffering=0)
        self.variables = self.read_variables()

    def _ready(self, text: bytes, end: bytes) -> int:
        """TLS has decrypted the whole of what came, and shows none of it beforehand."""
        return 1

    def linger(self) -> None:
        """Say that nothing more comes, and read what still comes."""
        if self._secure is not None:
            self._secure.unwrap()


class _Ajp(Exchange):
    """AJP: the response's head and body are packets of their own, and all but a body's first part is asked for."""

    tells_end = True
    _headed = False
    _asked = True

    def again(self) -> None:
        super().again()
        self._headed = False

    def read_variables(self) -> Pairs:
        while ajp.is_ping(packet := ajp.read_packet(self.stream)):
            self.send(ajp.pong())
        line, headers, attributes = ajp.read_forward(packet)
        names = {b"content-length": b"CONTENT_LENGTH"}
        found = [(names.get(name, name), value) for name, value in headers]
        # What has a length comes by itself to begin with; of what has none, everything is to be asked for.
        self._asked = dict(found).get(b"CONTENT_LENGTH", b"0") != b"0"
        return ((b"REQUEST_LINE", line), *found, *attributes)

    def part(self) -> None:
        if not self._asked:
            self.send(ajp.get_body())
        self._asked = False
        content = ajp.read_body(ajp.read_packet(self.stream))
        self.take(content)
        self.ended = not content

    def wrap(self, content: bytes, *, last: bool = True) -> bytes:
        head = b""
        if not self._headed and content.startswith(b"HTTP/1."):
            self._headed = True
            text, end, content = content.partition(_LINE_END * 2)
            first, *lines = text.split(_LINE_END)
            _, status, reason = first.split(b" ", 2)
            pairs = (line.partition(b":") for line in lines)
            head = ajp.headers(int(status), reason, ((name, value.strip()) for name, _, value in pairs))
            if not end:
                return head[: len(head) // 2]
        return head + ajp.body(content) + (ajp.end(reuse=self.keeps) if last else b"")

    def cut(self) -> bytes:
        announced = b"Content-Length: %d" % (len(self.content) + 1)
        return self.wrap(self.headers(announced) + self.content[: len(self.content) // 2], last=False)

    def linger(self) -> None:
        """Close the sending side: nothing more can be asked for."""
        self.connection.shutdown(socket.SHUT_WR)
        while self.connection.recv(65536):
            continue


KINDS: dict[Scheme, type[Exchange]] = {
    "fcgi": _Fastcgi,
    "scgi": _Scgi,
    "uwsgi": _Uwsgi,
    "http": _Http,
    "https": _Https,
    "ajp": _Ajp,
    "ws": _Http,
}
"""By scheme, how a connection is spoken with."""
