"""The lookup of the existing worker that serves a URL (`ap_proxy_get_worker_ex`)."""

from __future__ import annotations

import re
from bisect import insort
from typing import Literal

from hpatch.proxy.model import Worker

Among = Literal["prefix", "match", "all"]

_REFERENCES = r"(?:\$[0-9])+"


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
    kept by their text, and their lengths by origin, so that a lookup costs as many steps as there are lengths, not
    workers.
    """

    __slots__ = ("_count", "_lengths", "_literals", "_names", "_patterns")

    def __init__(self) -> None:
        self._count = 0
        self._names: dict[str, tuple[Worker, int]] = {}
        self._lengths: dict[str, list[int]] = {}
        self._patterns: dict[str, list[Pattern]] = {}
        self._literals: list[int] = []

    def add(self, worker: Worker) -> None:
        """Add a worker, after all that were made before it."""
        self._count += 1
        if worker.matching:
            pattern = Pattern(worker, self._count)
            same = self._patterns.setdefault(pattern.parts[0], [])
            same.append(pattern)
            if len(pattern.parts[0]) not in self._literals:
                insort(self._literals, len(pattern.parts[0]))
            return
        name = worker.name
        if name in self._names:
            return
        self._names[name] = (worker, self._count)
        start = name[: origin(name)]
        lengths = self._lengths.get(start)
        if lengths is None:
            self._lengths[start] = [len(name)]
        elif len(name) not in lengths:
            insort(lengths, len(name))

    def find(self, url: str, start: int, among: Among = "all", more: bool = False) -> Worker | None:
        """The worker for a URL whose origin is `url[:start]`, in lower case.

        A pattern longer than the URL does not count, unless `more` tells that more of the URL is to come.
        """
        if not self._count:
            return None
        best: Worker | None = None
        size, order = 0, 0
        if among != "match":
            for length in reversed(self._lengths.get(url[:start], ())):
                found = self._names.get(url[:length]) if length <= len(url) else None
                if found is not None:
                    (best, order), size = found, length
                    break
        if among != "prefix" and self._patterns:
            for literal in reversed(self._literals):
                for pattern in self._patterns.get(url[:literal], ()) if literal <= len(url) else ():
                    length = len(pattern.worker.name)
                    if (
                        (length >= start or pattern.worker.any_host)
                        and (length <= len(url) or more)
                        and (length > size or (length == size and pattern.order < order))
                        and pattern.covers(url)
                    ):
                        best, size, order = pattern.worker, length, pattern.order
        return best
