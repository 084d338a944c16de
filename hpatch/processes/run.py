"""Running git and svn: no questions, no pager, nothing from the environment that would redirect them."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence

from hpatch import log
from hpatch.errors import ToolError

PATIENCE = 600
"""Seconds that a program may take."""


class FailedError(ToolError):
    """A program ended with an error: `said` is what it wrote to standard error, `code` how it ended."""

    def __init__(self, message: str, said: str, code: int) -> None:
        super().__init__(message)
        self.said = said
        self.code = code


def run(
    command: Sequence[str],
    *,
    env: Mapping[str, str],
    stdin: bytes = b"",
    told: Sequence[str] | None = None,
    cwd: str | None = None,
) -> bytes:
    """What a program writes. `told` is the command for `--verbose`, without what never differs. `cwd` is the
    folder that it works in.

    Raises ToolError when it is missing or does not end, FailedError when it fails.
    """
    import subprocess  # only sources that are programs pay for it

    program = command[0]
    log.running(command if told is None else told)
    try:
        done = subprocess.run(
            command, input=stdin, capture_output=True, timeout=PATIENCE, check=False, env=env, cwd=cwd
        )
    except subprocess.TimeoutExpired:
        raise ToolError(f"{program} did not end within {PATIENCE} seconds") from None
    except FileNotFoundError:
        raise ToolError(f"{program} is not installed; install it, or choose another source of revisions") from None
    except OSError as error:
        raise ToolError(f"{program} cannot be run: {error.strerror or error}") from error
    if done.returncode != 0:
        said = done.stderr.decode("utf-8", "surrogateescape").strip()
        lines = [line for line in said.splitlines() if line.strip()]
        failed = [line for line in lines if not line.startswith("warning: ")] or lines
        first = failed[0] if failed else f"exit code {done.returncode}"
        raise FailedError(f"{program}: {first}", said, done.returncode)
    return done.stdout


def environment(**more: str) -> dict[str, str]:
    """The process's environment without git's own variables, in English, with `more`."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("GIT_", "SVN_"))}
    return {**kept, "LC_ALL": "C.UTF-8", "LANGUAGE": "", **more}
