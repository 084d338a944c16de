"""The syntax tree holds every byte."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hpatch.conf.parse import File, Section, parse
from hpatch.text import Source
from tests.support.cost import seconds


def read(text: str) -> File:
    return parse(Source("test.conf", text))


MARKS = [
    "<A>",
    "</A>",
    "<B x",
    "</B",
    "<",
    "</",
    "#",
    " ",
    "\t",
    "\n",
    "\r\n",
    "\\\n",
    "\\\r\n",
    "\\",
    "\0",
    "\r",
    "\v",
]
PIECES = st.sampled_from([*MARKS, "x", "é", "\udcff", "${V}"])


@given(st.lists(PIECES | st.text(max_size=3)).map("".join))
def test_the_leaves_are_the_file(text: str) -> None:
    file = read(text)
    assert file.text() == text
    assert "\n".join(text[line.start : line.end] for line in file.lines()).split() == text.split()


@given(st.binary())
def test_bytes_come_back(data: bytes) -> None:
    text = data.decode("utf-8", "surrogateescape")
    assert Source("x", read(text).text()).data == data


def test_sections_nest() -> None:
    file = read("A\n<B>\n <C x>\n  D\n </C>\n</B>\nE\n")
    _, section, _ = file.items
    assert isinstance(section, Section)
    assert section.close is not None
    assert [type(item).__name__ for item in section.items] == ["Section"]
    assert file.source.text[section.open.start : section.open.end] == "<B>\n"
    assert [leaf.type for leaf in file.leaves()] == ["RUN", "OPEN", "OPEN", "RUN", "CLOSE", "CLOSE", "RUN"]
    assert file.text() == file.source.text


def test_an_unclosed_section_runs_to_the_end() -> None:
    file = read("<B>\nA\n<C>\n</C>\n")
    (section,) = file.items
    assert isinstance(section, Section)
    assert section.close is None
    assert [type(item).__name__ for item in section.items] == ["Leaf", "Section"]
    assert [file.source.text[leaf.start : leaf.end] for leaf in file.leaves()] == ["<B>\n", "A\n", "<C>\n", "</C>\n"]


def test_a_stray_closer_stands_by_itself() -> None:
    assert [type(item).__name__ for item in read("</B>\n<A>\n</A>\n").items] == ["Leaf", "Section"]


def test_deep_nesting_needs_no_recursion() -> None:
    text = "<A>\n" * 20_000
    assert read(text).text() == text


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("a \\\n b\n", ["a  b"]),
        ("a \\\r\n b\r\n", ["a  b"]),
        ("a \\ \nb", ["a \\", "b"]),
        ("a\\\\\nb\n", ["a\\b"]),
        ("# c \\\nd\ne", ["# c d", "e"]),
        ("a\0b\nc", ["a", "c"]),
        ("a\\\0\nc", ["a\\", "c"]),
        ("a\\", ["a\\"]),
        ("\v\fa\t\n", ["a"]),
        ("a\rb\n", ["a\rb"]),
        ("a\\\\\n\nb\n", ["ab"]),
    ],
)
def test_lines_are_joined_as_httpd_joins_them(text: str, values: list[str]) -> None:
    assert [line.value for line in read(text).lines()] == values


def test_kinds_of_lines() -> None:
    kinds = [line.kind for line in read("\n# c\nA b\n<B>\n</B>\n").lines()]
    assert kinds == ["blank", "comment", "directive", "open", "close"]


def test_words_know_their_places() -> None:
    file = read('\n  Listen  80\n  ProxyPass "/a b" \\\n    http://h/ k\\\n=v\nA \\\r\nb\n')
    _, plain, line, last = file.lines()
    assert [(word.value, word.place[1:]) for word in file.words(plain)] == [
        ("Listen", (2, 3, 2, 9)),
        ("80", (2, 11, 2, 13)),
    ]
    assert [(word.value, word.place[1:]) for word in file.words(last)] == [
        ("A", (6, 1, 6, 2)),
        ("b", (7, 1, 7, 2)),
    ]
    assert [(word.value, word.place[1:]) for word in file.words(line)] == [
        ("ProxyPass", (3, 3, 3, 12)),
        ("/a b", (3, 13, 3, 19)),
        ("http://h/", (4, 5, 4, 14)),
        ("k=v", (4, 15, 5, 3)),
    ]


def test_a_line_of_very_many_lines_takes_no_longer_for_each() -> None:
    # Joined by copying what is there, this takes minutes.
    with seconds(10):
        (line,) = read("a " + "b \\\n" * 500_000).lines()
    assert (line.lines, len(line.value)) == (500_001, 2 + 2 * 500_000 - 1)
