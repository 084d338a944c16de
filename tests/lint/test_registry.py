"""Every rule has a code, a name, references, and a manual whose examples do what it says."""

from __future__ import annotations

import re
from itertools import groupby
from pathlib import Path

import pytest

from hpatch.lint.registry import by_code, by_name, rules
from hpatch.lint.rule import Rule
from tests.support.lint.examples import FIRES, INSTEAD, examples, lint_example

ALL = pytest.mark.parametrize("rule", rules(), ids=lambda rule: rule.name)


def test_codes_are_unique_and_in_order() -> None:
    codes = [rule.code for rule in rules()]
    assert codes == sorted(set(codes))
    assert len(by_code()) == len(by_name()) == len(rules())


def test_a_family_counts_from_1_without_gaps() -> None:
    for family, members in groupby(rules(), key=lambda rule: rule.code[:2]):
        numbers = [int(rule.code[2:]) for rule in members]
        assert numbers == list(range(1, len(numbers) + 1)), family


@ALL
def test_form(rule: Rule) -> None:
    assert re.fullmatch(r"[A-Z]{2}\d{3}", rule.code)
    assert re.fullmatch(r"[a-z]+[a-z0-9]*(-[a-z0-9]+)*", rule.name)
    assert rule.references
    assert rule.summary.endswith(".")
    assert rule.manual.partition("\n")[2].startswith("\n")
    assert re.search(r"^Source: \S", rule.manual, re.M)
    assert max(map(len, rule.manual.splitlines())) <= 120


@ALL
def test_the_first_example_fires(rule: Rule, tmp_path: Path) -> None:
    found = lint_example(examples(rule)[FIRES], tmp_path)
    assert rule in [finding.rule for finding in found.findings]


@ALL
def test_the_second_example_is_silent_and_builds(rule: Rule, tmp_path: Path) -> None:
    found = lint_example(examples(rule)[INSTEAD], tmp_path)
    assert rule not in [finding.rule for finding in found.findings]
    assert not found.unread
