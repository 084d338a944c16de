"""Offsets and positions in each encoding, with every kind of line end."""

from __future__ import annotations

import pytest
from lsprotocol.types import Position

from hpatch.language.positions import NOWHERE, Positions, Ranges
from hpatch.text import Place, Source

TEXT = "a\r\nb\u00e9\U0001f600c\rd\n\ne"
"""Lines that end with both characters, with either, and an empty one."""


@pytest.mark.parametrize(
    ("encoding", "behind"), [("utf-8", 7), ("utf-16", 4), ("utf-32", 3)], ids=["utf-8", "utf-16", "utf-32"]
)
def test_the_encoding_counts(encoding: str, behind: int) -> None:
    positions = Positions(TEXT, encoding)
    assert positions.position(TEXT.index("c")) == Position(line=1, character=behind)
    assert positions.position(TEXT.index("d")) == Position(line=2, character=0)
    assert positions.position(len(TEXT)) == Position(line=4, character=1)
    for offset, char in enumerate(TEXT):
        if char not in "\r\n":
            assert positions.offset(positions.position(offset)) == offset


def test_a_position_outside_the_text_is_at_an_end() -> None:
    positions = Positions("ab\r\ncd", "utf-16")
    assert positions.offset(Position(line=0, character=9)) == 2
    assert positions.offset(Position(line=7, character=0)) == 6
    assert positions.position(99) == Position(line=1, character=2)


def test_a_byte_that_is_not_utf_8_is_one_unit() -> None:
    text = b"a\xffb".decode("utf-8", "surrogateescape")
    assert [Positions(text, encoding).position(2).character for encoding in ("utf-8", "utf-16")] == [2, 2]


def test_a_place_that_the_text_does_not_have_is_its_start() -> None:
    ranges, source = Ranges("utf-16"), Source("a.conf", "Listen 80\nServerName \U0001f600x y\n")
    assert ranges.of(Place("a.conf", 2, 1, 2, 14), source).end == Position(line=1, character=14)
    assert ranges.of(Place("a.conf", 9, 1, 9, 2), source) == NOWHERE
    assert ranges.of(Place("a.conf", 1, 1, 1, 2), None) == NOWHERE
