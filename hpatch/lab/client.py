"""A client that sends what a test needs, byte by byte and pause by pause, and reads all that comes back.

It reads also while it still sends, as a browser does: an answer that comes before the request is over is not lost.
"""

from __future__ import annotations

import select
import socket
import time
from collections.abc import Callable, Sequence
from contextlib import closing, suppress

from hpatch.errors import ToolError
from hpatch.lab.model import Address, Outcome
from hpatch.lab.ports import LOOPBACK
from hpatch.lab.replies import split
from hpatch.records import NamedTuple


class Heard(NamedTuple):
    """Wait for a text after what was waited for before; not when the connection has ended."""

    text: bytes


class End(NamedTuple):
    """Say that nothing more comes, and go on reading."""


Until = Callable[[bool], bool]
"""Whether what a client waits for has come. It is told whether something has come from the server."""
Script = Sequence[bytes | float | Heard | End | Until]
"""What to do: bytes are sent, a number is seconds to wait, a text is waited for, a function is asked until yes."""
PATIENCE = 20.0
"""Seconds in which an answer must be whole."""
_BLOCK = 65536
_LOOK = 0.005
"""Seconds between two questions whether to go on."""


class Answer(NamedTuple):
    """What came back. `status` is None without a status line; `body` is without the framing of chunks.

    `whole`: the message ended as it announced: by its length, by its last chunk, or, with neither, by an end of the
    connection that was no reset.
    """

    status: int | None
    headers: tuple[tuple[str, bytes], ...]
    body: bytes
    whole: bool

    def header(self, name: str) -> bytes | None:
        """A header's first value; `name` is in small letters."""
        return next((value for one, value in self.headers if one == name), None)


NONE = Answer(None, (), b"", False)


def request(
    path: str, body: bytes | None = None, *, headers: Sequence[str] = (), pause: float | Until = 0.0
) -> tuple[bytes | float | Until, ...]:
    """The script of a GET, or of a POST with a body, that many seconds after its headers or when `pause` says so."""
    lines = [f"{'GET' if body is None else 'POST'} {path} HTTP/1.1", "Host: localhost", "Connection: close", *headers]
    if body is None:
        return ("\r\n".join([*lines, "", ""]).encode(),)
    head = "\r\n".join([*lines, f"Content-Length: {len(body)}", "", ""]).encode()
    return (head, pause, body) if pause else (head + body,)


def connect(address: Address, seconds: float = PATIENCE) -> socket.socket:
    """A connection to a backend itself. Raises ToolError when nobody listens there."""
    stream = socket.socket(socket.AF_INET if address.path is None else socket.AF_UNIX)
    stream.settimeout(seconds)
    try:
        stream.connect((LOOPBACK, address.port) if address.path is None else str(address.path))
    except OSError as error:
        stream.close()
        raise ToolError(f"the backend does not accept a connection: {error.strerror or error}") from error
    return stream


def talk(port: int, script: Script, *, patience: float = PATIENCE, narrow: bool = False) -> Answer:
    """Send a script to 127.0.0.1 and read the answer up to the connection's end, at most `patience` seconds long.

    Nothing is read while the script waits; `narrow`: and the kernel takes only a few kilobytes meanwhile.
    """
    content, in_order = converse(port, script, patience=patience, narrow=narrow)
    return parse(content, reset=not in_order)


def converse(port: int, script: Script, *, patience: float = PATIENCE, narrow: bool = False) -> tuple[bytes, bool]:
    """The same, as bytes, and whether the connection ended in order and in time; none where nobody listens."""
    end = time.monotonic() + patience
    with closing(socket.socket()) as stream:
        if narrow:
            stream.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        stream.settimeout(patience)
        try:
            stream.connect((LOOPBACK, port))
        except OSError:
            return b"", False
        came = bytearray()
        place = 0
        for step in script:
            if isinstance(step, bytes):
                _send(stream, step, came, end)
            elif callable(step):
                _await(stream, step, end)
            elif isinstance(step, End):
                with suppress(OSError):
                    stream.shutdown(socket.SHUT_WR)
            elif isinstance(step, Heard):
                place = _hear(stream, step.text, came, place, end)
            else:
                time.sleep(step)
        in_order = _read_all(stream, came, end)
    return bytes(came), in_order


def _await(stream: socket.socket, until: Until, end: float) -> None:
    """Read nothing until it has come, or patience is over."""
    came = False
    while not until(came) and time.monotonic() < end:
        if came:
            time.sleep(_LOOK)
        else:
            came = bool(select.select([stream], [], [], _LOOK)[0])


def _send(stream: socket.socket, content: bytes, came: bytearray, end: float) -> None:
    """Send bytes, and read what comes meanwhile. Gives up when nobody takes them any more."""
    view = memoryview(content)
    watching = [stream]
    try:
        while view and (left := end - time.monotonic()) > 0:
            readable, writable, _ = select.select(watching, [stream], [], left)
            if readable:
                part = stream.recv(_BLOCK)
                came += part
                if not part:
                    watching = []
            if writable:
                view = view[stream.send(view[:_BLOCK]) :]
    except OSError:
        return  # what was refused is for the answer to explain


def _hear(stream: socket.socket, text: bytes, came: bytearray, place: int, end: float) -> int:
    """Read until a text comes after a place; where it ends, or where the connection did."""
    while (found := came.find(text, place)) < 0 and (left := end - time.monotonic()) > 0:
        try:
            stream.settimeout(left)
            part = stream.recv(_BLOCK)
        except OSError:
            break
        if not part:
            break
        came += part
    return len(came) if found < 0 else found + len(text)


def _read_all(stream: socket.socket, came: bytearray, end: float) -> bool:
    """Read to the connection's end; whether it ended in order and in time."""
    try:
        while (left := end - time.monotonic()) > 0:
            stream.settimeout(left)
            part = stream.recv(_BLOCK)
            if not part:
                return True
            came += part
    except OSError:
        pass
    return False


def parse(content: bytes, *, reset: bool = False) -> Answer:
    """What an HTTP/1 response says; `reset`: its connection did not end in order."""
    reply, *_ = split(content, ("GET",), in_order=not reset)
    if not reply.status[:3].isdigit():
        return NONE
    headers = tuple((name, value.encode("latin-1")) for name, value in reply.headers)
    return Answer(int(reply.status[:3]), headers, reply.body, reply.whole)


def outcome(answer: Answer, expected: bytes) -> Outcome:
    """What became of a request whose whole answer is status 200 with `expected`."""
    if answer.status is None:
        return "none"
    if answer.status == 503:
        return "503"
    if answer.status != 200:
        return "error"
    if answer.body == expected and answer.whole:
        return "full"
    return "cut" if answer.body else "empty"
