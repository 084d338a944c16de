"""Texts and places in them."""

import re
from collections.abc import Iterator

import pytest

from hpatch.text import Place, Source, has_any, whole_number

TEXT = "one\n\ntwo three\nfour"
OFFSETS = {0: (1, 1), 3: (1, 4), 4: (2, 1), 5: (3, 1), 14: (3, 10), 15: (4, 1), 19: (4, 5)}


@pytest.mark.parametrize("order", [sorted(OFFSETS), sorted(OFFSETS, reverse=True), [15, 4, 19, 0, 5, 3, 14]])
def test_positions_do_not_depend_on_what_was_asked_before(order: list[int]) -> None:
    source = Source("f", TEXT)
    assert {at: source.position(at) for at in order} == OFFSETS
    assert [source.offset(*OFFSETS[at]) for at in order] == order


def test_a_place_and_a_line_after_it() -> None:
    source = Source("f", TEXT)
    assert source.place(5, 8) == Place("f", 3, 1, 3, 4)
    assert [source.line(number) for number in range(6)] == ["", "one", "", "two three", "four", ""]
    assert source.place(0, 19) == Place("f", 1, 1, 4, 5)
    with pytest.raises(IndexError):
        source.offset(5)


class Searching:
    """Searches for line feeds, and counts the characters that it searches."""

    count = 0

    def finditer(self, text: str, start: int, end: int) -> Iterator[re.Match[str]]:
        """As a compiled pattern does."""
        self.count += end - start
        return re.compile(r"\n").finditer(text, start, end)


def test_no_character_is_searched_for_a_line_feed_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    searching = Searching()
    monkeypatch.setattr("hpatch.text._END", searching)
    text = "a long line " * 1_000 + "\nand another\n"
    source = Source("f", text)
    for offset in (*range(0, len(text), 7), *range(len(text), 0, -5)):
        source.place(offset, offset)
        source.position(offset)
    assert [source.line(number) for number in (2, 2, 3)] == ["and another", "and another", ""]
    assert searching.count == len(text)


@pytest.mark.parametrize(("text", "has"), [("", False), ("a}{b", False), ("a{b{", False), ("a{{b", True), ("%{", True)])
def test_has_any(text: str, has: bool) -> None:
    assert has_any(text, ("{{", "%{")) is has


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("0", 0),
        ("-17", -17),
        (" +17", 17),
        ("0" * 5000 + "80", 80),
        ("0" * 5000, 0),
        ("-" + "0" * 5000 + "1", -1),
        (str(2**63), 2**63),
    ],
)
def test_whole_number(text: str, number: int) -> None:
    assert whole_number(text) == number


def test_endless_numbers() -> None:
    assert whole_number("9" * 5000) > 2**64
    assert whole_number("-" + "9" * 5000) < -(2**64)
