"""Patch sets, and what was fetched of them."""

from __future__ import annotations

import pytest

from hpatch.errors import InputError
from hpatch.patch.sets.load import load
from hpatch.patch.sources.fetch import Fetched, Unavailable
from hpatch.report.patch.sets import FetchReport, SetReport, SetsReport
from tests.support.report.schema import valid
from tests.support.report.shown import shown

CATALOG = load()
MEMSET = CATALOG.get("fcgi-memset").revisions[0]
FOUND = [
    Fetched(revision=MEMSET, size=900, kept=False, files=0, wanted=1),
    Unavailable(MEMSET, InputError("gone \x1b[31m")),
]
OWNERS = {MEMSET.name: "fcgi-memset"}


def test_sets_are_valid_by_their_schema() -> None:
    data = valid("sets-1", shown(SetsReport(CATALOG.sets), "json"))
    assert [one["id"] for one in data["sets"]] == [one.id for one in CATALOG.sets]


def test_what_was_fetched_is_valid_by_its_schema() -> None:
    data = valid("fetch-1", shown(FetchReport(FOUND, OWNERS), "json"))
    assert [one["state"] for one in data["revisions"]] == ["fetched", "missing"]


@pytest.mark.parametrize("width", [40, 80, 200])
def test_every_text_fits(width: int) -> None:
    texts = [shown(SetsReport(CATALOG.sets), width=width), shown(FetchReport(FOUND, OWNERS), width=width)]
    texts += [shown(SetReport(one, CATALOG), width=width) for one in CATALOG.sets]
    assert all(len(line) <= width for text in texts for line in text.splitlines())


@pytest.mark.parametrize("blank", ["\n\n", "\n \t\n\n"])
def test_notes_keep_their_paragraphs(blank: str) -> None:
    one = CATALOG.get("fcgi-memset")._replace(notes=f"\nThe first\nparagraph.{blank}The \x1b[31m  second.\n")
    text = shown(SetReport(one, CATALOG), width=80)
    assert text.endswith("\n\nThe first paragraph.\n\nThe \\x1b[31m second.\n")


def test_what_a_source_says_does_not_reach_the_terminal() -> None:
    text = shown(FetchReport(FOUND, OWNERS))
    assert "gone \\x1b[31m" in text
    assert "0 of 1 files as they were before" in text
