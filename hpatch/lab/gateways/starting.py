"""Starting a gateway of any kind: a port, a configuration, a process that is watched until it answers."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple

from hpatch.errors import ToolError
from hpatch.lab.model import Log
from hpatch.lab.ports import LOOPBACK, Ports
from hpatch.lab.programs import last_words, text_of, until_ready
from hpatch.processes.keeper import Keeper, Program

_TRIES = 3
_TAKEN = "ddress already in use"


class Setup(NamedTuple):
    """A gateway that can be started: its command, its error log, and a request that it answers when it is ready.

    `read` makes a Log of the error log's text.
    """

    name: str
    command: Sequence[str | Path]
    log: Path
    probe: bytes
    read: Callable[[str], Log]


class Running:
    """A running gateway."""

    def __init__(self, setup: Setup, program: Program, port: int) -> None:
        self._setup = setup
        self._program = program
        self._port = port

    @property
    def port(self) -> int:
        """Where it listens on 127.0.0.1."""
        return self._port

    def log(self) -> Log:
        """What its error log says by now; of children that have crashed by now it has been told."""
        self._settle()
        return self._setup.read(text_of(self._setup.log))

    def cpu(self) -> float:
        """The processor time of all its processes, in seconds."""
        return self._program.cpu()

    def stop(self) -> None:
        """End it, in order, and wait for that."""
        self._settle()
        self._program.stop()

    def _settle(self) -> None:
        """Let it log the children that have crashed: it looks for them once a second."""
        limit = time.monotonic() + 3
        waiting = set(self._program.uncollected())
        while waiting and time.monotonic() < limit and self._program.code is None:
            text = text_of(self._setup.log)
            left = set(self._program.uncollected())
            # One that ended as it should leaves no line: once collected, it is waited for no longer.
            waiting = {pid for pid in waiting if pid in left and str(pid) not in text}
            self._program.wait(0.01)


def start(keeper: Keeper, ports: Ports, folder: Path, setup: Callable[[int], Setup]) -> Running:
    """Start a gateway with the setup for a port; it answers on return. Raises ToolError with its last words."""
    for attempt in range(1, _TRIES + 1):
        port = ports.reserve()
        made = setup(port)
        words = folder / "words"
        with words.open("wb") as stream:
            program = keeper.start(made.name, made.command, folder=folder, output=stream, errors=stream)
        problem = until_ready(program, partial(_answers, port, made.probe, program))
        if problem is None:
            return Running(made, program, port)
        program.stop()
        said = last_words(text_of(words) + text_of(made.log))
        if _TAKEN not in said or str(port) not in said or attempt == _TRIES:
            raise ToolError(f"{made.command[0]} {problem}: {said}")
        made.log.unlink(missing_ok=True)
    raise AssertionError("unreachable")


def _answers(port: int, request: bytes, program: Program) -> bool:
    try:
        with socket.create_connection((LOOPBACK, port), timeout=0.1) as connection:
            connection.sendall(request)
            for _ in range(50):
                try:
                    return bool(connection.recv(1))
                except TimeoutError:
                    if program.code is not None:
                        break
    except OSError:
        pass
    return False
