"""The very lines that a hunk expects: at its own line, or at an offset."""

from __future__ import annotations

import pytest

from hpatch.patch.diff.lines import LineEdit
from hpatch.patch.place.situation import Settled
from hpatch.patch.place.strategies.exact import exact, moved
from tests.support.patch.placing import BLOCK, HEAD, TAIL, TEN, change, hunk, hunks, patch, situation

FIVE = patch(TEN, change(TEN, 5, "five"))
THREE = hunks(
    hunk("h1 h2 h3 -h4 +H h5 h6 h7", 1), hunk("a b c -d +D e f g", 8), hunk("t1 t2 t3 -t4 +T t5 t6 t7", 15)
)  # fmt: skip


def line(settled: Settled | None) -> int | None:
    """Where the hunk goes, None where the strategy leaves it to others."""
    return None if settled is None else settled.outcome.line


def test_exact_at_its_own_line() -> None:
    settled = exact(situation(TEN, FIVE))
    assert settled is not None
    assert settled.outcome[1:6] == ("exact", 2, 0, 0, "")
    assert settled.edits == (LineEdit(1, 8, FIVE.hunks[0].new),)
    assert settled.end == 8
    assert exact(situation(["new", *TEN], FIVE)) is None


@pytest.mark.parametrize(
    ("above", "offset", "reason"),
    [(2, 2, "2 lines below its own"), (1, 1, "1 lines below its own"), (-1, -1, "1 lines above")],
)
def test_moved_says_by_how_many_lines(above: int, offset: int, reason: str) -> None:
    tree = ["new"] * above + TEN if above > 0 else TEN[-above:]
    settled = moved(situation(tree, FIVE))
    assert settled is not None
    assert (settled.outcome.result, settled.outcome.offset, settled.outcome.line) == ("moved", offset, 2 + offset)
    assert settled.outcome.reason.startswith(reason)
    assert settled.end == 8 + offset


def test_moved_leaves_a_file_that_has_both_sides_to_others() -> None:
    both = ["new", *TEN, *change(TEN, 5, "five")]
    assert moved(situation(both, FIVE)) is None
    assert line(exact(situation(both[1:], FIVE))) == 2


def test_a_place_begins_below_the_hunks_above_and_may_touch_them() -> None:
    assert line(exact(situation(TEN, FIVE, start=1))) == 2
    assert exact(situation(TEN, FIVE, start=2)) is None


def test_a_place_ends_above_the_next_certain_hunk_and_may_touch_it() -> None:
    """`BLOCK` is there twice: the second time above the last hunk's only place, then below it."""
    assert line(moved(situation(["own", *HEAD, *BLOCK, *TAIL, *BLOCK], THREE, 1, start=8, offset=1))) == 9
    assert line(moved(situation([*HEAD, *TAIL, *BLOCK], THREE, 1, start=7))) is None


def test_a_certain_hunk_that_is_above_is_no_limit() -> None:
    """The last hunk's only place is above the first: it is out of order, and says nothing of the one between."""
    assert line(moved(situation([*TAIL, *HEAD, *BLOCK], THREE, 1, start=14, offset=7))) == 15


@pytest.mark.parametrize(
    ("tree", "offset", "expected"),
    [
        pytest.param([*HEAD, *BLOCK, *BLOCK, *TAIL], 7, 15, id="both moved alike"),
        pytest.param([*HEAD, *BLOCK, *BLOCK, *TAIL], 0, None, id="only the one below moved"),
        pytest.param([*HEAD, *BLOCK, *TAIL, *BLOCK], None, 8, id="one place, and the one above failed"),
        pytest.param([*HEAD, *BLOCK, *BLOCK], 0, 8, id="neither moved, as far as can be told"),
        pytest.param([*HEAD, *BLOCK, *BLOCK], 7, None, id="only the one above moved"),
        pytest.param([*HEAD, *BLOCK, *BLOCK], None, None, id="the one above failed"),
        pytest.param([*HEAD, *BLOCK, "own", *BLOCK, *TAIL], 8, 16, id="both moved alike, by more"),
        pytest.param([*HEAD, "own", *BLOCK, *BLOCK, "own", *TAIL], 9, None, id="both moved alike, but not the lines"),
    ],
)
def test_of_equal_places_only_both_neighbours_together_tell_one(
    tree: list[str], offset: int | None, expected: int | None
) -> None:
    seen = situation(tree, THREE, 1, start=7, offset=offset)
    assert line(exact(seen) or moved(seen)) == expected


