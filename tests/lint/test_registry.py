"""Every rule has a code, a name, references, and a manual whose examples do what it says."""

from __future__ import annotations

import re
from itertools import groupby, pairwise
from pathlib import Path

import pytest

from hpatch.lint.registry import by_code, by_name, rules
from hpatch.lint.rule import Rule
from tests.support.lint.examples import FIRES, INSTEAD, KINDS, SILENT, Example, examples, lint_example, named

FIRING = [pytest.param(rule, example, id=name) for name, rule, example in named(FIRES)]
UNAVOIDABLE = {
    "CF041": {"CF042"},  # an example has no file's name, and so not a template's
    "BE042": {"BE011"},  # a pool with a chroot has no SetHandler that leads to it
}
"""What another rule reports in the cure that a rule shows, by code."""
KNOWN = {"KP001", "KP002"}
SOUND = [pytest.param(rule, example, id=name) for name, rule, example in named(SILENT, INSTEAD)]


def test_codes_are_unique_and_in_order() -> None:
    codes = [rule.code for rule in rules()]
    assert codes == sorted(set(codes))
    assert len(by_code()) == len(by_name()) == len(rules())


def test_a_family_counts_from_1_and_a_gap_ends_at_a_round_number() -> None:
    """A group of rules may start its own five."""
    for family, members in groupby(rules(), key=lambda rule: rule.code[:2]):
        numbers = [0, *(int(rule.code[2:]) for rule in members)]
        gaps = [there for here, there in pairwise(numbers) if there != here + 1]
        assert all(number % 5 == 0 for number in gaps), (family, gaps)


def test_form() -> None:
    for rule in rules():
        assert re.fullmatch(r"[A-Z]{2}\d{3}", rule.code)
        assert re.fullmatch(r"[a-z]+[a-z0-9]*(-[a-z0-9]+)*", rule.name)
        assert rule.references, rule.code
        assert rule.severity == "info" or not rule.advice, rule.code
        assert rule.summary.endswith("."), rule.code
        assert rule.manual.partition("\n")[2].startswith("\n"), rule.code
        assert re.search(r"^Source: \S", rule.manual, re.M), rule.code
        assert max(map(len, rule.manual.splitlines())) <= 120, rule.code
        assert "**" not in rule.manual, f"{rule.code}: every form shows it as it is"


def test_examples() -> None:
    """One way to write it at least fires, and one way to mend it is shown; each example has a kind and is another."""
    for rule in rules():
        found = examples(rule)
        kinds = [example.kind for example in found]
        assert kinds.count(INSTEAD) == 1, rule.code
        assert FIRES in kinds, rule.code
        assert kinds == sorted(kinds, key=KINDS.index), rule.code
        others = {(example.text, *example.options.items(), *example.files.items()) for example in found}
        assert len(others) == len(found), rule.code


@pytest.mark.parametrize(("rule", "example"), FIRING)
def test_fires(rule: Rule, example: Example, tmp_path: Path) -> None:
    found = lint_example(example, tmp_path)
    assert rule in [finding.rule for finding in found.findings]


@pytest.mark.parametrize(("rule", "example"), SOUND)
def test_is_silent_and_builds(rule: Rule, example: Example, tmp_path: Path) -> None:
    found = lint_example(example, tmp_path)
    assert rule not in [finding.rule for finding in found.findings]
    assert not found.unread
    if example.kind == INSTEAD:
        # What is shown as the cure is sound for the other rules, too; an old release that it names has its problems.
        others = {finding.rule.code for finding in found.findings if finding.severity != "info"}
        if not rule.code.startswith("KP"):
            others -= {"KP001", "KP002"}
        if "--httpd-version" in example.options and rule.code not in KNOWN:
            others -= KNOWN  # an old release has its known problems, whatever is written
        assert others == UNAVOIDABLE.get(rule.code, set())
