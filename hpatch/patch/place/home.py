"""Where a hunk's first change belongs: the function and the unit, by the file before the revision or by the diff alone.

Where the file before the revision is known, it tells both. Else a heading tells the function: one that the hunk shows
above the change, or the hunk's own; and the hunk tells the unit, if it shows where that begins.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cached_property

from hpatch.patch.diff.model import Elsewhere, Hunk
from hpatch.patch.place.merge import changes, start_of
from hpatch.patch.place.target import TargetFile
from hpatch.patch.place.units import UnitKind, Units, column

_BELOW = 20
"""Lines of a hunk from its first change on that are looked at for how far it is indented."""


class Home:
    """The home of a hunk of `target`; `known` says that the file before the revision has it. Lines are from 0."""

    def __init__(self, target: TargetFile, hunk: Hunk, *, known: bool) -> None:
        self.target = target
        self.hunk = hunk
        self.before = target.ancestor_headings if known else None
        self.units_before = target.ancestor_units if known else None

    @cached_property
    def first(self) -> int:
        """The line of the hunk's first change, before the revision."""
        return next((change.start for change in changes(self.hunk)), start_of(self.hunk))

    @cached_property
    def above(self) -> int:
        """How many lines of the hunk are above its first change."""
        return self.first - start_of(self.hunk)

    @cached_property
    def own(self) -> tuple[bytes, ...]:
        """The hunk's lines without those below its first change from where the next function or unit begins."""
        old, target = self.hunk.old, self.target
        last = min(self.above + _BELOW, len(old))
        ends = (at for at in range(self.above, last) if target.begins(old[at]))
        return old[: next(ends, len(old))]

    @cached_property
    def inside(self) -> tuple[bytes, ...]:
        """Those of them that are in the unit of the first change for certain."""
        last = min(self.above + _BELOW, len(self.own))
        return self.own[: next((at for at in range(self.above, last) if self._ended(at)), len(self.own))]

    def _ended(self, at: int) -> bool:
        """Whether the unit of the first change may have ended above line `at` of the hunk."""
        depth, first = column(self.own[at]), next(filter(None, map(column, self.own[self.above :])), 0)
        if depth is not None and depth < first:
            return True
        if self.units_before is None:
            return False
        around = self.units_before.around(self.first - self.above + at)
        return any(texts.isdisjoint(around.get(kind, ())) for kind, texts in self._mine.items())

    @cached_property
    def shown(self) -> bytes:
        """The heading that the hunk shows above its first change."""
        return self.target.headings.shown(self.hunk)

    def function_against(self, at: int, change: int) -> Elsewhere | None:
        """What the function has against a hunk at line `at` whose first change is at line `change`."""
        headings = self.target.headings
        if self.before is not None:
            return headings.elsewhere(self.before.around(self.first), change)
        return headings.elsewhere(self.shown, change) if self.shown else headings.elsewhere(self.hunk.section, at)

    def unit_against(self, change: int, sure: Callable[[], bool] = lambda: False) -> str:
        """Why line `change` is in another unit of its function than before, such as another `case`; empty if not.

        Something is wrong only if the tree has that unit, too, or if the one of the line was another one before, unless
        it is `sure` that the hunk's lines are one of a kind.
        """
        units, before = self.target.units, self.units_before
        for kind, texts, here in self._other_units(change):
            there = [
                line
                for text in texts
                for line in units.begins(kind, text)
                if line != change and self._together(kind, line + 1, change)
            ]
            # Conditions are often worded in another way on another branch.
            another = before is not None and kind != "branch" and any(before.begins(kind, text) for text in here)
            if there or (another and not sure()):
                name, other = (min(each).decode("utf-8", "replace") for each in (texts, here))
                where = f"begins at line {min(there) + 1}" if there else "the file does not have"
                return f"its lines are under '{other}', and were under '{name}', which {where}"
        return ""

    def unit_renamed(self, change: int) -> Elsewhere | None:
        """The unit before the revision, where line `change` is in one of another name, and nothing is against that."""
        if self.units_before is None:
            return None
        found = ((min(texts), min(here)) for _, texts, here in self._other_units(change))
        return next((Elsewhere(heading=name, lines=(), found=other) for name, other in found), None)

    def _other_units(self, change: int) -> Iterator[tuple[UnitKind, frozenset[bytes], frozenset[bytes]]]:
        """The units around line `change` that are others than those before, and those before, kind by kind."""
        units = self.target.units
        edge = [line for sign, line in self.hunk.lines if sign != " "]
        for kind, here in units.around(change, self._depth).items() if self._mine else ():
            texts = self._mine.get(kind, here)
            if texts.isdisjoint(here) and kind not in units.brings(edge):
                yield kind, texts, here

    @cached_property
    def _mine(self) -> dict[UnitKind, frozenset[bytes]]:
        """The units that the first change was in."""
        if self.units_before is not None:
            return self.units_before.around(self.first, self._depth)
        return Units(self.target.path, self.hunk.old[: self.above + _BELOW]).around(self.above, self._depth)

    @cached_property
    def _depth(self) -> int:
        """The column of the first change, if it only adds lines; 0 if it takes some away."""
        change = next(iter(changes(self.hunk)), None)
        lines = change.new if change is not None and change.start == change.end else ()
        return next(filter(None, map(column, lines)), 0)

    def _together(self, kind: UnitKind, one: int, other: int) -> bool:
        """Whether two lines are in the same function, for units that functions have."""
        headings = self.target.headings
        return kind not in ("case", "branch") or headings.around(one) == headings.around(other)

    def agrees(self, at: int) -> bool:
        """Whether nothing is against all lines that the hunk expects being at line `at`."""
        return self.function_against(at, at + self.above) is None and not self.unit_against(at + self.above)
