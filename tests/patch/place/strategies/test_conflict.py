"""A hunk that cannot be placed: the reason, and the lines that stand where it should go."""

from __future__ import annotations

import pytest

from hpatch.patch.place.strategies.conflict import conflict
from tests.support.patch.placing import BLOCK, HEAD, TAIL, TEN, change, hunk, hunks, patch, situation

FIVE = patch(TEN, change(TEN, 5, "five"))
BEFORE = [*BLOCK, "mid", *BLOCK]
SECOND = patch(BEFORE, change(BEFORE, 12, "D"))
OPENS = patch(["a", "b", "c"], ["new", "a", "b", "c"])


@pytest.mark.parametrize(
    ("seen", "reason"),
    [
        pytest.param(situation(["own"], FIVE), "its lines are not there", id="nowhere"),
        pytest.param(
            situation(TEN, hunks(hunk("+new", 3))), "it has no line around what it adds", id="without a line around it"
        ),
        pytest.param(
            situation([*BLOCK, "mid", *change(BLOCK, 4, "own")], SECOND, ancestor=BEFORE),
            "its lines are at line 1 only, but its place before the revision is another",
            id="another place",
        ),
        pytest.param(situation(TEN, FIVE, start=2), "its lines are at line 2, out of order", id="out of order"),
        pytest.param(situation([*TEN, *TEN], FIVE, start=15), "its lines are at line 2, out of order", id="twice"),
        pytest.param(
            situation(["own", *"abcabc"], OPENS), "its lines are at line 2, but it adds to", id="an end, twice"
        ),
        pytest.param(
            situation(["own", "a", "b", "c"], OPENS), "its lines are at line 2, but it adds to the start", id="an end"
        ),
        pytest.param(
            situation(change(TEN, 5, "own"), FIVE, ancestor=TEN), "the tree differs in the lines", id="three-way"
        ),
        pytest.param(
            situation(change(TEN, 3, "own"), FIVE, ancestor=TEN, start=9),
            "its place is before that of the hunk above it",
            id="three-way, out of order",
        ),
    ],
)
def test_the_most_telling_reason(seen, reason: str) -> None:  # type: ignore[no-untyped-def]
    settled = conflict(seen)
    assert settled.outcome.result == "conflict" and settled.outcome.expected == seen.hunk.old
    assert (settled.edits, settled.end) == ((), None)
    assert settled.outcome.reason.startswith(reason)


# What is there


def shown(tree: list[str], ancestor: list[str] | None = None, made=FIVE) -> tuple[int | None, list[str]]:  # type: ignore[no-untyped-def]
    outcome = conflict(situation(tree, made, ancestor=ancestor)).outcome
    return outcome.line, [line.decode().strip() for line in outcome.found]


def test_the_place_with_most_of_its_lines() -> None:
    tree = [*HEAD, *change(TEN, 5, "own"), *TAIL]
    assert shown(tree) == (9, tree[8:15])


def test_of_equally_good_ones_the_nearest() -> None:
    tree = [*change(TEN, 5, "own"), *HEAD, *change(TEN, 5, "own")]
    assert shown(tree) == (2, tree[1:8])
    below = FIVE._replace(hunks=tuple(each._replace(old_start=17) for each in FIVE.hunks))
    assert shown(tree, made=below) == (19, tree[18:25])


def test_a_line_that_is_elsewhere_by_itself_says_little() -> None:
    tree = ["line 8", *HEAD, *change(TEN, 5, "own")]
    assert shown(tree) == (10, tree[9:16])
    assert shown(["line 8", *["own"] * 9]) == (1, ["line 8", *["own"] * 6])


def test_by_its_lines_where_the_file_before_is_not_the_hunks() -> None:
    tree = [*HEAD, *change(TEN, 5, "own"), *TAIL]
    assert shown(tree, HEAD) == (9, tree[8:15])


def test_its_own_line_where_no_line_is_known() -> None:
    own = [f"own {number}" for number in range(12)]
    assert shown(own) == (2, own[1:8])
    assert shown(own[:4]) == (2, own[1:4])
    assert shown(own[:1]) == (2, [])
    assert shown([]) == (1, [])


def test_blank_lines_and_very_common_ones_do_not_vote() -> None:
    made = hunks(hunk("a b c -d +D e f g", 1))
    (only,) = made.hunks
    blank = hunks(only._replace(lines=tuple((sign, b"\n" if line == b"a\n" else line) for sign, line in only.lines)))
    assert shown([*HEAD, "", "own", "own"], made=blank)[0] == 1
    assert shown([*["own"] * 5, *"a" * 20], made=made)[0] == 6
    assert shown([*["own"] * 5, *"a" * 21], made=made)[0] == 1


def test_by_the_file_before_what_stands_between_the_lines_around_it() -> None:
    tree = ["own", "line 1", *["own"] * 4, "line 9", "line 10"]
    assert shown(tree, TEN) == (3, ["own"] * 4)


def test_too_much_of_it_is_not_shown() -> None:
    count = 3 * 7 + 20
    tree = ["line 1", *["own"] * count, "line 9", "line 10"]
    assert len(shown(tree, TEN)[1]) == count
    tree.insert(3, "own")
    assert len(shown(tree, TEN)[1]) == 7
