"""A hunk whose lines are in another function than the one that its heading names."""

from __future__ import annotations

import pytest

from hpatch.patch.diff.model import Elsewhere, FilePatch
from hpatch.patch.place.options import DEFAULTS, PlaceOptions
from hpatch.patch.place.place import place
from tests.support.patch.placing import only, patch, text

BODY = ["    a;", "    b;", "    c;", "    d;", "    e;", "    f;", "    g;"]
NAMES = ("first", "second", "third")


def function(name: str, body: list[str]) -> list[str]:
    return [f"int {name}(void)", "{", *body, "}", ""]


def file(*bodies: list[str]) -> list[str]:
    return [line for name, body in zip(NAMES, bodies, strict=False) for line in function(name, body)]


def changed(body: list[str], new: str = "    D;") -> list[str]:
    return [*body[:3], new, *body[4:]]


BEFORE = file(BODY, BODY, BODY)
EDITED = changed(BODY, "    own;")


def made(number: int = 0) -> FilePatch:
    """The change of one function, with its heading."""
    bodies = [changed(BODY) if number == each else BODY for each in range(3)]
    found = patch(BEFORE, file(*bodies))
    (one,) = found.hunks
    return found._replace(hunks=(one._replace(section=f"int {NAMES[number]}(void)".encode()),))


ONLY_THIRD = file(EDITED, EDITED, BODY)


def test_the_only_place_is_in_another_function() -> None:
    outcome = only(place(text(ONLY_THIRD), made()))
    assert (outcome.result, outcome.line, outcome.candidates) == ("ambiguous", None, (25,))
    assert outcome.elsewhere == Elsewhere(heading=b"int first(void)", lines=(1,), found=b"int third(void)")


def test_the_place_is_taken_by_option_and_told() -> None:
    placed = place(text(ONLY_THIRD), made(), PlaceOptions(accept_place=True))
    assert placed.after == text(file(EDITED, EDITED, changed(BODY)))
    assert only(placed).result == "moved"
    assert only(placed).elsewhere is not None


@pytest.mark.parametrize("number", range(3))
def test_the_right_function_wherever_it_is(number: int) -> None:
    bodies = [BODY if each == number else EDITED for each in range(3)]
    for tree in (file(*bodies), ["own();", *file(*bodies)]):
        outcome = only(place(text(tree), made(number)))
        assert outcome.result in {"exact", "moved"} and outcome.elsewhere is None


def test_the_own_line_is_no_evidence_against_the_heading() -> None:
    """A function as long as the others came before, and the revision's function was edited."""
    tree = [*function("fresh", EDITED), *file(BODY, EDITED, EDITED)]
    assert only(place(text(tree), made(1))).result == "ambiguous"


def test_what_is_there_already_must_be_so_in_the_headings_function() -> None:
    tree = file(EDITED, EDITED, changed(BODY))
    assert only(place(text(tree), made())).result == "ambiguous"
    assert only(place(text(tree), made(2))).result == "applied"


@pytest.mark.parametrize("options", [PlaceOptions(fuzz=2), PlaceOptions(ignore_whitespace=True)])
def test_loose_places_are_held_against_the_heading_too(options: PlaceOptions) -> None:
    tree = file(EDITED, EDITED, [line.replace("    ", "\t") if "a" in line else line for line in BODY])
    assert only(place(text(tree), made(2), options)).result in {"fuzz", "whitespace"}
    assert only(place(text(tree), made(0), options)).result == "ambiguous"


def test_a_heading_that_the_hunk_shows_may_not_be_lost_by_fuzz() -> None:
    after = file(["    A;", *BODY[1:]], BODY, BODY)
    start = patch(BEFORE, after)
    tree = [*function("fresh", BODY), *file(EDITED[1:], EDITED[1:], EDITED[1:])]
    assert only(place(text(tree), start, PlaceOptions(fuzz=2))).result == "ambiguous"


def test_the_file_before_the_revision_tells_the_function_without_a_heading() -> None:
    bare = patch(BEFORE, file(changed(BODY), BODY, BODY))
    assert bare.hunks[0].section == b""
    before = text(BEFORE)
    assert only(place(text(["own();", *BEFORE]), bare, DEFAULTS, before)).result == "moved"
    gone = [*function("fresh", BODY), *file(EDITED, EDITED, EDITED)]
    assert only(place(text(gone), bare, DEFAULTS, before)).result in {"ambiguous", "conflict"}


def test_a_function_by_another_name_is_told_by_the_file_before_the_revision() -> None:
    named = text(BEFORE).replace(b"int first(", b"int other(")
    outcome = only(place(named, made(), DEFAULTS, text(BEFORE)))
    assert outcome.result == "exact"
    assert outcome.elsewhere == Elsewhere(heading=b"int first(void)", lines=(), found=b"int other(void)")
    assert only(place(named, made())).result == "ambiguous"


def test_a_diff_for_the_very_file_is_not_asked() -> None:
    """Some tools write headings of their own."""
    wrong = made()
    strange = wrong._replace(hunks=(wrong.hunks[0]._replace(section=b"int other(void)"),))
    assert only(place(text(BEFORE), strange)).result == "ambiguous"
    assert only(place(text(BEFORE), strange, DEFAULTS, text(BEFORE))).result == "exact"


# Without a heading


