"""The order in which a diff's files can be applied one after the other.

All parts of one git diff speak of the tree as it was before: a file that is copied or renamed is read as it was, even
where a part further up has changed it. Parts that read a file must therefore come before the part that writes it.
"""

from __future__ import annotations

from collections.abc import Sequence

from hpatch.patch.diff.model import FilePatch
from hpatch.patch.diff.reading.scan import Scan
from hpatch.records import NamedTuple


class FilePart(NamedTuple):
    """A file's part of a git diff: `reads` is the file that it renames or copies, `writes` the one that it leaves."""

    file: FilePatch
    reads: bytes | None
    writes: bytes


class FileOrder:
    """A diff's files: `done` are in their order, and the parts of the git diff that is being read wait for its end."""

    def __init__(self, scan: Scan) -> None:
        self.done: list[FilePatch] = []
        self._scan = scan
        self._parts: list[FilePart] = []
        self._written: set[bytes] = set()

    def add(self, found: FilePart | FilePatch | None) -> None:
        """What a section was read as; a file that comes up again begins a new diff. Raises DiffError."""
        if not isinstance(found, FilePart):
            if found is not None:
                self.arrange()
                self.done.append(found)
            return
        if found.writes in self._written:
            self.arrange()
        self._parts.append(found)
        self._written.add(found.writes)

    def arrange(self) -> None:
        """The parts of one git diff are complete. Raises DiffError."""
        try:
            self.done += _arrange(self._parts)
        except _OrderError as error:
            self._scan.fail(error.reason, error.file.at - 1)
        self._parts = []
        self._written = set()


class _OrderError(Exception):
    """Parts that cannot be put in an order; `file` is the one at which that shows."""

    def __init__(self, file: FilePatch, reason: str) -> None:
        super().__init__(reason)
        self.file = file
        self.reason = reason


def _arrange(parts: Sequence[FilePart]) -> list[FilePatch]:
    """The files of one diff, as near to their own order as can be."""
    if all(part.reads is None for part in parts):
        return [part.file for part in parts]
    # `svn diff --git` shows a moved file as renamed, and its source as deleted besides.
    deleted = {part.writes for part in parts if part.file.kind == "delete"}
    parts = [
        part._replace(file=part.file._replace(kind="copy"))
        if part.file.kind == "rename" and part.reads in deleted
        else part
        for part in parts
    ]
    writers = {part.writes: at for at, part in enumerate(parts)}
    copies: dict[bytes, list[int]] = {}
    renames: dict[bytes, int] = {}
    for at, part in enumerate(parts):
        if part.reads is None:
            continue
        if part.file.kind == "copy":
            copies.setdefault(part.reads, []).append(at)
            continue
        if part.reads in renames:
            raise _OrderError(part.file, "the same file is renamed twice")
        renames[part.reads] = at
        writer = writers.get(part.reads)
        if writer is not None and parts[writer].file.kind == "modify":
            raise _OrderError(part.file, "the same diff changes this file and renames it")
    order: list[FilePatch] = []
    state = [0] * len(parts)
    for first in range(len(parts)):
        work = [first]
        while work:
            at = work[-1]
            part = parts[at]
            if state[at] == 0:
                state[at] = 1
                earlier = list(copies.get(part.writes, ()))
                if part.writes in renames:
                    earlier.append(renames[part.writes])
                if part.file.kind == "rename" and part.reads is not None:
                    earlier += copies.get(part.reads, ())
                for other in reversed(earlier):
                    if other == at or state[other] == 2:
                        continue
                    if state[other] == 1:
                        raise _OrderError(part.file, "the files of this diff swap their names")
                    work.append(other)
                continue
            work.pop()
            if state[at] == 1:
                state[at] = 2
                order.append(part.file)
    return order
