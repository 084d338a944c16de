"""What reaches a terminal, and how it is wrapped."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hpatch.report.common.terminal import cells, file_address, linked, paint, visible, wrap

ANYTHING = st.text(st.characters(exclude_categories=())) | st.binary().map(
    lambda data: data.decode("utf-8", "surrogateescape")
)
PRINTABLE = st.text(st.characters(exclude_categories=("C", "Z")) | st.just(" "))


@given(ANYTHING)
def test_nothing_but_printable_characters_passes(text: str) -> None:
    shown = visible(text)
    assert shown.isprintable()
    shown.encode()


@given(PRINTABLE)
def test_printable_text_passes_unchanged(text: str) -> None:
    assert visible(text) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\tb\r\n", "a\\tb\\r\\n"),
        ("\x1b[31m\x00\x7f", "\\x1b[31m\\x00\\x7f"),
        (b"\xff\x9b".decode("utf-8", "surrogateescape"), "\\xff\\x9b"),
        ("\x9b\u202e\u00a0", "\\u009b\\u202e\\u00a0"),
        ("\U000e0041", "\\U000e0041"),
        ("^/(é|日本)\\.php$", "^/(é|日本)\\.php$"),
    ],
)
def test_what_does_not_print_is_written_out(text: str, shown: str) -> None:
    assert visible(text) == shown


@given(PRINTABLE, st.integers(1, 80), st.integers(0, 8), st.integers(0, 90))
def test_wrapped_lines_fit_and_lose_nothing(text: str, width: int, indent: int, first: int) -> None:
    lines = list(wrap(text, width, indent, first))
    assert cells(lines[0]) <= max(width, 16)
    assert all(line.startswith(" " * indent) and cells(line) <= max(width, indent + 16) for line in lines[1:])
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")


@pytest.mark.parametrize(
    ("width", "lines"),
    [
        (None, ["one two three"]),
        (20, ["one two three"]),
        (16, ["one two", "  three"]),
    ],
)
def test_words_are_kept_whole_where_they_fit(width: int | None, lines: list[str]) -> None:
    assert list(wrap("one two three", width, 2, first=5)) == lines


def test_a_word_that_is_too_long_for_the_rest_of_a_line_begins_the_next() -> None:
    assert list(wrap("unbreakable-word and more", 20, 4, first=15)) == ["", "    unbreakable-word", "    and more"]


@pytest.mark.parametrize(("text", "columns"), [("abc", 3), ("日本", 4), ("e\u0301", 1), ("", 0)])
def test_cells(text: str, columns: int) -> None:
    assert cells(text) == columns


def test_paint_only_where_wanted() -> None:
    assert paint("a", "red", True) == "\x1b[1;31ma\x1b[0m"
    assert paint("a", "red", False) == "a"


@given(ANYTHING, ANYTHING)
def test_a_link_sends_nothing_of_its_address_that_a_terminal_obeys(text: str, address: str) -> None:
    shown = linked("text", address, True)
    assert shown in ("text", f"\x1b]8;;{address}\x1b\\text\x1b]8;;\x1b\\")
    assert shown.replace("\x1b]8;;", "").replace("\x1b\\", "").isprintable()
    assert linked(text, address, False) == text


@given(ANYTHING.filter(lambda text: "\0" not in text))
def test_a_file_has_an_address_whatever_its_name(name: str) -> None:
    try:
        name.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        name = "lone"  # no file of this machine has such a name
    address = file_address(name)
    assert linked("text", address, True) != "text"
    assert address.startswith("file://")
