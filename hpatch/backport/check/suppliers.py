"""Who brought the lines at a conflict: those that the branch lacks, and those that it has instead; who made a file.

`git blame` tells, of the file as it was before the revision and as the branch has it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from hpatch.backport.check.trial import CommitFiles, FailedFile
from hpatch.backport.history.revisions import Revision, Revisions
from hpatch.patch.diff.lines import split
from hpatch.patch.diff.model import Outcome
from hpatch.patch.place.merge import start_of
from hpatch.processes.run import FailedError

_QUESTIONS = 10
"""How many files are asked who brought their lines; that takes a tenth of a second and more."""

Place = tuple[str, str, int]
"""A conflict: the revision's commit, the path, which of the file's conflicts it is."""


class Suppliers:
    """Who brought the lines that the branch lacks. A file is asked about once for the same lines."""

    def __init__(self, history: Revisions, branch: CommitFiles) -> None:
        self.history = history
        self.branch = branch
        self._told: dict[tuple[str, str, tuple[int, ...]], dict[str, list[int]]] = {}

    def of(self, failures: Sequence[FailedFile]) -> Iterator[tuple[Place, Counter[Revision]]]:
        """For each conflict, who brought how many lines of those that it lacks."""
        for failure in failures:
            if not failure.outcomes or all(one.result == "missing" for one in failure.outcomes):
                gone = failure.path not in self.branch.tree
                found_by = maker(self.history, failure.revision, failure.path) if gone else None
                if found_by is not None:
                    yield (failure.revision.commit, failure.path, 0), Counter({found_by: 1})
                continue
            numbers = {at: _lacking(outcome) for at, outcome in enumerate(failure.outcomes)}
            every = sorted({number for some in numbers.values() for number in some})
            brought = self._ask(f"{failure.revision.commit}^", failure.path, every)
            for at, some in numbers.items():
                found: Counter[Revision] = Counter()
                for commit, theirs in brought.items():
                    count = len(set(some).intersection(theirs))
                    revision = self.history.commit(commit) if count else None
                    if revision is not None:
                        found[revision] = count
                if found:
                    yield (failure.revision.commit, failure.path, at), found

    def own(self, failures: Sequence[FailedFile]) -> Iterator[tuple[Place, set[Revision]]]:
        """For each conflict, the branch's own revisions that brought lines which stand there instead."""
        for failure in failures:
            content = self.branch.read(failure.path)
            lines = [] if content is None else split(content)
            numbers = {at: _instead(outcome, lines) for at, outcome in enumerate(failure.outcomes)}
            every = sorted({number for some in numbers.values() for number in some})
            told = self._ask(self.history.onto.commit, failure.path, every)
            for at, some in numbers.items():
                commits = (self.history.commit(commit) for commit in told if not set(some).isdisjoint(told[commit]))
                found = {one for one in commits if one is not None and self.history.side(one) == "branch"}
                if found:
                    yield (failure.revision.commit, failure.path, at), found

    def _ask(self, commit: str, path: str, lines: Sequence[int]) -> dict[str, list[int]]:
        key = (commit, path, tuple(lines))
        if lines and key not in self._told and len(self._told) < _QUESTIONS:
            try:
                self._told[key] = self.history.git.blame(commit, path, lines)
            except FailedError:
                self._told[key] = {}  # a clone that is shallow or partial does not know
        return self._told.get(key, {})


def maker(history: Revisions, revision: Revision, path: str) -> Revision | None:
    """Who made a file that the branch does not have: the last that did before the revision."""
    try:
        told = history.git.run(
            *("log", "-1", "--no-show-signature", "--no-renames", "--diff-filter=A", "--format=%H"),
            *(f"{revision.commit}^", "--", path),
        )
    except FailedError:
        return None
    return history.commit(told.decode("ascii").strip())


def _lacking(outcome: Outcome) -> list[int]:
    """The lines before the revision (from 1) that a conflict expects and the branch does not have there.

    Where it has all of them, those that it expects side by side: lines of the branch's own stand between.
    """
    start = start_of(outcome.hunk)
    there = Counter(outcome.found)
    lacking = []
    for at, line in enumerate(outcome.expected):
        if there[line]:
            there[line] -= 1
        elif line.strip():
            lacking.append(start + at + 1)
    return lacking


def _instead(outcome: Outcome, lines: Sequence[bytes]) -> list[int]:
    """The branch's lines (from 1) that stand at a conflict and that it does not expect."""
    start = 0 if outcome.line is None else outcome.line - 1
    if tuple(lines[start : start + len(outcome.found)]) != outcome.found:
        return []  # revisions before this one have changed the file
    expected = Counter(outcome.expected)
    instead = []
    for at, line in enumerate(outcome.found):
        if expected[line]:
            expected[line] -= 1
        elif line.strip():
            instead.append(start + at + 1)
    return instead