def test_the_only_place_where_the_own_one_has_most_of_the_lines_is_refused() -> None:
    """`diff -u` writes no headings. The tree has changed the lines that the hunk is for; others are as they were."""
    bare = patch(BEFORE, file(changed(BODY), BODY, BODY))
    outcome = only(place(text(ONLY_THIRD), bare))
    assert (outcome.result, outcome.line, outcome.candidates) == ("ambiguous", None, (25,))
    assert outcome.reason == "its lines are at line 25 only, but most of them are at its own place, line 3, too"
    done = only(place(text(file(EDITED, EDITED, changed(BODY))), bare))
    assert (done.result, done.candidates) == ("ambiguous", (25,))
    placed = place(text(ONLY_THIRD), bare, PlaceOptions(accept_place=True))
    assert placed.after == text(file(EDITED, EDITED, changed(BODY)))


SWITCH = ["int run(int op)", "{", "    switch (op) {"]


def ladder(*cases: tuple[str, list[str]]) -> list[str]:
    return [*SWITCH, *(line for name, body in cases for line in (f"    case {name}:", *body)), "    }", "}"]


def test_a_twin_of_the_place_in_the_same_function_makes_it_ambiguous() -> None:
    """The heading names the function only, and the tree has edited one of the two cases."""
    grown = ["    own();"] * 12
    before = ladder(("A", BODY), ("B", BODY))
    bare = patch(before, ladder(("A", BODY), ("B", changed(BODY))))
    one = bare._replace(hunks=(bare.hunks[0]._replace(section=b"int run(int op)"),))
    edited = ladder(("A", [*grown, *BODY]), ("B", EDITED))
    outcome = only(place(text(edited), one))
    assert (outcome.result, outcome.candidates) == ("ambiguous", (17,))
    assert outcome.reason == "its lines are at line 17 only, but most of them are at line 25 too"
    assert place(text(edited), one, PlaceOptions(accept_place=True)).ok
    elsewhere = [*function("other", [*grown, *EDITED]), *ladder(("B", BODY))]
    assert only(place(text(elsewhere), one)).result == "moved"


def test_fuzz_does_not_lose_the_line_that_begins_a_unit() -> None:
    before = ladder(("A", BODY), ("B", BODY))
    one = patch(before, ladder(("A", BODY), ("B", [BODY[0], "    new;", *BODY[1:]])))
    tree = ladder(("C", BODY), ("D", EDITED[2:]))
    outcome = only(place(text(tree), one, PlaceOptions(fuzz=2)))
    assert outcome.result == "ambiguous"
    assert outcome.reason == "its lines are at line 3 only, and 'case B:' is not among them"


LINES = [f"line {number}" for number in range(1, 31)]


@pytest.mark.parametrize(("kept", "result"), [(7, "ambiguous"), (6, "ambiguous"), (4, "moved"), (1, "moved")])
def test_more_than_half_of_the_lines_at_its_own_place_are_most_of_them(kept: int, result: str) -> None:
    """A line of the seven is the tree's own, so the hunk does not fit there."""
    made = patch(LINES, [*LINES[:9], "new", *LINES[10:]])
    above = [line if number < 6 + kept and number != 9 else "own" for number, line in enumerate(LINES[:16])]
    assert only(place(text([*above, *LINES]), made)).result == result


@pytest.mark.parametrize(("kept", "result"), [((6, 7, 8, 11), "moved"), ((6, 7, 8, 11, 12), "ambiguous")])
def test_half_of_the_lines_at_its_own_place_are_not_most_of_them(kept: tuple[int, ...], result: str) -> None:
    """The hunk has eight. Lines such as `goto out;` stand everywhere."""
    made = patch(LINES, [*LINES[:9], "new", *LINES[11:]])
    above = [line if number < 6 or number in kept else "own" for number, line in enumerate(LINES[:16])]
    assert only(place(text([*above, *LINES]), made)).result == result


@pytest.mark.parametrize("other", [0, 29])
def test_a_hunk_that_moved_as_far_as_its_neighbour_is_not_refused(other: int) -> None:
    made = patch(LINES, ["new" if number in (14, other) else line for number, line in enumerate(LINES)])
    above = [*LINES[:14], "own", *LINES[15:25]][0 if other else 1 :]
    placed = place(text([*above, *LINES]), made)
    assert [outcome.result for outcome in placed.outcomes] == ["moved", "moved"]


# Code that the compiler does not see


LEFT_OUT = [*function("first", EDITED), "#if 0", *function("first", BODY), "#endif"]
"""The function was edited, and stands below as it was."""


def test_a_hunk_does_not_go_into_code_that_is_left_out() -> None:
    (refused,) = place(text(LEFT_OUT), made()).outcomes
    assert (refused.result, refused.candidates) == ("ambiguous", (LEFT_OUT.index("#if 0") + 4,))
    assert refused.reason == "its lines are within #if 0 only, where the compiler does not see them"
    assert only(place(text(LEFT_OUT), made(), PlaceOptions(accept_place=True))).result == "moved"


def test_code_that_is_left_out_does_not_show_that_a_hunk_is_there() -> None:
    done = function("first", changed(BODY))
    assert only(place(text(done), made())).result == "applied"
    assert only(place(text(["#if 0", *done, "#endif"]), made())).result == "ambiguous"
    assert only(place(text(["#if 0", "#else", *done, "#endif"]), made())).result == "applied"
    assert only(place(text(["/*", "#if 0", "*/", *done]), made())).result == "applied"


def test_a_hunk_for_code_that_was_left_out_goes_there() -> None:
    before = ["#if 0", *function("first", BODY), "#endif"]
    one = patch(before, ["#if 0", *function("first", changed(BODY)), "#endif"])
    assert only(place(text(before), one)).result == "exact"
    assert only(place(text(["own;", *before]), one, ancestor=text(before))).result == "moved"
    assert only(place(text(["own;", *before]), one)).result == "moved"
