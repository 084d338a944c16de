"""The lookup of the existing worker that serves a URL (`ap_proxy_get_worker_ex`)."""

from __future__ import annotations

import re
from bisect import insort
from typing import Literal

from hpatch.proxy.model import Worker

Among = Literal["prefix", "match", "all"]

_REFERENCES = r"(?:\$[0-9])+"
_FEW = 8
"""So many names are compared one by one faster than they are found by their lengths."""


def origin(url: str) -> int:
    """The length of a URL's `scheme://host:port`."""
    slash = url.find("/", url.find("://") + 3)
    return slash if slash >= 0 else len(url)


class Pattern:
    """The name of a worker that ProxyPassMatch defined: `$1` matches anything (`ap_proxy_strcmp_ematch`)."""

    __slots__ = ("order", "parts", "worker")

    def __init__(self, worker: Worker, order: int) -> None:
        self.worker = worker
        self.order = order
        self.parts = [re.sub(r"\\(.)", r"\1", part, flags=re.S) for part in re.split(_REFERENCES, worker.name)]

    def covers(self, url: str) -> bool:
        """Whether a URL begins as the pattern says. The first part has been compared already."""
        at = len(self.parts[0])
        for part in self.parts[1:]:
            at = url.find(part, at)
            if at < 0:
                return False
            at += len(part)
        return True


class Lookup:
    """The workers of one server or balancer: the longest name that a URL begins with wins, then the first made.

    A name counts only when it covers the URL's scheme, host and port entirely (but see `Worker.any_host`). Names are
    kept by their text, and where there are many, their lengths by origin, so that a lookup costs as many steps as there
    are lengths, not workers.
    """

    __slots__ = ("_count", "_lengths", "_names", "_patterns")

    def __init__(self) -> None:
        self._count = 0
        self._names: dict[str, tuple[Worker, int]] = {}
        self._lengths: dict[str, list[int]] | None = None
        self._patterns: _Patterns | None = None

    def add(self, worker: Worker) -> None:
        """Add a worker, after all that were made before it."""
        self._count += 1
        if worker.matching:
            if self._patterns is None:
                self._patterns = _Patterns()
            self._patterns.add(Pattern(worker, self._count))
            return
        name = worker.name
        if name in self._names:
            return
        self._names[name] = (worker, self._count)
        if self._lengths is not None:
            _note(self._lengths, name)
        elif len(self._names) > _FEW:
            self._lengths = {}
            for each in self._names:
                _note(self._lengths, each)

    def find(self, url: str, start: int, among: Among = "all", more: bool = False) -> Worker | None:
        """The worker for a URL whose origin is `url[:start]`, in lower case.

        A pattern longer than the URL does not count, unless `more` tells that more of the URL is to come.
        """
        best: Worker | None = None
        size, order = -1, 0
        if among == "match":
            pass
        elif self._lengths is None:
            for name, (worker, number) in self._names.items():
                length = len(name)
                if length > size and length >= start and url.startswith(name):
                    best, size, order = worker, length, number
        else:
            for length in reversed(self._lengths.get(url[:start], ())):
                found = self._names.get(url[:length]) if length <= len(url) else None
                if found is not None:
                    (best, order), size = found, length
                    break
        if among == "prefix" or self._patterns is None:
            return best
        return self._patterns.better(url, start, best, size, order, more=more)


def _note(lengths: dict[str, list[int]], name: str) -> None:
    """Note the length of a name among those with its origin."""
    here = lengths.setdefault(name[: origin(name)], [])
    if len(name) not in here:
        insort(here, len(name))


class _Patterns:
    """The patterns of a `Lookup` by their first parts, and the lengths of these."""

    __slots__ = ("_by_first", "_lengths")

    def __init__(self) -> None:
        self._by_first: dict[str, list[Pattern]] = {}
        self._lengths: list[int] = []

    def add(self, pattern: Pattern) -> None:
        """Add a pattern, after all others."""
        first = pattern.parts[0]
        self._by_first.setdefault(first, []).append(pattern)
        if len(first) not in self._lengths:
            insort(self._lengths, len(first))

    def better(self, url: str, start: int, best: Worker | None, size: int, order: int, *, more: bool) -> Worker | None:
        """The worker whose pattern is longer than the best name, or as long and made before it; or else `best`."""
        for literal in reversed(self._lengths):
            for pattern in self._by_first.get(url[:literal], ()) if literal <= len(url) else ():
                length = len(pattern.worker.name)
                if (
                    (length >= start or pattern.worker.any_host)
                    and (length <= len(url) or more)
                    and (length > size or (length == size and pattern.order < order))
                    and pattern.covers(url)
                ):
                    best, size, order = pattern.worker, length, pattern.order
        return best
