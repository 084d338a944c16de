"""Things with a path, found by the text with which the path begins."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from operator import itemgetter
from typing import Generic, TypeVar

from hpatch.lint.rules._shared.passes import paths_above

_Item = TypeVar("_Item")


class Prefixes(Generic[_Item]):
    """Items in an order, each with a path."""

    __slots__ = ("_items", "_paths")

    def __init__(self, items: Iterable[tuple[str, _Item]]) -> None:
        numbered = sorted(enumerate(items), key=lambda pair: pair[1][0])
        self._paths = [path for _, (path, _) in numbered]
        self._items = [(number, item) for number, (_, item) in numbered]

    def starting(self, text: str) -> list[tuple[int, _Item]]:
        """The items whose path begins with a text, each with its number, in no order of use."""
        first = bisect_left(self._paths, text)
        last = first
        while last < len(self._paths) and self._paths[last].startswith(text):
            last += 1
        return self._items[first:last]

    def around(self, path: str) -> list[tuple[int, _Item]]:
        """The items whose path begins with a path, or lies above it; in their order, each with its number."""
        found = self.starting(path)
        for above in dict.fromkeys(paths_above(path)):
            first = bisect_left(self._paths, above)
            if above != path:
                found += self._items[first : bisect_right(self._paths, above, first)]
        return sorted(found, key=itemgetter(0))

    def __len__(self) -> int:
        return len(self._items)
