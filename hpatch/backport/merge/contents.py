"""The files of a merge: from trunk's revisions, or from a patch of the branch's own."""

from __future__ import annotations

from collections.abc import Sequence

from hpatch.backport.check.trial import CommitFiles
from hpatch.backport.history.changes import Objects
from hpatch.backport.history.revisions import Revision, Revisions
from hpatch.backport.merge.copies.model import WorkingCopy
from hpatch.backport.proposal import changelog
from hpatch.backport.proposal.files import ASIDE, changed
from hpatch.backport.proposal.proposal import Proposal, Wish, make
from hpatch.backport.status.model import Entry
from hpatch.errors import InputError
from hpatch.files import FileChange
from hpatch.patch.apply.tree import Tree
from hpatch.patch.diff.model import FilePatch
from hpatch.patch.diff.read import read
from hpatch.patch.diff.strip import strip
from hpatch.patch.place import plan
from hpatch.patch.place.options import PlaceOptions
from hpatch.records import NamedTuple

_SHOWN = 3
"""Places that are named."""


class MergeFiles(NamedTuple):
    """What goes in: the revisions, the files, and words for the user. `refused`: why nothing does.

    `native` tells that trunk's revisions make the changes themselves.
    """

    revisions: tuple[Revision, ...] = ()
    changes: tuple[FileChange, ...] = ()
    notes: tuple[str, ...] = ()
    native: bool = False
    refused: str = ""


class PatchFile(NamedTuple):
    """A patch that the user gives."""

    name: str
    data: bytes


def own_patches(entry: Entry) -> tuple[str, ...]:
    """Where the patch is that was voted on, where that is not trunk's own change; empty: trunk's goes in."""
    if entry.branch.merges or entry.branch.works:
        return ()
    return entry.branch.patches or tuple(f"pull request {number}" for number in entry.branch.pulls)


def gather(history: Revisions, entry: Entry, copy: WorkingCopy, patch: PatchFile | None) -> MergeFiles:
    """The files of an entry's merge. Raises InputError for a patch that cannot be read, or files of another branch."""
    chosen = history.find([f"r{number}" for number in entry.trunk])
    proposal = make(history, chosen, Wish())
    if patch is not None:
        return _from_patch(chosen, proposal, copy, patch)
    places = own_patches(entry)
    if places:
        return MergeFiles(
            refused=f"the branch has a patch of its own, which hpatch does not fetch: {', '.join(places)}; save it, "
            "and give it with --patch FILE"
        )
    if proposal.check.verdict == "patch" or proposal.way == "open":
        some = [f"{one.path}:{one.line or '?'}" for one in proposal.check.conflicts[:_SHOWN]]
        where = f" in {', '.join(some)}" if some else ""
        return MergeFiles(refused=f"trunk's change does not merge{where}; give the branch's patch with --patch FILE")
    if proposal.check.verdict in ("there", "absent"):
        return MergeFiles(refused=f"{proposal.refused}; 'hpatch backport remove' takes the entry out")
    return _from_trunk(history, chosen, proposal, copy)


def _from_trunk(history: Revisions, chosen: Sequence[Revision], proposal: Proposal, copy: WorkingCopy) -> MergeFiles:
    branch = CommitFiles(Objects(history.git), history.onto.commit)
    changes = []
    for one in changed(proposal.check, branch, proposal.note):
        there = Tree(copy.root).read(one.path)
        if (None if there is None else copy.plain(there)) != (None if one.before is None else copy.plain(one.before)):
            raise InputError(
                f"{copy.root / one.path}: is not as {history.onto.name} has it in {history.git.folder}; bring both up "
                "to date"
            )
        changes.append(FileChange(path=one.path, before=there, after=one.after, mode=one.mode))
    notes = list(_told(chosen, proposal))
    if proposal.way == "patch":
        notes.append("svn merge may stop at a conflict here; hpatch's three-way merge has none")
    return MergeFiles(revisions=proposal.revisions, changes=tuple(changes), notes=tuple(notes), native=True)


def _told(chosen: Sequence[Revision], proposal: Proposal) -> list[str]:
    notes = []
    gone = [one.name for one in chosen if one not in proposal.revisions]
    if gone:
        notes.append(f"left out, for the branch has it: {', '.join(gone)}")
    if proposal.modulo:
        notes.append(f"the branch keeps or numbers for itself: {', '.join(proposal.modulo)}")
    if proposal.note.origin != "trunk":
        notes.append("trunk's revisions bring no entry for CHANGES, so none was written")
    return notes


def _from_patch(chosen: Sequence[Revision], proposal: Proposal, copy: WorkingCopy, patch: PatchFile) -> MergeFiles:
    tree = Tree(copy.root)
    diff = strip(read(patch.data, patch.name, lenient=True), tree.exists)
    records = [one for one in diff.files if changelog.is_record(one.path)]
    code = tuple(one for one in diff.files if one not in records and not ASIDE.fullmatch(one.path))
    item = plan.Item(patch.name, diff._replace(files=code))
    made = plan.plan(tree, [item], PlaceOptions(claim=True))
    if not made.ok:
        failed = [f"{one.path} ({one.failure})" for step in made.steps for one in step.files if not one.ok]
        return MergeFiles(refused=f"{patch.name} does not apply: {', '.join(failed[:_SHOWN])}")
    if not made.changes:
        return MergeFiles(refused=f"{patch.name} changes nothing here: all of it is there already")
    noted, notes = _noted(tree, proposal, records)
    changes = [one for one in made.changes if one.before != one.after]
    return MergeFiles(revisions=tuple(chosen), changes=(*changes, *noted), notes=tuple(notes), native=False)


def _noted(tree: Tree, proposal: Proposal, records: Sequence[FilePatch]) -> tuple[list[FileChange], list[str]]:
    """The entry for CHANGES: the patch's own, which was voted on, or else trunk's."""
    text = "\n".join(item for one in records for item in changelog.items(_added(one)))
    note = proposal.note
    if not text and note.origin != "trunk":
        return [], ["neither the patch nor trunk's revisions bring an entry for CHANGES, so none was written"]
    file = next((one.path for one in records if one.path != changelog.CHANGES and one.kind == "create"), None)
    path = file or (changelog.CHANGES if text else note.path)
    if path is None:
        return [], []
    data = (text or note.text).encode("utf-8", "surrogateescape")
    before = tree.read(path)
    if path != changelog.CHANGES:
        return [FileChange(path=path, before=before, after=data)] if before != data else [], []
    if before is None or data.strip() in before:
        return [], []
    return [FileChange(path=path, before=before, after=changelog.inserted(before, data))], []


def _added(patch: FilePatch) -> str:
    lines = (line for hunk in patch.hunks for operation, line in hunk.lines if operation == "+")
    return b"".join(lines).decode("utf-8", "surrogateescape")
