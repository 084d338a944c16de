"""Three-way merging by words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hpatch.patch.diff.lines import edited, joined, split
from hpatch.patch.diff.write import compare
from hpatch.patch.place import words
from hpatch.patch.place.merge import Merger
from tests.support.patch.placing import change, text

CODE = ["first(x);", "if (a && busy(x)) {", "    send(one, two);", "}", "last(x);"]


def merged(before: list[str], after: list[str], tree: list[str], *, within: bool = True) -> list[str] | None:
    """The tree's lines with the change merged, None for a conflict."""
    merger = Merger(split(text(before)), split(text(tree)))
    edits = []
    for hunk in compare("f", text(before), text(after)).hunks:
        found = words.merge(merger, hunk, within=within)
        if found.conflict:
            return None
        edits += found.edits
    return joined(edited(merger.lines, edits)).decode().splitlines()


@pytest.mark.parametrize(
    ("after", "tree", "result"),
    [
        pytest.param(change(CODE, 3, "    send(one, 2);"), change(CODE, 3, "    Send(one, two);"), "    Send(one, 2);"),
        pytest.param(change(CODE, 3, "    send(one, 2);"), change(CODE, 3, "\tsend(one, two);"), "\tsend(one, 2);"),
        pytest.param(change(CODE, 3, "    send(one, 2);"), change(CODE, 3, "    send(one, 2, 3);"), None, id="both"),
        pytest.param(change(CODE, 3, "    send(one, 2);"), change(CODE, 3, "    send(1, two);"), None, id="beside"),
        pytest.param(change(CODE, 3, "    send(one, 2);"), change(CODE, 3, "    other();"), None, id="another line"),
        pytest.param(change(CODE, 3, "    send(one, 2);"), [*CODE[:2], *CODE[3:]], None, id="gone"),
        pytest.param(change(CODE, 3, "    new();"), change(CODE, 3, "    Send(one, two);"), None, id="all words"),
    ],
)
def test_words_that_the_tree_has_not_changed(after: list[str], tree: list[str], result: str | None) -> None:
    assert merged(CODE, after, tree) == (None if result is None else change(CODE, 3, result))


@pytest.mark.parametrize(
    ("line", "certain"),
    [
        pytest.param("if (a && waits(x)) {", True, id="other words"),
        pytest.param("if (waits(y)) {", False, id="one word"),
        pytest.param("while (a && own(one, more) || busy(two, too)) {", False, id="another line"),
    ],
)
def test_lines_are_added_beside_one_in_other_words(line: str, certain: bool) -> None:
    tree = change(CODE, 2, line)
    after = [*CODE[:2], "    new();", *CODE[2:]]
    for within in (False, True):
        made = merged(CODE, after, tree, within=within)
        assert made == ([*tree[:2], "    new();", *tree[2:]] if certain else None)


def test_beside_lines_in_other_words_one_must_be_equal() -> None:
    tree = change(change(CODE, 2, "if (a && waits(x)) {"), 3, "    Send(one, two);")
    after = [*CODE[:2], "    new();", *CODE[2:]]
    assert merged(CODE, after, tree, within=False) is None
    assert merged(CODE, after, tree) == [*tree[:2], "    new();", *tree[2:]]


def test_no_word_is_changed_beside() -> None:
    tree, after = change(CODE, 3, "    Send(one, two);"), change(CODE, 3, "    send(one, 2);")
    assert merged(CODE, after, tree, within=False) is None
    assert merged(CODE, after, tree) == change(CODE, 3, "    Send(one, 2);")


def test_what_the_tree_has_beside_the_place_is_not_added_again() -> None:
    new = "    send(one, three);"
    assert merged(CODE, [*CODE[:2], new, *CODE[2:]], change(CODE, 3, new)) is None
    assert merged(CODE, [*CODE[:3], new, *CODE[3:]], change(CODE, 3, new)) is None


def test_own_lines_on_both_sides() -> None:
    tree = [*CODE[:2], "own();", "    Send(one, two);", "own();", *CODE[3:]]
    after = change(CODE, 3, "    send(one, 2);")
    assert merged(CODE, after, tree) is None
    assert merged(CODE, after, [*tree[:4], *tree[5:]]) == [*tree[:3], "    Send(one, 2);", *CODE[3:]]


def test_a_bracket_is_no_word() -> None:
    assert merged(CODE, change(CODE, 4, "new(one, two);"), change(CODE, 3, "other();")) is None


def test_of_two_numbers_no_third_is_made() -> None:
    before = ["top", "use 10.1.2.3 of it here", "end"]
    assert (
        merged(before, change(before, 2, "use 10.4.2.3 of it here"), change(before, 2, "use 10.1.2.6 of it here"))
        is None
    )


LIST = ["top", "mod_a.so 0x10 0x01", "mod_b.so 0x20 0x01"]


@pytest.mark.parametrize(("line", "certain"), [("mod_b.so 0x30 0x01", False), ("mod_b.dll 0x20 0x01", True)])
def test_a_number_is_not_added_beside_one_that_the_branch_counts_for_itself(line: str, certain: bool) -> None:
    tree = change(LIST, 3, line)
    assert merged(LIST, [*LIST, "mod_c.so 0x40 0x01"], tree) == ([*tree, "mod_c.so 0x40 0x01"] if certain else None)
    assert merged(LIST, [*LIST, "an end without"], tree) == [*tree, "an end without"]


def test_numbers_of_both_sides_are_not_merged() -> None:
    before = ["top", "use the port 80 of it and wait 10 seconds", "end"]
    after, other = change(before, 2, before[1].replace("80", "81")), change(before, 2, before[1].replace("10", "20"))
    assert merged(before, after, other) is None
    words = change(before, 2, before[1].replace("seconds", "minutes"))
    assert merged(before, after, words) == change(before, 2, words[1].replace("80", "81"))


def test_two_changes_with_nothing_between_that_the_tree_has() -> None:
    after = change(change(CODE, 1, "new();"), 3, "    send(one, 2);")
    assert merged(CODE, after, change(change(CODE, 2, "own();"), 3, "    Send(one, two);")) is None


def test_a_long_text_is_not_compared() -> None:
    one, other = [f"line {number} of the one text" for number in range(40)], ["end of it"]
    tree = [line.replace("one", "other") for line in one] + other
    assert merged(one + other, change(one + other, 20, "a line 19 of the one text"), tree) is None
    few = [*tree[:3], *one[3:], *other]
    assert merged(one + other, change(one + other, 2, "line 1 of the one page"), few) is None
    assert merged(one + other, change(one + other, 2, "a line 1 of the one text"), few) == change(few, 2, "a " + few[1])


WORDS = st.lists(st.sampled_from(["one", "two", "three", "four", "five"]), min_size=4, max_size=6).map(" ".join)


@given(lines=st.lists(WORDS, min_size=3, max_size=6), at=st.integers(0, 2), own=WORDS)
def test_what_goes_in_leaves_the_other_lines(lines: list[str], at: int, own: str) -> None:
    made = merged(lines, change(lines, at + 1, lines[at] + " new"), change(lines, at + 1, own))
    if made is not None:
        assert [*made[:at], *made[at + 1 :]] == [*lines[:at], *lines[at + 1 :]]
        assert made[at].endswith(" new")
