"""Words of unit files. The long cases are what `systemd-analyze verify` of systemd 252 prints with debug messages."""

from __future__ import annotations

import pytest

from hpatch.backends.systemd.commandline import CommandWord, commands, specified, split

VARIABLES = {"A": "one two", "B": "bAc", "Q": "'x y' z", "EMPTY": ""}


def variable(name: str) -> str | None:
    return None if name == "FILE" else VARIABLES.get(name, "")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", []),
        (" \t ", []),
        ("a  b\tc", ["a", "b", "c"]),
        ("\"A=one two\" B=b\\x41c 'C=c c'", ["A=one two", "B=bAc", "C=c c"]),
        ('"a b"c d\\x41 \'e\\\'f\' "q"z', ["a bc", "dA", "e'f", "qz"]),
        ("'' \"\"", ["", ""]),
        ("\\101\\s\\u00e9 \\U0001F600", ["A \u00e9", "\U0001f600"]),
        ("x\\qy \\x0 \\x00 \\777", ["x\\qy", "\\x0", "\\x00", "\\777"]),
        ("\\xe9", ["\udce9"]),
        ("end\\", ["end\\"]),
        ("'open one", ["open one"]),
    ],
)
def test_words(text: str, words: list[str]) -> None:
    assert [word.text for word in split(text)] == words


def test_a_word_knows_its_place() -> None:
    assert [(word.start, word.end) for word in split(' "a b"  c')] == [(1, 6), (8, 9)]


def test_specifiers() -> None:
    word = CommandWord("%i-%%-%n", 0, 8)
    assert specified(word, {"i": "shop", "n": "app@shop.service"}).text == "shop-%-app@shop.service"
    unknown = specified(word, {"n": "app@.service"})
    assert (unknown.text, unknown.known) == ("%i-%-app@.service", False)


def test_a_command_line() -> None:
    text = (
        "@/bin/echo argv0 \"a b\"c d\\x41 'e\\'f' $A ${A} x${B}y $$Z $Z ${Z} -- %n %% ; "
        '-/bin/true \\; x\\qy "q"z \\101    cont'
    )
    first, second = commands(text, {"n": "x.service"}, variable)
    assert first.program.text == "/bin/echo"
    assert [word.text for word in first.words] == [
        "a bc", "dA", "e'f", "one", "two", "one two", "xbAcy", "$Z", "", "--", "x.service", "%",
    ]  # fmt: skip
    assert second.program.text == "/bin/true"
    assert [word.text for word in second.words] == [";", "x\\qy", "qz", "A", "cont"]
    assert all(word.known for word in first.words + second.words)


def test_what_is_not_known() -> None:
    (line,) = commands("/bin/a $FILE x${FILE} $Q $EMPTY b", {}, variable)
    assert [(word.text, word.known) for word in line.words] == [
        ("$FILE", False),
        ("x${FILE}", False),
        ("x y", True),
        ("z", True),
        ("b", True),
    ]


def test_a_prefix_without_variables() -> None:
    (line,) = commands(":/bin/a $A ${A}", {}, variable)
    assert [word.text for word in line.words] == ["$A", "${A}"]


@pytest.mark.parametrize("text", ["", ";", " ; ; "])
def test_no_command(text: str) -> None:
    assert commands(text, {}, variable) == []
