"""What fixing could do: which findings have a fix that would be tried."""

from __future__ import annotations

from collections.abc import Callable

from hpatch.lint.engine.result import LintResult
from hpatch.lint.finding import Finding
from hpatch.lint.fixes.choose import usable
from hpatch.records import NamedTuple


class Offer(NamedTuple):
    """The findings whose fixes would be tried, and how many more would be with `--unsafe-fixes`."""

    fixable: frozenset[Finding] = frozenset()
    more: int = 0


def offer(result: LintResult, *, unsafe: bool, bar: Callable[[str], str | None]) -> Offer:
    """What fixing could do. `bar` says why a file, by its name, must not be changed; None if it may."""
    usable_ones = [finding for finding in result.findings if usable(finding, unsafe=True)]
    names = {edit.place.file for finding in usable_ones if finding.fix is not None for edit in finding.fix.edits}
    free = {name for name in names if bar(name) is None}
    open_ones = [
        finding
        for finding in usable_ones
        if finding.fix is not None and all(edit.place.file in free for edit in finding.fix.edits)
    ]
    fixable = frozenset(finding for finding in open_ones if usable(finding, unsafe=unsafe))
    return Offer(fixable, len(open_ones) - len(fixable))
