"""Sets on many versions as text, as Markdown and as JSON."""

from __future__ import annotations

import pytest

from hpatch.lab.across.across import Across
from hpatch.lab.across.model import AcrossCell, TreeVersion
from hpatch.report.common.renderer import TICKET_FORMS
from hpatch.report.prove.across import AcrossReport
from tests.support.report.schema import valid
from tests.support.report.shown import shown

CELLS = (
    AcrossCell("2.4.9", set="one", verdict="proved", reason="its fault is cured", when="2026-01-01T00:00:00+00:00"),
    AcrossCell("2.4.9", set="two", verdict="not-applying", reason="hunk 1 \x1b[31m of <x>|y: \udcff"),
    AcrossCell("2.4.10", set="one", verdict="there", reason="the code shows it", kept=True),
    AcrossCell("2.4.62", set="one", verdict="worse", reason="httpd starts", seconds=12.5),
    AcrossCell("2.4.62", set="two", verdict="error", reason="no compiler"),
)


def table(*cells: AcrossCell) -> Across:
    rows = tuple(dict.fromkeys(cell.row for cell in cells))
    return Across(
        rows,
        versions=tuple(TreeVersion(row, "a" * 40) for row in rows),
        sets=("one", "two"),
        cells={(cell.row, cell.set): cell for cell in cells},
    )


REPORT = AcrossReport(table=table(*CELLS), how="httpd with the MPM event", state="/state")


def test_one_row_a_version_and_one_column_a_set() -> None:
    assert shown(REPORT).splitlines() == [
        "2 sets on 3 versions: httpd with the MPM event",
        "",
        "httpd   one            two",
        "2.4.9   proved         does not apply",
        "2.4.10  there already  to do",
        "2.4.62  WORSE          error",
        "",
        r"2.4.9, two: does not apply: hunk 1 \x1b[31m of <x>|y: \xff",
        "2.4.62, one: WORSE: httpd starts",
        "2.4.62, two: error: no compiler",
        "6 cells: 1 proved, 1 there already, 1 does not apply, 1 worse, 1 error, 1 to do "
        "(1 of them done before, in /state)",
    ]


def test_markdown_has_the_same_table() -> None:
    lines = shown(REPORT, "markdown", forms=TICKET_FORMS).splitlines()
    assert "| 2.4.9 | proved | does not apply |" in lines
    assert "\x1b" not in "".join(lines)
    assert any("\\<x>\\|y" in line for line in lines)


@pytest.mark.parametrize("width", [60, 120])
def test_no_line_is_wider_than_the_terminal(width: int) -> None:
    assert max(map(len, shown(REPORT, width=width).splitlines())) <= width


def test_json_is_valid_by_its_schema() -> None:
    answer = valid("across-1", shown(REPORT, "json"))
    assert (answer["ok"], answer["undecided"], answer["complete"]) == (False, False, False)
    assert answer["rows"][0]["cells"][0]["verdict"] == "proved"
    assert answer["rows"][1]["cells"][1] == {
        "set": "two",
        "verdict": None,
        "reason": "",
        "seconds": 0.0,
        "when": "",
        "kept": False,
    }
    whole = AcrossReport(table=table(CELLS[0], CELLS[0]._replace(set="two")), how="how", state="/state")
    assert valid("across-1", shown(whole, "json"))["ok"]
