"""Headings of STATUS that are not read as such: a proposal below one would be lost, or counted in another section."""

from __future__ import annotations

import difflib
import re

from hpatch.backport.status.model import StatusFile
from hpatch.backport.status.words import flat
from hpatch.records import NamedTuple

HEADINGS = (
    "CURRENT RELEASE NOTES",
    "RELEASE SHOWSTOPPERS",
    "PATCHES ACCEPTED TO BACKPORT FROM TRUNK",
    "PATCHES PROPOSED TO BACKPORT FROM TRUNK",
    "PATCHES/ISSUES THAT ARE BEING WORKED",
    "PATCHES/ISSUES THAT ARE STALLED",
    "OTHER PROPOSALS",
)
"""As httpd's STATUS has them."""

_LIKE = 0.85
"""How alike a line and a heading must be. In httpd's own texts, no other line comes to 0.8."""
_LINE = re.compile(r"^[ \t]{0,3}([A-Za-z][^\n]{8,58}?):?[ \t\r]*$", re.MULTILINE)


class MisspeltHeading(NamedTuple):
    """A line that looks like the heading `meant`, and is not read as one. `line` counts from 1."""

    line: int
    text: str
    meant: str


class LostProposals(NamedTuple):
    """A section that is not one for patches, though proposals stand there. `line` is its heading's, from 1."""

    line: int
    title: str
    proposals: int


def misspelt(status: StatusFile) -> MisspeltHeading | None:
    """The first line that looks like a heading and is not read as one of these."""
    sections = {section.heading.start: section for section in status.sections}
    for found in _LINE.finditer(status.source.text):
        text = flat(found[1])
        section = sections.get(found.start())
        if section is not None and (section.kind != "notes" or any(one in text for one in HEADINGS)):
            continue
        meant = difflib.get_close_matches(text.upper(), HEADINGS, n=1, cutoff=_LIKE)
        if meant:
            return MisspeltHeading(status.source.position(found.start(1))[0], text, meant[0])
    return None


def unread(status: StatusFile) -> LostProposals | None:
    """The first section that has proposals and is not one for patches."""
    for section in status.sections:
        if section.unread:
            line = status.source.position(section.heading.start)[0]
            return LostProposals(line, section.title, len(section.unread))
    return None
