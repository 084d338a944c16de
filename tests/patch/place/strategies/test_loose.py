"""With fuzz, and with white space aside: by option only, and never a choice."""

from __future__ import annotations

import pytest

from hpatch.patch.place.options import PlaceOptions
from hpatch.patch.place.place import place
from hpatch.patch.place.strategies.loose import loose
from tests.support.patch.placing import BLOCK, TAIL, TEN, change, hunk, hunks, only, patch, results, situation, text

FIVE = patch(TEN, change(TEN, 5, "five"))
FUZZ = PlaceOptions(fuzz=2)
IGNORE = PlaceOptions(ignore_whitespace=True)
BOTH = PlaceOptions(fuzz=2, ignore_whitespace=True)
TWO = hunks(hunk("a b c -d +D e f g", 1), hunk("t1 t2 t3 -t4 +T t5 t6 t7", 8))
OTHER = ["own", *BLOCK[1:]]
"""`BLOCK`, its first line changed: the hunk of it needs fuzz 1."""


def test_by_option_only() -> None:
    assert loose(situation(change(TEN, 2, "own"), FIVE)) is None
    assert loose(situation(change(TEN, 2, "line  2"), FIVE)) is None
    assert loose(situation(change(TEN, 2, "own"), FIVE, options=IGNORE)) is None
    assert loose(situation(change(TEN, 2, "line  2"), FIVE, options=PlaceOptions(fuzz=0))) is None


@pytest.mark.parametrize(
    ("changes", "options", "expected"),
    [
        pytest.param({2: "own"}, BOTH, ("fuzz", 1, "1 of its outer lines may differ"), id="fuzz"),
        pytest.param({8: "own"}, BOTH, ("fuzz", 1, "1 of its outer lines may differ"), id="fuzz at the end"),
        pytest.param({7: "own"}, BOTH, ("fuzz", 2, "2 of its outer lines may differ"), id="more fuzz at the end"),
        pytest.param({3: "own"}, BOTH, ("fuzz", 2, "2 of its outer lines may differ"), id="more fuzz"),
        pytest.param({3: "line  3"}, BOTH, ("whitespace", 0, "white space aside"), id="white space"),
        pytest.param(
            {2: "own", 4: "line  4"},
            BOTH,
            ("fuzz", 1, "1 of its outer lines may differ, and white space"),
            id="fuzz and white space",
        ),
        pytest.param({2: "own", 4: "line  4"}, FUZZ, None, id="white space is not fuzz"),
        pytest.param({4: "own"}, BOTH, None, id="too deep"),
        pytest.param({5: "own"}, BOTH, None, id="no context"),
    ],
)
def test_the_least_loosely_that_fits(
    changes: dict[int, str], options: PlaceOptions, expected: tuple[str, int, str] | None
) -> None:
    tree = ["own", *TEN]
    for number, new in changes.items():
        tree[number] = new
    settled = loose(situation(tree, FIVE, options=options))
    if expected is None:
        assert settled is None
        return
    assert settled is not None
    assert (settled.outcome.result, settled.outcome.fuzz, settled.outcome.reason) == expected
    assert (settled.outcome.line, settled.outcome.offset, settled.end) == (3, 1, 9)
    assert [(edit.start, edit.end) for edit in settled.edits] == [(5, 6)]


def test_a_looser_place_does_not_make_a_surer_one_ambiguous() -> None:
    tree = [*change(TEN, 3, "own"), *change(TEN, 2, "own")]
    assert only(place(text(tree), FIVE, FUZZ._replace(accept_place=True))).line == 12
    white = [*change(TEN, 2, "own"), *change(TEN, 2, "line  2")]
    assert only(place(text(white), FIVE, BOTH._replace(accept_place=True))).line == 12


def test_fuzz_beyond_the_context_is_none() -> None:
    """A hunk is never placed by its changes alone unless the fuzz is as large as its context."""
    made = hunks(hunk("a -b +B c", 2))
    assert only(place(text([*"xybz"]), made, PlaceOptions(fuzz=1))).fuzz == 1
    assert only(place(text([*"xybz"]), made, PlaceOptions(fuzz=9))).fuzz == 1
    assert only(place(text([*"xybzxybz"]), made, PlaceOptions(fuzz=9))).result == "ambiguous"
    assert only(place(text([*"xyzz"]), made, PlaceOptions(fuzz=9))).result == "conflict"


# Between its neighbours


def test_never_below_the_next_hunk() -> None:
    """The loose place is there, but below the only place of the hunk that comes after."""
    placed = place(text([*TAIL, *OTHER]), TWO, FUZZ)
    assert results(placed) == ["conflict", "moved"]
    # Above it, even next to it, the place is good.
    assert results(place(text([*OTHER, *TAIL]), TWO, FUZZ)) == ["fuzz", "exact"]


