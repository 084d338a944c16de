"""Functions that a revision makes and the branch lacks: a later change inside them is of use there with it alone.

Measured on the first revisions of 360 merges to 2.4.x, of 2011 to 2024: of 24 later revisions that change such a
function and that trunk did not take back, 22 were merged with the first, and all came to the branch. The others change
further functions, too, and are by other authors.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from hpatch.backport.history.changes import Change, Objects, TreeEntry

_CODE = (".c", ".h")
_FUNCTION = re.compile(
    rb"(?:[A-Z_]+\([^()]*\)\s*)?(?:[A-Za-z_]\w*[\s*]+)*?\*?(?!return|sizeof|switch|while)([a-z_]\w{4,})\s*\("
)
"""A line that begins the definition of a function, at the start of the line: its name."""
_WORD = re.compile(rb"[A-Za-z_]\w{4,}")


def made(objects: Objects, change: Change, branch: Mapping[str, TreeEntry]) -> frozenset[bytes]:
    """The functions that a change defines, and that its files neither had before nor have on the branch."""
    files = [file for file in change.files if file.path.endswith(_CODE)]
    added = (line for file in files for hunk in file.hunks for operation, line in hunk.lines if operation == "+")
    names = {name for line in added if (name := _defined(line)) is not None}
    if not names:
        return frozenset()
    blobs = [file.old_id for file in files if file.old_id is not None and file.old_id.strip("0")]
    blobs += [branch[file.path].blob for file in files if file.path in branch]
    objects.want(blobs)
    return frozenset(names.difference(*(_WORD.findall(objects.blob(blob)) for blob in blobs)))


def around(objects: Objects, change: Change) -> frozenset[bytes | None]:
    """The functions in whose bodies a change adds or removes lines; None among them: outside of all."""
    found: set[bytes | None] = set()
    for file in change.files:
        if file.path.endswith(_CODE):
            old = b"" if file.old_id is None or not file.old_id.strip("0") else objects.blob(file.old_id)
            lines = old.split(b"\n")
            found.update(_around(lines, place) for hunk in file.hunks for place in _places(hunk.old_start, hunk.lines))
    return frozenset(found)


def _places(start: int, rows: tuple[tuple[str, bytes], ...]) -> Iterator[int]:
    """The lines of the old file (from 1) at which one is removed, or after which one is added."""
    at = start
    for operation, _ in rows:
        if operation != " ":
            yield at if operation == "-" else at - 1
        at += operation != "+"


def _around(lines: list[bytes], place: int) -> bytes | None:
    """The function around a line (from 1), None outside of all."""
    for at in range(min(place, len(lines)) - 1, -1, -1):
        name = _defined(lines[at])
        if name is not None or (lines[at].startswith(b"}") and at + 1 < place):
            return name
    return None


def _defined(line: bytes) -> bytes | None:
    found = None if line.rstrip().endswith(b";") else _FUNCTION.match(line)
    return None if found is None else found[1]
