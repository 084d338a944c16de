"""An httpd of the net, with a backend behind each way, and one play of a trial on it."""

from __future__ import annotations

import socket
import struct
import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack, closing, suppress

from hpatch.lab import client
from hpatch.lab.backends.responder import responder
from hpatch.lab.client import Script
from hpatch.lab.model import Address, GatewaySpec
from hpatch.lab.net import seen as observed
from hpatch.lab.net.backend import Book
from hpatch.lab.net.model import Facts, Way
from hpatch.lab.ports import LOOPBACK
from hpatch.lab.replies import NO_REPLY, ClientReply, split
from hpatch.lab.session import Session

_TIMEOUT = 1
"""Seconds after which httpd gives up a backend that does not answer."""
_PATIENCE = 8.0
_LEAVING = 0.02
_COMING, _COMING_AGAIN = 5.0, 0.5
"""Seconds in which the backend sees a request that httpd passes on, if ever: the first time, and in repeats."""


class NetSide:
    """A running httpd, before a change or after it."""

    def __init__(self, session: Session, running: ExitStack, spec: GatewaySpec, ways: Sequence[Way]) -> None:
        self.book = Book()
        self.addresses: dict[Way, Address] = {}
        routes = []
        for way in ways:
            address = session.address(way.transport, way.scheme)
            backend = running.enter_context(responder(address, way.scheme, self.book.behave))
            self.addresses[way] = address
            routes.append(backend.route(way.path))
        self.gateway = session.gateway(spec, routes, [f"ProxyTimeout {_TIMEOUT}"])

    def masks(self, way: Way) -> Mapping[str, str]:
        """The names that only this side has, and what stands for them in facts."""
        address = self.addresses[way]
        own = str(address.path) if address.port is None else f"{LOOPBACK}:{address.port}"
        return {own: "BACKEND", f":{self.gateway.port}": ":PORT"}


class Play:
    """One play of a trial: its bench. `number` tells its requests from those of all others of this side.

    `again`: the trial has been played before.
    """

    def __init__(self, side: NetSide, way: Way, number: str, *, again: bool = False) -> None:
        self.way = way
        self._patience = _COMING_AGAIN if again else _COMING
        self._side = side
        self._number = number

    def order(self, **wishes: str | int) -> str:
        """The header that tells the backend what to do."""
        return "X-Net: " + "; ".join(f"{key}={value}" for key, value in {"trial": self._number, **wishes}.items())

    def converse(self, script: Script, *methods: str) -> tuple[ClientReply, ...]:
        """Send a script; the responses."""
        content, in_order = client.converse(self._side.gateway.port, script, patience=_PATIENCE)
        return split(content, methods, in_order=in_order) or (NO_REPLY,)

    def leave(self, script: Script) -> None:
        """Send a script and leave, with a reset."""
        with suppress(OSError), closing(socket.create_connection((LOOPBACK, self._side.gateway.port), 5)) as stream:
            for step in script:
                if isinstance(step, bytes):
                    stream.sendall(step)
            time.sleep(_LEAVING)
            stream.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    def seen(self, count: int = 1) -> Facts:
        """What the backend saw."""
        requests = self._side.book.take(self._number, count, self._patience)
        return observed.facts(requests, {**self._side.masks(self.way), f"trial={self._number}": "trial"})
