"""Ports of 127.0.0.1 that stay free for whom they are meant.

A reserved port is bound and not listened on: no program gets it that asks for any free port, none connects from it, and
a connection to it is refused. Servers bind with SO_REUSEADDR, as every one does that wants to be started again at once,
and Linux lets them where nobody listens (socket(7)).
"""

from __future__ import annotations

import socket

LOOPBACK = "127.0.0.1"


class Ports:
    """The ports of a session, held until it ends."""

    def __init__(self) -> None:
        self._held: list[socket.socket] = []

    def reserve(self) -> int:
        """A port that nobody listens on, and that only a server gets which asks for it by number."""
        held = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        self._held.append(held)
        held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        held.bind((LOOPBACK, 0))
        port: int = held.getsockname()[1]
        return port

    def close(self) -> None:
        """Let go of all."""
        while self._held:
            self._held.pop().close()
