"""Logical lines: what httpd holds of each, where it stands, and what it takes in httpd's buffer."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hpatch.conf.lines import Line, filled, has_line_over, logical


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("  a b \nc", ("a b", 2, 5, 7, 1, 7)),
        ("\na", ("", 0, 0, 1, 1, 1)),
        ("a", ("a", 0, 1, 1, 1, 1)),
        ("a\r\n", ("a", 0, 1, 3, 1, 3)),
        ("\u00e9\n", ("\u00e9", 0, 1, 2, 1, 3)),
        (" \n", ("", 1, 1, 2, 1, 2)),
        ("a \\\n b \nc", ("a  b", 0, 6, 8, 2, 6)),
        ("a\\\r\nb\nc", ("ab", 0, 5, 6, 2, 3)),
        ("   a\\\n b\t\t\n", ("a b", 3, 8, 11, 2, 9)),
        ("  \\\n a\n", ("a", 2, 6, 7, 2, 5)),
        ("\\\n\nb", ("", 0, 1, 3, 2, 1)),
        ("a\\\\\n\nb", ("ab", 0, 6, 6, 3, 2)),
        ("a\\", ("a\\", 0, 2, 2, 1, 2)),
        ("a\\\n", ("a", 0, 2, 3, 2, 2)),
        ("a\0b\nc", ("a", 0, 3, 4, 1, 2)),
        ("\0b\n", ("", 0, 2, 3, 1, 1)),
        ("a\\\nb\0\\\nc", ("ab", 0, 6, 7, 2, 3)),
    ],
)
def test_what_a_line_is(text: str, expected: tuple[str, int, int, int, int, int]) -> None:
    assert logical(text, 0, len(text)) == Line(*expected)
    value, start, end, after, lines, size = expected
    moved = Line(value, start + 3, end + 3, after + 3, lines, size)
    assert logical(f"x \n{text}", 3, len(text) + 3) == moved
    if after == len(text) and not text.endswith("\n"):
        assert logical(f"{text}yz\nz", 0, len(text)) == Line(*expected)


@pytest.mark.parametrize(
    ("text", "carried", "expected"),
    [
        ("\nb", "x", ("x", 1, 1, 1, 1, 2)),
        (" y \n", " x", ("x y", 1, 2, 4, 1, 6)),
        ("y", "x", ("xy", 0, 1, 1, 1, 2)),
        (" ", "", ("", 1, 1, 1, 1, 1)),
        ("\nb", "x\\", ("xb", 1, 2, 2, 2, 2)),
        ("y\\\nz\n", "x", ("xyz", 0, 4, 5, 2, 4)),
    ],
)
def test_what_a_macro_s_last_line_begins(
    text: str, carried: str, expected: tuple[str, int, int, int, int, int]
) -> None:
    assert logical(text, 0, len(text), carried) == Line(*expected)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a\n", (0, 1)),
        ("a", (0, 1)),
        ("ab\\\nc\n", (3, 3)),
        ("ab\\\r\nc\n", (4, 3)),
        ("abcd\\\nc\\\nd", (6, 6)),
        ("ab\\\n", (3, 2)),
        ("\u00e9\\\n\u00e9", (3, 4)),
    ],
)
def test_what_a_line_takes_in_the_buffer(text: str, expected: tuple[int, int]) -> None:
    assert filled(text, 0, logical(text, 0, len(text))) == expected
    behind = f"x\n{text}"
    assert filled(behind, 2, logical(behind, 2, len(behind))) == expected


@given(st.text("a\n", max_size=12), st.integers(0, 6))
def test_a_line_over_a_size(text: str, size: int) -> None:
    assert has_line_over(text, size) == any(len(line) > size for line in text.split("\n"))
