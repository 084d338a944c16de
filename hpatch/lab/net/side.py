"""An httpd of the net, with a backend behind each way, and one play of a trial on it."""

from __future__ import annotations

import socket
import struct
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, suppress
from typing import Protocol

from hpatch.lab import client
from hpatch.lab.backends.responder import responder
from hpatch.lab.client import Heard, Script
from hpatch.lab.gateways import httpd
from hpatch.lab.model import Address, GatewaySpec, Route
from hpatch.lab.net import crowd, h2, places
from hpatch.lab.net import seen as observed
from hpatch.lab.net.backend import Book, complaint
from hpatch.lab.net.h2 import StreamRequest
from hpatch.lab.net.model import Facts, Way
from hpatch.lab.net.ways import Ways
from hpatch.lab.ports import LOOPBACK
from hpatch.lab.replies import NO_REPLY, ClientReply, split
from hpatch.lab.session import Gateway, Session

TIMEOUT = 1
"""Seconds after which a gateway gives up a backend that does not answer."""
PATIENT, _PATIENT_AGAIN = 60, 10
"""The same where many ask at once: a busy machine takes its time; in repeats, the first time has shown how long."""
_PATIENCE = 8.0
_LEAVING = _LOOK = 0.02
_COMING, _COMING_AGAIN = 5.0, 0.5
"""Seconds in which the backend sees a request that httpd passes on, if ever: the first time, and in repeats."""


class PlayedSide(Protocol):
    """What a play needs of a side: a running httpd, and what its backends saw."""

    @property
    def gateway(self) -> Gateway:
        """The httpd."""

    @property
    def book(self) -> Book:
        """What the backends saw."""

    @property
    def h2(self) -> Address:
        """Where the httpd speaks HTTP/2 alone."""

    def masks(self, way: Way) -> Mapping[str, str]:
        """The names that only this side has, and what stands for them in facts."""


class NetSide:
    """A running httpd, before a change or after it."""

    def __init__(self, session: Session, running: ExitStack, spec: GatewaySpec, ways: Ways) -> None:
        self.book = Book()
        self.addresses: dict[Way, Address] = {}
        self.h2 = session.address("tcp", "h2")
        settings = [*_loaded(ways), *ways.settings, f"ProxyTimeout {TIMEOUT}"]
        # Both sides have the same one: its path is a part of what some backends see.
        settings += [f'DocumentRoot "{session.folder}"', *places.variables()]
        for number, way in enumerate(ways.ways):
            self.addresses[way] = session.address(way.transport, way.scheme)
            running.enter_context(responder(self.addresses[way], way.scheme, self.book.behave))
            nobody = session.address(way.transport, "nobody")
            if way.front == "HTTP/1.1" and ways.places:
                settings += places.lines(way, number, self.addresses[way], nobody, ways)
            settings += _mappings(way, number, self.addresses[way], nobody, ways.keeping)
        if any(way.front == "HTTP/2" for way in ways.ways):
            # A server of its own: H2Direct changes how httpd begins to read each connection.
            settings += [f"Listen {LOOPBACK}:{self.h2.port}", f"<VirtualHost {LOOPBACK}:{self.h2.port}>"]
            settings += ["Protocols h2c", "H2Direct on", "</VirtualHost>"]
        self.gateway = session.gateway(spec, (), settings)

    def masks(self, way: Way) -> Mapping[str, str]:
        """The names that only this side has, and what stands for them in facts."""
        address = self.addresses[way]
        own = str(address.path) if address.port is None else f"{LOOPBACK}:{address.port}"
        ports = {f":{self.gateway.port}": ":PORT", f":{self.h2.port}": ":PORT"}
        return {own: "BACKEND", str(self.gateway.folder): "FOLDER", **ports}


