"""Things for paths, found by the first segment of a path."""

from __future__ import annotations

import re
from typing import Generic, TypeVar

_Item = TypeVar("_Item")
_SEGMENT = r"\^(/[\w~%@-]+)/(?![?*{])[^|]*\Z"


class ByStart(Generic[_Item]):
    """Items in an order; each is for the paths that begin with a segment, or for any path."""

    __slots__ = ("_any", "_by", "_count")

    def __init__(self) -> None:
        self._count = 0
        self._any: list[tuple[int, _Item]] = []
        self._by: dict[str, list[tuple[int, _Item]]] = {}

    def __len__(self) -> int:
        return self._count

    def add(self, path: str | None, item: _Item) -> None:
        """Add an item at the end, for a path and those below it; None: for any path."""
        start = "" if path is None else _start(path)
        (self._by.setdefault(start, []) if start else self._any).append((self._count, item))
        self._count += 1

    def find(self, path: str) -> list[_Item]:
        """The items that may be for a path, in their order."""
        own = self._by.get(_start(path))
        if not own:
            return [item for _, item in self._any]
        return [item for _, item in sorted([*self._any, *own], key=lambda pair: pair[0])]


def _start(path: str) -> str:
    """The first segment of a path; "" for one that has none, or does not begin with a slash."""
    return path.lstrip("/").partition("/")[0] if path.startswith("/") else ""


def start_of(pattern: str) -> str | None:
    """The first segment of all paths that a regular expression matches; None if it does not tell."""
    found = re.match(_SEGMENT, pattern)
    return None if found is None else found[1]