def test_never_into_the_next_hunk() -> None:
    """The last line of the loose place would be the first of the next hunk's only place."""
    made = hunks(hunk("a b c -d +D e f g", 1), hunk("x y z -q +Q r s t", 8))
    tree = ["own", *"bcdefxyzqrst"]
    assert results(place(text(tree), made, FUZZ)) == ["conflict", "moved"]
    assert results(place(text(["own", *"bcdef", "own", *"xyzqrst"]), made, FUZZ)) == ["fuzz", "exact"]


def test_never_above_the_hunk_above() -> None:
    made = hunks(*reversed([each._replace(old_start=start) for each, start in zip(TWO.hunks, (8, 1), strict=True)]))
    assert results(place(text([*OTHER, *TAIL]), made, FUZZ)) == ["moved", "conflict"]
    assert results(place(text([*TAIL, *OTHER]), made, FUZZ)) == ["exact", "fuzz"]


def test_two_loose_places_where_the_next_hunk_leaves_one() -> None:
    placed = place(text([*OTHER, *TAIL, *OTHER]), TWO, FUZZ)
    assert results(placed) == ["fuzz", "exact"] and placed.outcomes[0].line == 1
    assert results(place(text([*OTHER, *OTHER, *TAIL]), TWO, FUZZ)) == ["ambiguous", "moved"]


# The start and the end of the file


def test_less_context_at_an_end_is_the_files_as_in_gnu_patch() -> None:
    starts = hunks(hunk("a -b +B c d e", 1))
    assert only(place(text([*"abcd", "own"]), starts, FUZZ)).fuzz == 1
    assert only(place(text(["x", *"bcd", "own"]), starts, PlaceOptions(fuzz=1))).result == "conflict"
    assert only(place(text(["own", *"abcd", "own"]), starts, PlaceOptions(fuzz=1))).result == "conflict"
    assert only(place(text(["own", *"abcd", "own"]), starts, FUZZ)).fuzz == 2
    ends = hunks(hunk("a b c -d +D e", 1))
    assert only(place(text(["own", *"bcde"]), ends, FUZZ)).fuzz == 1
    assert only(place(text(["own", *"bcdx"]), ends, PlaceOptions(fuzz=1))).result == "conflict"
    assert only(place(text(["own", *"bcde", "own"]), ends, PlaceOptions(fuzz=1))).result == "conflict"
    assert only(place(text(["own", *"bcde", "own"]), ends, FUZZ)).fuzz == 2


@pytest.mark.parametrize("start", [2, 3])
def test_less_context_in_front_of_a_hunk_that_is_not_for_the_files_start(start: int) -> None:
    made = hunks(hunk("a -b +B c d e", start))
    assert only(place(text(["own", *"abcd", "own"]), made, PlaceOptions(fuzz=1))).fuzz == 1


def test_no_place_begins_above_the_file_or_ends_below_it() -> None:
    """All lines that fuzz wants are there, but there is no line for the one that may differ."""
    for tree in ([*"bcdefg", "own"], ["own", *"abcdef"]):
        assert only(place(text(tree), hunks(TWO.hunks[0]), FUZZ)).result == "conflict"


# Not where a surer strategy refused


def test_not_in_a_place_of_its_very_lines_that_is_not_its_own() -> None:
    """The file before the revision tells that the other block is meant, which the tree has changed."""
    before = [*BLOCK, "mid", *BLOCK]
    made = patch(before, [*BLOCK, "mid", *change(BLOCK, 4, "D")])
    tree = [*BLOCK, "mid", *change(BLOCK, 4, "own")]
    for options in (PlaceOptions(), FUZZ, IGNORE, BOTH):
        assert only(place(text(tree), made, options, text(before))).result == "conflict"


# Line ends


@pytest.mark.parametrize(
    ("tree", "after"),
    [
        pytest.param(b"a\r\nb\r\nc\r\n", b"a\r\nB\r\nc\r\n", id="all lines around"),
        pytest.param(b"a\r\nb\r\nc\n", b"a\r\nB\nc\n", id="some lines around"),
        pytest.param(b"a \nb\nc\n", b"a \nB\nc\n", id="no line around"),
    ],
)
def test_new_lines_get_the_ends_of_those_around_them(tree: bytes, after: bytes) -> None:
    assert place(tree, patch([*"abc"], [*"aBc"]), IGNORE).after == after


def test_a_diff_with_carriage_returns_on_a_tree_without() -> None:
    made = hunk("a -b +B c", 1)
    returned = made._replace(lines=tuple((sign, line[:-1] + b"\r\n") for sign, line in made.lines))
    assert place(b"a\nb\nc\n", hunks(returned), IGNORE).after == b"a\nB\nc\n"


def test_new_lines_with_carriage_returns_among_lines_of_both_kinds() -> None:
    (made,) = hunks(hunk("a -b +B c", 1)).hunks
    returned = made._replace(lines=tuple((sign, b"B\r\n" if sign == "+" else line) for sign, line in made.lines))
    assert place(b"a\nb\nc\r\n", hunks(returned), IGNORE).after == b"a\nB\r\nc\r\n"
    assert place(b"own\nb\nc\n", hunks(returned), FUZZ).after == b"own\nB\r\nc\n"
