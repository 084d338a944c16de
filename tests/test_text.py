"""Texts and places in them."""

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


class Watched(str):
    """A text that counts its characters that are searched."""

    searched = 0

    def count(self, sub: str, start: int, end: int) -> int:  # type: ignore[override]
        """As of a text."""
        self.searched += end - start
        return super().count(sub, start, end)

    def rfind(self, sub: str, start: int, end: int) -> int:  # type: ignore[override]
        """As of a text."""
        self.searched += end - start
        return super().rfind(sub, start, end)


def test_a_place_in_a_long_line_takes_no_longer_than_another() -> None:
    text = Watched("a long line " * 10_000 + "\nand another\n")
    source = Source("f", text)
    source.position(len(text))
    assert text.searched < 3 * len(text)
    text.searched = 0
    for offset in range(0, len(text), 97):
        assert source.position(offset) == ((1, offset + 1) if offset <= 120_000 else (2, offset - 120_000))
        assert text.searched < 2_000
        text.searched = 0
    assert [source.line(number) for number in (2, 2, 3)] == ["and another", "and another", ""]


@pytest.mark.parametrize("length", [0, 1, 38, 510, 511, 512, 513, 1_600])
def test_lines_of_any_length(length: int) -> None:
    text = "\n".join("a" * (length + more) for more in range(30))
    source, starts = Source("f", text), [0]
    starts += [at + 1 for at, character in enumerate(text) if character == "\n"]
    for line, start in enumerate(starts, 1):
        assert source.offset(line) == start
        for offset in (start, start + length // 2, start + length):
            assert Source("f", text).position(offset) == source.position(offset) == (line, offset - start + 1)
    assert source.place(0, len(text)) == Place("f", 1, 1, 30, len(text) - starts[-1] + 1)


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
