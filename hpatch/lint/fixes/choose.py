"""Which fixes are made together: none that meets another one, and each as a whole or not at all."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Iterable, Mapping

from hpatch.lint.finding import Finding
from hpatch.lint.fixes.edits import TextChange, changes
from hpatch.lint.found import SEVERITIES
from hpatch.text import Source

_Made = dict[str, list[TextChange]]
_Line = tuple[str, int]


def usable(finding: Finding, *, unsafe: bool) -> bool:
    """Whether a finding has a fix that may be made: a safe one, or with `unsafe` any."""
    fix = finding.fix
    return fix is not None and bool(fix.edits) and fix.barred is None and (unsafe or fix.safe)


def chosen(findings: Iterable[Finding], sources: Mapping[str, Source]) -> list[Finding]:
    """The findings whose fixes are made together, the gravest first, and of equals the first in `findings`.

    A fix that meets another one waits for the next pass, and so does one that adds lines because of a line that another
    one changes: what it adds may depend on that line. If both make the same edits, both are made, once.
    """
    taken: _Made = {}
    touched: set[_Line] = set()
    claimed: set[_Line] = set()
    picked = []
    for finding in sorted(findings, key=lambda one: -SEVERITIES.index(one.severity)):
        wanted = by_file([finding], sources)
        if wanted is None:
            continue
        again = all(_holds(taken.get(name, []), change) for name, here in wanted.items() for change in here)
        lines = lines_of(finding)
        whole = any("\n" in change.text for here in wanted.values() for change in here)
        if again or not (_meets(wanted, taken) or lines & claimed or (whole and lines & touched)):
            picked.append(finding)
            touched |= lines
            if whole:
                claimed |= lines
            for name, made in wanted.items():
                here = taken.setdefault(name, [])
                for change in made:
                    if not _holds(here, change):
                        insort(here, change)
    return picked


def apart(findings: Iterable[Finding]) -> list[Finding]:
    """Those of the findings that share no line with an earlier one."""
    taken: set[_Line] = set()
    picked = []
    for finding in findings:
        lines = lines_of(finding)
        if not lines & taken:
            picked.append(finding)
            taken |= lines
    return picked


def by_file(findings: Iterable[Finding], sources: Mapping[str, Source]) -> _Made | None:
    """All changes that the fixes of these findings make, by file, in order; None if the text of a file is not known."""
    edits = dict.fromkeys(edit for finding in findings if finding.fix is not None for edit in finding.fix.edits)
    made: _Made = {}
    for edit in edits:
        source = sources.get(edit.place.file)
        if source is None:
            return None
        made.setdefault(source.name, []).extend(changes(source, [edit]))
    return {name: sorted(here) for name, here in made.items()}


def _meets(wanted: _Made, taken: _Made) -> bool:
    """Whether a change meets one that is taken."""
    return any(_met(taken.get(name, []), change) for name, here in wanted.items() for change in here)


def lines_of(finding: Finding) -> set[_Line]:
    """The lines that a finding is about, and those that its fix changes."""
    places = [finding.place, *(edit.place for edit in (finding.fix.edits if finding.fix is not None else ()))]
    return {(place.file, line) for place in places for line in range(place.line, place.end_line + 1)}


def _holds(taken: list[TextChange], change: TextChange) -> bool:
    at = bisect_left(taken, change)
    return at < len(taken) and taken[at] == change


def _met(taken: list[TextChange], change: TextChange) -> bool:
    """Whether one of the changes, which are in order, meets another one."""
    at = bisect_left(taken, change)
    first = max(0, at - 1)
    last = bisect_left(taken, TextChange(change.end + 1, 0, ""))
    return any(change.meets(other) for other in taken[first:last])