def _mappings(way: Way, number: int, address: Address, nobody: Address, keeping: Mapping[str, str]) -> Iterator[str]:
    """The longest URL first, and after the places: a later one that begins with it would share its worker.

    Then it would lose its own parameters.
    """
    upgrade = {"upgrade": "websocket"} if way.front == "WebSocket" and way.scheme == "http" else {}
    patient = Route(way.patient, way.scheme, address, {**upgrade, "timeout": str(PATIENT)})
    yield httpd.mapping(patient, f"127.0.2.{number + 1}", "/patient/")
    kept = Route(way.kept, way.scheme, address, keeping if way.scheme == "fcgi" else {})
    yield httpd.mapping(kept, f"127.0.4.{number + 1}", "/kept/")
    yield httpd.mapping(Route(way.path, way.scheme, address, upgrade), f"127.0.1.{number + 1}")
    yield httpd.mapping(Route(way.nobody, way.scheme, nobody, {"retry": "0"}), f"127.0.3.{number + 1}")


def _loaded(ways: Ways) -> Iterator[str]:
    for name, path in ways.modules.items():
        yield f'LoadModule {name}_module "{path}"'


def _hear(stream: socket.socket, text: bytes) -> None:
    """Read up to a text, and nothing beyond what comes with it; at most to the end."""
    came = b""
    while text not in came and (part := stream.recv(1024)):
        came += part


class Play:
    """One play of a trial: its bench. `number` tells its requests from those of all others of this side.

    `again`: no long waits for what the backend is to see. `missed`: it has not seen as many requests as it was to see,
    or a crowd was not served in its time.
    """

    def __init__(self, side: PlayedSide, way: Way, number: str, *, again: bool = False) -> None:
        self.way = way
        self._again = again
        self._patience = _COMING_AGAIN if again else _COMING
        self._side = side
        self._number = number
        self.missed = False

    def order(self, **wishes: str | int) -> str:
        """The header that tells the backend what to do."""
        return "X-Net: " + "; ".join(f"{key}={value}" for key, value in {"trial": self._number, **wishes}.items())

    def converse(self, script: Script, *methods: str) -> tuple[ClientReply, ...]:
        """Send a script; the responses."""
        content, in_order = client.converse(self._side.gateway.port, script, patience=_PATIENCE)
        return split(content, methods, in_order=in_order) or (NO_REPLY,)

    def exchange(self, *rounds: Sequence[StreamRequest]) -> tuple[ClientReply, ...]:
        """Send requests over one connection of HTTP/2; the responses."""
        return h2.exchange(self._side.h2, rounds, _PATIENCE)

    def crowd(self, requests: Sequence[bytes]) -> Sequence[tuple[bytes, bool]]:
        """Send requests, all at once; what came for each."""
        came = crowd.ask(self._side.gateway.port, requests, _PATIENT_AGAIN if self._again else PATIENT)
        self.missed = not all(in_order for _, in_order in came)
        return came

    def heard(self, came: bool) -> bool:
        """Tell the backend so."""
        self._side.book.heard(self._number)
        return True

    def restart(self) -> bool:
        """Let it begin anew."""
        return self._side.gateway.restart()

    def logged(self) -> bool:
        """Whether the error log has it, sooner or later."""
        end = time.monotonic() + self._patience
        while not (found := complaint(self._number) in self._side.gateway.log().text) and time.monotonic() < end:
            time.sleep(_LOOK)
        return found

    def leave(self, script: Script) -> None:
        """Send a script, hear what it waits for, and leave, with a reset."""
        with suppress(OSError), closing(socket.create_connection((LOOPBACK, self._side.gateway.port), 5)) as stream:
            for step in script:
                if isinstance(step, bytes):
                    stream.sendall(step)
                elif isinstance(step, Heard):
                    _hear(stream, step.text)
            time.sleep(_LEAVING)
            stream.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    def seen(self, count: int = 1) -> Facts:
        """What the backend saw."""
        requests = self._side.book.take(self._number, count, self._patience)
        self.missed = self.missed or len(requests) < count
        masks = {**self._side.masks(self.way), f"trial={self._number}": "trial"}
        return observed.facts(requests, masks, observed.FRAMING if self.way.front == "HTTP/2" else ())
