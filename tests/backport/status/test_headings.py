"""Headings that are not read as such."""

from __future__ import annotations

import pytest

from hpatch.backport.status import headings
from tests.support.backport.status_text import TEXT, read

PROPOSED = "PATCHES PROPOSED TO BACKPORT FROM TRUNK"


@pytest.mark.parametrize(
    "text",
    [
        "PATCHES PROPOSD TO BACKPORT FROM TRUNK:",
        "PATHCES PROPOSED TO BACKPORT FROM TRUNK:",
        "Patches proposed to backport from trunk:",
        "  PATCHES PROPOSED TO BACKPORT FROM TRUNK",
        "PATCHES. PROPOSED TO BACKPORT FROM TRUNK2:\r",
    ],
)
def test_a_misspelt_heading(text: str) -> None:
    found = headings.misspelt(read(TEXT.replace(f"{PROPOSED}:", text)))
    assert found == (27, text.strip().removesuffix(":"), PROPOSED)


@pytest.mark.parametrize(
    ("text", "meant"), [("Release showstoppers", "RELEASE SHOWSTOPPERS"), ("OTHER PROPOSAL:", "OTHER PROPOSALS")]
)
def test_one_without_a_proposal(text: str, meant: str) -> None:
    found = headings.misspelt(read(f"{TEXT}\n{text}\n"))
    assert found is not None
    assert (found.line, found.meant) == (TEXT.count("\n") + 2, meant)


@pytest.mark.parametrize(
    "line",
    [
        "",
        "PATCHES PROPOSED FOR LATER",
        "Release history:",
        "BUGS TO LOOK AT:",
        "  *) other proposals",
        "Trunk:",
        "     to the proposal.",
    ],
)
def test_what_is_no_misspelt_heading(line: str) -> None:
    assert headings.misspelt(read(f"{TEXT}\n{line}\n")) is None


def test_a_section_that_has_proposals_and_is_none_for_patches() -> None:
    assert headings.unread(read()) is None
    assert headings.unread(read(TEXT.replace(PROPOSED, "NEW THINGS"))) == (27, "NEW THINGS", 2)
    assert headings.unread(read(TEXT.replace("PATCHES/ISSUES THAT ARE STALLED", "NEW THINGS"))) is None
