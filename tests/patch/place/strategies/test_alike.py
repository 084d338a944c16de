"""Lines that go, and that the tree has with other white space or another log number."""

from __future__ import annotations

import pytest

from hpatch.patch.place.place import place
from hpatch.patch.place.strategies.alike import alike
from tests.support.patch.placing import only, patch, results, situation, text

LOG = "    ap_log_rerror(APLOG_MARK, APLOG_DEBUG, 0, r,"
BEFORE = ["f();", "g();", "", "#if 0", LOG, '                  "uri: %s", uri);', "#endif", "", "h();", "i();", "j();"]
GONE = patch(BEFORE, [*BEFORE[:3], *BEFORE[8:]])


def tree(*lines: str) -> list[str]:
    return ["own", *BEFORE[:3], *lines, *BEFORE[7:]]


@pytest.mark.parametrize(
    "lines",
    [
        pytest.param(["#if 0", f"{LOG} APLOGNO(09999)", BEFORE[5], "#endif"], id="a log number"),
        pytest.param(["#if 0", LOG, BEFORE[5].lstrip(), "#endif"], id="an indent"),
        pytest.param(["#if  0 ", LOG.replace("    ", "\t"), BEFORE[5], "#endif"], id="white space"),
    ],
)
def test_what_goes_may_differ_in_white_space_or_a_number(lines: list[str]) -> None:
    placed = place(text(tree(*lines)), GONE, ancestor=text(BEFORE))
    assert results(placed) == ["whitespace"]
    assert only(placed).reason == "lines that go differ in white space or a log number only"
    assert (only(placed).line, only(placed).offset) == (2, 1)
    assert placed.after == text(["own", *BEFORE[:3], *BEFORE[8:]])
    assert place(text(tree(*lines)), GONE).after == placed.after


@pytest.mark.parametrize(
    "changed",
    [
        pytest.param([LOG.replace("DEBUG", "INFO"), *BEFORE[5:7]], id="another word"),
        pytest.param([f"{LOG} APLOGNO(1), x", *BEFORE[5:7]], id="more than a number"),
        pytest.param([LOG + BEFORE[5], BEFORE[6]], id="other line ends"),
    ],
)
def test_more_is_a_conflict(changed: list[str]) -> None:
    assert results(place(text(tree("#if 0", *changed)), GONE, ancestor=text(BEFORE))) == ["conflict"]


def test_the_context_is_there_as_it_is() -> None:
    lines = tree("#if 0", f"{LOG} APLOGNO(09999)", *BEFORE[5:7])
    assert alike(situation(lines, GONE)) is not None
    assert alike(situation([line.replace("g();", "  g();") for line in lines], GONE)) is None


def test_nothing_is_put_in_the_place_of_lines_that_differ() -> None:
    made = patch(BEFORE, [*BEFORE[:4], LOG.replace("DEBUG", "INFO"), *BEFORE[5:]])
    lines = ["own", *BEFORE[:4], f"{LOG} APLOGNO(09999)", *BEFORE[5:]]
    assert results(place(text(lines), made)) == ["conflict"]
    assert alike(situation(lines, made, ancestor=BEFORE)) is None


def test_two_places_are_no_place() -> None:
    lines = tree("#if 0", f"{LOG} APLOGNO(09999)", *BEFORE[5:7])
    assert alike(situation([*lines, *lines], GONE)) is None


def test_brackets_and_blanks_tell_nothing() -> None:
    before = ["a", "b", "c", "    }", "d", "e", "f"]
    made = patch(before, [*before[:3], *before[4:]])
    assert alike(situation([*before[:3], "}", *before[4:]], made)) is None
    assert alike(situation(before, made)) is None
