"""A lab session: a private folder, and everything that was started in it, which ends with it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import count
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Protocol, Self, TypeVar

from hpatch.lab import logs, private, sanitizers
from hpatch.lab.model import Address, Cell, GatewaySpec, Log, Route, Scheme, Transport
from hpatch.lab.ports import Ports
from hpatch.lab.programs import WORDS, TakenError, text_of
from hpatch.processes.keeper import Keeper

if TYPE_CHECKING:
    from hpatch.lab.backends.uwsgi import Application


class Gateway(Protocol):
    """A running gateway."""

    @property
    def port(self) -> int:
        """Where it listens on 127.0.0.1."""

    @property
    def folder(self) -> Path:
        """Its own folder, in which it runs."""

    def log(self) -> Log:
        """What its error log says by now, and of all children that have crashed by now."""

    def cpu(self) -> float:
        """The processor time of all its processes, in seconds, in steps of a clock tick (mostly 0.01)."""

    def clocks(self) -> Mapping[int, float]:
        """The processor time of each of its processes, in seconds, to the nanosecond; by their numbers."""

    def memory(self) -> int:
        """The private memory of its children, in bytes."""

    def files(self) -> int:
        """The open files, sockets and pipes of its children."""

    def restart(self) -> bool:
        """Let it begin anew, in order, with what it is doing done to its end; whether it says in time that it has."""

    def stop(self) -> None:
        """End it, in order, and wait for that. Twice is as good as once."""


class Session:
    """What a scenario has to work with. Whatever it starts ends with the session at the latest.

    `with Session() as session:` — also after an interrupt or a failure, and when this process is killed.
    """

    def __init__(self, requests: int | None = None, tell: Callable[[str], None] = lambda text: None) -> None:
        self.requests = requests
        """How many requests a scenario is to send where more tell more; None: as many as it takes for a verdict."""
        self._tell = tell  # hears of what takes its time
        self._ports = Ports()
        self._number = count(1)
        self._logs: list[tuple[GatewaySpec, Path]] = []
        self._watched: list[Gateway] = []  # those built with sanitizers, which report also as they end
        self._folder = private.choose()
        self._keeper = Keeper(self._folder)
        private.share(self._folder)

    @property
    def folder(self) -> Path:
        """A private folder, short enough for Unix sockets.

        A gateway's workers may run as another user, who can enter it; a Unix socket that a scenario makes there needs
        `private.open_socket`, unless it is made before the gateway is started.
        """
        return self._folder

    def address(self, transport: Transport, name: str) -> Address:
        """A free address: a socket in the folder, or a port that nobody listens on.

        The port stays free for a server that binds it with SO_REUSEADDR; until then connections to it are refused.
        """
        if transport == "unix":
            return Address(path=self._folder / f"{name}.{next(self._number)}.sock")
        return Address(port=self._ports.reserve())

    def gateway(self, spec: GatewaySpec, routes: Sequence[Route], settings: Sequence[str] = ()) -> Gateway:
        """Start a gateway; it is ready on return. `settings` are further lines of its configuration.

        Raises ToolError when it is missing, does not start or does not get ready.
        """
        from hpatch.lab.gateways import httpd, nginx, starting

        prepare = {"httpd": httpd.prepare, "nginx": nginx.prepare}[spec.kind]
        for route in routes:
            if route.address.path is not None and route.address.path.is_socket():
                private.open_socket(route.address.path)

        def start() -> Gateway:
            folder = self._new(spec.kind)
            port = self._ports.reserve()
            setup = prepare(spec, routes, settings, folder, port)
            self._logs.append((spec, setup.log))
            running = starting.start(self._keeper, folder, setup, port)
            if spec.sanitized is not None:
                self._watched.append(running)
            return running

        return _again(start)

    def uwsgi(
        self, cell: Cell, scheme: Scheme, *, arguments: Sequence[str] = (), application: Application = "hpatch_lab"
    ) -> Address:
        """Start uWSGI with one of the lab's applications, ready on return. Raises ToolError as above.

        The usual one does not read the request's body. It answers 200 with as many bytes as the query string says
        (`?20000`), 11 by default: `hpatch lab` and a newline, over and over. `arguments` are further options of uWSGI.
        """
        from hpatch.lab.backends import uwsgi

        program = uwsgi.program_of(cell.backend, self._tell)

        def start() -> Address:
            address = self.address(cell.transport, "uwsgi")
            folder, threads = self._new("uwsgi"), cell.threads or 1
            uwsgi.start(self._keeper, folder, program, scheme, address, threads, arguments, application)
            return address

        return _again(start)

    def _new(self, kind: str) -> Path:
        """A new folder for a server."""
        folder = self._folder / f"{kind}{next(self._number)}"
        folder.mkdir()
        private.share(folder)
        return folder

    def close(self) -> None:
        """End everything and remove the folder."""
        hear = logs.listening()
        try:
            for gateway in self._watched:
                gateway.stop()
            for spec, log in self._logs:
                text = text_of(log)
                if hear is not None:
                    hear(spec, text)
                if spec.sanitized is not None:
                    sanitizers.keep(text + text_of(log.with_name(WORDS)), spec.sanitized.reports)
        finally:
            try:
                self._keeper.close()
            finally:
                self._ports.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()


_Server = TypeVar("_Server")


def _again(start: Callable[[], _Server]) -> _Server:
    """Start a server, and once more on another port where the first was taken. Raises TakenError when both were."""
    try:
        return start()
    except TakenError:
        return start()
