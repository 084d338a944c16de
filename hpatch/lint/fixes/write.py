"""Write fixed texts: all files below one given folder as one transaction."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from hpatch import files
from hpatch.lint.fixes.passes import Mended
from hpatch.lint.fixes.reach import Reach


def write(mended: Iterable[Mended], reach: Reach) -> None:
    """Replace the files, their modes and owners kept. Raises ToolError or InputError; a folder is then as it was.

    A file that is not any more what was linted is not written.
    """
    tops: dict[str, list[files.FileChange]] = {}
    for file in mended:
        top = reach.top(file.path)
        assert top is not None, f"{file.path} is out of reach"
        change = files.FileChange(
            path=os.path.relpath(file.path, top), before=_bytes(file.before), after=_bytes(file.after)
        )
        tops.setdefault(top, []).append(change)
    for top, changes in tops.items():
        root = Path(top)
        with files.lock(root):
            files.recover(root)
            files.replace(root, changes)


def made(mended: Iterable[Mended]) -> int:
    """How many of the files have their fixed text by now."""
    return sum(_has(file) for file in mended)


def _has(file: Mended) -> bool:
    try:
        return Path(file.path).read_bytes() == _bytes(file.after)
    except OSError:
        return False


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")
