"""A hunk that is in the file already."""

from __future__ import annotations

import pytest

from hpatch.patch.place.options import PlaceOptions
from hpatch.patch.place.place import place
from hpatch.patch.place.strategies.applied import applied
from tests.support.patch.placing import BLOCK, HEAD, TAIL, TEN, change, hunk, hunks, only, patch, situation, text

FIVE = patch(TEN, change(TEN, 5, "five"))
IGNORE = PlaceOptions(ignore_whitespace=True)


def test_all_that_the_hunk_leaves_is_there() -> None:
    settled = applied(situation(["own", *change(TEN, 5, "five")], FIVE))
    assert settled is not None
    assert (settled.outcome.result, settled.outcome.line, settled.edits) == ("applied", 3, ())
    assert settled.outcome.reason == "the lines are there already"
    assert settled.end == 9
    assert applied(situation(change(change(TEN, 5, "five"), 2, "own"), FIVE)) is None


def test_a_file_of_which_nothing_is_left() -> None:
    settled = applied(situation([], hunks(hunk("-a -b", 1, 0))))
    assert settled is not None and (settled.outcome.line, settled.end) == (1, 0)
    assert applied(situation(["own"], hunks(hunk("-a -b", 1, 0)))) is None


def test_only_between_its_neighbours() -> None:
    made = hunks(hunk("a b c -d +D e f g", 8), hunk("t1 t2 t3 -t4 +T t5 t6 t7", 15))
    done = change(BLOCK, 4, "D")
    above = applied(situation([*HEAD, *done, *TAIL], made, start=7))
    assert above is not None and above.outcome.line == 8
    assert applied(situation([*HEAD, *done, *TAIL], made, start=8)) is None
    assert applied(situation([*HEAD, *TAIL, *done], made, start=7)) is None


def test_of_several_places_the_one_that_the_diff_names() -> None:
    twice = [*change(TEN, 5, "five"), *change(TEN, 5, "five")]
    settled = applied(situation(twice, FIVE))
    assert settled is not None and (settled.outcome.result, settled.outcome.line, settled.end) == ("applied", 2, 8)
    ambiguous = applied(situation(["own", *twice], FIVE))
    assert ambiguous is not None
    assert (ambiguous.outcome.result, ambiguous.outcome.candidates, ambiguous.end) == ("ambiguous", (3, 13), None)


# What stood there before the revision shows nothing


def test_lines_that_stood_there_before_the_revision_are_a_conflict() -> None:
    """The revision makes the second block as the first one always was, and the tree has its own line there."""
    before = [*BLOCK, "mid", *change(BLOCK, 4, "old")]
    made = patch(before, [*BLOCK, "mid", *BLOCK])
    tree = [*BLOCK, "mid", *change(BLOCK, 4, "own")]
    assert only(place(text(tree), made, ancestor=text(before))).result == "conflict"
    assert only(place(text(["own", *BLOCK]), made, ancestor=text(before))).result == "conflict"
    # Who does not know the file before sees that the lines at its own place are much the same.
    assert only(place(text(tree), made)).result == "ambiguous"
    assert only(place(text(tree), made, PlaceOptions(accept_place=True))).result == "applied"


def test_lines_that_stood_there_before_but_for_white_space_are_a_conflict() -> None:
    before = ["a", "b", "c 1", "x", "e", "f", "mid", "a", "b", "c  1", "old", "e", "f"]
    made = patch(before, change(before, 11, "x"))
    tree = [*before[:10], "own", *before[11:]]
    assert only(place(text(tree), made, IGNORE, text(before))).result == "conflict"
    assert only(place(text(change(tree, 3, "c   1")), made, IGNORE, text(before))).result == "conflict"


def test_lines_that_are_new_are_there_though_the_tree_differs_around_them() -> None:
    before = [*BLOCK, "mid", *change(BLOCK, 4, "old")]
    made = patch(before, change(before, 12, "new"))
    tree = ["own", *change(before, 12, "new")]
    assert only(place(text(tree), made, ancestor=text(before))).result == "applied"


def test_a_line_without_context_that_stood_there_before_is_a_conflict() -> None:
    bare = hunks(hunk("+x", 2, 3))
    before = [*"abcdxef"]
    tree = ["a", "own", "b", "own", "own", "d", "x", "e", "f"]
    assert only(place(text(tree), bare, ancestor=text(before))).result == "conflict"
    assert only(place(text(tree), bare, ancestor=text([*"abcdef"]))).result == "applied"


def test_white_space_aside_lines_that_are_new_are_there() -> None:
    made = patch(TEN, change(TEN, 5, "five new"))
    tree = change(TEN, 5, "five  new")
    assert only(place(text(tree), made, ancestor=text(TEN))).result == "conflict"
    assert only(place(text(tree), made, IGNORE, text(TEN))).result == "applied"


# Without a line around it


@pytest.mark.parametrize(
    ("tree", "result"),
    [
        pytest.param([*"abxc"], "applied", id="once"),
        pytest.param([*"abxcx"], "conflict", id="twice: its number says too little"),
        pytest.param([*"abc"], "conflict", id="nowhere"),
    ],
)
def test_a_line_without_context(tree: list[str], result: str) -> None:
    assert only(place(text(tree), hunks(hunk("+x", 2, 3)))).result == result


def test_a_line_without_context_is_not_looked_for_above_the_hunk_above_it() -> None:
    made = hunks(hunk("t1 t2 t3 -t4 +T t5 t6 t7", 2), hunk("+x", 8, 9))
    assert [each.result for each in place(text(["x", *TAIL, "y"]), made).outcomes] == ["exact", "conflict"]
    assert [each.result for each in place(text(["y", *TAIL, "x"]), made).outcomes] == ["exact", "applied"]


# White space aside, by option


def test_white_space_aside_by_option() -> None:
    tree = change(change(TEN, 5, "five"), 3, "line \t3 ")
    assert applied(situation(tree, FIVE)) is None
    settled = applied(situation(tree, FIVE, options=IGNORE))
    assert settled is not None
    assert (settled.outcome.result, settled.outcome.line) == ("applied", 2)
    assert settled.outcome.reason == "the lines are there already, white space aside"


def test_what_is_there_to_the_letter_comes_before_what_is_there_but_for_white_space() -> None:
    tree = ["own", *change(change(TEN, 5, "five"), 3, "line  3"), *change(TEN, 5, "five")]
    settled = applied(situation(tree, FIVE, options=IGNORE))
    assert settled is not None
    assert (settled.outcome.line, settled.outcome.reason) == (13, "the lines are there already")


def test_a_change_of_white_space_is_not_there_already_white_space_aside() -> None:
    """Both sides of the hunk are the same then: it goes in, as it does without the option."""
    before = ["a", "b", "c", "\tx", "e", "f", "g 1"]
    made = patch(before, change(before, 4, "  x"))
    tree = change(before, 7, "g  1")
    placed = place(text(tree), made, IGNORE)
    assert only(placed).result == "whitespace"
    assert placed.after == text(change(tree, 4, "  x"))


@pytest.mark.parametrize("options", [PlaceOptions(), IGNORE])
def test_a_change_of_white_space_is_there_already_to_the_letter(options: PlaceOptions) -> None:
    before = [*"abc", "\tx", *"efg"]
    after = change(before, 4, "  x")
    placed = place(text(["own", *after]), patch(before, after), options)
    assert (only(placed).result, only(placed).reason) == ("applied", "the lines are there already")
