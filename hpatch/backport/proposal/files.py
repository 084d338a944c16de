"""The files that a proposal changes on the branch, with the CHANGES entry where the branch wants it."""

from __future__ import annotations

import re
from collections.abc import Mapping

from hpatch.backport.check.answer import Check, CheckedFile
from hpatch.backport.check.trial import CommitFiles
from hpatch.backport.history.changes import TreeEntry
from hpatch.backport.proposal import changelog
from hpatch.backport.proposal.changelog import Note

ASIDE = re.compile(r"STATUS|docs/log-message-tags/next-number")
"""Files of trunk that are no matter of a merge."""
_LINK = 0o120000


def mode_of(file: CheckedFile, *trees: Mapping[str, TreeEntry]) -> int:
    """A file's mode as git keeps it: the one that it gets, or that it has in the first tree that has the file.

    A link stays one.
    """
    there = next((tree[file.path].mode for tree in trees if file.path in tree), 0o644)
    if there == _LINK:
        return _LINK
    bits = there if file.mode is None else file.mode
    return 0o100755 if bits & 0o100 else 0o100644


def changed(answer: Check, branch: CommitFiles, note: Note) -> tuple[CheckedFile, ...]:
    """The files that differ on the branch with the revisions of an answer, in the order of their paths."""
    files = [one for one in answer.files if not ASIDE.fullmatch(one.path) and not changelog.is_record(one.path)]
    if note.origin == "trunk" and note.path is not None:
        files.append(_noted(answer, branch, note, note.path))
    differing = (one for one in files if one.before != one.after or one.mode not in (None, branch.mode(one.path)))
    return tuple(sorted(differing, key=lambda one: one.path))


def _noted(answer: Check, branch: CommitFiles, note: Note, path: str) -> CheckedFile:
    """CHANGES, or the file that is an entry of it, with the entry."""
    text = note.text.encode("utf-8", "surrogateescape")
    before = branch.read(path)
    merged = next((one for one in answer.files if one.path == path), None)
    if merged is not None and merged.after is not None and merged.after != before:
        return merged  # trunk's own file stays as it is, to its last blank line
    if path != changelog.CHANGES or before is None:
        return CheckedFile(path=path, state="clean", before=before, after=text)
    return CheckedFile(path=path, state="kept", before=before, after=changelog.inserted(before, text))
