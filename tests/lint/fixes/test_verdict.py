"""Findings before and after fixes."""

from __future__ import annotations

from hpatch.lint.engine.result import LintResult
from hpatch.lint.finding import Finding
from hpatch.lint.fixes.edits import LineOrigins, TextChange, applied
from hpatch.lint.fixes.verdict import judged
from hpatch.lint.found import Severity
from hpatch.lint.registry import by_code
from hpatch.text import Place, Source


def finding(line: int, message: str, severity: Severity = "error", code: str = "MP001") -> Finding:
    return Finding(
        rule=by_code()[code],
        place=Place("a.conf", line, 1, line, 2),
        message=message,
        severity=severity,
        confidence="high",
    )


def result(*findings: Finding) -> LintResult:
    return LintResult(findings=findings, files=1, directives=1, sources={}, conditions=(), rules=(), root="")


ONE, TWO = finding(1, "one"), finding(2, "two")


def test_a_finding_that_goes_is_mended() -> None:
    assert judged(result(ONE, TWO), result(TWO), [ONE], {}).good


def test_a_finding_that_stays_with_other_words_is_not() -> None:
    verdict = judged(result(ONE, TWO), result(finding(1, "uno"), TWO), [ONE], {})
    assert (verdict.stay, verdict.new) == ((ONE,), ())


def test_one_of_two_alike_in_a_line() -> None:
    other = finding(1, "another")
    assert judged(result(ONE, other), result(other), [ONE], {}).good
    assert not judged(result(ONE, other), result(ONE), [ONE], {}).good


def test_a_new_error_or_warning_speaks_against_a_fix_and_a_note_does_not() -> None:
    for severity, good in (("error", False), ("warning", False), ("info", True)):
        new = finding(2, "new", severity, "MP002")  # type: ignore[arg-type]
        assert judged(result(ONE), result(new), [ONE], {}).good is good


def test_a_finding_that_becomes_an_error_is_new() -> None:
    note, error = finding(2, "x", "info"), finding(2, "x", "error")
    assert not judged(result(ONE, note), result(error), [ONE], {}).good
    assert judged(result(ONE, note), result(finding(2, "x", "warning")), [ONE], {}).good


def test_what_a_refused_line_hid_is_not_new() -> None:
    refused, other = finding(1, "refused", code="CF012"), finding(1, "shown")
    assert judged(result(refused), result(other), [refused], {}).good
    assert not judged(result(refused), result(finding(2, "shown")), [refused], {}).good
    assert not judged(result(ONE), result(finding(1, "shown", code="MP002")), [ONE], {}).good


def test_findings_move_with_their_lines() -> None:
    before = Source("a.conf", "first\nsecond\n")
    made = [TextChange(0, 0, "added\n")]
    origins = {"a.conf": LineOrigins(before, Source("a.conf", applied(before.text, made)), made)}
    assert judged(result(ONE, TWO), result(finding(3, "now line 3")), [ONE], origins).good
    moved = judged(result(ONE), result(finding(3, "now line 3")), [ONE], origins)
    assert (moved.new, moved.origins) == ((finding(3, "now line 3"),), (frozenset({("a.conf", 2)}),))
