"""What `svn merge` would make of revisions: a plain three-way merge of each file.

The patch engine knows more (numbers that count up, lines that are there already), so it can say that a change goes in
where the reviewer's `svn merge` stops with a conflict. A proposal must not promise what that cannot keep. Of 479 files
that 450 revisions of httpd changed and 2.4.x had changed too, Subversion 1.14 said the same of all but 8: of 6 only
this says that they conflict, of one only Subversion; one it merged otherwise. `git merge-file`, for which changes side
by side conflict, differed for 41.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from hpatch.backport.check.trial import CommitFiles
from hpatch.backport.history.changes import Change, Objects
from hpatch.patch.diff.align import align
from hpatch.patch.diff.lines import LineEdit, split


def merge(objects: Objects, branch: CommitFiles, changes: Sequence[Change]) -> dict[str, bytes | None]:
    """The text files that changes touch, by path, as they would be: one after the other, None for a conflict.

    Files that the branch does not have, and those that are no text, are not among them.
    """
    names = (name for change in changes for file in change.files for name in (file.old_id, file.new_id))
    objects.want(name for name in names if name is not None and name.strip("0"))
    found: dict[str, bytes | None] = {}
    for change in changes:
        for file in change.files:
            ours = found.get(file.path, branch.read(file.path))
            base, theirs = (_blob(objects, name) for name in (file.old_id, file.new_id))
            if file.kind == "modify" and file.old_id is None and file.new_id is None:
                continue  # only its mode changes
            if file.path in found and ours is None:
                continue  # a conflict already
            if file.kind == "create" and ours is None:
                found[file.path] = theirs
            elif ours is not None and base is not None and theirs is not None:
                found[file.path] = three_way(ours, base, theirs)
            elif ours is not None and ours not in (base, theirs):
                found[file.path] = None
    return found


def three_way(ours: bytes, base: bytes, theirs: bytes) -> bytes | None:
    """The changes from `base` to `theirs` made in `ours`; None where they meet changes of its own."""
    if ours == base:
        return theirs
    if theirs in (base, ours):
        return ours
    lines = split(base)
    mine, other = list(_edits(lines, split(ours))), list(_edits(lines, split(theirs)))
    edits: list[LineEdit] = []
    while mine and other:
        if mine[0] == other[0]:
            edits.append(mine.pop(0))
            other.pop(0)
        elif _meet(mine[0], other[0]):
            return None
        else:
            edits.append((mine if mine[0][:2] <= other[0][:2] else other).pop(0))
    merged: list[bytes] = []
    at = 0
    for edit in (*edits, *mine, *other):
        merged += lines[at : edit.start]
        merged += edit.lines
        at = edit.end
    return b"".join([*merged, *lines[at:]])


def _meet(one: LineEdit, other: LineEdit) -> bool:
    """Whether two changes collide: in a line, or where one only adds lines at an edge of the other."""
    if one.start == one.end or other.start == other.end:
        return max(one.start, other.start) <= min(one.end, other.end)
    return max(one.start, other.start) < min(one.end, other.end)


def _edits(old: Sequence[bytes], new: Sequence[bytes]) -> Iterator[LineEdit]:
    """What makes `new` of `old`."""
    start = there = 0
    for at, other in enumerate([*align(old, new), len(new)]):
        if other < 0:
            continue
        if at > start or other > there:
            yield LineEdit(start, at, tuple(new[there:other]))
        start, there = at + 1, other + 1


def _blob(objects: Objects, name: str | None) -> bytes | None:
    return None if name is None or not name.strip("0") else objects.blob(name)
