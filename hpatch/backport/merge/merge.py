"""The whole of a merge: whether it may be made, what it changes with STATUS and CHANGES, and what its message says."""

from __future__ import annotations

from hpatch.backport.history.revisions import Revisions
from hpatch.backport.merge.contents import MergeFiles, PatchFile, gather
from hpatch.backport.merge.copies.model import WorkingCopy
from hpatch.backport.merge.message import message
from hpatch.backport.status import edit, exempt
from hpatch.backport.status.model import Entry, StatusFile
from hpatch.backport.status.repository import PATH
from hpatch.files import FileChange
from hpatch.records import NamedTuple


class MergePlan(NamedTuple):
    """What a merge does. `files` are those of the change and of CHANGES, `changes` these and STATUS.

    `message` is for the commit.
    """

    files: MergeFiles
    changes: tuple[FileChange, ...]
    message: str


def barred(entry: Entry) -> str:
    """Why an entry is not to be merged whatever it changes, in words; empty: it may be. Votes are counted elsewhere."""
    if entry.kind not in ("accepted", "proposed", "showstopper"):
        return f"stands under {entry.section}; move it first: 'hpatch backport move'"
    if not entry.trunk:
        return "names no revision of trunk, so there is nothing to merge"
    return ""


def plan(
    history: Revisions,
    status: StatusFile,
    data: bytes,
    entry: Entry,
    copy: WorkingCopy,
    patch: PatchFile | None,
) -> MergePlan:
    """What the merge of an entry does; `data` is STATUS as the copy has it. Raises InputError."""
    found = gather(history, entry, copy, patch)
    if found.refused:
        return MergePlan(found, (), "")
    without = edit.apply(status.text, edit.remove(status, entry)).encode("utf-8", "surrogateescape")
    area = None if entry.needs.nothing else exempt.titled(status, entry.title) or ""
    return MergePlan(
        files=found,
        changes=(*found.changes, FileChange(path=PATH, before=data, after=without)),
        message=message(history, found.revisions, entry, area),
    )
