"""What a hunk's heading names, and whether a place is under it."""

from __future__ import annotations

import pytest

from hpatch.patch.diff.model import Elsewhere
from hpatch.patch.place.heading import Headings
from tests.support.patch.placing import hunk, text

FIRST, SECOND = "static int first(int a)", "AP_DECLARE(int) ap_second(request_rec *r,"
FILE = [
    "APLOG_USE_MODULE(proxy);",  # line 1
    "static int first(int a);",
    FIRST,  # line 3
    "{",
    "    one();",
    "again:",
    "    two();",
    "}",
    SECOND,  # line 9
    "                          int b)",
    "{",
    "    one();",
    "}",
    "static const command_rec table[] = {",  # line 14
    "    one,",
    "};",
]


def headings(lines: list[str] = FILE, path: str = "modules/f.c") -> Headings:
    return Headings(path, text(lines).splitlines(keepends=True))


@pytest.mark.parametrize(
    ("heading", "line"),
    [
        pytest.param(FIRST, 5, id="its function"),
        pytest.param(FIRST, 7, id="below a label"),
        pytest.param(SECOND, 12, id="a macro around the type"),
        pytest.param("AP_DECLARE(int) ap_second(request_rec *", 12, id="cut after 39 bytes"),
        pytest.param("static int first(int a, int more)", 5, id="other parameters"),
        pytest.param("static const command_rec table[] =", 15, id="a table"),
        pytest.param("static const command_rec table[] =", 17, id="the file's end"),
        pytest.param("Listen 80", 12, id="a directive"),
        pytest.param("APLOG_USE_MODULE(proxy);", 12, id="a whole statement"),
        pytest.param("", 12, id="none"),
    ],
)
def test_nothing_against_a_place(heading: str, line: int) -> None:
    assert headings().elsewhere(heading.encode(), line - 1) is None


@pytest.mark.parametrize(
    ("heading", "line", "expected"),
    [
        pytest.param(FIRST, 12, ((3,), SECOND), id="another function"),
        pytest.param(SECOND, 5, ((9,), FIRST), id="a function above"),
        pytest.param(FIRST, 15, ((3,), "static const command_rec table[] = {"), id="a table"),
        pytest.param("int gone(void)", 5, ((), FIRST), id="a function that is not there"),
        pytest.param("int gone (void)", 5, ((), FIRST), id="a blank before its bracket"),
        pytest.param(FIRST, 1, ((3,), ""), id="above every function"),
        pytest.param("struct gone {", 12, ((), SECOND), id="a type"),
        pytest.param("START_TEST(first)", 5, ((), FIRST), id="a macro's function"),
    ],
)
def test_a_place_in_another_function(heading: str, line: int, expected: tuple[tuple[int, ...], str]) -> None:
    lines, found = expected
    against = headings().elsewhere(heading.encode(), line - 1)
    assert against == Elsewhere(heading=heading.encode(), lines=lines, found=found.encode())


def test_a_declaration_in_a_header_has_no_inside() -> None:
    lines = ["int first(int a,", "          int b);", "int second(int a,", "           int b);", "", "#endif"]
    assert headings(lines, "include/f.h").elsewhere(b"int first(int a,", 5) is None
    assert headings(lines, "f.c").elsewhere(b"int first(int a,", 5) is not None


def test_functions_at_any_depth_and_those_of_the_first_column() -> None:
    """Git's pattern for Python names the method, GNU diff the class."""
    lines = ["class One:", "    def first(self):", "        x", "    def second(self):", "        x"]
    for heading, line, agrees in [
        (b"class One:", 5, True),
        (b"def second(self):", 5, True),
        (b"def first(self):", 5, False),
        (b"class Two:", 5, False),
        (b"The module (one) says", 5, True),
    ]:
        assert (headings(lines, "f.py").elsewhere(heading, line - 1) is None) is agrees


def test_a_shell_function() -> None:
    lines = ["first() {", "  x", "}", "second () {", "  x", "}"]
    assert headings(lines, "run").elsewhere(b"second () {", 4) is None
    assert headings(lines, "run").elsewhere(b"first() {", 4) is not None


@pytest.mark.parametrize(
    ("line", "expected"), [(5, FIRST), (7, FIRST), (8, FIRST), (9, ""), (12, SECOND), (16, "static const"), (1, "")]
)
def test_the_function_around_a_line(line: int, expected: str) -> None:
    found = headings().around(line - 1).decode()
    assert found.startswith(expected) and bool(found) is bool(expected)


def test_the_heading_that_a_hunk_shows() -> None:
    seen = headings()
    assert seen.shown(hunk("a f(x) g(x) { -b +B h(x)", 1)) == b"g(x)\n"
    assert seen.shown(hunk("a b -f(x) +g(x)", 1)) == b""
    assert seen.shown(hunk("f(x); -b", 1)) == b""
