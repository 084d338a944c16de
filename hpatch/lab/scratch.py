"""The private copy of a tree that sets are applied in, to try them: nobody else reads it, and it goes in the end."""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from hpatch.errors import ToolError
from hpatch.files import HISTORY, copy_folder
from hpatch.patch.apply.stack import Content


def make(tree: Path, copy: Path) -> None:
    """Copy a tree, in place of what was there. Raises ToolError."""
    remove(copy)
    try:
        copy_folder(tree, copy, HISTORY)
        _open(copy)
    except OSError as error:
        raise ToolError(f"{tree}: cannot be copied to {copy}: {error.strerror or error}") from error


def remove(copy: Path) -> None:
    """Remove a copy, also one that was interrupted while it was made."""
    with suppress(OSError):
        _open(copy)
    shutil.rmtree(copy, ignore_errors=True)


def _open(copy: Path) -> None:
    """Make the folders writable: those of the tree need not be."""
    for folder, _, _ in os.walk(copy):
        place = Path(folder)
        place.chmod(stat.S_IMODE(place.stat().st_mode) | stat.S_IRWXU)


def write(copy: Path, contents: Mapping[str, Content | None]) -> None:
    """Put contents of files into a copy; None: the file goes."""
    for path, content in contents.items():
        target = copy / path
        if content is None:
            target.unlink(missing_ok=True)
        else:
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content.data)
            target.chmod(content.mode)
