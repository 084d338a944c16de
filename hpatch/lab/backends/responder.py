"""A backend of our own: speaks FastCGI, SCGI, uwsgi or HTTP, answers each request alike, and has one fault or none."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from time import monotonic

from hpatch.errors import ToolError
from hpatch.lab.backends.exchange import KINDS, PATIENCE, Exchange, Seen, number_of
from hpatch.lab.backends.faults import Behave, find
from hpatch.lab.model import Address, Route, Scheme
from hpatch.lab.ports import LOOPBACK
from hpatch.lab.wire.stream import WireError

CONTENT = b"all of it\n"
"""What it answers unless it is told otherwise."""
_BACKLOG = 1024
_ENDING = 5.0
"""Seconds that its threads may take to end: each of them was woken."""


class Responder:
    """A running one: a thread that accepts, and one for each connection."""

    def __init__(
        self, listener: socket.socket, address: Address, scheme: Scheme, fault: str | Behave, content: bytes
    ) -> None:
        self.address = address
        self.scheme = scheme
        self._listener = listener
        self._behave = find(fault).behave if isinstance(fault, str) else fault
        self._content = content
        self._lock = threading.Lock()
        self._noted = threading.Condition(self._lock)
        self._open: dict[Exchange, threading.Thread] = {}
        self._seen: list[Seen] = []
        self._sent = 0
        self._stopping = False
        self._accepting = threading.Thread(target=self._accept, daemon=True)
        self._accepting.start()

    @property
    def seen(self) -> tuple[Seen, ...]:
        """What came in each connection that is over and had a request, in the order of their ends."""
        with self._lock:
            return tuple(self._seen)

    @property
    def sent(self) -> int:
        """How many bytes of answers the kernel has taken so far."""
        with self._lock:
            return self._sent + sum(one.sent for one in self._open)

    def settle(self, count: int, seconds: float = 2.0) -> None:
        """Return when so many exchanges are noted, or after so many seconds: a connection's end takes a moment."""
        with self._noted:
            self._noted.wait_for(lambda: len(self._seen) >= count, seconds)

    def ended(self, number: int, answered: bool) -> bool:
        """Whether the exchange of the request with this number (`numbered`) is over, and its connection closed.

        Where the client has its answer already, also whether there is no such exchange: the gateway has begun none.
        """
        with self._lock:
            return self._over(number) or (answered and self._under_way(number) is None)

    def rests(self, number: int, seconds: float, answered: bool) -> bool:
        """The same, or whether nobody has taken anything more of the answer for so many seconds."""
        with self._lock:
            exchange = self._under_way(number)
            if exchange is None:
                return self._over(number) or answered
            return exchange.sent > 0 and monotonic() - exchange.moved >= seconds

    def _over(self, number: int) -> bool:
        return any(number_of(seen.variables) == number for seen in self._seen)

    def _under_way(self, number: int) -> Exchange | None:
        return next((one for one in self._open if number_of(one.variables) == number), None)

    def route(self, path: str, parameters: Mapping[str, str] | None = None) -> Route:
        """How a gateway reaches it."""
        return Route(path, self.scheme, self.address, parameters or {})

    def stop(self) -> None:
        """End it, with all connections."""
        with self._lock:
            self._stopping = True
            open_now = dict(self._open)
        _wake(self._listener)
        self._accepting.join(_ENDING)
        self._listener.close()
        for exchange, thread in open_now.items():
            _wake(exchange.connection)
            thread.join(_ENDING)

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return  # it was shut down: that is how it ends
            connection.settimeout(PATIENCE)
            exchange = KINDS[self.scheme](connection, self._content)
            thread = threading.Thread(target=self._serve, args=(exchange,), daemon=True)
            with self._lock:
                if self._stopping:
                    connection.close()
                    return
                self._open[exchange] = thread
            thread.start()

    def _serve(self, exchange: Exchange) -> None:
        error = ""
        try:
            self._behave(exchange)
        except (WireError, OSError) as problem:
            error = str(problem)
        exchange.close()
        with self._lock:
            del self._open[exchange]
            self._sent += exchange.sent
            if exchange.began:
                self._seen.append(exchange.seen(error))
                self._noted.notify_all()


def _wake(waiting: socket.socket) -> None:
    """Let whoever waits at a socket go on, to an end."""
    with suppress(OSError):
        waiting.shutdown(socket.SHUT_RDWR)


@contextmanager
def responder(
    address: Address, scheme: Scheme = "fcgi", fault: str | Behave = "sound", content: bytes = CONTENT
) -> Iterator[Responder]:
    """Run one at an address, with a fault of the table or one of the caller's own.

    Raises UsageError for an unknown fault, ToolError when it cannot listen there.
    """
    if isinstance(fault, str):
        find(fault)
    with _listen(address) as listener:
        one = Responder(listener, address, scheme, fault, content)
        try:
            yield one
        finally:
            one.stop()


def _listen(address: Address) -> socket.socket:
    """A listening socket; whoever can enter its folder may use it."""
    listener = socket.socket(socket.AF_INET if address.path is None else socket.AF_UNIX)
    try:
        if address.path is None:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind((LOOPBACK, address.port))
        else:
            listener.bind(str(address.path))
            address.path.chmod(0o666)
        listener.listen(_BACKLOG)
    except OSError as error:
        listener.close()
        place = address.path or f"port {address.port}"
        raise ToolError(f"the responder cannot listen at {place}: {error.strerror or error}") from error
    return listener
