"""Many clients at once, and how the connection of each ends."""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from hpatch.lab.net import crowd
from hpatch.lab.ports import LOOPBACK
from tests.support.patience import PATIENCE

_RESET = struct.pack("ii", 1, 0)


def test_how_a_connection_ends_is_told_of_each() -> None:
    """In order, by a reset, and not in time."""
    with serving() as port:
        found = crowd.ask(port, [b"close", b"reset"], PATIENCE)
        assert [in_order for _, in_order in found] == [True, False]
        assert found[0][0] == b"heard close"
        ((came, in_order),) = crowd.ask(port, [b"stay"], 0.3)
        assert not in_order
        assert came in (b"heard stay", b"")  # a busy machine may be late


@contextmanager
def serving() -> Iterator[int]:
    """A server that ends a connection as it is told to, and at last those that are to stay."""
    with ExitStack() as opened:
        listener = opened.enter_context(socket.create_server((LOOPBACK, 0)))

        def serve() -> None:
            for _ in range(3):
                connection = opened.enter_context(listener.accept()[0])
                how = connection.recv(10)
                connection.sendall(b"heard " + how)
                if how == b"reset":
                    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
                if how != b"stay":
                    connection.close()

        server = threading.Thread(target=serve)
        server.start()
        yield listener.getsockname()[1]
        server.join()
