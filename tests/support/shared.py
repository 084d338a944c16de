"""What a run of the tests makes once, whichever of its processes asks first."""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

_PLACE = "HPATCH_TESTS_SHARED"


def begin() -> None:
    """Make the folder of a run. All processes that it starts share it."""
    os.environ[_PLACE] = tempfile.mkdtemp(prefix="hpatch-tests-")


def end() -> None:
    """Remove it."""
    shutil.rmtree(os.environ.pop(_PLACE), ignore_errors=True)


def shared(name: str, make: Callable[[Path], object]) -> Path:
    """The folder of that name, which `make` has filled. Where it fails, the next to ask tries again."""
    place = Path(os.environ[_PLACE])
    folder = place / name
    with (place / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.exists():
            half_made = place / f"{name}.part"
            shutil.rmtree(half_made, ignore_errors=True)
            half_made.mkdir()
            make(half_made)
            half_made.rename(folder)
    return folder
