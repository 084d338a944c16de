"""Proposals in the forms of STATUS."""

from __future__ import annotations

import pytest

from hpatch.backport.status.read import read_entry
from hpatch.backport.status.style import MARK, EntryContent, Style, Way, entry, wrapped

URLS = ("https://svn.apache.org/r1900001", "https://svn.apache.org/r1900002")
MERGE = "svn merge -c 1900001,1900002 ^/httpd/httpd/trunk ."
PLACE = "https://example.org/a.patch"
PULL = "https://github.com/apache/httpd/pull/9"
DIFF = "https://patch-diff.githubusercontent.com/raw/apache/httpd/pull/9"


def content(
    way: Way = "works", *, title: str = "mod_a: Do it.", place: str = PLACE, voter: str | None = None
) -> EntryContent:
    return EntryContent(
        title=title,
        trunk=URLS,
        branch="2.4.x",
        way=way,
        modulo=("CHANGES", "docs"),
        merge=MERGE,
        place=place,
        voter=voter,
    )


TRUNK_2023 = f"     Trunk version of patch:\n        {URLS[0]}\n        {URLS[1]}\n"
BRANCH_2023 = "     Backport version for 2.4.x of patch:\n"
TRUNK = f"     trunk patch: {URLS[0]}\n                  {URLS[1]}\n"


@pytest.mark.parametrize(
    ("style", "what", "expected"),
    [
        ("2023", content(), f"{TRUNK_2023}{BRANCH_2023}        Trunk version of patch works\n        {MERGE}\n"),
        (
            *("2023", content("modulo")),
            f"{TRUNK_2023}{BRANCH_2023}        Trunk version of patch works modulo CHANGES/docs\n        {MERGE}\n",
        ),
        ("2023", content("patch"), f"{TRUNK_2023}{BRANCH_2023}        {PLACE}\n"),
        ("2023", content("patch", place=PULL), f"{TRUNK_2023}{BRANCH_2023}        PR: {PULL}\n"),
        ("2024", content(), f"{TRUNK}     2.4.x patch: {MERGE}\n"),
        (
            *("2024", content("modulo")),
            f"{TRUNK}     2.4.x patch: trunk works (modulo CHANGES/docs)\n                  {MERGE}\n",
        ),
        ("2024", content(place=PULL), f"{TRUNK}     2.4.x patch: {MERGE}\n"),
        ("2024", content("patch"), f"{TRUNK}     2.4.x patch: {PLACE}\n"),
        ("2024", content("patch", place=PULL), f"{TRUNK}     2.4.x patch: {DIFF}.diff\n     PR: {PULL}\n"),
        ("2020", content(), f"{TRUNK}     2.4.x patch: {MERGE}\n"),
        (
            *("2020", content("modulo")),
            f"{TRUNK}     2.4.x patch: trunk works (modulo CHANGES/docs)\n                  {MERGE}\n",
        ),
        ("2020", content("patch", place=PULL), f"{TRUNK}     2.4.x patch: {PULL}\n"),
        ("2014", content(), f"{TRUNK}     2.4.x patch: trunk works\n"),
        ("2014", content("modulo"), f"{TRUNK}     2.4.x patch: trunk works (modulo CHANGES/docs)\n"),
        ("2014", content("patch"), f"{TRUNK}     2.4.x patch: {PLACE}\n"),
    ],
)
def test_the_forms(style: Style, what: EntryContent, expected: str) -> None:
    mark = "   * " if style == "2014" else "  *) "
    text = entry(what, style)
    assert text == f"{mark}mod_a: Do it.\n{expected}     +1:\n"
    assert entry(what._replace(voter="ann"), style) == f"{mark}mod_a: Do it.\n{expected}     +1: ann\n"
    again = read_entry(text)
    assert (again.title, again.trunk) == ("mod_a: Do it.", (1900001, 1900002))


@pytest.mark.parametrize("place", [PULL, f"{PULL}/", f"{PULL}.diff", f"{PULL}/files", f"{DIFF}.diff", f"{DIFF}.patch"])
def test_any_address_of_a_pull_request_gives_both_lines(place: str) -> None:
    text = entry(content("patch", place=place), "2024")
    assert f"     2.4.x patch: {DIFF}.diff\n     PR: {PULL}\n     +1:\n" in text
    branch = read_entry(text).branch
    assert (branch.patches, branch.pulls) == ((f"{DIFF}.diff",), (9,))


@pytest.mark.parametrize(
    "place", [f"{PULL}/commits/0a1b2c3.patch", "https://github.com/apache/httpd/commit/0a1b2c3.patch"]
)
def test_what_is_no_pull_request_stands_as_it_is(place: str) -> None:
    assert f"     2.4.x patch: {place}\n     +1:\n" in entry(content("patch", place=place), "2024")


@pytest.mark.parametrize("style", ["2014", "2020", "2023", "2024"])
def test_paths_that_do_not_merge_stand_apart(style: Style) -> None:
    text = entry(content("modulo")._replace(modulo=("CHANGES", "docs/a.xml", "MMN")), style)
    assert "works modulo CHANGES, docs/a.xml, MMN\n" in text or "works (modulo CHANGES, docs/a.xml, MMN)\n" in text
    assert read_entry(text).branch.modulo == "CHANGES, docs/a.xml, MMN"


def test_lines_are_wrapped_at_78_columns() -> None:
    whole = "x" * 72
    assert wrapped(f"{whole} y", MARK) == [f"  *) {whole}", "     y"]
    assert wrapped(f"{whole}z", MARK) == [f"  *) {whole}z"]
    assert wrapped(f"{'x' * 71} y", MARK) == [f"  *) {'x' * 71} y"]


def test_words_stay_whole() -> None:
    long = f"https://example.org/{'a' * 70}"
    assert wrapped(f"see {long}", MARK) == ["  *) see", f"     {long}"]
    assert wrapped(f"{'x' * 66} well-known", MARK) == [f"  *) {'x' * 66}", "     well-known"]
    assert wrapped(f"{'x' * 69} PR 4711", MARK) == [f"  *) {'x' * 69}", "     PR 4711"]


@pytest.mark.parametrize(
    "word",
    ["trunk: the tree", "+1 for all", "2.4.x patch: this", "* item", "*) item"],
)
def test_no_line_of_a_title_is_a_field(word: str) -> None:
    """Where a break would make a field of the title's end, the word before it goes along."""
    for count in range(60, 76):
        title = f"{'x' * (count - 10)} {'y' * 8} {word} and more"
        text = entry(content(title=title), "2024")
        again = read_entry(text)
        assert again.title == title
        assert title in " ".join(line.strip() for line in text.splitlines())
        assert (again.trunk, len(again.votes)) == ((1900001, 1900002), 0)
        assert all(len(line) <= 78 for line in text.splitlines())
