"""Hunks as GNU diff makes them, for patches that quilt writes too: there are many ways to show one change."""

from __future__ import annotations

import os
import subprocess
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from hpatch import log
from hpatch.errors import InputError
from hpatch.patch.diff.model import Hunk
from hpatch.patch.diff.read import read

_PATIENCE = 600
"""Seconds that a comparison may take."""
_ENVIRONMENT = {"LC_ALL": "C", "PATH": os.environ.get("PATH", os.defpath)}


@cache
def there() -> bool:
    """Whether GNU diff is installed."""
    try:
        told = subprocess.run(
            ["diff", "--version"], stdin=subprocess.DEVNULL, capture_output=True, check=False, env=_ENVIRONMENT
        ).stdout
    except OSError:
        return False
    return b"GNU diffutils" in told


def hunks(before: bytes, after: bytes, *, headings: bool) -> tuple[Hunk, ...] | None:
    """What GNU diff makes of two texts, with the lines of functions as `headings`; None where it cannot be asked."""
    if not there():
        return None
    options = ["--text", "--unified", "--label=a/file", "--label=b/file", *(["--show-c-function"] if headings else [])]
    log.running(["diff", *options])
    with TemporaryDirectory(prefix="hpatch-") as folder:
        for name, data in (("before", before), ("after", after)):
            (Path(folder) / name).write_bytes(data)
        try:
            done = subprocess.run(
                ["diff", *options, "before", "after"],
                cwd=folder,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                check=False,
                timeout=_PATIENCE,
                env=_ENVIRONMENT,
            )
        except (OSError, subprocess.TimeoutExpired):
            return None
    if done.returncode != 1:
        return None
    try:
        return read(done.stdout, "diff").files[0].hunks
    except InputError:
        return None
