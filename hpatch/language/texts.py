"""The texts of files as the editor has them: of open documents what is typed, of other files what is on the disk."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping

from hpatch.conf.view import MACHINE

Mark = str | tuple[int, ...] | None
"""What tells one state of a file from another: an open document's text, or the status of a file; None for no file."""

_SIZE = 1 << 22
"""How many characters a text has at most that is kept."""


class DiskTexts:
    """EditorTexts that have been read; they are read again when the file changes."""

    def __init__(self) -> None:
        self._kept: dict[str, tuple[Mark, str]] = {}

    def get(self, path: str) -> str | None:
        """A file's text; None for one that cannot be read, which its reader reports."""
        status = mark(path)
        kept = self._kept.get(path)
        if kept is not None and kept[0] == status:
            return kept[1]
        self._kept.pop(path, None)
        try:
            text = MACHINE.read(path, path).text
        except (OSError, ValueError):
            return None
        if len(text) <= _SIZE:
            self._kept[path] = status, text
        return text

    def keep(self, paths: set[str]) -> None:
        """Forget all texts but those of these files."""
        self._kept = {path: one for path, one in self._kept.items() if path in paths}


class EditorTexts(Mapping[str, str]):
    """The texts of files by their real paths, at one moment: of open documents, and then of the disk."""

    def __init__(self, opened: Mapping[str, str], disk: DiskTexts) -> None:
        self._opened = opened
        self._disk = disk

    def __getitem__(self, path: str) -> str:
        text = self._opened.get(path)
        if text is None:
            text = self._disk.get(path)
        if text is None:
            raise KeyError(path)
        return text

    def __iter__(self) -> Iterator[str]:
        return iter(self._opened)

    def __len__(self) -> int:
        return len(self._opened)

    def __bool__(self) -> bool:
        return True

    def mark(self, path: str) -> Mark:
        """The state of a file."""
        text = self._opened.get(path)
        return mark(path) if text is None else text


def mark(path: str) -> Mark:
    """The state of a file on the disk."""
    try:
        status = os.stat(path)  # noqa: PTH116 - the path stays text, as written
    except (OSError, ValueError):
        return None
    return (status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns, status.st_mode)
