"""The units within functions and files, such as a `case`."""

from __future__ import annotations

import pytest

from hpatch.patch.place.place import place
from hpatch.patch.place.units import UnitKind, Units
from tests.support.patch.placing import only, patch, text

SWITCH = """\
    switch (op) {
    case OP_READ:
    case OP_PEEK:
        if (a) {
            b();
#ifdef X

            c();
#else
            d();
#endif
        }
        switch (e) {
        case 'x': f(); break;
        default:
            g();
        }
        h();
    }
    i();
"""
MACRO = "#define A(x) do { \\\n    a(x); \\\n} while (0)\n\nb;\n"
ROWS = """\
static const command_rec cmds[] = {
    { "A", a, NULL,
      RSRC_CONF },
    AP_INIT_TAKE1("B", b,
                  NULL),
    { ngx_string("c"),
      NGX_CONF },
    { NULL }
};
"""
CLASS = "class A:\n    def a(self):\n        b()\n\n    def c(self):\n        d()\n"
INI = "[a]\nb = 1\n\n[c]\nb = 1\n"
DOCUMENT = """\
<section id="a">
<p>Text, <br clear="all"/>more.</p>
<usage>
x
</usage>
</section>
y
"""


@pytest.mark.parametrize(
    ("path", "content", "line", "kind", "expected"),
    [
        ("a.c", SWITCH, "b();", "case", "case OP_PEEK:|case OP_READ:"),
        ("a.c", SWITCH, "c();", "branch", "#ifdef X"),
        ("a.c", SWITCH, "d();", "branch", "#else of #ifdef X"),
        ("a.c", SWITCH, "g();", "case", "default:"),
        ("a.c", SWITCH, "h();", "case", "case OP_PEEK:|case OP_READ:"),
        ("a.c", SWITCH, "h();", "branch", ""),
        ("a.c", SWITCH, "i();", "case", ""),
        ("a.c", MACRO, "a(x); \\", "macro", "#define A"),
        ("a.c", MACRO, "b;", "macro", ""),
        ("a.c", ROWS, "RSRC_CONF },", "row", '"A"'),
        ("a.c", ROWS, "NULL),", "row", '"B"'),
        ("a.c", ROWS, "NGX_CONF },", "row", '"c"'),
        ("a.c", ROWS, "{ NULL }", "row", ""),
        ("a.py", CLASS, "d()", "method", "def c"),
        ("a.ini", INI.replace("[c]\nb", "[c]\nd"), "d = 1", "section", "[c]"),
        ("a.xml", DOCUMENT, "x", "element", '<section id="a">'),
        ("a.xml", DOCUMENT, "y", "element", ""),
        ("a.txt", SWITCH, "b();", "case", ""),
    ],
)
def test_the_unit_around_a_line(path: str, content: str, line: str, kind: UnitKind, expected: str) -> None:
    lines = content.splitlines()
    at = [each.strip() for each in lines].index(line)
    found = Units(path, [f"{each}\n".encode() for each in lines]).around(at).get(kind, frozenset())
    assert "|".join(sorted(each.decode() for each in found)) == expected


def test_endless_branches() -> None:
    """Each `#else` is one of the same `#if`: 100,000 names within names would take 45 GB."""
    units = Units("a.c", [b"#if A\n", *[b"#else\n"] * 100_000, b"a();\n"])
    assert units.around(100_001) == {"branch": frozenset([b"#else of #if A"])}


Form = tuple[list[str], str, str, list[str]]
"""What a file begins with, what its units begin with, their lines, and what the file ends with."""
BLOCK = ["a();", "b();", "c();", "d();", "e();", "f();", "g();"]
EDITED = [*BLOCK[:3], "own();", *BLOCK[4:]]
LADDER: Form = (["int run(int op)", "{", "    switch (op) {"], "    case {}:", "        {}", ["    }", "}"])
BRANCHES: Form = (["int run(void)", "{"], "#elif defined({})", "    {}", ["#endif", "}"])
TABLE: Form = (["static const command_rec cmds[] = {"], '    {{ "{}", x,', "      {}", ["    },", "};"])
SITES: Form = ([], '<VirtualHost "{}">', "    {}", ["</VirtualHost>"])
SECTIONS: Form = ([], "[{}]", "{}", [])


