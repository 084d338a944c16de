"""The programs that the lab runs: where they are, when they are ready, and what they said at last."""

from __future__ import annotations

import os
import re
import shutil
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from hpatch.errors import ToolError
from hpatch.processes.ask import ask
from hpatch.processes.keeper import Program

PATIENCE = 30.0
"""Seconds that a server may take to get ready."""
WORDS = "words"
"""The file in a gateway's folder that has what it says before it has opened its log."""
_STEP = 0.02
_WORDS = 600
"""The longest last words of a program that are repeated, in characters."""


def find(program: Path | None, names: Sequence[str], package: str) -> Path:
    """An executable: the one that is named, or the first on the PATH or where servers are. Raises ToolError."""
    if program is not None:
        return program.absolute()
    path = os.pathsep.join((os.environ.get("PATH", os.defpath), "/usr/sbin", "/sbin", "/usr/local/sbin"))
    for name in names:
        found = shutil.which(name, path=path)
        if found is not None:
            return Path(found).absolute()
    raise ToolError(f"{' or '.join(names)} is not installed; install it (Debian: {package}), or name its program")


def until_ready(program: Program, ready: Callable[[], bool]) -> str | None:
    """Wait until a program is ready; what went wrong if it does not get so."""
    limit = time.monotonic() + PATIENCE
    pause = 0.001
    while time.monotonic() < limit:
        if program.code is not None:
            return "did not start"
        if ready():
            return None
        program.wait(pause)
        pause = min(pause * 2, _STEP)
    return f"did not get ready within {PATIENCE:.0f} seconds"


class TakenError(ToolError):
    """Another program has taken the port all the same: one that asked for it by its number."""


def failure(program: str | Path, problem: str, said: str, port: int | None) -> ToolError:
    """What to raise when a server that is to listen on a port has not got ready."""
    words = last_words(said)
    taken = port is not None and re.search(rf"{port}\b.*ddress already in use|ddress already in use.*{port}\b", words)
    return (TakenError if taken else ToolError)(f"{program} {problem}: {words}")


def said(program: Path, *options: str) -> str:
    """What a program says to options with which it ends at once. Raises ToolError."""
    return "".join(ask(program, *options))


def last_words(text: str) -> str:
    """What a program said, on one line: its end where it is long."""
    lines = (" ".join(line.split()) for line in text.splitlines())
    said = "; ".join(dict.fromkeys(line for line in lines if line and "AH00558" not in line))
    if not said:
        return "it said nothing"
    return said if len(said) <= _WORDS else "… " + said[-_WORDS:]


def text_of(path: Path) -> str:
    """What a program has written by now, whatever bytes it is."""
    try:
        return path.read_bytes().decode("utf-8", "surrogateescape")
    except FileNotFoundError:
        return ""
