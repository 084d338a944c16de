"""A slow hop between a gateway and a backend: what comes in a connection goes on late, and only so fast.

Both ends are treated as by a network: an end in order and a reset go on behind what came before them. The relay takes
little at once, so that a response waits at the backend, as it does when the hop is far and slow.
"""

from __future__ import annotations

import errno
import queue
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Literal

from hpatch.lab.model import Address
from hpatch.lab.ports import LOOPBACK
from hpatch.records import NamedTuple

_BLOCK = 4096
_TAKES = 8192
"""Bytes that the kernel is asked to hold for the relay of what the backend sends."""
_CLOSED = 7
"""TCP_INFO's state of a connection that a reset has ended (TCP_CLOSE)."""
_ENDING = 5.0
_PATIENCE = 60.0
End = Literal["order", "reset"]
_Item = tuple[float, bytes | End]


class Hop(NamedTuple):
    """What a connection was like, as the relay saw it.

    `taken` and `passed` count the response's bytes from the backend and to the gateway; `end` is how the backend ended
    the connection, None where the gateway was first; `left`: the gateway took no more although more had come.
    """

    taken: int
    passed: int
    end: End | None
    left: bool


class Relay:
    """A running relay to a backend's port, at a port of its own."""

    def __init__(self, listener: socket.socket, backend: Address, rate: int, delay: float) -> None:
        self._listener = listener
        self._backend = backend
        self._rate = rate
        self._delay = delay
        self._lock = threading.Lock()
        self._connections: list[_Connection] = []
        self._accepting = threading.Thread(target=self._accept, daemon=True)
        self._accepting.start()

    def hops(self) -> tuple[Hop, ...]:
        """The connections so far, once all have ended or have had a few seconds to end."""
        limit = time.monotonic() + _ENDING
        for one in self._opened():
            one.join(limit - time.monotonic())
        return tuple(one.hop() for one in self._opened())

    def stop(self) -> None:
        """End it, with all connections."""
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._accepting.join(_ENDING)
        for one in self._opened():
            one.stop()

    def _opened(self) -> tuple[_Connection, ...]:
        with self._lock:
            return tuple(self._connections)

    def _accept(self) -> None:
        while True:
            try:
                gateway, _ = self._listener.accept()
            except OSError:
                return  # it was shut down: that is how it ends
            backend = socket.socket()
            backend.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _TAKES)
            try:
                backend.connect((LOOPBACK, self._backend.port))
            except OSError:
                _disconnect(gateway)
                gateway.close()
                backend.close()
                continue
            with self._lock:
                self._connections.append(_Connection(gateway, backend, self._rate, self._delay))


class _Connection:
    """One connection: a reader and a writer for each direction."""

    def __init__(self, gateway: socket.socket, backend: socket.socket, rate: int, delay: float) -> None:
        self._sides = (gateway, backend)
        self._rate = rate
        self._delay = delay
        self._taken = self._passed = 0
        self._end: End | None = None
        self._left = False
        self._broken = False
        self._refused = False  # the backend reset the connection, and a write was told of it
        self._writing = threading.Lock()  # held while something is written to the backend
        for side in self._sides:
            side.settimeout(_PATIENCE)
            side.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._threads = []
        for source, target in ((gateway, backend), (backend, gateway)):
            waiting: queue.SimpleQueue[_Item] = queue.SimpleQueue()
            self._threads += [
                threading.Thread(target=self._read, args=(source, waiting), daemon=True),
                threading.Thread(target=self._write, args=(target, waiting), daemon=True),
            ]
        for thread in self._threads:
            thread.start()

    def hop(self) -> Hop:
        """What was seen of it."""
        return Hop(self._taken, self._passed, self._end, self._left)

    def join(self, seconds: float) -> None:
        """Wait for its end, so many seconds; then close it."""
        limit = time.monotonic() + seconds
        for thread in self._threads:
            thread.join(max(0.0, limit - time.monotonic()))
        self.stop()

    def stop(self) -> None:
        """End it."""
        for side in self._sides:
            with suppress(OSError):
                side.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(_ENDING)
        for side in self._sides:
            side.close()

    def _read(self, source: socket.socket, waiting: queue.SimpleQueue[_Item]) -> None:
        """Take what comes, no faster than the rate."""
        response = source is self._sides[1]
        end: End = "order"
        try:
            while part := source.recv(_BLOCK):
                if response:
                    self._taken += len(part)
                waiting.put((time.monotonic() + self._delay, part))
                time.sleep(len(part) / self._rate)
        except OSError:
            end = "reset"
        if response:
            end = "reset" if end == "order" and self._lost(source) else end
            if not self._broken:
                self._end = end
        waiting.put((time.monotonic() + self._delay, end))

    def _lost(self, backend: socket.socket) -> bool:
        """Whether what seems an end in order was a reset: the kernel tells of one once, perhaps to a write."""
        if backend.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 1)[0] != _CLOSED:
            return False
        with self._writing:
            return self._refused

    def _write(self, target: socket.socket, waiting: queue.SimpleQueue[_Item]) -> None:
        """Pass on what has come, each part when it is due."""
        response = target is self._sides[0]
        while True:
            due, item = waiting.get()
            time.sleep(max(0.0, due - time.monotonic()))
            try:
                if item == "order":
                    target.shutdown(socket.SHUT_WR)
                    return
                if item == "reset":
                    self._break()
                    return
                assert isinstance(item, bytes)
                if not self._sent(target, item, response):
                    return
            except OSError:
                return
            if response:
                self._passed += len(item)

    def _sent(self, target: socket.socket, part: bytes, response: bool) -> bool:
        """Pass a part on; whether there is still somebody to take the next."""
        if response:
            try:
                target.sendall(part)
            except OSError:
                self._left = True
                self._break()
                return False
            return True
        with self._writing:
            try:
                target.sendall(part)
            except OSError as error:
                # What the backend has answered is still under way, and its reset comes behind that.
                self._refused = error.errno == errno.ECONNRESET
                return False
        return True

    def _break(self) -> None:
        """Reset both sides. Their descriptors stay open until the threads have ended."""
        self._broken = True
        for side in self._sides:
            with suppress(OSError):
                _disconnect(side)


def _disconnect(side: socket.socket) -> None:
    """Reset a connection at once, and wake whoever waits at it: connect() to no address (AF_UNSPEC) does that."""
    import ctypes

    ctypes.CDLL(None, use_errno=True).connect(side.fileno(), bytes(16), 16)


@contextmanager
def relay(address: Address, backend: Address, *, rate: int, delay: float) -> Iterator[Relay]:
    """Run one at a port, to the port of a backend; `rate` is in bytes a second, `delay` in seconds, each way.

    Raises OSError when it cannot listen there.
    """
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((LOOPBACK, address.port))
        listener.listen(64)
        running = Relay(listener, backend, rate, delay)
        try:
            yield running
        finally:
            running.stop()
