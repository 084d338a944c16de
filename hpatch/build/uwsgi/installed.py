"""What an installed uWSGI says of itself: its version."""

from __future__ import annotations

import mmap
import os
import re
from pathlib import Path

from hpatch.errors import ToolError
from hpatch.processes.ask import ask

_ELF = b"\x7fELF"
_NAME = b"uWSGI"
"""Every uWSGI has its name in it, for its first line on standard error."""
_VERSION = re.compile(r"(\d{1,6}\.\d{1,6}(?:\.\d{1,6})*(?:-\S*)?)\s*")


def is_program(path: str) -> bool:
    """Whether a file is a program, in ELF. A script is not: uWSGI's configurations, too, may begin with `#!`."""
    file = Path(path)
    try:
        if not file.is_file():
            return False
        with file.open("rb") as stream:
            return stream.read(len(_ELF)) == _ELF
    except (OSError, ValueError):
        return False


def version(program: str) -> str:
    """What uWSGI calls its version, such as `2.0.21` or `2.0.21-debian`.

    It runs `PROGRAM --version` with an empty environment: uWSGI takes options from it. A program that does not have
    uWSGI's name in it is not run. Raises ToolError for that, and if it cannot be run, does not end, or does not answer
    as uWSGI does.
    """
    if not _named(program):
        raise ToolError(f"{program} is a program, but not uWSGI")
    # A name without a slash would be looked up in the PATH.
    said = ask(os.path.abspath(program), "--version", environment={})  # noqa: PTH100 - text as given: links stay
    found = _VERSION.fullmatch(said.output)
    if found is None:
        raise ToolError(f"{program} does not answer --version as uWSGI does")
    return found[1]


def _named(program: str) -> bool:
    try:
        with Path(program).open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
            return data.find(_NAME) != -1
    except (OSError, ValueError) as error:
        raise ToolError(f"{program} cannot be read: {getattr(error, 'strerror', None) or error}") from error
