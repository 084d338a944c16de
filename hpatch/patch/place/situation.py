"""What a strategy sees of a hunk, and what it answers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

from hpatch.patch.diff.lines import LineEdit, Text
from hpatch.patch.diff.model import Hunk, Outcome
from hpatch.patch.place.home import Home
from hpatch.patch.place.merge import Merged, start_of
from hpatch.patch.place.resolvers.model import Resolved
from hpatch.patch.place.sought import sought
from hpatch.patch.place.target import TargetFile
from hpatch.records import NamedTuple


class Settled(NamedTuple):
    """What becomes of a hunk, and the edits that this takes.

    `end` is the first line that the next hunk may have (from 0), None where this hunk tells nothing of that.
    """

    outcome: Outcome
    edits: tuple[LineEdit, ...] = ()
    end: int | None = None


@dataclass(frozen=True, kw_only=True, eq=False)
class Situation:
    """A hunk to place: everything that a strategy may go by, and all of it read-only.

    `index` is the hunk's in `target.hunks`; `start` is the first line below the hunks above it; `offset` is that of the
    last of them, None where it failed; `meant` is what the file's resolver makes of the hunk, None for nothing. Lines
    are counted from 0.
    """

    target: TargetFile
    index: int
    start: int
    offset: int | None
    meant: Resolved | None

    @cached_property
    def hunk(self) -> Hunk:
        """The hunk."""
        return self.target.hunks[self.index]

    @cached_property
    def old(self) -> tuple[bytes, ...]:
        """The lines that it expects."""
        return self.hunk.old

    @cached_property
    def own(self) -> int:
        """The line at which it was before the revision."""
        return start_of(self.hunk)

    def between(self, places: Iterable[int], length: int) -> list[int]:
        """Those places at which `length` lines lie between the neighbours: the hunks above and the next certain one."""
        return [at for at in places if at >= self.start and at + length <= self._limit]

    @cached_property
    def _limit(self) -> int:
        return self.target.limit(self.index, self.start)

    @cached_property
    def fits(self) -> list[int]:
        """Where the very lines that it expects begin, between its neighbours."""
        return self.between(self.target.places[self.index], len(self.old))

    @cached_property
    def done(self) -> list[int]:
        """Where the very lines that it leaves begin, anywhere."""
        return self.target.find(sought(self.hunk, "+"))

    @cached_property
    def best(self) -> int | None:
        """The line for the hunk that is better than all others, if there is one.

        The only place now is not enough where the file before the revision is known and had the lines at several:
        perhaps the tree has changed the right one. Without that file, of several places the one is better that both
        neighbours tell: the hunk above and the next certain one below have the same offset, and so has the place. A
        hunk without a neighbour goes where its heading, or what it shows of its unit, leaves one place.
        """
        if not self.old:
            return self._by_number()
        ancestor, fits = self.target.ancestor, self.fits
        if ancestor is not None:
            at = fits[0] if len(fits) == 1 and self._is_sure(ancestor, self.old) else self._counterpart
            return at if at in fits else None
        at = self._among(fits) if len(fits) > 1 else next(iter(fits), None)
        return at if at in fits else None

    def _among(self, fits: Sequence[int]) -> int | None:
        """Which of several places is the hunk's by the diff alone."""
        if self.alone:
            left = [at for at in fits if self.home.agrees(at)]
            return left[0] if len(left) == 1 else None
        return None if self.offset != self.target.offset_below(self.index) else self.own + self.offset

    @cached_property
    def alone(self) -> bool:
        """Whether no other hunk of the file can tell where this one is."""
        return len(self.target.hunks) == 1

    @cached_property
    def home(self) -> Home:
        """The function and the unit that the hunk is for."""
        return Home(self.target, self.hunk, known=self.known)

    @property
    def known(self) -> bool:
        """Whether the file before the revision is known, and the hunk is one of it."""
        return self.target.merger is not None and self.target.merger.knows(self.hunk)

    @property
    def sure(self) -> bool:
        """Whether the file before the revision had the hunk's lines at one place, as the tree has, and so it is with
        those of them that are in the function and the unit of its first change.
        """
        ancestor, inside = self.target.ancestor, self.home.inside
        if ancestor is None or len(self.fits) != 1 or not self._is_sure(ancestor, self.old):
            return False
        return inside == self.old or (len(self.target.text.find(inside)) == 1 and self._is_sure(ancestor, inside))

    @property
    def _counterpart(self) -> int | None:
        """Where the hunk's lines of the file before the revision are now, if that is certain."""
        return None if self.target.merger is None else self.target.merger.counterpart(self.hunk)

    def _by_number(self) -> int | None:
        """Lines to add without a line around them: only in the file that the diff was made for is a number enough."""
        count = len(self.target.lines)
        if not count or (self.target.original and self.start <= self.own <= count):
            return min(self.own, count)
        return None

    def _is_sure(self, ancestor: Text, lines: Sequence[bytes]) -> bool:
        """Whether lines of the hunk were at one place before, as now, and one of them by itself was; or at none."""
        places = ancestor.find(lines)
        if len(places) != 1:
            return not places
        telling = sorted(set(lines), key=len, reverse=True)
        return any(len(ancestor.find((line,))) == len(self.target.text.find((line,))) == 1 for line in telling)

    @cached_property
    def merged(self) -> Merged:
        """What merging the hunk three-way comes to."""
        if self.target.merger is None:
            return Merged(conflict="its lines are not there")
        merged = self.target.merger.merge(self.hunk)
        if merged.edits and merged.edits[0].start < self.start:
            return Merged(conflict="its place is before that of the hunk above it")
        return merged


class Strategy(Protocol):
    """One way to place a hunk."""

    def __call__(self, situation: Situation) -> Settled | None:
        """What becomes of the hunk, with the reason; None leaves it to the strategies that come after this one."""
