"""`hpatch rule`."""

from __future__ import annotations

import pytest

from hpatch.lint import registry
from hpatch.lint.rule import Rule
from hpatch.report.lint.rule import RuleReport, RulesReport
from tests.support.report.expected import COLOUR
from tests.support.report.lint_results import check
from tests.support.report.schema import valid
from tests.support.report.shown import shown

RULES = (
    Rule("WK001", "uds-worker-collision", "error", "high", ("https://example.org/", "PR 1"), check, fix="safe"),
    Rule("MP002", "slash-double", "info", "medium", (), check),
)
WIDE = """\
tests                        summary                   severity
WK001  uds-worker-collision  What the rule is about.   error, fix
MP002  slash-double          What the rule is about.   info (medium)
"""
NARROW = """\
tests                        severity
WK001  uds-worker-collision  error, fix
  What the rule is about.
MP002  slash-double          info (medium)
  What the rule is about.
"""
MANUAL = """\
WK001 uds-worker-collision  (tests; error, high confidence, fix)

What the rule is about.

Why it matters, in two lines
with <angles> and `code`.

- an item that goes on
- another

Fires on:

    ProxyPass "/a" "http://a/"

    # a comment

Silent on (an `example`):

    ProxyPass "/a" "http://b/"

Source: the manual page.

See:
    https://example.org/
    PR 1
"""


@pytest.mark.parametrize(("width", "expected"), [(None, WIDE), (70, WIDE), (60, NARROW)])
def test_table(width: int | None, expected: str) -> None:
    text = shown(RulesReport(RULES), width=width)
    assert [line.split() for line in text.splitlines()] == [line.split() for line in expected.splitlines()]
    assert all(len(line) <= (width or 70) for line in text.splitlines())


def test_manual() -> None:
    assert shown(RuleReport(RULES[0]), width=30) == MANUAL
    assert COLOUR.sub("", shown(RuleReport(RULES[0]), width=30, color=True)) == MANUAL


def test_families_and_advice() -> None:
    """Each family has a table of its own, in the order of its first code; an advice is shown as one."""
    mixed = (registry.by_code()["CF001"], registry.by_code()["MP001"], registry.by_code()["CF030"])
    lines = shown(RulesReport(mixed), width=200).splitlines()
    assert [line.split()[0] for line in lines if line] == ["reading", "CF001", "paths", "MP001", "startup", "CF030"]
    advice = Rule("HD001", "an-advice", "info", "medium", (), check, advice=True)
    assert shown(RulesReport((advice,)), width=200).split()[-2:] == ["advice", "(medium)"]
    assert "(tests; advice, medium confidence)" in shown(RuleReport(advice))


def test_json() -> None:
    data = valid("rules-1", shown(RulesReport(RULES), "json"))
    assert [rule["rule"] for rule in data["rules"]] == ["WK001", "MP002"]
    assert data["rules"][0]["manual"].startswith("What the rule is about.\n\nWhy")
