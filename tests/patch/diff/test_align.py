"""Which lines of two texts belong together."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hpatch.patch.diff.align import align

LINES = st.lists(st.sampled_from([b"a\n", b"b\n", b"c\n", b"}\n", b"\n"]), max_size=30)


def lines(text: str) -> list[bytes]:
    return [letter.encode() for letter in text]


@pytest.mark.parametrize(
    ("old", "new", "matched"),
    [
        ("", "", []),
        ("", "ab", []),
        ("ab", "", [-1, -1]),
        ("abc", "abc", [0, 1, 2]),
        ("abc", "abxc", [0, 1, 3]),
        ("abxc", "abc", [0, 1, -1, 2]),
        ("abc", "xbz", [-1, 1, -1]),
        # Lines that both texts have once hold the others in place.
        ("xu}v}", "}u}v}y", [-1, 1, 2, 3, 4]),
        # None is unique: the longest common run.
        ("xaby", "babz", [-1, 1, 2, -1]),
    ],
)
def test_matches(old: str, new: str, matched: list[int]) -> None:
    assert align(lines(old), lines(new)) == matched


def test_a_block_that_moved_is_matched_on_one_side_of_the_others_only() -> None:
    found = align(lines("abcdef"), lines("defabc"))
    assert sorted(found) == [-1, -1, -1, 0, 1, 2] or sorted(found) == [-1, -1, -1, 3, 4, 5]


@given(LINES, LINES)
def test_matched_lines_are_equal_and_in_order(old: list[bytes], new: list[bytes]) -> None:
    found = align(old, new)
    pairs = [(at, other) for at, other in enumerate(found) if other >= 0]
    assert all(old[at] == new[other] for at, other in pairs)
    assert all(one[1] < two[1] for one, two in pairwise(pairs))


@given(LINES)
def test_a_text_matches_itself(text: list[bytes]) -> None:
    assert align(text, text) == list(range(len(text)))


def test_a_large_gap_without_unique_lines_is_left_open() -> None:
    old, new = [b"a\n", b"b\n"] * 300, [b"b\n", b"a\n"] * 300
    assert align([b"x\n", *old, b"y\n"], [b"x\n", *new, b"y\n"])[0] == 0
