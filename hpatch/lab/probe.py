"""A FastCGI request to a backend itself, without a gateway, that stops on its way: what the backend does meanwhile."""

from __future__ import annotations

import socket
from time import monotonic

from hpatch.errors import ToolError
from hpatch.lab.client import PATIENCE, connect
from hpatch.lab.model import Address
from hpatch.lab.wire.fastcgi import STDIN, Record, request, write
from hpatch.records import NamedTuple

_LEAST = 1.0
_SLACK = 20
"""How many times as long as for a whole request a backend may take before it does nothing any more."""
_VARIABLES = (
    (b"REQUEST_METHOD", b"POST"),
    (b"REQUEST_URI", b"/"),
    (b"PATH_INFO", b"/"),
    (b"QUERY_STRING", b""),
    (b"CONTENT_LENGTH", b"10"),
    (b"SERVER_PROTOCOL", b"HTTP/1.1"),
    (b"SERVER_NAME", b"localhost"),
    (b"SERVER_PORT", b"80"),
)
_HEAD = request(_VARIABLES)
_PART = write(Record(STDIN, b"0123456789"))
_END = write(Record(STDIN, b""))


class Stopped(NamedTuple):
    """What a backend did while a request stopped, and whether it closed after the rest."""

    answered_early: bool
    closed_early: bool
    closed: bool

    @property
    def told(self) -> str:
        """In words."""
        if self.closed_early:
            return "answers and closes" if self.answered_early else "closes"
        end = "" if self.closed else ", and never closes"
        return ("answers, and reads on to the end" if self.answered_early else "waits for the rest") + end


class Probed(NamedTuple):
    """A POST of 10 bytes that stops after FCGI_PARAMS, and one that stops after the body, before its empty record."""

    after_variables: Stopped
    after_body: Stopped


def probe(address: Address) -> Probed:
    """Ask a FastCGI backend. It is given a second, or twenty times what a whole request took, to do something early.

    Raises ToolError when it does not answer a whole request and close after it.
    """
    began = monotonic()
    whole = _ask(address, _HEAD + _PART + _END, b"", PATIENCE)
    if not (whole.answered_early and whole.closed_early):
        raise ToolError("the backend does not answer a whole FastCGI request and close")
    wait = max(_LEAST, _SLACK * (monotonic() - began))
    return Probed(_ask(address, _HEAD, _PART + _END, wait), _ask(address, _HEAD + _PART, _END, wait))


def _ask(address: Address, first: bytes, rest: bytes, wait: float) -> Stopped:
    """Send a part of a request, see what comes, send the rest where the connection is still open."""
    with connect(address) as stream:
        stream.sendall(first)
        answer, closed = _read(stream, wait)
        if closed:
            return Stopped(bool(answer), True, True)
        stream.sendall(rest)
        return Stopped(bool(answer), False, _read(stream, PATIENCE)[1])


def _read(stream: socket.socket, seconds: float) -> tuple[bytes, bool]:
    """What comes in so many seconds, and whether the connection ended."""
    end = monotonic() + seconds
    content = b""
    while (left := end - monotonic()) > 0:
        stream.settimeout(left)
        try:
            part = stream.recv(65536)
        except TimeoutError:
            break
        except ConnectionResetError:
            return content, True
        if not part:
            return content, True
        content += part
    return content, False
