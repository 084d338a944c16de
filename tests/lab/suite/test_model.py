"""Which test is worse."""

from __future__ import annotations

import pytest

from hpatch.lab.suite.model import Ended, Results, SuiteResult, compared, suspects


def results(*ends: Ended | None) -> Results:
    """Of the tests 0, 1, …; None: it did not run."""
    return {str(number): SuiteResult(end, "why") for number, end in enumerate(ends) if end is not None}


@pytest.mark.parametrize(
    ("before", "after", "changed", "worse"),
    [
        ([results("passed")], [results("passed")], 0, False),
        ([results("failed")], [results("failed")], 0, False),
        ([results("failed")], [results("passed")], 1, False),
        ([results("skipped")], [results("failed")], 1, False),
        ([results(None)], [results("failed")], 1, False),
        ([results("passed")], [results("failed")], 1, True),
        ([results("passed")], [results("skipped")], 1, True),
        ([results("passed")], [results(None)], 1, True),
        ([results("passed"), results("failed")], [results("failed"), results("failed")], 1, False),
        ([results("passed"), results("passed")], [results("failed"), results("passed")], 1, False),
        ([results("passed"), results("passed")], [results("failed"), results("failed")], 1, True),
        ([results("passed"), results("passed")], [{}, {}], 1, True),
    ],
)
def test_worse_is_what_passed_and_never_does_again(
    before: list[Results], after: list[Results], changed: int, worse: bool
) -> None:
    found = compared(("modules",), before, after, 1.5)
    assert len(found.changes) == changed
    assert bool(found.worse) == worse
    if worse:
        assert suspects(before[0], after[0]) == found.worse == ("0",)


def test_all_ends_are_counted() -> None:
    found = compared(("a", "b"), [results("passed", "passed", "failed")], [results("passed", "passed", "skipped")], 2.0)
    assert (found.before, found.after) == ({"passed": 2, "failed": 1}, {"passed": 2, "skipped": 1})
    assert (found.paths, found.seconds) == (("a", "b"), 2.0)