@pytest.mark.parametrize(
    ("path", "form"),
    [("a.c", LADDER), ("a.c", BRANCHES), ("a.c", TABLE), ("a.conf", SITES), ("a.ini", SECTIONS)],
    ids=["case", "branch", "row", "element", "section"],
)
def test_a_hunk_is_not_placed_in_another_unit_than_that_of_the_file_before(path: str, form: Form) -> None:
    """The tree has the units in another order, and has changed the lines that the hunk is for."""
    start, heading, line, end = form

    def file(*units: tuple[str, list[str]]) -> bytes:
        inside = [each for name, body in units for each in (heading.format(name), *map(line.format, body))]
        lines = [*start, *inside, *end]
        if form is BRANCHES:
            lines[len(start)] = lines[len(start)].replace("elif", "if")
        return text(lines)

    def lines_of(content: bytes) -> list[str]:
        return content.decode().splitlines()

    changed = [*BLOCK[:3], "changed();", *BLOCK[4:]]
    before = file(("A", BLOCK), ("B", BLOCK))
    given = patch(lines_of(before), lines_of(file(("A", BLOCK), ("B", changed))))._replace(old=path, new=path)
    outcome = only(place(file(("B", EDITED), ("A", BLOCK)), given, ancestor=before))
    assert outcome.result == "ambiguous", outcome.reason
    assert "its lines are under '" in outcome.reason
    own = ["own();"] * 9
    right = place(file(("A", EDITED), ("C", own), ("B", BLOCK)), given, ancestor=before)
    assert right.after == file(("A", EDITED), ("C", own), ("B", changed))
    renamed = place(file(("A", EDITED), ("D", BLOCK)), given, ancestor=before)
    assert renamed.after == file(("A", EDITED), ("D", changed))
    told = only(renamed).elsewhere
    assert told is not None and b"B" in told.heading and b"D" in told.found


@pytest.mark.parametrize(("path", "form"), [("a.c", LADDER), ("a.conf", SITES)], ids=["case", "element"])
def test_a_unit_that_the_tree_lacks_is_not_the_one_above_it(path: str, form: Form) -> None:
    """The lines that begin the next unit are where they were; they do not tell where the hunk's own are."""
    start, heading, line, end = form

    def file(*names: str) -> bytes:
        inside = [each for name in names for each in (heading.format(name), *map(line.format, BLOCK))]
        return text([*start, *inside, *end])

    before = file("A", "B", "C")
    after = before.split(b"g();\n")
    after[1] += b"g();\n" + line.format("new();").encode() + b"\n" + after.pop(2)
    given = patch(before.decode().splitlines(), b"g();\n".join(after).decode().splitlines())
    outcome = only(place(file("A", "C"), given._replace(old=path, new=path), ancestor=before))
    assert outcome.result == "ambiguous", outcome.reason


def test_an_element_that_ends_in_its_line_begins_no_unit() -> None:
    units = Units("a.xml", [])
    lines = [b'<a b="c">', b'<a b="c"/>', b'<a b="c">d</a>']
    assert [units.brings([line]) for line in lines] == [{"element"}, set(), set()]


def test_what_comes_in_front_of_the_end_of_a_block_is_in_it() -> None:
    lines = [f"{line}\n".encode() for line in ["    case A: {", "        a();", "", "    }", "    break;"]]
    found = [Units("a.c", lines).around(at) for at in range(5)]
    assert found == [{}, *[{"case": frozenset([b"case A:"])}] * 3, {}]
