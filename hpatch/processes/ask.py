"""Ask a program what it is, by an option with which it ends at once."""

from __future__ import annotations

import os
from collections.abc import Mapping

from hpatch import log
from hpatch.errors import ToolError
from hpatch.records import NamedTuple

_PATIENCE = 20
"""Seconds."""


class Said(NamedTuple):
    """What a program wrote to its standard output and to standard error."""

    output: str
    errors: str


def ask(program: str | os.PathLike[str], *options: str, environment: Mapping[str, str] | None = None) -> Said:
    """What a program says to options, whatever its exit code. `environment` is its own; None for that of this process.

    No shell runs it. Raises ToolError when it cannot be run or does not end.
    """
    import subprocess  # only --httpd and the lab pay for it

    log.running((str(program), *options))
    try:
        done = subprocess.run(
            [program, *options],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_PATIENCE,
            check=False,
            env=environment,
        )
    except subprocess.TimeoutExpired:
        raise ToolError(f"{program} {options[-1]} does not end") from None
    except OSError as error:
        raise ToolError(f"{program} cannot be run: {error.strerror or error}") from error
    return Said(done.stdout.decode("utf-8", "replace"), done.stderr.decode("utf-8", "replace"))
