"""Revisions planned together on a branch, file by file: what goes in, what a branch keeps for itself, what fails.

The patch engine answers (three-way, with the files before each revision; resolvers for the files whose every change
collides). What fails for a reason that no one has to solve is set aside: each branch's own records, pages that the
manual's build makes, files that the branch does not have.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet

from hpatch.backport.check.answer import CheckedFile, State, Verdict
from hpatch.backport.history.changes import Binary, Change, Objects
from hpatch.backport.history.revisions import Revision
from hpatch.files import FileChange as Write
from hpatch.patch.diff.model import PLACED, Diff, Outcome, Placed
from hpatch.patch.place import plan
from hpatch.patch.place.options import PlaceOptions
from hpatch.records import NamedTuple

_KEPT = re.compile(r"(?:CHANGES|STATUS|docs/log-message-tags/next-number|changes-entries/.*)")
_LEFT = re.compile(r"STATUS|docs/log-message-tags/next-number")
"""Of these, what trunk changes is never the branch's."""
_NUMBER = re.compile(r"include/ap_mmn\.h|modules/http2/h2_version\.h")
_GENERATED = re.compile(r"docs/manual/(?:.*\.html(?:\..*)?|.*\.xml\.meta)")
_OPTIONS = PlaceOptions(claim=True)
"""A merge to the branch takes the branch's next number: that is what `claim` means."""


class FailedFile(NamedTuple):
    """A file of a revision that does not go in: its hunks that fail, none where the file as a whole does."""

    revision: Revision
    path: str
    reason: str
    outcomes: tuple[Outcome, ...]


class Trial(NamedTuple):
    """What became of revisions: their files by path, and what fails."""

    files: tuple[CheckedFile, ...]
    failures: tuple[FailedFile, ...]

    @property
    def places(self) -> int:
        """How many places fail."""
        return sum(max(len(one.outcomes), 1) for one in self.failures)


class CommitFiles:
    """The files of a commit, as the engine reads them."""

    def __init__(self, objects: Objects, commit: str) -> None:
        self._objects = objects
        self.tree = objects.tree(commit)

    def read(self, path: str) -> bytes | None:
        """A file's content, None where there is none."""
        entry = self.tree.get(path)
        return None if entry is None or entry.mode & 0o170000 != 0o100000 else self._objects.blob(entry.blob)

    def mode(self, path: str) -> int | None:
        """A file's permission bits, None where there is none."""
        entry = self.tree.get(path)
        return None if entry is None else entry.mode & 0o7777


def is_own(path: str) -> bool:
    """Whether each branch has a file for itself, or makes it from others."""
    return _KEPT.fullmatch(path) is not None or _GENERATED.fullmatch(path) is not None


def is_number(path: str) -> bool:
    """Whether a file has a number that a branch counts for itself."""
    return _NUMBER.fullmatch(path) is not None


def attempt(objects: Objects, branch: CommitFiles, changes: Sequence[Change]) -> Trial:
    """Plan changes in order, each on those before it."""
    left = {(change.revision.commit, path) for change in changes for path in change.paths if _LEFT.fullmatch(path)}
    made, failures, aside = _first(objects, branch, changes, left)
    dropped = {(one.revision.commit, one.path) for one in failures} | set(aside) | left
    while dropped:
        # What goes in without them: a plan with a failure in it has no changes.
        made = _plan(objects, branch, changes, dropped)
        more = {(change.revision.commit, one.path) for change, one in _placed(made, changes) if not one.ok}
        if not more:
            break
        dropped |= more
    kept = (
        CheckedFile(
            path=path, state="kept", before=branch.read(path), after=branch.read(path), reason="each branch has its own"
        )
        for _, path in left
    )
    files = {one.path: one for one in (*kept, *aside.values())} | {
        one.path: one for one in _files(branch, made, changes)
    }
    for change in changes:
        for binary in change.binaries:
            one, failure = _binary(objects, branch, change, binary)
            files[binary.path] = one
            failures += () if failure is None else (failure,)
    for failure in failures:
        content = branch.read(failure.path)
        one = files.get(failure.path, CheckedFile(path=failure.path, state="conflict", before=content, after=content))
        files[failure.path] = one._replace(state="conflict", reason=failure.reason)
    return Trial(tuple(files[path] for path in sorted(files)), failures)


def verdict(trial: Trial) -> Verdict:
    """What a trial comes to."""
    states = {one.state for one in trial.files}
    if "conflict" in states:
        return "patch"
    if states <= {"absent", "kept", "generated"} and "absent" in states:
        return "absent"
    code = [one for one in trial.files if not is_own(one.path)]  # an entry for CHANGES alone is nothing to merge
    if any(one.state == "there" for one in code) and all(one.before == one.after for one in code):
        return "there"
    return "modulo" if any(map(is_modulo, trial.files)) else "works"


def is_modulo(file: CheckedFile) -> bool:
    """Whether a file of trunk's is left out, or the branch has its own of it."""
    return file.state in ("kept", "number", "absent") or (file.state == "generated" and file.before == file.after)


