"""How a server was built, whichever it is: the compiler and its flags, the command, and the modules that there are."""

from __future__ import annotations

import shlex
import subprocess
from collections.abc import Mapping
from contextlib import suppress
from typing import Literal

from hpatch import log
from hpatch.processes.run import environment
from hpatch.records import NamedTuple

_PATIENCE = 20


class BuildFacts(NamedTuple):
    """How it was built.

    `kind`: the whole server, or modules for an httpd that is installed, to which `httpd` and `compiled` belong.
    `server` is one that is not httpd, with its version (`uwsgi 2.0.31`); `httpd` and `mpm` are then None. `compiler` is
    what it says of itself; `flags` are what compiler and linker are given, by variable; `configure` is the command
    that configures httpd, or that builds another server, and empty where nobody knows; `compiled` are the modules in
    the program, `built` those that were built as files.
    """

    kind: Literal["whole", "modules"]
    httpd: str | None
    mpm: str | None
    compiler: str | None
    flags: Mapping[str, str]
    configure: tuple[str, ...]
    compiled: tuple[str, ...]
    built: tuple[str, ...]
    server: str | None = None


def compiler_version(command: str) -> str | None:
    """The first line of what it answers to --version; None where it does not."""
    with suppress(OSError, ValueError, subprocess.TimeoutExpired):
        words = [*shlex.split(command), "--version"]
        log.running(words)
        done = subprocess.run(
            words, stdin=subprocess.DEVNULL, capture_output=True, timeout=_PATIENCE, check=False, env=environment()
        )
        if done.returncode == 0:
            return done.stdout.decode("utf-8", "replace").partition("\n")[0].strip() or None
    return None