def test_lines_without_context_go_by_number_only_in_the_very_file() -> None:
    bare = hunks(hunk("+new", 3, 4))
    assert exact(situation(TEN, bare)) is None
    settled = exact(situation(TEN, bare, original=True))
    assert settled is not None and settled.edits == (LineEdit(3, 3, (b"new\n",)),)
    assert line(exact(situation(TEN, bare, original=True, start=3))) == 4
    assert exact(situation(TEN, bare, original=True, start=4)) is None
    assert line(exact(situation(TEN, hunks(hunk("+new", 10, 11)), original=True))) == 11
    assert exact(situation(TEN, hunks(hunk("+new", 11, 12)), original=True)) is None


def test_an_empty_file_takes_lines_without_context() -> None:
    assert line(exact(situation([], hunks(hunk("+new", 0, 1))))) == 1
    assert line(moved(situation([], hunks(hunk("+new", 3, 4))))) == 1


# By the file before the revision


def test_the_only_place_now_is_not_enough_where_there_were_two() -> None:
    """The tree changed the second block, which is the revision's: the first is not taken for it."""
    before = [*BLOCK, "mid", *BLOCK]
    made = patch(before, [*BLOCK, "mid", *change(BLOCK, 4, "D")])
    tree = [*BLOCK, "mid", *change(BLOCK, 4, "own")]
    assert exact(situation(tree, made, ancestor=before)) is None
    assert moved(situation(tree, made, ancestor=before)) is None
    assert line(moved(situation(["own", *before], made, ancestor=before))) == 10


def test_a_place_is_sure_by_a_line_that_is_there_once() -> None:
    """The hunk's lines were at one place and are at one, but each of them is there twice: which ones is not told."""
    before = ["x", "y", "mid", "y", "x"]
    made = patch(before, ["x", "Y", "mid", "y", "x"])._replace(hunks=(hunk("x -y +Y", 1),))
    assert exact(situation(["own", "y", "x", "y", "x"], made, ancestor=before)) is None
    assert line(exact(situation(["x", "y", "own"], made, ancestor=["x", "y", "z"]))) == 1


@pytest.mark.parametrize("block", [BLOCK, [*"abcd}fg"]])
def test_a_block_that_the_tree_has_moved_is_known_by_such_a_line(block: list[str]) -> None:
    """Line by line the block is not where it was, but both files have it once, and each has its first line once."""
    before = [*block, *TEN, "}"]
    made = patch(before, [*change(block, 4, "D"), *TEN, "}"])
    assert line(moved(situation([*TEN, "}", *block], made, ancestor=before))) == 12


def test_lines_that_were_nowhere_before_are_placed_where_they_are() -> None:
    """The diff is of another file than the one named as before it: what the tree has once is all there is to go by."""
    assert line(exact(situation(TEN, FIVE, ancestor=["other"]))) == 2


def test_a_counterpart_above_the_hunk_above_is_no_place() -> None:
    before = [*BLOCK, "mid", *BLOCK]
    made = patch(before, [*change(BLOCK, 4, "D"), "mid", *BLOCK])
    tree = ["own", *before]
    assert line(moved(situation(tree, made, ancestor=before))) == 2
    assert moved(situation(tree, made, ancestor=before, start=2)) is None


# The start and the end of the file


@pytest.mark.parametrize("start", [2, 5])
def test_less_context_in_front_is_the_files_start_only_in_a_hunk_for_its_start(start: int) -> None:
    made = hunks(hunk("+new line4 line5 line6", start))
    tree = [*["own"] * (start - 1), "line4", "line5", "line6"]
    assert line(exact(situation(tree, made))) == start
    assert exact(situation(tree, hunks(hunk("+new line4 line5 line6", 1)))) is None
    assert moved(situation(tree, hunks(hunk("+new line4 line5 line6", 1)))) is None


def test_what_the_hunk_takes_away_further_down_does_not_tell_where_it_begins() -> None:
    made = hunks(hunk("+new a -b +B c", 1))
    assert line(exact(situation([*"abc"], made))) == 1
    assert moved(situation(["own", *"abc"], made)) is None
    assert line(moved(situation(["own", *"xabc"], hunks(hunk("-x +X a b c", 1))))) == 2


def test_a_diff_that_names_the_file_but_is_not_of_it_is_placed_by_its_lines() -> None:
    assert line(moved(situation(["own", *TEN], FIVE, original=True))) == 3
