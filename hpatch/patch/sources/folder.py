"""Revisions from a folder of diffs: `r1591508.diff`, `1591508.patch`, `5dac70c7aacb.diff`."""

from __future__ import annotations

import re
import stat
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

from hpatch.errors import InputError
from hpatch.patch.sets.model import SetRevision
from hpatch.patch.sources.model import LIMIT, NotKnownError, Origin

_NUMBERED = re.compile(r"r?(\d+)\.(diff|patch)", re.I)
_COMMIT = re.compile(r"([0-9a-f]{7,40})\.(diff|patch)", re.I)


class Folder:
    """A folder, not those below it."""

    def __init__(self, folder: str) -> None:
        self.folder = folder
        try:
            self._names = sorted(path.name for path in Path(folder).iterdir())
        except OSError as error:
            raise InputError(f"{folder}: cannot be read: {error.strerror or error}") from error

    @property
    def name(self) -> str:
        """The folder's path."""
        return self.folder

    def diff(self, revision: SetRevision) -> bytes:
        """The content of the file that is named after the revision or its commit. Raises NotKnownError, InputError."""
        found = [name for name in self._names if _means(name, revision)]
        if not found:
            raise NotKnownError(f"{self.folder}: no {revision.name}.diff or {revision.name}.patch in this folder")
        if len(found) > 1:
            raise InputError(f"{self.folder}: {revision.name} is in several files: {', '.join(found)}")
        return _content(Path(self.folder, found[0]))

    def before(self, revision: SetRevision, path: str) -> bytes | None:
        """Nothing: a folder has diffs only."""

    def files(self, names: Collection[str]) -> Mapping[str, bytes]:
        """None: only git knows files by these names."""
        return {}

    def origins(self, revision: SetRevision, path: str, lines: Sequence[int]) -> tuple[Origin, ...] | None:
        """Nothing: a folder has no history."""


def _means(name: str, revision: SetRevision) -> bool:
    numbered = _NUMBERED.fullmatch(name)
    if numbered is not None and revision.number is not None and int(numbered[1]) == revision.number:
        return True
    commit = _COMMIT.fullmatch(name)
    return commit is not None and revision.commit is not None and revision.commit.startswith(commit[1].lower())


def _content(file: Path) -> bytes:
    try:
        told = file.stat()
        if not stat.S_ISREG(told.st_mode):
            raise InputError(f"{file}: not a regular file")
        if told.st_size > LIMIT:
            raise InputError(f"{file}: larger than {LIMIT // 1024 // 1024} MiB")
        return file.read_bytes()
    except OSError as error:
        raise InputError(f"{file}: cannot be read: {error.strerror or error}") from error
