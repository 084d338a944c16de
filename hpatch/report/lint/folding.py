"""Findings that say the same of many places, folded into one."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from hpatch.lint.finding import Finding
from hpatch.records import NamedTuple

_VALUES = r'"[^"]*"|\d+'
_FEW = 3
"""So many findings that are alike are all shown."""
_SHOWN = 10
"""So many further places are named."""


class FoldedFinding(NamedTuple):
    """A finding to show, and those like it that are not."""

    first: Finding
    more: tuple[Finding, ...] = ()


def fold(findings: Sequence[Finding]) -> list[FoldedFinding]:
    """The findings in their order; of more than a few with one cause the first, with the others.

    They have one cause if one rule reports them of one subject with one severity, in one message apart from quoted
    texts and numbers.
    """
    groups: dict[tuple[str, str, str, str], list[Finding]] = {}
    keys = []
    for finding in findings:
        key = finding.rule.code, finding.severity, finding.subject, re.sub(_VALUES, '"', finding.message)
        keys.append(key)
        groups.setdefault(key, []).append(finding)
    shown = []
    for key, finding in zip(keys, findings, strict=True):
        group = groups[key]
        if len(group) <= _FEW:
            shown.append(FoldedFinding(finding))
        elif group[0] is finding:
            shown.append(FoldedFinding(finding, tuple(group[1:])))
    return shown


def places(findings: Iterable[Finding]) -> str:
    """Their places, each file once: `a.conf:3, 7; b.conf:1`. Of many the first, and how many there are."""
    lines: dict[str, dict[int, None]] = {}
    for finding in findings:
        lines.setdefault(finding.place.file, {})[finding.place.line] = None
    found, room = [], _SHOWN
    for file, numbers in lines.items():
        if room > 0:
            found.append(f"{file}:{', '.join(map(str, list(numbers)[:room]))}")
        room -= len(numbers)
    return "; ".join(found) + (", …" if room < 0 else "")
