"""A lab session: a private folder, and everything that was started in it, which ends with it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from hpatch.lab.model import Address, Cell, GatewaySpec, Log, Route, Transport


class Gateway(Protocol):
    """A running gateway."""

    @property
    def port(self) -> int:
        """Where it listens on 127.0.0.1."""

    def log(self) -> Log:
        """What its error log says by now."""

    def cpu(self) -> float:
        """The processor time of all its processes, in seconds."""

    def stop(self) -> None:
        """End it, in order, and wait for that. Twice is as good as once."""


class Session(Protocol):
    """What a scenario has to work with. Whatever it starts ends with the session at the latest."""

    @property
    def folder(self) -> Path:
        """A private folder, short enough for Unix sockets."""

    def address(self, transport: Transport, name: str) -> Address:
        """A free address: a socket in the folder, or a port that nobody listens on."""

    def gateway(self, spec: GatewaySpec, routes: Sequence[Route], settings: Sequence[str] = ()) -> Gateway:
        """Start a gateway; it is ready on return. `settings` are further lines of its configuration.

        Raises ToolError when it is missing, does not start or does not get ready.
        """

    def uwsgi(self, cell: Cell, scheme: str, *, arguments: Sequence[str] = ()) -> Address:
        """Start uWSGI with the lab's application, ready on return. Raises ToolError as above."""
