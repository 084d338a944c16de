"""How a build goes and ends, of whichever server: its phases, what was built, or what failed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Literal

from hpatch.build.diagnosis import Failure
from hpatch.errors import ToolError
from hpatch.records import NamedTuple

Phase = Literal["copy", "buildconf", "configure", "make", "install"]
PHASES: tuple[Phase, ...] = ("copy", "buildconf", "configure", "make", "install")
Watch = Callable[[Phase, bytes], None]
"""Gets each phase when it begins, with an empty line, and then each line that its programs say."""


class BuildStep(NamedTuple):
    """A command, the folder that it runs in, and what is set in its environment for it."""

    phase: Phase
    command: tuple[str, ...]
    folder: Path
    settings: Mapping[str, str] = {}


class BuildError(ToolError):
    """A program of the build failed. `failure` is the first error that it told of."""

    def __init__(self, phase: Phase, failure: Failure, log: Path) -> None:
        super().__init__(f"{phase} failed: {failure.text} (the whole of it is in {log})")
        self.phase = phase
        self.failure = failure
        self.log = log


class Built(NamedTuple):
    """A server that was built: httpd, uWSGI or nginx.

    `modules` is the folder of its module files, or of its plugins; `seconds` is by phase; `without` are the modules
    that could not be built, with the reason.
    """

    prefix: Path
    program: Path
    modules: Path
    log: Path
    seconds: Mapping[str, float]
    without: Mapping[str, str] = {}
