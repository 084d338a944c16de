"""How many findings each rule has: `hpatch lint --statistics`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from hpatch.lint.found import SEVERITIES
from hpatch.report.common.tables import table

if TYPE_CHECKING:
    from hpatch.lint.engine.result import LintResult
    from hpatch.report.common.renderer import Page


def lines(result: LintResult, page: Page) -> Iterator[str]:
    """A table, the most frequent rule first."""
    rows = [(str(one["count"]), one["rule"], one["name"], _severities(one)) for one in data(result)]
    if rows:
        yield from table(("count", "rule", "name", "severity"), rows, page.width, page.color)
        yield ""


def data(result: LintResult) -> list[dict[str, Any]]:
    """The same for programs; a rule's severity may differ between findings."""
    counts: dict[str, Counter[str]] = {}
    names = {}
    for finding in result.findings:
        counts.setdefault(finding.rule.code, Counter())[finding.severity] += 1
        names[finding.rule.code] = finding.rule.name
    return [
        {
            "rule": code,
            "name": names[code],
            "count": severities.total(),
            **{severity: severities[severity] for severity in reversed(SEVERITIES)},
        }
        for code, severities in sorted(counts.items(), key=lambda item: (-item[1].total(), item[0]))
    ]


def _severities(one: dict[str, Any]) -> str:
    """`error`, or how often each where there are several."""
    found = [severity for severity in reversed(SEVERITIES) if one[severity]]
    return found[0] if len(found) == 1 else ", ".join(f"{one[severity]} {severity}" for severity in found)
