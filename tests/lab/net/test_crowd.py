"""Many clients at once, and how the connection of each ends."""

from __future__ import annotations

import socket
import struct
import threading
from contextlib import ExitStack

from hpatch.lab.net import crowd
from hpatch.lab.ports import LOOPBACK

_RESET = struct.pack("ii", 1, 0)


def test_how_a_connection_ends_is_told_of_each() -> None:
    """In order, by a reset, and not in time."""
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
        found = crowd.ask(listener.getsockname()[1], [b"close", b"reset", b"stay"], 0.5)
        server.join()
    assert [in_order for _, in_order in found] == [True, False, False]
    assert (found[0][0], found[2][0]) == (b"heard close", b"heard stay")
