"""Why revisions do not go in: who brought the lines that they expect, whether the branch has that, and what would help.

Who brought a line is told by `git blame` of the file as it was before the revision. A revision named so explains a
conflict more often than it cures it, so each is tried, and then sets of them, within bounds.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import combinations
from typing import Literal, NamedTuple

from hpatch.backport.answer import Prerequisite, Search
from hpatch.backport.changes import Change, Objects
from hpatch.backport.revisions import Revision, Revisions
from hpatch.backport.trial import Branch, Failure, Trial, attempt
from hpatch.patching.merge import start_of
from hpatch.patching.model import Outcome
from hpatch.sources.git import Git

_FILES = 12
"""How many files' conflicts are asked about."""
_CANDIDATES = 12
"""How many revisions are tried as prerequisites."""
_TRIES = 60
"""How many sets of revisions are tried."""
_LARGEST = 3
"""Up to this size all sets are tried, as far as `_TRIES` reaches."""
_DEPTH = 8
"""How many revisions are added, each for what those before it lack."""

Place = tuple[str, str, int]
"""A conflict: the revision's commit, the path, which of the file's conflicts it is."""


class Explained(NamedTuple):
    """Why: `suppliers` are names, by conflict."""

    suppliers: dict[Place, tuple[str, ...]]
    prerequisites: tuple[Prerequisite, ...]
    search: Search | None


NOTHING = Explained({}, (), None)


def explain(history: Revisions, objects: Objects, branch: Branch, changes: Sequence[Change], trial: Trial) -> Explained:
    """Explain the failures of a trial of changes."""
    if not trial.failures:
        return NOTHING
    lines: Counter[Revision] = Counter()
    names: dict[Place, tuple[str, ...]] = {}
    asked = {change.revision for change in changes}
    for place, found in _suppliers(history, branch, trial.failures):
        names[place] = tuple(one.name for one in sorted(found, key=lambda one: one.order))
        lines.update({one: count for one, count in found.items() if one not in asked})
    ranked = sorted(lines, key=lambda one: (-lines[one], -one.order))
    search = _Search(history, objects, branch, changes, trial)
    tried = [one for one in ranked if search.is_open(one)][:_CANDIDATES]
    helps = search.singles(tried)
    prerequisites = (
        Prerequisite(one, history.merges(one), history.side(one) == "both", helps.get(one), lines[one])
        for one in ranked
    )
    return Explained(names, tuple(prerequisites), search.smallest(tried))


def _suppliers(
    history: Revisions, branch: Branch, failures: Sequence[Failure]
) -> Iterator[tuple[Place, Counter[Revision]]]:
    """For each conflict, who brought how many of the lines that the branch lacks there."""
    for failure in failures[:_FILES]:
        if not failure.outcomes or all(one.result == "missing" for one in failure.outcomes):
            maker = _maker(history, failure) if failure.path not in branch.tree else None
            if maker is not None:
                yield (failure.revision.commit, failure.path, 0), Counter({maker: 1})
            continue
        numbers = {at: _lacking(outcome) for at, outcome in enumerate(failure.outcomes)}
        every = sorted({number for some in numbers.values() for number in some})
        if not every:
            continue
        brought = _brought(history.git, failure.revision.commit, failure.path, every)
        for at, some in numbers.items():
            found: Counter[Revision] = Counter()
            for commit, theirs in brought.items():
                count = len(theirs.intersection(some))
                revision = history.commit(commit) if count else None
                if revision is not None:
                    found[revision] = count
            if found:
                yield (failure.revision.commit, failure.path, at), found


def _brought(git: Git, commit: str, path: str, lines: Sequence[int]) -> dict[str, frozenset[int]]:
    told = git.blame(f"{commit}^", path, lines)
    return {name: frozenset(some) for name, some in told.items()}


