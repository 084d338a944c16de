"""How hunks may be placed."""

from __future__ import annotations

from hpatch.patch.place.resolvers.model import NextRelease
from hpatch.records import NamedTuple


class PlaceOptions(NamedTuple):
    """How hunks may be placed.

    `fuzz`: how many context lines at a hunk's ends may differ, as GNU patch counts them; `ignore_whitespace`: runs of
    blanks are equal, and blanks at a line's end are nothing; `release`: the tree's next release, for files that count;
    `claim`: take the next number of a tree under development, too; `accept_place`: take the only place of a hunk
    though its heading names another function; `words`: merge by words within
    lines that the tree has changed, too.
    """

    fuzz: int = 0
    ignore_whitespace: bool = False
    release: NextRelease | None = None
    claim: bool = False
    accept_place: bool = False
    words: bool = False


DEFAULTS = PlaceOptions()
