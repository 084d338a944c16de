"""Revisions of trunk that the branch does not have, the best candidates for a backport first.

Known as merged is what the branch's messages say, what its commits take out of STATUS, and what Subversion's record
tells. What is there all the same is found by its content: the patch engine finds nothing left to change.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence

from hpatch.backport.check.answer import Verdict
from hpatch.backport.check.check import check
from hpatch.backport.check.trial import is_own
from hpatch.backport.history.changes import Objects
from hpatch.backport.history.revisions import Merge, Revision, Revisions
from hpatch.errors import HpatchError, InputError
from hpatch.records import NamedTuple

_PR = re.compile(r"\b(?:PR|bugs?|bz|bugzilla|issues?)\b[ :#]*(\d{4,6})\b|\bfixes #(\d{1,6})\b", re.IGNORECASE)
_CVE = re.compile(r"\bCVE-\d{4}-\d{4,7}\b", re.IGNORECASE)
_FIX = re.compile(
    r"\b(?:fix(?:es|ed|ing)?|crash(?:es|ed)?|segfaults?|segv|leaks?|overflows?|overruns?|deadlocks?|hangs?|races?"
    r"|regressions?|infinite loop|use[- ]after[- ]free|double free|null (?:pointer )?deref\w*|uninitiali[sz]ed"
    r"|corrupt\w*|security|vulnerab\w*|bug)\b",
    re.IGNORECASE,
)
_CHUNK = 100
"""How many revisions' changes are read at once."""


Step = Callable[[int, int, str], None]


def _nothing(number: int, count: int, title: str) -> None:
    pass


class MissingRevision(NamedTuple):
    """A revision that the branch lacks.

    `prs` are numbers of bug reports that its message names, `cves` what it names of those; `fixes`: it speaks of a
    fault. `verdict` is how it would go in by itself, None where that cannot be told. `merges` are those that brought
    a part of it, or that were taken back. `reverted` is the revision of trunk that takes it back.
    """

    revision: Revision
    prs: tuple[int, ...]
    cves: tuple[str, ...]
    fixes: bool
    verdict: Verdict | None
    merges: tuple[Merge, ...]
    reverted: Revision | None

    @property
    def rank(self) -> int:
        """How good a candidate it is, 0 the best; what trunk took back itself is the last."""
        if self.reverted is not None:
            return 5
        if self.cves:
            return 0
        return 3 - bool(self.prs) - self.fixes


class Missing(NamedTuple):
    """What the branch lacks. `candidates` are the best, of `total`; `there` is how many were found by their content."""

    candidates: tuple[MissingRevision, ...]
    total: int
    there: int


def find(
    history: Revisions,
    paths: Sequence[str] = (),
    since: str | None = None,
    most: int | None = None,
    step: Step = _nothing,
) -> Missing:
    """Find what is missing: revisions that touch files below `paths`, since a date (ISO 8601), at most so many.

    `step` is told before each that is checked: which of how many, and its name. Raises InputError for a path that names
    nothing.
    """
    objects = Objects(history.git)
    _exist(history, objects, paths)
    merged = history.merged()
    taken_back = _taken_back(history)
    found = [
        _candidate(history, one, taken_back.get(one.order))
        for one in history.all("trunk")
        if one.order not in merged
        and one.order not in history.joins
        and not history.is_overruled(one)
        and (since is None or one.date >= since)
        and _concerns(one, paths)
    ]
    ranked = sorted(found, key=lambda one: (one.rank, -one.revision.order))
    candidates: list[MissingRevision] = []
    there = 0
    for one in _checked(history, objects, ranked, step):
        if one.verdict == "there":
            there += 1
            continue
        if most is not None and len(candidates) == most:
            break
        candidates.append(one)
    return Missing(tuple(candidates), len(found) - there, there)


def _exist(history: Revisions, objects: Objects, paths: Sequence[str]) -> None:
    """Each path must name a file or folder of trunk, now or in what it changed since the branch left it."""
    for start in paths:
        if _below(objects.tree(history.trunk.commit), start):
            continue
        if not any(_below(one.paths, start) for one in history.all("trunk")):
            raise InputError(
                f"{history.git.name}: '{start}' names no file or folder of {history.trunk.name}, so nothing was looked "
                "at; write the path from the top of the tree, such as modules/proxy"
            )


def _below(paths: Iterable[str], start: str) -> bool:
    folder = start.rstrip("/") + "/"
    return any(path == start or path.startswith(folder) for path in paths)


def _concerns(one: Revision, paths: Sequence[str]) -> bool:
    """Whether a revision changes more than each branch's own files, below one of the paths."""
    own = [path for path in one.paths if not is_own(path)]
    return bool(own) and (not paths or any(_below(own, start) for start in paths))


def _taken_back(history: Revisions) -> dict[int, Revision]:
    """The revisions of trunk that a later one takes back, by their order."""
    return {taken.order: one for one in history.all("trunk") for taken in history.takes_back(one)}


def _candidate(history: Revisions, one: Revision, reverted: Revision | None) -> MissingRevision:
    numbers = (int(found[1] or found[2]) for found in _PR.finditer(one.message))
    cves = tuple(dict.fromkeys(found.upper() for found in _CVE.findall(one.message)))
    return MissingRevision(
        revision=one,
        prs=tuple(dict.fromkeys(numbers)),
        cves=cves,
        fixes=_FIX.search(one.message) is not None,
        verdict=None,
        merges=(),
        reverted=reverted,
    )


def _checked(
    history: Revisions, objects: Objects, ranked: Sequence[MissingRevision], step: Step
) -> Iterator[MissingRevision]:
    """Each with its verdict, when it is asked for."""
    for at in range(0, len(ranked), _CHUNK):
        changes = objects.readable([one.revision for one in ranked[at : at + _CHUNK]])  # all at once, for it is faster
        known = {change.revision.commit for change in changes}
        for number, one in enumerate(ranked[at : at + _CHUNK], at + 1):
            step(number, len(ranked), one.revision.name)
            merges = history.merges(one.revision)
            if one.revision.commit not in known:
                yield one._replace(merges=merges)
                continue
            try:
                verdict = check(history, (one.revision,), objects=objects, why=False).verdict
            except HpatchError:
                yield one._replace(merges=merges)  # a file that a partial clone lacks, or one that is too large
            else:
                yield one._replace(verdict=verdict, merges=merges)
