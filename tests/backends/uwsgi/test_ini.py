"""uWSGI's lines: what a line is, what a comment is, what a `%` does."""

import pytest

from hpatch.backends.uwsgi import ini, magic
from hpatch.text import Source


def read(text: str, section: str = "uwsgi") -> list[tuple[str, str]]:
    return [(line.key, line.value) for line in ini.lines(text, section, magic.table("/none/conf/app.ini", ""))]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[uwsgi]\n  key1 =\tval ue \t\r\n", [("key1", "val ue")]),
        ("[uwsgi]\nflag\nempty =\n", [("flag", ""), ("empty", "")]),
        ("[uwsgi]\na = b = c ; not a comment # nor this\n", [("a", "b = c ; not a comment # nor this")]),
        ("[uwsgi]\n ; a = 1\n\t# b = 2\nc = 3", [("c", "3")]),
        ("a = 1\n[other]\nb = 2\n[uwsgi]\nc = 3\n[other]\nd = 4\n[uwsgi]\ne = 5", [("c", "3"), ("e", "5")]),
        ("[uwsgi] ; a comment\na = 1", []),
        (" [uwsgi] \na = 1", [("a", "1")]),
        ("[uwsgi\na = 1", []),
        ("[uwsgi]\na = %%n\nb = x %( %q y", [("a", "%n"), ("b", "x %(  y")]),
        ("[uwsgi]\na = 100%\nb = 2\nc = 3", [("a", "100b = 2"), ("c", "3")]),
        ("[uwsgi]\n; 100%\nb = 2\nc = 3", [("c", "3")]),
        ("[uwsgi]\na = 100%", [("a", "100")]),
        ("[uwsgi]\na = %n|%s|%e|%p", [("a", "app|app.ini|ini|/none/conf/app.ini")]),
        ("[uwsgi]\na = %d|%c|%0|%1|%2|%x", [("a", "/none/conf/|conf|none|conf||")]),
    ],
)  # fmt: skip
def test_lines(text: str, expected: list[tuple[str, str]]) -> None:
    assert read(text) == expected


def test_a_section_that_was_asked_for() -> None:
    assert read("[uwsgi]\na = 1\n[b]\nc = 2", "b") == [("c", "2")]


def test_what_only_the_running_uwsgi_knows_stays_and_is_marked() -> None:
    (line,) = ini.lines("[uwsgi]\na = /run/%h.sock", "uwsgi", magic.table("app.ini", ""))
    assert (line.value, line.known) == ("/run/%h.sock", False)


def test_half_of_a_character_stays() -> None:
    (line,) = ini.lines("[uwsgi]\na = 100%é", "uwsgi", {})
    assert line.value.encode("utf-8", "surrogateescape") == b"100\xa9"


def test_places() -> None:
    text = "[uwsgi]\n  a = 1%\nb  \n c=2 \n"
    lines = list(ini.lines(text, "uwsgi", {}))
    assert [text[line.start : line.end] for line in lines] == ["a = 1%\nb", "c=2"]
    assert Source("x", text).place(lines[0].start, lines[0].end) == ("x", 2, 3, 3, 2)


def test_a_long_line_without_end_costs_nothing() -> None:
    assert read("[uwsgi]\na = " + "%%" * 200_000) == [("a", "%" * 200_000)]
