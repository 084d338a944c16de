"""The tokens of expressions, with their places, and where httpd's scanner gives up."""

from __future__ import annotations

import pytest

from hpatch.conf.expressions.scan import ROOM, tokens


def last(text: str, *, string: bool = False) -> tuple[str, int, int]:
    *_, token = tokens(text, string=string)
    return token.type, token.start, token.end


def test_tokens_have_places() -> None:
    found = [(token.type, token.value, token.start, token.end) for token in tokens("('a$1' =~ m#b#i)")]
    assert found == [
        ("LPAR", "(", 0, 1),
        ("QUOTE", "'", 1, 2),
        ("TEXT", "a", 2, 3),
        ("CAPTURE", "1", 3, 5),
        ("QUOTE_END", "'", 5, 6),
        ("MATCH", "=~", 7, 9),
        ("REGEX_I", "b", 10, 15),
        ("RPAR", ")", 15, 16),
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("'a\\", ("ERROR", 2, 3)),
        ("'a", ("ERROR", 0, 2)),
        ("'a' = '\\400'", ("ERROR", 7, 11)),
        ("%{ab\nc}", ("ERROR", 0, 4)),
        ("%{ab", ("ERROR", 0, 4)),
        ("%{ab c}", ("ERROR", 4, 5)),
        ("%{ab:c\nd}", ("ERROR", 0, 6)),
        (f"'{'b' * ROOM}'", ("ERROR", 1, ROOM + 1)),
        (f"'a' =~ /{'b' * ROOM}/", ("ERROR", 7, 8)),
        (f"'a' =~ /{'b' * ROOM}", ("ERROR", 7, 8)),
        (f"'a' =~ /{'b' * (ROOM - 1)}", ("END", 7, ROOM + 7)),
        ("'a' =~ //", ("REGEX", 7, 9)),
    ],
)
def test_where_the_scan_ends(text: str, expected: tuple[str, int, int]) -> None:
    assert last(text) == expected


def test_a_string_ends_at_a_line_feed() -> None:
    assert last("a\nb", string=True) == ("ERROR", 0, 1)


def test_the_most_that_there_is_room_for() -> None:
    assert ROOM == 8192  # MAX_STRING_LEN
    assert [token.type for token in tokens(f"'{'b' * (ROOM - 1)}' =~ /{'b' * (ROOM - 1)}/")] == [
        "QUOTE", "TEXT", "QUOTE_END", "MATCH", "REGEX",
    ]  # fmt: skip
    assert [token.value for token in tokens("'\\377\\0a\\1'")] == ["'", "\xff", "'"]
