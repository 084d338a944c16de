"""Other places that are like a hunk's: they have most of the lines that it expects, so one of them may be its own.

Perhaps the tree has changed the lines that the hunk is for, and others are equal to what they were.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from hpatch.patch.diff.align import align
from hpatch.patch.place.target import TargetFile

_AROUND = 3
"""Lines around a place in which the lines are looked for, too."""
_COMMON = 200
"""A line that a file has more often does not find a place."""
_MOST = 1000
"""Lines of a hunk that find places."""
_WORD = re.compile(rb"\w")


class Twins:
    """Places that have most of some lines of a hunk, in their order, white space aside, and one of those that it `adds`
    if it adds some with words. The hunk went to `place`; lines are counted from 0.
    """

    def __init__(self, target: TargetFile, lines: Sequence[bytes], place: range, adds: Sequence[bytes] = ()) -> None:
        self.adds = {line for line in bare(adds) if _worded(line)}
        self.target = target
        self.place = place
        self.lines = [line for line in bare(lines) if line]
        self.worded = sum(map(_worded, self.lines))

    def like(self, place: int, *, lacks: int | None = None) -> bool:
        """Whether a place has most of the lines, brackets included, and half of those with words; or whether it `lacks`
        no more of those with words.
        """
        start = max(place - _AROUND, 0)
        around = self.target.lines[start : place + len(self.place) + _AROUND]
        others = [line for at, line in enumerate(bare(around), start) if line and at not in self.place]
        if self.adds and self.adds.isdisjoint(others):
            return False
        least = self.worded - lacks if lacks is not None else max((self.worded + 1) // 2, 1)
        worded = [[*filter(_worded, lines)] for lines in (self.lines, others)]
        if (Counter(worded[0]) & Counter(worded[1])).total() < least or _common(*worded) < least:
            return False
        common = 2 * _common(self.lines, others)
        return lacks is not None or common > max(len(self.lines), 3) or common == len(self.lines) == 4

    def find(self, own: int) -> Iterator[int]:
        """Other such places, by the first line of each that the hunk has, too.

        One nearer to line `own` than the hunk's place must have most of the lines, any other all with words but one,
        and three at least.
        """
        numbers = self.target.bare
        few = (numbers.get(line, ()) for line in {*self.lines[:_MOST]} if _worded(line))
        places = sorted({at for found in few if len(found) <= _COMMON for at in found if at not in self.place})
        reach = len(self.place) + _AROUND
        past = 0
        for number, place in enumerate(places):
            nearer = abs(place - own) < abs(self.place.start - own)
            least = max((self.worded + 1) // 2, 1) if nearer else max(self.worded - 1, 3)
            last = number + least - 1
            if place < past or last >= len(places) or places[last] > place + reach:
                continue
            if self.like(place, lacks=None if nearer else self.worded - least):
                past = place + len(self.place)
                yield place


def bare(lines: Sequence[bytes]) -> list[bytes]:
    """Lines without their white space at both ends, and with one blank for any other."""
    return [b" ".join(line.split()) for line in lines]


def _common(one: Sequence[bytes], other: Sequence[bytes]) -> int:
    return sum(at >= 0 for at in align(one, other))


def _worded(line: bytes) -> bool:
    return _WORD.search(line) is not None
