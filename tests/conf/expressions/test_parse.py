"""Expressions that parse, and what they hold."""

from __future__ import annotations

import pytest

from hpatch.conf.expressions.model import Expression
from hpatch.conf.expressions.parse import _parser, parse

HOLDS = [
    ("true", []),
    ("%{HTTP_HOST} == 'a'", [("variable", "HTTP_HOST"), ("comparison", "=="), ("text", "a")]),
    ("5 -gt %{TIME_HOUR}", [("text", "5"), ("comparison", "-gt"), ("variable", "TIME_HOUR")]),
    ("! -R '10.1' and (false)", [("unary", "R"), ("text", "10.1")]),
    ("'a' -strmatch \"b*\"", [("text", "a"), ("binary", "strmatch"), ("text", "b*")]),
    ("$1 =~ m#^/a#i", [("capture", "1"), ("comparison", "=~"), ("regex", "^/a")]),
    ("'x' in {'a', 'b'.$2}", [("text", "x"), ("comparison", "in"), ("text", "a"), ("text", "b"), ("capture", "2")]),
    ("'x' -in PeerExtList('1.2')", [("text", "x"), ("comparison", "-in"), ("list", "PeerExtList"), ("text", "1.2")]),
    ("tolower(req('Host')) eq ''", [("function", "tolower"), ("function", "req"), ("text", "Host"),
                                    ("comparison", "eq"), ("text", "")]),
    ("%{base64:a%{HTTPS}} != 1", [("function", "base64"), ("text", "a"), ("variable", "HTTPS"), ("comparison", "!="),
                                  ("text", "1")]),
    ("'\\101\\n\\'\\q' = \"'\"", [("text", "A\n'q"), ("comparison", "="), ("text", "'")]),
    ("'\\400' < 'a'", None),
    ("true /never closed", []),
    ("m_foo('a') = 'a'", [("function", "m_foo"), ("text", "a"), ("comparison", "="), ("text", "a")]),
    ("$0 !~ m_^a_", [("capture", "0"), ("comparison", "!~"), ("regex", "^a")]),
    ("-x 'a' && -_ 'b' || 'a' -_b 'c'", [("unary", "x"), ("text", "a"), ("unary", "_"), ("text", "b"), ("text", "a"),
                                         ("binary", "_b"), ("text", "c")]),
]  # fmt: skip


def elements(expression: Expression) -> list[tuple[str, str]]:
    return [(element.kind, element.name) for element in expression.elements]


@pytest.mark.parametrize(("text", "holds"), HOLDS)
def test_what_a_condition_holds(text: str, holds: list[tuple[str, str]] | None) -> None:
    expression = parse(text)
    assert (expression.mistake is None) == (holds is not None)
    assert elements(expression) == (holds or [])


def test_the_place_of_every_part() -> None:
    text = "%{HTTP_HOST} == req('a') && -R '10.0.0.0/8' || $1 =~ m#b#i"
    found = {text[element.start : element.end] for element in parse(text).elements}
    assert found == {"HTTP_HOST", "==", "req", "a", "-R", "10.0.0.0/8", "$1", "=~", "m#b#i"}


@pytest.mark.parametrize(
    ("text", "name", "argument", "written"),
    [
        ("-R '10.1'", "R", "10.1", "'10.1'"),
        ("-R ''", "R", "", "''"),
        ("-R 10", "R", None, "10"),
        ("-R '1' . '0'", "R", None, "'1' . '0'"),
        ("-R '%{HTTPS}'", "R", None, "'%{HTTPS}'"),
        ("-R 'a$1'", "R", None, "'a$1'"),
        ('%{REMOTE_ADDR} -ipmatch "::1"', "ipmatch", "::1", '"::1"'),
        ("%{req:Host} = 'a'", "req", "Host", "Host"),
        ("%{req:a%{HTTPS}} = 'a'", "req", None, "a%{HTTPS}"),
        ("req('Host') = 'a'", "req", "Host", "'Host'"),
        ("%{HTTPS} = 'on'", "=", "on", "'on'"),
        ("%{HTTPS} = '\\157\\000n'", "=", "o", "'\\157\\000n'"),
    ],
)
def test_arguments(text: str, name: str, argument: str | None, written: str) -> None:
    (element,) = [element for element in parse(text).elements if element.name == name]
    assert element.argument == argument
    assert text[element.argument_start : element.argument_end] == written


