"""Text for people, whole outputs: each folder of cases/ has what is expected at 60 and at 200 columns.

`UPDATE_EXPECTED=1 pytest tests/report` writes them anew; read the difference.
"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hpatch import __version__
from hpatch.lint.engine.result import LintResult
from hpatch.lint.finding import Finding
from hpatch.lint.found import Related, Severity
from hpatch.lint.rule import Rule
from hpatch.report.common.excerpt import MarkedPlace, excerpt
from hpatch.report.common.terminal import cells
from hpatch.report.lint.forms import FORMS
from hpatch.text import Place, Source
from tests.support.report.expected import COLOUR, assert_as_expected
from tests.support.report.lint_results import CASES, NAMES, ROOT, check, findings, result


@pytest.mark.parametrize("width", [60, 200])
@pytest.mark.parametrize("name", NAMES)
def test_text(name: str, width: int) -> None:
    text = findings("text", result(name), width=width)
    assert all(cells(line) <= width for line in text.split("\n"))
    assert_as_expected(CASES / name / f"{width}.txt", text)


@pytest.mark.parametrize("format", [format for format in FORMS if format not in ("text", "html")])
@pytest.mark.parametrize("name", ["collision", "unread"])
def test_other_formats(name: str, format: str) -> None:
    text = findings(format, result(name), width=80).replace(f'"{__version__}"', '"VERSION"')
    assert_as_expected(CASES / name / f"expected.{format}", text)


@pytest.mark.parametrize("name", NAMES)
def test_colour_adds_nothing_but_colour(name: str) -> None:
    plain, coloured = (findings("text", result(name), width=60, color=color) for color in (False, True))
    assert coloured != plain
    assert COLOUR.sub("", coloured) == plain


def test_without_a_width_messages_are_not_wrapped_and_long_lines_are_still_cut() -> None:
    text = findings("text", result("long"))
    assert '"日本" takes two columns a character, so that a mark below it must be twice as long as it has char' in text
    assert max(len(line) for line in text.split("\n") if " | " in line) <= 160


@pytest.mark.parametrize(
    ("severities", "explained"),
    [
        (("info", "warning", "error", "error"), "hpatch rule MP002 explains the first error."),
        (("info", "warning", "warning"), "hpatch rule MP001 explains the first warning."),
        (("info", "info"), "hpatch rule MP000 explains the first info."),
    ],
)
def test_the_first_of_the_gravest_findings_is_explained(severities: tuple[Severity, ...], explained: str) -> None:
    source = Source("a.conf", "a\n")
    found = tuple(
        Finding(
            Rule(f"MP00{index}", "name", "warning", "high", (), check), source.place(0, 1), "text", severity, "high"
        )
        for index, severity in enumerate(severities)
    )
    made = LintResult(
        findings=found, files=1, directives=1, sources={"a.conf": source}, conditions=(), rules=(), root=ROOT
    )
    assert findings("text", made).splitlines()[-1] == explained


CHARACTERS = st.sampled_from('ab \t日é\x1b\u202e\udcff\\"\u0301')


@given(st.data(), st.integers(1, 120))
def test_any_marks_in_any_text_at_any_width(data: st.DataObject, width: int) -> None:
    source = Source("a.conf", data.draw(st.text(CHARACTERS | st.just("\n"), max_size=200)))
    ends = st.integers(0, len(source.text))
    spans = data.draw(st.lists(st.tuples(ends, ends).map(sorted), min_size=1, max_size=5))
    places = [source.place(start, end) for start, end in spans]
    rule = Rule("WK001", "name", "error", "high", (), check)
    related = tuple(Related(place, data.draw(st.text(CHARACTERS, max_size=60))) for place in places[1:])
    finding = Finding(
        rule=rule, place=places[0], message="message", severity="error", confidence="high", related=related
    )
    given = LintResult(
        findings=(finding,), files=1, directives=1, sources={"a.conf": source}, conditions=(), rules=(rule,), root=ROOT
    )
    lines = findings("text", given, width=width).split("\n")
    assert any("^" in line for line in lines)
    assert all(line.isprintable() for line in lines)
    excerpt = [line for line in lines if " | " in line]
    assert all(cells(line) <= max(width, 28) for line in excerpt)


@pytest.mark.parametrize(("second", "shown"), [(0, 1), (1, 2)])
def test_lines_of_which_a_rule_says_more_are_shown_once(second: int, shown: int) -> None:
    source = Source("a.conf", "first line\nother line\n")
    rule = Rule("MP000", "name", "warning", "high", (), check)
    places = [source.place(0, 5), source.place(11 * second, 11 * second + 5)]
    found = tuple(Finding(rule, place, f"message {index}", "warning", "high") for index, place in enumerate(places))
    made = LintResult(
        findings=found, files=1, directives=1, sources={"a.conf": source}, conditions=(), rules=(), root=ROOT
    )
    text = findings("text", made)
    assert text.count(" line\n") == shown
    assert text.count("--> a.conf:") == 2
    assert "message 0" in text
    assert "message 1" in text


def test_a_line_of_millions_of_signs_that_do_not_print() -> None:
    """It is not written out as a whole to show a piece of it: that took 110 bytes of memory a character."""
    short, long = ("\0" * before + "A\x1b\0" + "\t" * before for before in (40, 200_000))
    shown = []
    for text in (short, long):
        start = text.index("A")
        place = Place("a.conf", 1, start + 1, 1, start + 2)
        shown.append(list(excerpt(Source("a.conf", text), [MarkedPlace(place, main=True)], 1, 60, False)))
    assert [[line.index("^") - 1 for line in lines if "^" in line] for lines in shown] == [
        [lines[1].index("A") - 1] for lines in shown
    ]
    assert "A\\x1b\\x00" in shown[0][1]
    assert "A\ufffd\ufffd" in shown[1][1]
