"""Why revisions do not go in: who brought the lines that they expect, whether the branch has that, and what would help.

Who brought a line is told by `git blame` of the file as it was before the revision. A revision named so explains a
conflict more often than it cures it, so each is tried, and then sets of them, within bounds.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations
from typing import Literal

from hpatch.backport.check.answer import Prerequisite, Search
from hpatch.backport.check.suppliers import Place, Suppliers, maker
from hpatch.backport.check.trial import CommitFiles, FailedFile, Trial, failures
from hpatch.backport.history.changes import Change, Objects
from hpatch.backport.history.revisions import Revision, Revisions
from hpatch.records import NamedTuple

_MAKERS = 3
"""Of how many files that the branch does not have it is asked who made them."""
_CANDIDATES = 12
"""How many revisions are tried as prerequisites."""
_TRIES = 60
"""How many sets of revisions are tried."""
_WORK = 12_000_000
"""How many bytes of files are gone through for that, in all, a hunk counting for `_HUNK`: a second or two."""
_HUNK = 2000
_LARGEST = 3
"""Up to this size all sets are tried, as far as the bounds reach."""
_DEPTH = 8
"""How many revisions are added, each for what those before it lack."""


class Explained(NamedTuple):
    """Why: `suppliers` and `own` are names, by conflict."""

    suppliers: dict[Place, tuple[str, ...]]
    own: dict[Place, tuple[str, ...]]
    prerequisites: tuple[Prerequisite, ...]
    search: Search | None


NOTHING = Explained({}, {}, (), None)


def explain(
    history: Revisions, objects: Objects, branch: CommitFiles, changes: Sequence[Change], trial: Trial
) -> Explained:
    """Explain what fails in a trial of changes, and which revisions made the files that the branch does not have."""
    lines: Counter[Revision] = Counter()
    names: dict[Place, tuple[str, ...]] = {}
    asked = {change.revision for change in changes}
    suppliers = Suppliers(history, branch)
    for place, found in suppliers.of(trial.failures):
        names[place] = tuple(one.name for one in _ordered(found))
        lines.update({one: count for one, count in found.items() if one not in asked})
    makers = dict.fromkeys(_makers(history, changes, trial))
    ranked = sorted(lines, key=lambda one: (-lines[one], -one.order))
    search = _Search(suppliers, objects, changes, trial)
    tried = [one for one in ranked if search.is_open(one)][:_CANDIDATES]
    helps = search.singles(tried)
    prerequisites = tuple(
        Prerequisite(
            revision=one,
            merges=history.merges(one),
            older=history.side(one) == "both",
            helps=helps.get(one),
            lines=lines[one],
        )
        for one in (*ranked, *(one for one in makers if one not in lines and one not in asked))
    )
    if not trial.failures:
        return Explained({}, {}, prerequisites, None)
    smallest = search.smallest(tried)
    own = {place: tuple(one.name for one in _ordered(found)) for place, found in suppliers.own(trial.failures)}
    return Explained(names, own, prerequisites, smallest)


def _makers(history: Revisions, changes: Sequence[Change], trial: Trial) -> Iterator[Revision]:
    """Who made the files that the branch does not have; of a few of them."""
    absent = [one.path for one in trial.files if one.state == "absent"]
    for path in absent[:_MAKERS]:
        made = next((maker(history, one.revision, path) for one in changes if path in one.paths), None)
        if made is not None:
            yield made


class _Search:
    """Tries revisions in front of those that are checked. Only files where something fails, or that these touch, count.

    `tried` has what fails with each set of revisions.
    """

    def __init__(self, suppliers: Suppliers, objects: Objects, changes: Sequence[Change], trial: Trial) -> None:
        self.suppliers = suppliers
        self.history = suppliers.history
        self.branch = suppliers.branch
        self.objects = objects
        self.changes = changes
        self.base = trial
        self.paths = frozenset(one.path for one in trial.failures)
        self.asked = frozenset(change.revision for change in changes)
        self.tried: dict[frozenset[Revision], tuple[FailedFile, ...]] = {}
        self.work = 0

    def singles(self, candidates: Sequence[Revision]) -> dict[Revision, Literal["clean", "fewer", "no"] | None]:
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
                left = self._try(frozenset(some))
                if left is None:
                    return self._answer(grown, every, largest, complete=False)
                if not left:
                    return self._answer(frozenset(some), every, size, complete=True)
            largest = size
        return self._answer(grown, every, largest, complete=largest >= limit)

    def _answer(
        self, found: frozenset[Revision] | None, every: Sequence[Revision], largest: int, *, complete: bool
    ) -> Search:
        ordered = None if found is None else _ordered(found)
        return Search(found=ordered, candidates=len(every), largest=largest, tried=len(self.tried), complete=complete)

    def _grown(self) -> tuple[frozenset[Revision] | None, frozenset[Revision]]:
        """A set that makes all go in and needs each of its members, None where there is none; and all that came up."""
        chosen: frozenset[Revision] = frozenset()
        left: tuple[FailedFile, ...] | None = self.base.failures
        while left and len(chosen) < _DEPTH:
            suppliers = self.suppliers.of(left)
            more = {one for _, found in suppliers for one in found if one not in chosen and self.is_open(one)}
            if not more:
                break
            chosen |= frozenset(sorted(more, key=lambda one: -one.order)[: _DEPTH - len(chosen)])
            left = self._try(chosen)
        pool = chosen
        if left is None or left or not chosen:
            return None, pool
        for one in _ordered(pool):
            if len(chosen) > 1 and self._try(chosen - {one}) == ():
                chosen -= {one}
        return chosen, pool

    def is_open(self, one: Revision) -> bool:
        """Whether a revision can be added: it is trunk's, the branch lacks it, and it is not checked anyway."""
        return (
            one not in self.asked
            and self.history.side(one) == "trunk"
            and not self.history.is_merged(one)
            and not self.history.is_overruled(one)
        )

    def _try(self, more: frozenset[Revision]) -> tuple[FailedFile, ...] | None:
        """What fails with more revisions; None where a bound is reached, or one of them cannot be read."""
        if more in self.tried:
            return self.tried[more]
        if len(self.tried) >= _TRIES or self.work >= _WORK:
            return None
        added = self.objects.readable(_ordered(more))
        if len(added) < len(more):
            return None
        paths = self.paths.union(*(change.paths for change in added))
        together = sorted([*added, *self.changes], key=lambda change: change.revision.order)
        for one in (one for change in together for one in change.files if one.path in paths):
            self.work += len(self.branch.read(one.path) or b"") + _HUNK * len(one.hunks)
        self.tried[more] = failures(self.objects, self.branch, together, paths)
        return self.tried[more]

    def _effect(self, left: tuple[FailedFile, ...] | None) -> Literal["clean", "fewer", "no"] | None:
        """Only what fails of the revisions that are checked counts, but for `clean`."""
        if not left:
            return None if left is None else "clean"
        own = sum(max(len(one.outcomes), 1) for one in left if one.revision in self.asked)
        return "fewer" if own < self.base.places else "no"


def _ordered(some: Iterable[Revision]) -> tuple[Revision, ...]:
    return tuple(sorted(some, key=lambda one: one.order))
