"""The file that hunks go in, and where their lines are in it."""

from __future__ import annotations

from bisect import bisect
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from hpatch.patch.diff.lines import Text
from hpatch.patch.diff.model import Hunk
from hpatch.patch.place.heading import Headings
from hpatch.patch.place.merge import Merger, start_of
from hpatch.patch.place.options import PlaceOptions
from hpatch.patch.place.sought import Sought, sought, squeezed
from hpatch.patch.place.units import Units


@dataclass(frozen=True, kw_only=True, eq=False)
class TargetFile:
    """The file that hunks go in; nothing here changes while they are placed.

    `path` is the file's path, `lines` are its lines; `hunks` are all those of its patch; `ancestor` is the file as it
    was before the revision, None where that is not known or where `original` says that the file still is so; `content`
    is the file in one piece, where that is at hand. Lines are counted from 0.
    """

    path: str
    lines: Sequence[bytes]
    hunks: Sequence[Hunk]
    options: PlaceOptions
    ancestor: Text | None
    original: bool
    content: bytes | None = None

    @cached_property
    def text(self) -> Text:
        """The lines, to look for others in."""
        return Text(self.lines, self.content)

    @cached_property
    def headings(self) -> Headings:
        """The lines that headings of hunks can name."""
        return Headings(self.path, self.lines)

    @cached_property
    def ancestor_headings(self) -> Headings | None:
        """Those of the file as it was before the revision; None where that is not known."""
        return None if self.ancestor is None else Headings(self.path, self.ancestor.lines)

    @cached_property
    def units(self) -> Units:
        """The units within its functions."""
        return Units(self.path, self.lines)

    @cached_property
    def ancestor_units(self) -> Units | None:
        """Those of the file as it was before the revision; None where that is not known."""
        return None if self.ancestor is None else Units(self.path, self.ancestor.lines)

    def begins(self, line: bytes) -> bool:
        """Whether a function or a unit can begin in a line."""
        return bool(self.units.brings([line])) or self.headings.begins(line)

    @cached_property
    def squeezed(self) -> Text:
        """The lines, to look for others in with white space aside."""
        return Text(squeezed(self.lines))

    @cached_property
    def bare(self) -> dict[bytes, list[int]]:
        """For each line, with one blank for any white space and none at its ends, the places that have it."""
        numbers: dict[bytes, list[int]] = {}
        for number, line in enumerate(self.lines):
            numbers.setdefault(b" ".join(line.split()), []).append(number)
        return numbers

    @cached_property
    def merger(self) -> Merger | None:
        """Merges hunks by the ancestor; None without one."""
        return None if self.ancestor is None else Merger(self.ancestor.lines, self.lines)

    def find(self, wanted: Sought, *, ignore_whitespace: bool = False) -> list[int]:
        """All lines at which a hunk's side can begin."""
        found = self.squeezed.find(squeezed(wanted.lines)) if ignore_whitespace else self.text.find(wanted.lines)
        return [at - wanted.skipped for at in found if wanted.allows(at - wanted.skipped, len(self.lines))]

    @cached_property
    def places(self) -> list[list[int]]:
        """For each hunk all lines at which the very lines that it expects begin.

        In the file that the diff was made for, a hunk's own line is the only one.
        """
        return [self._places(hunk) for hunk in self.hunks]

    def _places(self, hunk: Hunk) -> list[int]:
        own, wanted = start_of(hunk), sought(hunk, "-")
        there = self.text.fits(wanted.lines, own) and wanted.allows(own, len(self.lines))
        if there and self.original:
            return [own]  # no other would be chosen, so none is looked for
        found = self.find(wanted)
        return sorted({own, *found}) if there else found  # one so far down may be past those that are looked for

    @cached_property
    def _certain(self) -> list[int]:
        """The hunks that have one place only."""
        return [index for index, places in enumerate(self.places) if len(places) == 1]

    def limit(self, index: int, start: int) -> int:
        """The line at or above which a hunk must end: that of the next hunk which has one place only.

        A place above `start` is out of order and limits nothing.
        """
        below = (self.places[hunk][0] for hunk in self._certain[bisect(self._certain, index) :])
        return next((place for place in below if place >= start), len(self.lines))

    def offset_below(self, index: int) -> int:
        """The offset of the next hunk that has one place only; 0 where there is none."""
        return self.below(index) or 0

    def below(self, index: int) -> int | None:
        """The offset of the next hunk that has one place only; None where there is none."""
        below = bisect(self._certain, index)
        if below == len(self._certain):
            return None
        hunk = self._certain[below]
        return self.places[hunk][0] - start_of(self.hunks[hunk])