def _maker(history: Revisions, failure: Failure) -> Revision | None:
    """Who made a file that the branch does not have: the last that did before the revision."""
    told = history.git.run(
        *("log", "-1", "--no-show-signature", "--no-renames", "--diff-filter=A", "--format=%H"),
        *(f"{failure.revision.commit}^", "--", failure.path),
    )
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


class _Search:
    """Tries revisions in front of those that are checked."""

    def __init__(
        self, history: Revisions, objects: Objects, branch: Branch, changes: Sequence[Change], trial: Trial
    ) -> None:
        self.history = history
        self.objects = objects
        self.branch = branch
        self.changes = changes
        self.base = trial
        self.tried: dict[frozenset[Revision], Trial] = {}

    def singles(self, candidates: Sequence[Revision]) -> dict[Revision, Literal["clean", "fewer", "no"]]:
        """What each does by itself."""
        return {one: self._effect(self._try(frozenset({one}))) for one in candidates}

    def smallest(self, candidates: Sequence[Revision]) -> Search:
        """The smallest set that makes all go in.

        A set is grown by whoever brought what fails, again and again, and thinned out; then all smaller ones of the
        candidates and of those that came along are tried, as far as the bounds reach.
        """
        grown, pool = self._grown()
        every = sorted({*candidates, *pool}, key=lambda one: one.order)
        limit = len(every) if grown is None else len(grown) - 1
        largest = 0
        for size in range(1, min(limit, _LARGEST) + 1):
            for some in combinations(every, size):
                wanted = frozenset(some)
                if wanted not in self.tried and len(self.tried) >= _TRIES:
                    return self._answer(grown, every, largest, complete=False)
                if not self._try(wanted).failures:
                    return self._answer(wanted, every, size, complete=True)
            largest = size
        return self._answer(grown, every, largest, complete=largest >= limit)

    def _answer(
        self, found: frozenset[Revision] | None, every: Sequence[Revision], largest: int, *, complete: bool
    ) -> Search:
        ordered = None if found is None else self._ordered(found)
        return Search(ordered, len(every), largest, len(self.tried), complete)

    def _grown(self) -> tuple[frozenset[Revision] | None, frozenset[Revision]]:
        """A set that makes all go in and needs each of its members, None where there is none; and all that came up."""
        chosen: frozenset[Revision] = frozenset()
        trial = self.base
        while trial.failures and len(chosen) < _DEPTH:
            suppliers = _suppliers(self.history, self.branch, trial.failures)
            more = {one for _, found in suppliers for one in found if one not in chosen and self.is_open(one)}
            if not more:
                break
            chosen |= frozenset(sorted(more, key=lambda one: -one.order)[: _DEPTH - len(chosen)])
            trial = self._try(chosen)
        pool = chosen
        if trial.failures or not chosen:
            return None, pool
        for one in self._ordered(pool):
            if len(chosen) > 1 and not self._try(chosen - {one}).failures:
                chosen -= {one}
        return chosen, pool

    def is_open(self, one: Revision) -> bool:
        """Whether a revision can be added: it is trunk's, the branch lacks it, and it is not checked anyway."""
        asked = {change.revision for change in self.changes}
        return one not in asked and self.history.side(one) == "trunk" and not self.history.is_merged(one)

    def _ordered(self, some: frozenset[Revision]) -> tuple[Revision, ...]:
        return tuple(sorted(some, key=lambda one: one.order))

    def _try(self, more: frozenset[Revision]) -> Trial:
        if more not in self.tried:
            added = self.objects.changes(self._ordered(more))
            together = sorted([*added, *self.changes], key=lambda change: change.revision.order)
            self.tried[more] = attempt(self.objects, self.branch, together)
        return self.tried[more]

    def _effect(self, trial: Trial) -> Literal["clean", "fewer", "no"]:
        """Only what fails of the revisions that are checked counts, but for `clean`."""
        if not trial.failures:
            return "clean"
        asked = {change.revision for change in self.changes}
        left = sum(max(len(one.outcomes), 1) for one in trial.failures if one.revision in asked)
        return "fewer" if left < self.base.places else "no"
