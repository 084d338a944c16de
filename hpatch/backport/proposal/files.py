"""The files that a proposal changes on the branch, with the CHANGES entry where the branch wants it."""

from __future__ import annotations

import re

from hpatch.backport.check.answer import Check, CheckedFile
from hpatch.backport.check.trial import CommitFiles
from hpatch.backport.proposal import changelog
from hpatch.backport.proposal.changelog import Note

ASIDE = re.compile(r"STATUS|docs/log-message-tags/next-number")
"""Files of trunk that are no matter of a merge."""


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
