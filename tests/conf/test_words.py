"""Words by httpd's rules: the facts were tried on httpd 2.4.71."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hpatch.conf import words


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("", []),
        (" a\tb\v", ["a", "b"]),
        ('"a b" c', ["a b", "c"]),
        ("'a \"b' c", ['a "b', "c"]),
        (r'"a\"b"', ['a"b']),
        (r'"a\\b\n"', [r"a\b\n"]),
        (r"a\\b \"", [r"a\b", r"\""]),
        ('"/a"http://x/', ["/a", "http://x/"]),
        ('a"b c"', ['a"b', 'c"']),
        ('"open end', ["open end"]),
        ('"" x', ["", "x"]),
        ('"a\\', ["a\\"]),
        ("caf\xe9\xa0b", ["caf\xe9\xa0b"]),
    ],
)
def test_split(line: str, expected: list[str]) -> None:
    assert words.split(line) == expected


@given(st.text(alphabet="ab\"'\\ \t"))
def test_spans_cover_all_but_white_space(line: str) -> None:
    rest = list(line)
    for _, start, end in words.spans(line):
        rest[start:end] = " " * (end - start)
    assert "".join(rest).strip(words.SPACE) == ""


@given(st.text(alphabet="ab\"'\\ \t"))
def test_get_word_is_the_first_of_split(line: str) -> None:
    word, after = words.get_word(line)
    found = words.split(line)
    assert [word, *words.split(line[after:])] == (found or [""])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("${a}", "1"),
        ("x${a}y${a}", "x1y1"),
        (r"\${a}", r"\1"),
        ("$${a}", "$1"),
        ("${b}", "${b}"),
        ("${a", "${a"),
        ("${x${a}}", "${x${a}}"),
        ("${self}", "${self}"),
    ],
)
def test_variables_are_replaced_once(text: str, expected: str) -> None:
    assert words.expand(text, {"a": "1", "self": "${self}"}.get) == expected


def test_lower_leaves_all_but_ascii() -> None:
    assert words.lower("AÉİ") == "aÉİ"
