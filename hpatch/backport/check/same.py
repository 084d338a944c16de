"""A revision of the branch that makes the very change of one of trunk, whatever its message says."""

from __future__ import annotations

from collections import Counter

from hpatch.backport.check.trial import is_own
from hpatch.backport.history.changes import Change, Objects
from hpatch.backport.history.revisions import Revision, Revisions

_MOST = 100
"""How many revisions of the branch are read."""

Lines = dict[str, Counter[tuple[str, bytes]]]


def find(history: Revisions, objects: Objects, revision: Revision) -> Revision | None:
    """The branch's first revision that adds and removes the same lines in all files of the revision that it has.

    Each branch's own records do not count, nor do pages that are made from others, or files that are no text.
    """
    read = objects.readable((revision,))
    wanted = _lines(read[0]) if read else {}
    if not wanted:
        return None
    tree = objects.tree(history.onto.commit)
    there = {path for path in wanted if path in tree}
    later = [one for one in history.touching(there, 0, "branch") if there <= set(one.paths)] if there else []
    for change in objects.readable(later[:_MOST]):
        found = _lines(change)
        if all(found.get(path) == wanted[path] for path in there):
            return change.revision
    return None


def _lines(change: Change) -> Lines:
    """The lines that a change adds and removes, by path."""
    found: Lines = {}
    for patch in change.files:
        if not is_own(patch.path) and patch.hunks:
            signed = (pair for hunk in patch.hunks for pair in hunk.lines if pair[0] != " ")
            found[patch.path] = Counter(signed)
    return found
