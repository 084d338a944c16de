"""The responder by itself, with one of its faults, for an httpd that somebody else runs."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from hpatch.errors import UsageError
from hpatch.lab.backends import faults
from hpatch.lab.backends.exchange import Seen
from hpatch.lab.backends.faults import Fault
from hpatch.lab.backends.responder import CONTENT, Responder, responder
from hpatch.lab.model import Address, Scheme
from hpatch.lab.ports import Ports
from hpatch.records import NamedTuple


class Served(NamedTuple):
    """A running responder, and the fault that it has."""

    fault: Fault
    responder: Responder

    @property
    def modules(self) -> tuple[str, ...]:
        """The modules of httpd that it takes."""
        return ("proxy", f"proxy_{self.responder.scheme}")

    @property
    def lines(self) -> tuple[str, ...]:
        """The lines of httpd's configuration that lead to it."""
        address, scheme, path = self.responder.address, self.responder.scheme, f"/{self.fault.name}/"
        if address.path is None:
            return (f'ProxyPass "{path}" "{scheme}://127.0.0.1:{address.port}/"',)
        # Two workers of a scheme and a host are one to httpd, whatever their sockets.
        return (f'ProxyPass "{path}" "unix:{address.path}|{scheme}://{self.fault.name}/"',)


@contextmanager
def serving(fault: str, scheme: Scheme, *, port: int | None, path: Path | None, size: int) -> Iterator[Served]:
    """Run one on a port of 127.0.0.1 (None: any that is free), or at the Unix socket `path`; it goes in the end.

    `size` is that of each answer's body, in bytes. Raises UsageError for an unknown fault and for a path that is not a
    socket, ToolError when it cannot listen.
    """
    found = faults.find(fault)
    content = (CONTENT * (size // len(CONTENT) + 1))[:size]
    with closing(Ports()) as ports:
        address = Address(path=path) if path is not None else Address(port=port or ports.reserve())
        if path is not None:
            _clear(path)
        with responder(address, scheme, found.name, content) as running:
            try:
                yield Served(found, running)
            finally:
                if path is not None:
                    path.unlink(missing_ok=True)


def _clear(path: Path) -> None:
    """Remove the socket of one that was killed. One that somebody listens at stays."""
    if not path.exists():
        return
    if not path.is_socket():
        raise UsageError(f"{path} exists and is not a socket; choose another --socket")
    with closing(socket.socket(socket.AF_UNIX)) as stream, suppress(OSError):
        if stream.connect_ex(str(path)) != 0:
            path.unlink()


def told(seen: Seen) -> str:
    """A request in one line: what was asked for, how much of its body was read, and what ended it before its time."""
    variables = dict(seen.variables)
    asked = variables.get(b"REQUEST_LINE") or b" ".join(
        filter(None, (variables.get(b"REQUEST_METHOD"), variables.get(b"REQUEST_URI")))
    )
    words = [asked.decode("utf-8", "surrogateescape") or "a request"]
    if seen.body or variables.get(b"CONTENT_LENGTH", b"") not in (b"", b"0"):
        words.append(f"{seen.body} bytes of body{'' if seen.ended else ', not to the end'}")
    if seen.error:
        words.append(seen.error)
    return "; ".join(words)
