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
        (r'"\"', ['"']),
        (r'"\"" b', ['"', "b"]),
        (r'"\a" b', [r"\a", "b"]),
        (r'"\' b', [r"\' b"]),
        ("caf\xe9\xa0b", ["caf\xe9\xa0b"]),
    ],
)
def test_split(line: str, expected: list[str]) -> None:
    assert words.split(line) == expected


@given(st.text(st.sampled_from("ab \t\"'\\#>\xe9\xa0\x1c\x85\v\r"), max_size=12))
def test_a_line_is_split_in_one_way(line: str) -> None:
    """Lines without quotes and escapes are split in quicker ways."""
    assert words.split(line) == [word for word, _, _ in words.spans(line)]


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
    ("word", "expected"),
    [
        ("ab", [0, 1]),
        ('"a b"', [1, 2, 3]),
        ('""', []),
        (r'"a\"b"', [1, 3, 4]),
        (r"'a\"b'", [1, 2, 3, 4]),
        (r"'\'\\a'", [2, 4, 5]),
        (r"a\\b", [0, 2, 3]),
        (r"a\"b", [0, 1, 2, 3]),
        ('"a\\', [1, 2]),
        ("a\\", [0, 1]),
    ],
)
def test_where_the_characters_of_a_word_stand(word: str, expected: list[int]) -> None:
    assert words.offsets(word) == expected


@given(st.text(alphabet="ab\"'\\ \t"))
def test_a_word_is_the_characters_at_its_offsets(line: str) -> None:
    for word, start, end in words.spans(line):
        written = line[start:end]
        assert "".join(written[at] for at in words.offsets(written)) == word


@pytest.mark.parametrize(
    ("line", "at", "expected"),
    [
        ("{a b} c", 0, "a b"),
        ("x \t{a b} c", 1, "a b"),
        ("{a{b c}d} e", 0, "a{b c}d"),
        ("{{a}{b}} c", 0, "{a}{b}"),
        ("{}a", 0, ""),
        ("{a b", 0, "a b"),
        ("{{a} b", 0, "{a} b"),
        (r"{\\} b}", 0, "\\"),
        (r"{\{a} b", 0, r"\{a} b"),
        ("x{y} z", 0, "x{y}"),
        ("'{a' b", 0, "{a"),
        ("", 0, ""),
    ],
)
def test_a_word_in_braces(line: str, at: int, expected: str) -> None:
    assert words.get_braced(line, at) == expected


@pytest.mark.parametrize(
    ("line", "at", "expected", "rest"),
    [
        ("a b", 0, "a", "b"),
        (" \t a  b", 0, "a", " b"),
        ("ab c d", 2, "c", "d"),
        ('"a b" c', 0, "a b", " c"),
        ("'a \"b' c", 0, 'a "b', " c"),
        ('a"b c"', 0, 'a"b', 'c"'),
        ("a\\ b c", 0, "a\\ b", "c"),
        ("\\ \\\ta b", 0, "\\ \\\ta", "b"),
        ('"a\\ b" c', 0, "a\\ b", " c"),
        ("a\\b c", 0, "a\\b", "c"),
        ("a b\\ c", 0, "a", "b\\ c"),
        ("a\\\\ b", 0, "a\\\\ b", None),
        ('"a\\" b', 0, "a\\", " b"),
        ("'a b", 0, "a b", None),
        ("a\\", 0, "a\\", None),
        ("a", 0, "a", None),
        ("'", 0, "", None),
        ("", 0, "", None),
        ("  ", 0, "", None),
    ],
)
def test_an_argument_of_mod_rewrite(line: str, at: int, expected: str, rest: str | None) -> None:
    """Without a rest, the next argument is looked for behind the end."""
    found, after = words.rewrite_argument(line, at)
    assert (found, line[after:] if after <= len(line) else None) == (expected, rest)
    assert after <= len(line) + 1


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("a b", [("a", 0, 1), ("b", 2, 3)]),
        ("a \\\n b c", [("a", 0, 1), ("b", 5, 6), ("c", 7, 8)]),
        ("ab\\\ncd e", [("abcd", 0, 6), ("e", 7, 8)]),
        ("ab\\\r\ncd e", [("abcd", 0, 7), ("e", 8, 9)]),
        ('x "a \\\nb" c', [("x", 0, 1), ("a b", 2, 9), ("c", 10, 11)]),
        ("\\\nabc", [("abc", 2, 5)]),
        ("a\\\\\nb c", [("a\\b", 0, 5), ("c", 6, 7)]),
        ("ab c\\\\\n\nd e", [("ab", 0, 2), ("cd", 3, 9), ("e", 10, 11)]),
        ("abc d\\\n\\\ne f", [("abc", 0, 3), ("de", 4, 10), ("f", 11, 12)]),
        ("abc\nd", [("abc", 0, 3), ("d", 4, 5)]),
        ("\nabc", [("abc", 1, 4)]),
        ("\r\nabc", [("abc", 2, 5)]),
        ("\\a\r\nb", [("\\a", 0, 2), ("b", 4, 5)]),
        ("a\rb\\\nc", [("a", 0, 1), ("bc", 2, 6)]),
        ("\\\r\n", []),
    ],
)
def test_places_of_words_on_joined_lines(raw: str, expected: list[tuple[str, int, int]]) -> None:
    assert words.spans_joined(raw) == expected


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
    assert words.lower("É@AMZ[`amz{") == "É@amz[`amz{"


def test_variables_that_never_end_are_looked_for_once() -> None:
    """A search from each of them to the end of the text would take minutes."""
    text = "${a}" + "${" * 200_000
    assert words.expand(text, lambda name: name) == text.replace("${a}", "a")
