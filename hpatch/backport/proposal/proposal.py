"""A proposal to merge revisions of trunk: the entry for STATUS, the commands, the branch's patch, the CHANGES entry."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Literal

from hpatch.backport.check.answer import Check, CheckedFile
from hpatch.backport.check.check import check
from hpatch.backport.check.trial import CommitFiles
from hpatch.backport.history.changes import Change, Objects, TreeEntry
from hpatch.backport.history.revisions import Revision, Revisions
from hpatch.backport.proposal import changelog, svnmerge
from hpatch.backport.proposal.changelog import Note
from hpatch.backport.proposal.files import ASIDE, changed, mode_of
from hpatch.backport.proposal.lognumbers import numbered
from hpatch.backport.proposal.title import is_code
from hpatch.backport.proposal.title import title as titled
from hpatch.backport.status.exempt import Exemption, exemption
from hpatch.backport.status.model import Entry, StatusFile
from hpatch.backport.status.read import read
from hpatch.backport.status.repository import PATH
from hpatch.backport.status.style import EntryContent, Style, entry
from hpatch.patch.diff.model import Diff, FilePatch
from hpatch.patch.diff.write import compare, write
from hpatch.records import NamedTuple
from hpatch.text import Source

Way = Literal["works", "modulo", "patch", "open"]
"""How it gets to the branch. `works`: `svn merge` does it. `modulo`: it does but for files that each branch keeps for
itself. `patch`: by a patch of the branch's own. `open`: such a patch has to be made by hand: there are conflicts, or
the branch has the source elsewhere."""

UNKNOWN = "<where the patch is>"
"""Stands in an entry for the place of a patch that is not told."""

_LABELS = {"include/ap_mmn.h": "MMN", "modules/http2/h2_version.h": "h2_version.h"}
_LINE = re.compile(r"^git-svn-id: \S+/branches/([^/@\s]+)", re.MULTILINE)
_MODULO = ("kept", "number", "absent", "generated")


class Wish(NamedTuple):
    """What the user wants of a proposal. `title` and `place` (the patch's URL) are empty where not told."""

    title: str = ""
    place: str = ""
    style: Style = "2024"
    voter: str | None = None


class Proposal(NamedTuple):
    """A proposal. `revisions` are those that the branch lacks; `branch` is its name in the entry.

    `entry` ends with a line feed. `patch` makes the whole change on the branch, CHANGES included; None while it is
    open. `note` is the CHANGES entry. `standing` are STATUS's entries that name one of the revisions already; `status`
    and `exemption` are None where the branch has no STATUS.
    """

    check: Check
    revisions: tuple[Revision, ...]
    branch: str
    way: Way
    modulo: tuple[str, ...]
    title: str
    entry: str
    merge: str
    patch: bytes | None
    note: Note
    status: StatusFile | None
    standing: tuple[Entry, ...]
    exemption: Exemption | None

    @property
    def pointless(self) -> str:
        """Why nothing of it is left to merge; empty: something is."""
        if self.check.verdict == "there":
            merges = [merge.revision.name for _, found in self.check.merges for merge in found if merge.undone is None]
            by = f", merged in {', '.join(dict.fromkeys(merges))}" if merges else ""
            return f"{self.branch} has it already{by}"
        if self.check.verdict == "absent":
            return f"{self.branch} has none of the files that it changes"
        return ""

    @property
    def unmade(self) -> str:
        """Why it cannot be made on the branch as trunk has it; empty: it can."""
        if self.pointless or self.patch is None:
            return self.pointless or self._open
        return "" if self.patch else f"nothing of it changes {self.branch}"

    @property
    def refused(self) -> str:
        """Why it is not to be proposed, whatever STATUS has; empty: it is."""
        if self.pointless or UNKNOWN not in self.entry:
            return self.pointless
        if self.way == "open":
            return self._open
        return "svn merge may stop at a conflict: reviewers need a patch (--patch writes it, --at names its place)"

    @property
    def proposed(self) -> str:
        """Where the branch's STATUS has it already; empty: nowhere."""
        return "" if self.status is None else proposed(self.status, self.revisions)

    @property
    def _open(self) -> str:
        return f"it does not merge: {self._stopped}, so {self.branch} needs a patch of its own"

    @property
    def _stopped(self) -> str:
        count = len(self.check.conflicts)
        if count:
            return "one place of it conflicts" if count == 1 else f"{count} places of it conflict"
        return f"{self.branch} has none of the source that it changes ({', '.join(_absent(self.check))})"


def make(history: Revisions, chosen: Sequence[Revision], wish: Wish) -> Proposal:
    """Make the proposal for revisions of trunk, in history's order."""
    objects = Objects(history.git)
    answer = check(history, chosen, objects=objects)
    merged = {one.commit for one in answer.merged}
    left = tuple(one for one in chosen if one.commit not in merged) or tuple(chosen)
    branch = CommitFiles(objects, history.onto.commit)
    changes = objects.changes(left)
    brought = changelog.brought(objects, changes)
    title = wish.title or titled(left, brought.texts[0] if len(brought.texts) == 1 else "")
    readme = branch.read("README.CHANGES") or b""
    note = changelog.note(brought, (one.author for one in left), branch.tree.keys(), readme, title)
    way, modulo = _way(answer, objects, branch, changes)
    label = _label(history)
    merge = _command(left)
    content = EntryContent(
        title=title,
        trunk=tuple(_url(one) for one in left),
        branch=label,
        way=way if way in ("works", "modulo") and not wish.place else "patch",
        modulo=modulo,
        merge=merge,
        place=wish.place or UNKNOWN,
        voter=wish.voter,
    )
    status = _status(history, branch)
    touched = [path for one in left for path in one.paths]
    return Proposal(
        check=answer,
        revisions=left,
        branch=label,
        way=way,
        modulo=modulo,
        title=title,
        entry=entry(content, wish.style),
        merge=merge,
        patch=None
        if way == "open" or answer.verdict in ("patch", "there", "absent")
        else _patch(answer, branch, note, objects.tree(left[-1].commit)),
        note=note,
        status=status,
        standing=standing(status, left) if status is not None else (),
        exemption=None if status is None else exemption(status, touched, numbered(changes)),
    )


def standing(status: StatusFile, revisions: Sequence[Revision]) -> tuple[Entry, ...]:
    """The entries that name one of these revisions, in whatever section."""
    numbers = {one.number for one in revisions}
    hidden = (one for section in status.sections for one in section.unread)
    return tuple(one for one in (*status.entries, *hidden) if not numbers.isdisjoint(one.trunk))


def proposed(status: StatusFile, revisions: Sequence[Revision]) -> str:
    """Where STATUS has one of these revisions, in words; empty: nowhere."""
    for one in standing(status, revisions):
        return f"it is in {status.source.name} already, line {one.line}, under {one.section}: {one.title}"
    return ""


def _way(
    answer: Check, objects: Objects, branch: CommitFiles, changes: Sequence[Change]
) -> tuple[Way, tuple[str, ...]]:
    if answer.verdict == "patch" or _absent(answer):
        return "open", ()
    plain = svnmerge.merge(objects, branch, changes)
    states = {one.path: one for one in answer.files}
    modulo = dict.fromkeys(answer.modulo)
    for path, content in plain.items():
        file = states.get(path)
        if file is None or content == file.after:
            continue
        if file.state in _MODULO or changelog.is_record(path):
            modulo[path] = None
        elif content is None or file.state != "there":
            return "patch", ()
    return ("modulo", _labels(modulo)) if _labels(modulo) else ("works", ())


def _absent(answer: Check) -> tuple[str, ...]:
    """The source files that the branch does not have, where it has no other that the change is about."""
    code = [one for one in answer.files if is_code(one.path)]
    return tuple(one.path for one in code) if all(one.state == "absent" for one in code) else ()


def _labels(paths: dict[str, None]) -> tuple[str, ...]:
    """Files as STATUS names them. What is no matter of a merge is not named."""
    names = (_LABELS.get(path, "CHANGES" if changelog.is_record(path) else path) for path in paths)
    return tuple(dict.fromkeys(name for name in names if not ASIDE.fullmatch(name)))


def _patch(answer: Check, branch: CommitFiles, note: Note, trunk: Mapping[str, TreeEntry]) -> bytes:
    """The change on the branch, its paths without any folder in front."""
    return write(Diff(name="", files=tuple(_patched(branch, one, trunk) for one in changed(answer, branch, note))))


def _patched(branch: CommitFiles, file: CheckedFile, trunk: Mapping[str, TreeEntry]) -> FilePatch:
    entry = branch.tree.get(file.path)
    old = None if entry is None else entry.mode
    return compare(file.path, file.before, file.after, old_mode=old, new_mode=mode_of(file, branch.tree, trunk))


def _command(revisions: Sequence[Revision]) -> str:
    numbers = [one.number for one in revisions]
    if None in numbers:
        return f"git cherry-pick -x {' '.join(one.commit for one in revisions)}"
    return f"svn merge -c {','.join(map(str, numbers))} ^/httpd/httpd/trunk ."


def _url(revision: Revision) -> str:
    return revision.commit if revision.number is None else f"https://svn.apache.org/{revision.name}"


def _label(history: Revisions) -> str:
    """The branch's name; of a commit the one that its git-svn-id tells."""
    message = history.git.run("log", "-1", "--no-show-signature", "--format=%B", history.onto.commit)
    found = _LINE.findall(message.decode("utf-8", "surrogateescape"))
    return str(found[-1]) if found else history.onto.name


def _status(history: Revisions, branch: CommitFiles) -> StatusFile | None:
    data = branch.read(PATH)
    if data is None:
        return None
    status = read(Source(f"{history.onto.name}:{PATH}", data.decode("utf-8", "surrogateescape")))
    return status if any(section.kind == "proposed" for section in status.sections) else None
