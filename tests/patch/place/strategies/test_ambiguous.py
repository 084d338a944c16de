"""Several places that are equally good: never a choice."""

from __future__ import annotations

import pytest

from hpatch.patch.place.place import place
from hpatch.patch.place.strategies.ambiguous import equal_places, here_and_there
from tests.support.patch.placing import (
    BLOCK,
    HEAD,
    TAIL,
    TEN,
    change,
    hunk,
    hunks,
    patch,
    results,
    situation,
    text,
)

FIVE = patch(TEN, change(TEN, 5, "five"))
THREE = hunks(
    hunk("h1 h2 h3 -h4 +H h5 h6 h7", 1), hunk("a b c -d +D e f g", 8), hunk("t1 t2 t3 -t4 +T t5 t6 t7", 15)
)  # fmt: skip


def test_equal_places() -> None:
    settled = equal_places(situation(["own", *TEN, *TEN], FIVE, offset=None))
    assert settled is not None
    assert settled.outcome[1:3] == ("ambiguous", None)
    assert (settled.outcome.candidates, settled.outcome.expected) == ((3, 13), FIVE.hunks[0].old)
    assert (settled.edits, settled.end) == ((), None)
    assert equal_places(situation(["own", *TEN], FIVE, offset=None)) is None
    assert equal_places(situation(["own"], FIVE, offset=None)) is None


def test_here_and_there() -> None:
    settled = here_and_there(situation(["own", *TEN, *change(TEN, 5, "five")], FIVE))
    assert settled is not None
    assert (settled.outcome.result, settled.outcome.candidates) == ("ambiguous", (3, 13))
    assert here_and_there(situation(change(TEN, 5, "five"), FIVE)) is None


def test_here_and_there_where_the_neighbours_tell_one_of_several_places() -> None:
    tree = [*HEAD, *BLOCK, *BLOCK, *TAIL, *change(BLOCK, 4, "D")]
    seen = situation(tree, THREE, 1, start=7, offset=7)
    assert equal_places(seen) is None
    settled = here_and_there(seen)
    assert settled is not None and settled.outcome.candidates == (15, 29)


# An equal place above, where a neighbour below decides


@pytest.mark.parametrize(
    ("tree", "candidates"),
    [
        pytest.param([*HEAD, *BLOCK, *BLOCK, *TAIL], (8, 15), id="at its own line"),
        pytest.param(["own", *HEAD, *BLOCK, *BLOCK, *TAIL], (9, 16), id="at the offset of the hunk above"),
        pytest.param([*HEAD, *BLOCK, "own", *BLOCK, *TAIL], (8, 16), id="with lines between"),
        pytest.param([*HEAD, *BLOCK, *BLOCK, *BLOCK, *TAIL], (8, 15, 22), id="three places"),
        pytest.param([*HEAD, "own", *BLOCK, *BLOCK, *TAIL], (9, 16), id="at no offset of a neighbour, or that below"),
    ],
)
def test_an_equal_place_above_is_not_taken_where_the_hunk_below_moved(
    tree: list[str], candidates: tuple[int, ...]
) -> None:
    placed = place(text(tree), THREE)
    assert results(placed)[1] == "ambiguous" and placed.after is None
    assert placed.outcomes[1].candidates == candidates
    assert results(placed)[0] in {"exact", "moved"} and results(placed)[2] == "moved"


def test_the_first_hunk_at_its_own_line_where_the_one_below_moved() -> None:
    made = hunks(*THREE.hunks[:1], THREE.hunks[2]._replace(old_start=8, new_start=8))
    placed = place(text([*HEAD, *HEAD, *TAIL]), made)
    assert results(placed) == ["ambiguous", "moved"]
    assert placed.outcomes[0].candidates == (1, 8)


def test_the_last_hunk_at_the_offset_of_the_one_above() -> None:
    """Nothing is below it that would tell, and the file's end is not where it was."""
    made = hunks(*THREE.hunks[:2])
    placed = place(text(["own", *HEAD, *BLOCK, *BLOCK]), made)
    assert results(placed) == ["moved", "ambiguous"]


def test_after_a_hunk_that_failed_nothing_tells() -> None:
    placed = place(text(["own", *change(HEAD, 4, "own"), *BLOCK, *BLOCK, *TAIL]), THREE)
    assert results(placed) == ["conflict", "ambiguous", "moved"]


def test_one_place_needs_no_neighbour() -> None:
    placed = place(text([*change(HEAD, 4, "own"), "own", *BLOCK, *TAIL]), THREE)
    assert results(placed) == ["conflict", "moved", "moved"]


def test_a_copy_above_the_hunk_above_or_below_the_hunk_below_does_not_count() -> None:
    above = place(text([*BLOCK, *HEAD, "own", *BLOCK, *TAIL]), THREE)
    below = place(text([*HEAD, "own", *BLOCK, *TAIL, *BLOCK]), THREE)
    assert above.ok and below.ok
    assert (above.outcomes[1].line, below.outcomes[1].line) == (16, 9)


def test_between_neighbours_that_moved_by_as_much() -> None:
    """The tree has a copy of the block in the place of seven other lines."""
    made = hunks(*(each._replace(old_start=start) for each, start in zip(THREE.hunks, (8, 22, 29), strict=True)))
    placed = place(text(["own", *["x"] * 7, *HEAD, *BLOCK, *BLOCK, *TAIL]), made)
    assert [(each.result, each.line) for each in placed.outcomes] == [("moved", 9), ("moved", 23), ("moved", 30)]