@pytest.mark.parametrize(("text", "flag"), [("'a' =~ /b/i", "i"), ("'a' =~ /b/", "")])
def test_a_regular_expression_has_its_flag(text: str, flag: str) -> None:
    (regex,) = parse(text).of("regex")
    assert (regex.name, regex.argument) == ("b", flag)


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ("proxy:fcgi://h/", [("text", "proxy:fcgi://h/")]),
        ("", [("text", "")]),
        ("50% \"off\" } {", [("text", "50% \"off\" } {")]),
        ("a%{HTTPS}b", [("text", "a"), ("variable", "HTTPS"), ("text", "b")]),
        ("%{HTTPS}", [("variable", "HTTPS")]),
        ("$1$x\\$2", [("capture", "1"), ("text", "$x$2")]),
        ("%{escape:%{REQUEST_URI}}", [("function", "escape"), ("variable", "REQUEST_URI")]),
        ("%{env:a$1b%$}", [("function", "env"), ("text", "a"), ("capture", "1"), ("text", "b%$")]),
        ("x" * 9000, None),
        ("%{", None),
        ("a\\", None),
        ("%{a:\"}", None),
        ("%{HTTPS}%{a b}", None),
    ],
)  # fmt: skip
def test_strings(text: str, holds: list[tuple[str, str]] | None) -> None:
    expression = parse(text, string=True)
    assert expression.string
    assert (expression.mistake is None) == (holds is not None)
    assert elements(expression) == (holds or [])


def test_places_in_a_string() -> None:
    (text,) = parse("abc", string=True).elements
    assert (text.kind, text.name, text.start, text.end) == ("text", "abc", 0, 3)


def test_an_empty_text_stands_between_its_quotes() -> None:
    (text,) = parse("-T ''").of("text")
    assert (text.name, text.start, text.end) == ("", 4, 4)


def test_what_has_no_argument() -> None:
    (capture,) = parse("$1 = 'a'").of("capture")
    assert (capture.argument, capture.argument_start, capture.argument_end) == (None, 0, 0)


def test_a_string_of_characters_of_four_bytes() -> None:
    assert parse("\U0001f600" * 2047, string=True).mistake is None
    assert parse("\U0001f600" * 2048, string=True).mistake is not None


def test_a_line_feed_in_a_string() -> None:
    for text in ("a\n", "%{HTTPS}$1\\a\n"):
        assert parse(text, string=True).mistake is not None


def test_a_string_without_signs_needs_no_parser() -> None:
    import subprocess
    import sys

    code = (
        "import sys; from hpatch.conf.expressions.parse import parse; parse('a', string=True); "
        "print('lark' in sys.modules); parse('%{HTTPS}', string=True); print('lark' in sys.modules)"
    )
    output = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout
    assert output.split() == ["False", "True"]


def test_a_parser_that_was_not_made_before() -> None:
    _parser.cache_clear()  # by another test
    assert elements(parse("tolower('fresh') in {'x', 'y'}")) == [
        ("function", "tolower"),
        ("text", "fresh"),
        ("comparison", "in"),
        ("text", "x"),
        ("text", "y"),
    ]


def test_what_has_no_argument_has_an_empty_place_for_it() -> None:
    variable, _, text = parse("%{HTTP_HOST} == 'a'").elements
    for one in (variable, text):
        assert (one.argument, one.argument_start, one.argument_end) == (None, 0, 0)


@pytest.mark.parametrize(
    ("opened", "core", "closed", "most"),
    [("(", "true", ")", 9_995), ("(", "'a' == 'b'", ")", 9_992), ("!", "true", "", 9_996),
     ("true && ", "true", "", 4_998), ("%{tolower:", "%{HTTP_HOST}", "}", 3_331)],
)  # fmt: skip
@pytest.mark.proof
def test_what_is_inside_one_another(opened: str, core: str, closed: str, most: int) -> None:
    """As many as httpd 2.4.71 reads; with one more, it says "memory exhausted"."""
    end = " == 'x'" if closed == "}" else ""
    assert parse(opened * most + core + closed * most + end).mistake is None
    mistake = parse(opened * (most + 1) + core + closed * (most + 1) + end).mistake
    assert mistake is not None
    assert mistake.message.startswith("httpd runs out of memory here")


def test_arguments_inside_one_another_without_end() -> None:
    found = parse("%{tolower:" * 4_000)
    assert found.mistake is not None
    assert found.mistake.message == "httpd runs out of memory here: too much is inside one another"
