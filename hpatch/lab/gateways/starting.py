"""Starting a gateway of any kind: a port, a configuration, a process that is watched until it answers."""

from __future__ import annotations

import shutil
import socket
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

from hpatch.errors import ToolError
from hpatch.lab.model import Log
from hpatch.lab.ports import LOOPBACK, Ports
from hpatch.processes.keeper import Keeper, Program

PATIENCE = 30.0
"""Seconds that a server may take to get ready."""
_TRIES = 3
_WORDS = 600
"""The longest last words of a program that are repeated, in characters."""
_TAKEN = "ddress already in use"


class Setup(NamedTuple):
    """A gateway that can be started: its command, its error log, and a request that it answers when it is ready.

    `read` makes a Log of the error log's text, `crashed` the text that it has for a crashed child of that number.
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
        return self._setup.read(_text(self._setup.log))

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
            text = _text(self._setup.log)
            left = set(self._program.uncollected())
            # One that ended as it should leaves no line: once collected, it is waited for no longer.
            waiting = {pid for pid in waiting if pid in left and str(pid) not in text}
            self._program.wait(0.01)


def start(keeper: Keeper, ports: Ports, folder: Path, setup: Callable[[int], Setup]) -> Running:
    """Start a gateway with the setup for a port; it answers on return. Raises ToolError with its last words."""
    for attempt in range(_TRIES):
        port = ports.reserve()
        made = setup(port)
        words = folder / "words"
        with words.open("wb") as stream:
            program = keeper.start(made.name, made.command, folder=folder, output=stream, errors=stream)
        running = Running(made, program, port)
        problem = _until_ready(made, program, port)
        if problem is None:
            return running
        program.stop()
        said = last_words(_text(words) + _text(made.log))
        if _TAKEN not in said or str(port) not in said or attempt == _TRIES - 1:
            raise ToolError(f"{made.command[0]} {problem}: {said or 'it said nothing'}")
        made.log.unlink(missing_ok=True)
    raise AssertionError("unreachable")


def _until_ready(setup: Setup, program: Program, port: int) -> str | None:
    """Wait until it answers; what went wrong if it does not."""
    limit = time.monotonic() + PATIENCE
    pause = 0.001
    while time.monotonic() < limit:
        if program.code is not None:
            return "did not start"
        if _answers(port, setup.probe, program):
            return None
        program.wait(pause)
        pause = min(pause * 2, 0.02)
    return f"did not get ready within {PATIENCE:.0f} seconds"


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


def find(program: Path | None, names: Sequence[str], package: str) -> Path:
    """An executable: the one that is named, or the first on the PATH or where servers are. Raises ToolError."""
    import os

    if program is not None:
        return program.absolute()
    path = os.pathsep.join((os.environ.get("PATH", os.defpath), "/usr/sbin", "/sbin", "/usr/local/sbin"))
    for name in names:
        found = shutil.which(name, path=path)
        if found is not None:
            return Path(found).absolute()
    raise ToolError(f"{' or '.join(names)} is not installed; install it (Debian: {package}), or name its program")


def last_words(text: str) -> str:
    """What a program said, on one line: its end where it is long."""
    lines = (" ".join(line.split()) for line in text.splitlines())
    said = "; ".join(dict.fromkeys(line for line in lines if line and "AH00558" not in line))
    return said if len(said) <= _WORDS else "… " + said[-_WORDS:]


def _text(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8", "surrogateescape")
    except FileNotFoundError:
        return ""
