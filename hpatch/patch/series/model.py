"""A patch of a series: plain data."""

from __future__ import annotations

from hpatch.records import NamedTuple


class SeriesPatch(NamedTuple):
    """A patch as a series brings it.

    `name` is the one that the series gives it (`debian/fix.patch`), `text` its whole text, mail headers and description
    included; `strip` is the number of leading folders of its paths that are none of the tree's. `origin` is the SHA-256
    of its file, where that has this text alone.
    """

    name: str
    text: bytes
    strip: int = 1
    origin: str = ""
