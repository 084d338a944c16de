"""What the tests of a suite gave, as plain data."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Literal

from hpatch.records import NamedTuple

SuiteKind = Literal["pytest", "perl"]
"""The tests in a tree's folder `test`, or httpd's test framework in Perl."""
Ended = Literal["passed", "failed", "skipped"]


class SuiteChoice(NamedTuple):
    """Which tests to run: those below `paths`; in the tree's folder `test`, or in `folder`, the framework's."""

    kind: SuiteKind
    paths: tuple[str, ...]
    folder: Path = Path("test")


class SuiteResult(NamedTuple):
    """How a test ended, and the first line of the reason where it did not pass."""

    ended: Ended
    reason: str = ""


Results = Mapping[str, SuiteResult]
"""By the tests' names."""


class SuiteChange(NamedTuple):
    """A test that ended in another way after the change; "" where it did not run. `worse`: it passes no more.

    One that ended in different ways on the same httpd is never worse: it tells nothing.
    """

    test: str
    before: str
    after: str
    worse: bool
    reason: str


class SuiteRun(NamedTuple):
    """A suite before and after: of how many tests each end was told, and the tests that ended in another way."""

    paths: tuple[str, ...]
    before: Mapping[str, int]
    after: Mapping[str, int]
    changes: tuple[SuiteChange, ...]
    seconds: float

    @property
    def worse(self) -> tuple[str, ...]:
        """The tests that pass no more."""
        return tuple(one.test for one in self.changes if one.worse)


def suspects(before: Results, after: Results) -> tuple[str, ...]:
    """The tests that passed before and did not after."""
    return tuple(
        name
        for name, one in before.items()
        if one.ended == "passed" and (name not in after or after[name].ended != "passed")
    )


def compared(paths: Sequence[str], before: Sequence[Results], after: Sequence[Results], seconds: float) -> SuiteRun:
    """The first run of each side, and further ones of the suspects: a test is worse if no run says otherwise."""
    first, second = before[0], after[0]
    changes = []
    for name in dict.fromkeys((*first, *second)):
        was, now = first.get(name), second.get(name)
        if was is None or now is None or was.ended != now.ended:
            steady = all(run[name].ended == "passed" for run in before if name in run)
            failing = all(run[name].ended != "passed" for run in after if name in run)
            changes.append(
                SuiteChange(
                    test=name,
                    before=was.ended if was is not None else "",
                    after=now.ended if now is not None else "",
                    worse=was is not None and was.ended == "passed" and steady and failing,
                    reason=now.reason if now is not None else "it did not run",
                )
            )
    return SuiteRun(
        paths=tuple(paths),
        before=dict(Counter(one.ended for one in first.values())),
        after=dict(Counter(one.ended for one in second.values())),
        changes=tuple(changes),
        seconds=seconds,
    )