def failures(
    objects: Objects, branch: CommitFiles, changes: Sequence[Change], paths: AbstractSet[str]
) -> tuple[FailedFile, ...]:
    """What fails of changes in some files; faster than all of `attempt`."""
    some = [
        change._replace(files=tuple(one for one in change.files if one.path in paths), binaries=())
        for change in changes
    ]
    return _first(objects, branch, some, set())[1]


def _first(
    objects: Objects, branch: CommitFiles, changes: Sequence[Change], left: AbstractSet[tuple[str, str]]
) -> tuple[plan.Plan, tuple[FailedFile, ...], dict[tuple[str, str], CheckedFile]]:
    """A plan, what fails in it and has to be solved, and what else does."""
    objects.want(_blobs(branch, changes))
    made = _plan(objects, branch, changes, left)
    failures = []
    aside = {}
    for change, placed in _placed(made, changes):
        if placed.ok:
            continue
        state = _aside(branch, placed)
        if state is not None:
            content = branch.read(placed.path)
            file = CheckedFile(path=placed.path, state=state, before=content, after=content, reason=placed.failure)
            aside[change.revision.commit, placed.path] = file
        else:
            outcomes = tuple(one for one in placed.outcomes if one.result not in PLACED)
            failures.append(FailedFile(change.revision, placed.path, placed.failure, outcomes))
    return made, tuple(failures), aside


def _plan(
    objects: Objects, branch: CommitFiles, changes: Sequence[Change], dropped: AbstractSet[tuple[str, str]]
) -> plan.Plan:
    return plan.plan(branch, [_item(objects, change, dropped) for change in changes], _OPTIONS)


def _blobs(branch: CommitFiles, changes: Iterable[Change]) -> Iterable[str]:
    """All files that planning reads, to be read at once."""
    for path in ("include/ap_release.h", *(path for change in changes for path in change.paths)):
        entry = branch.tree.get(path)
        if entry is not None and entry.mode & 0o170000 == 0o100000:
            yield entry.blob
    for change in changes:
        for patch in change.files:
            if patch.old_id is not None and patch.old_id.strip("0") and patch.path in branch.tree:
                yield patch.old_id


def _item(objects: Objects, change: Change, dropped: AbstractSet[tuple[str, str]]) -> plan.Item:
    """A change without what was set aside."""
    files = [one for one in change.files if (change.revision.commit, one.path) not in dropped]
    ids = {one.path: one.old_id for one in files if one.old_id is not None and one.old_id.strip("0")}

    def before(path: str) -> bytes | None:
        return objects.blob(ids[path]) if path in ids else None

    return plan.Item(change.revision.name, Diff(name=change.revision.name, files=tuple(files)), before)


def _placed(made: plan.Plan, changes: Sequence[Change]) -> Iterable[tuple[Change, Placed]]:
    for change, step in zip(changes, made.steps, strict=True):
        yield from ((change, placed) for placed in step.files)


def _aside(branch: CommitFiles, placed: Placed) -> State | None:
    """Why a file that fails need not be solved; None: it must."""
    if _KEPT.fullmatch(placed.path):
        return "kept"
    if _GENERATED.fullmatch(placed.path):
        return "generated"
    gone = placed.before is None and placed.path not in branch.tree
    return "absent" if gone and any(one.result == "missing" for one in placed.outcomes) else None


def _files(branch: CommitFiles, made: plan.Plan, changes: Sequence[Change]) -> Iterable[CheckedFile]:
    """The files that go in or are there already."""
    writes: dict[str, Write] = {one.path: one for one in made.changes}
    outcomes: dict[str, list[Outcome]] = {}
    reasons: dict[str, str] = {}
    for _, placed in _placed(made, changes):
        outcomes.setdefault(placed.path, []).extend(placed.outcomes)
        reasons[placed.path] = placed.reason or reasons.get(placed.path, "")
    for path, found in outcomes.items():
        write = writes.get(path)
        before = branch.read(path)
        state: State = "clean" if write is not None else "there"
        resolved = [one for one in found if one.result == "resolved"]
        if resolved and _KEPT.fullmatch(path):
            state = "kept"
        elif resolved and is_number(path):
            state = "number"
        reason = resolved[-1].reason if resolved else reasons[path]
        after = before if write is None else write.after
        yield CheckedFile(
            path=path,
            state=state,
            before=before,
            after=after,
            reason=reason,
            mode=None if write is None else write.mode,
        )


def _binary(
    objects: Objects, branch: CommitFiles, change: Change, binary: Binary
) -> tuple[CheckedFile, FailedFile | None]:
    """A file that is taken as a whole: it goes in where the branch has it as trunk had it before."""
    path = binary.path
    entry = branch.tree.get(path)
    here = None if entry is None else entry.blob
    content = None if here is None else objects.blob(here)
    if here == binary.new:
        return CheckedFile(
            path=path, state="there", before=content, after=content, reason="the file is there already"
        ), None
    if here == binary.old:
        after = None if binary.new is None else objects.blob(binary.new)
        return CheckedFile(
            path=path, state="clean", before=content, after=after, reason="as a whole, for it is no text"
        ), None
    if here is None:
        return CheckedFile(path=path, state="absent", before=None, after=None, reason="there is no such file"), None
    reason = "it is no text, and not the file that the revision changes"
    return CheckedFile(path=path, state="conflict", before=content, after=content, reason=reason), FailedFile(
        change.revision, path, reason, ()
    )
