"""Many clients at once, each with a request of its own."""

from __future__ import annotations

import selectors
import socket
import time
from collections.abc import Sequence
from contextlib import ExitStack

from hpatch.lab.ports import LOOPBACK

_BLOCK = 65536


def ask(port: int, requests: Sequence[bytes], patience: float) -> list[tuple[bytes, bool]]:
    """Open all connections, send all requests, and read all to their ends: what came, and whether the end was one.

    What has not ended in time, or was reset, has not ended in order.
    """
    end = time.monotonic() + patience
    with selectors.DefaultSelector() as selector, ExitStack() as opened:
        clients = [_Client(opened.enter_context(socket.socket()), one) for one in requests]
        for one in clients:
            one.socket.setblocking(False)
            one.socket.connect_ex((LOOPBACK, port))
            selector.register(one.socket, selectors.EVENT_READ | selectors.EVENT_WRITE, one)
        while selector.get_map() and (left := end - time.monotonic()) > 0:
            for key, events in selector.select(left):
                client: _Client = key.data
                if not client.go_on(events):
                    selector.unregister(client.socket)
                elif not client.unsent:
                    selector.modify(client.socket, selectors.EVENT_READ, client)
    return [(bytes(one.came), one.in_order) for one in clients]


class _Client:
    def __init__(self, stream: socket.socket, request: bytes) -> None:
        self.socket = stream
        self.unsent = memoryview(request)
        self.came = bytearray()
        self.in_order = False

    def go_on(self, events: int) -> bool:
        """Do what can be done; whether there is more to do."""
        try:
            if events & selectors.EVENT_WRITE and self.unsent:
                self.unsent = self.unsent[self.socket.send(self.unsent) :]
            if events & selectors.EVENT_READ:
                part = self.socket.recv(_BLOCK)
                self.came += part
                self.in_order = not part
                return bool(part)
        except BlockingIOError:
            return True
        except OSError:
            return False
        return True
