"""Starting a gateway of any kind, and watching it until it answers."""

from __future__ import annotations

import os
import re
import signal
import socket
import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path

from hpatch.lab.model import Log
from hpatch.lab.ports import LOOPBACK
from hpatch.lab.programs import WORDS, failure, text_of, until_ready
from hpatch.processes.keeper import Keeper, Program
from hpatch.records import NamedTuple

_SETTLING = 10.0
"""Seconds that a gateway may take to find that a child has crashed; mostly it is one."""
_WRITING = 0.5
_BEGINNING = 20.0
"""Seconds in which a gateway begins anew."""
_STEP = 0.01


class Setup(NamedTuple):
    """A gateway that can be started: its command, its error log, and a request that it answers when it is ready.

    `read` makes a Log of the error log's text; `environment` is added to ours. `ready` is what it logs each time it
    has begun, also after the signal USR1; "" where that does not let it begin anew.
    """

    name: str
    command: Sequence[str | Path]
    log: Path
    probe: bytes
    read: Callable[[str], Log]
    environment: Mapping[str, str] = {}
    ready: str = ""


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

    @property
    def folder(self) -> Path:
        """Its own folder, in which it runs."""
        return self._setup.log.parent

    def log(self) -> Log:
        """What its error log says by now; of children that have crashed by now it has been told."""
        self._settle()
        return self._setup.read(text_of(self._setup.log))

    def cpu(self) -> float:
        """The processor time of all its processes, in seconds."""
        return self._program.cpu()

    def clocks(self) -> Mapping[int, float]:
        """The processor time of each of its processes, in seconds, to the nanosecond; by their numbers."""
        return self._program.clocks()

    def memory(self) -> int:
        """The private memory of its children, in bytes."""
        return self._program.memory()

    def files(self) -> int:
        """The open files, sockets and pipes of its children."""
        return self._program.files()

    def restart(self) -> bool:
        """Let it begin anew, in order; whether it says in time that it has."""
        program, ready = self._program, self._setup.ready
        if not ready:
            return False
        limit = time.monotonic() + _BEGINNING
        times = text_of(self._setup.log).count(ready)
        program.signal(signal.SIGUSR1)
        while not (begun := text_of(self._setup.log).count(ready) > times) and time.monotonic() < limit:
            if program.wait(_STEP):
                return False
        return begun

    def stop(self) -> None:
        """End it, in order, and wait for that."""
        self._settle()
        self._program.stop()

    def _settle(self) -> None:
        """Let it log the children that have crashed: it looks for them once a second."""
        program = self._program
        ended = set(program.uncollected())
        limit = time.monotonic() + _SETTLING
        while ended.intersection(program.uncollected()) and program.code is None and time.monotonic() < limit:
            program.wait(_STEP)
        # It writes the line after it has collected the child; for one that ended as it should there is none.
        limit = time.monotonic() + _WRITING
        while ended and program.code is None and time.monotonic() < limit:
            text = text_of(self._setup.log)
            ended = {pid for pid in ended if not re.search(rf"\b{pid} exit(ed on)? signal\b", text)}
            program.wait(_STEP)


def start(keeper: Keeper, folder: Path, setup: Setup, port: int) -> Running:
    """Start a gateway that is to listen on a port; it answers on return. Raises ToolError with its last words."""
    words = folder / WORDS
    with words.open("wb") as stream:
        environment = {**os.environ, **setup.environment} if setup.environment else None
        program = keeper.start(
            setup.name, setup.command, folder=folder, environment=environment, output=stream, errors=stream
        )
    problem = until_ready(program, partial(_answers, port, setup.probe, program))
    if problem is not None:
        program.stop()
        raise failure(setup.command[0], problem, text_of(words) + text_of(setup.log), port)
    return Running(setup, program, port)


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
