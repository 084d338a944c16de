"""What every dialect of regular expressions refuses; what only Python refuses is no fault."""

from __future__ import annotations

import ctypes

import pytest

from hpatch.conf.regexes import fault
from tests.support.libraries import library

NOT_CLOSED, NOT_OPENED = "a parenthesis is not closed", "a parenthesis is closed that was not opened"
NO_BRACKET, NOTHING = "a [ is not closed", "a *, + or ? has nothing before it to repeat"
TWICE, NAMES = "a repetition stands behind another", "two groups have the same name"
NUMBERS, RANGE = "the numbers in the braces are in the wrong order", "the ends of a range in [ ] are in the wrong order"
MANY = "a number in the braces is greater than 65535"

FAULTS = [
    ("(a", NOT_CLOSED),
    ("^/(a|b", NOT_CLOSED),
    ("a)", NOT_OPENED),
    ("^/(a))$", NOT_OPENED),
    ("[a", NO_BRACKET),
    ("[", NO_BRACKET),
    ("*.html", NOTHING),
    ("^*a", NOTHING),
    ("(+a)", NOTHING),
    ("^/a-(*.)", NOTHING),
    ("(*)$", NOTHING),
    ("a**", TWICE),
    ("a{1}*{2}", TWICE),
    ("(?P<n>a)(?P<n>b)", NAMES),
    ("a{3,2}", NUMBERS),
    ("[z-a]", RANGE),
    ("x[a-z9-0]", RANGE),
    ("a{1,65536}", MANY),
    ("a{99999999999999999999}", MANY),
    ("[a[:foo:]]", "[:foo:] is not a class of characters"),
    ("[:alpha:]+", "[:alpha:] stands in no [ ]"),
    ("^/(a)/\\2$", "\\2 refers to a group that is not there"),
    ("(?<n>a)\\k{m}", "\\k{m} refers to a group that is not there"),
    ("\\u0041", "PCRE does not support \\u"),
]


@pytest.mark.parametrize(("regex", "expected"), FAULTS)
def test_faults(regex: str, expected: str) -> None:
    assert fault(regex) == expected


@pytest.mark.parametrize(
    "regex",
    [
        "",
        "^/a/(b|c[0-9]+)?$",
        "a{2,3}b{2}c{2,}",
        # httpd compiles these, and Python does not, or not to the same
        "(*UCP)a",
        "\\Q(*[\\E",
        "[(*.]\\(*.",
        "(*:x)a",
        "a*{,3}",
        "(?<n>a)\\k<n>",
        "\\h+",
        "(?|(a)|(b))",
        "[ü-é]",
        "[[:^word:]x]",
        "[:alpha]",
        "\\2(a)(b)",
        "(?:(?<n>a)|b)\\1\\k'n'",
        "\\k<n>(?'n'a)",
        "\\\\2",
        "\\12",
        "x{,99999}",
        "a{65535}",
        # refused for another reason than those that are told
        "[a-\\d]",
        "(" * 3000 + ")" * 3000,
        # Python warns
        "[[:alpha:]]",
    ],
)
def test_what_may_compile(regex: str) -> None:
    assert fault(regex) is None


@pytest.mark.httpd
@pytest.mark.parametrize("regex", [regex for regex, _ in FAULTS])
def test_pcre_refuses_them(regex: str) -> None:
    text, error, offset = regex.encode(), ctypes.c_int(), ctypes.c_size_t()
    compiled = library("pcre2-8").pcre2_compile_8
    compiled.restype = ctypes.c_void_p
    assert compiled(text, ctypes.c_size_t(len(text)), 0, ctypes.byref(error), ctypes.byref(offset), None) is None
