"""Findings that are alike are folded: nothing is lost, and short outputs stay as they are."""

from __future__ import annotations

import pytest

from hpatch.lint.engine.result import LintResult
from hpatch.lint.finding import Finding
from hpatch.lint.rule import Rule
from hpatch.report.lint.folding import fold, places
from hpatch.report.lint.forms import FORMS, FindingsReport
from hpatch.text import Place, Source
from tests.support.report.lint_results import check
from tests.support.report.shown import shown

RULE = Rule("MP001", "name", "warning", "high", (), check)


def alike(count: int, message: str = '"/a{0}" has {0} faults', file: str = "a.conf") -> list[Finding]:
    """Findings that differ in a quoted text and a number, each on a line."""
    return [
        Finding(RULE, Place(file, line, 1, line, 2), message.format(line), "warning", "high")
        for line in range(1, count + 1)
    ]


def text(findings: list[Finding], **more: bool) -> str:
    source = Source("a.conf", "x\n" * 40)
    result = LintResult(
        findings=tuple(findings), files=1, directives=1, sources={"a.conf": source}, conditions=(), rules=(), root="/"
    )
    return shown(FindingsReport(result, **more), forms=FORMS)


def test_a_few_are_all_shown() -> None:
    assert text(alike(3)).count("-->") == 3
    assert "more like it" not in text(alike(3))
    assert "folded" not in text(alike(3))


def test_many_are_folded_into_the_first() -> None:
    other = Finding(RULE, Place("a.conf", 2, 1, 2, 2), "another cause", "warning", "high")
    found = text([*alike(2), other, *alike(5)[2:]])
    assert [line for line in found.splitlines() if line.startswith("warning")] == [
        'warning[MP001] name: "/a1" has 1 faults',
        "warning[MP001] name: another cause",
    ]
    assert " and 4 more like it: a.conf:2, 3, 4, 5\n" in found
    assert "4 findings folded into others like them; --full shows each." in found
    assert "Found 6 warnings" in found


def test_all_are_shown_if_wanted() -> None:
    assert text(alike(5), full=True).count("-->") == 5
    assert "folded" not in text(alike(5), full=True)


@pytest.mark.parametrize(
    "other",
    [
        alike(1)[0]._replace(message='"/a" lacks 1 fault'),
        alike(1)[0]._replace(severity="error"),
        alike(1)[0]._replace(subject="another"),
        alike(1)[0]._replace(rule=Rule("MP002", "name", "warning", "high", (), check)),
    ],
    ids=["message", "severity", "subject", "rule"],
)
def test_another_cause_is_not_folded(other: Finding) -> None:
    assert len(fold([*alike(3), other])) == 4
    assert [len(one.more) for one in fold([*alike(4), other])] == [3, 0]


def test_every_finding_is_shown_or_folded_once() -> None:
    given = [*alike(9), *alike(2, "b"), *alike(4, "{0} c")]
    assert sorted(one for first, more in fold(given) for one in (first, *more)) == sorted(given)


def test_of_many_places_the_first_are_named() -> None:
    assert places(alike(3)) == "a.conf:1, 2, 3"
    assert places([*alike(2), *alike(2), *alike(1, file="b.conf")]) == "a.conf:1, 2; b.conf:1"
    assert places(alike(10)) == "a.conf:1, 2, 3, 4, 5, 6, 7, 8, 9, 10"
    assert places(alike(11)) == "a.conf:1, 2, 3, 4, 5, 6, 7, 8, 9, 10, …"
    assert places([*alike(10), *alike(1, file="b.conf")]) == "a.conf:1, 2, 3, 4, 5, 6, 7, 8, 9, 10, …"
