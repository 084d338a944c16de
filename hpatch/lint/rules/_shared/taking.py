"""Which lines take the requests for a path: an index, for rules that ask it of many paths."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from itertools import accumulate
from operator import attrgetter
from typing import TYPE_CHECKING

from hpatch.lint.rules._shared.access import below
from hpatch.lint.rules._shared.passes import covers, paths_above
from hpatch.records import NamedTuple

if TYPE_CHECKING:
    from hpatch.conf.tree import Node
    from hpatch.lint.context import Context
    from hpatch.proxy.model import Mapping


_NUMBER = attrgetter("number")
_FEW = 8
"""As many lines are looked at faster than an index of them is made."""


class Taking(NamedTuple):
    """A line that takes every request for the path `taken` and below it; None if it is not known what it takes.

    `number` is its place among all lines, those of the main server first.
    """

    number: int
    mapping: Mapping
    taken: str | None


class _Lines:
    """The ProxyPass lines and the rules of one server."""

    __slots__ = ("_first", "_index", "_mappings")

    def __init__(self, first: int, mappings: list[Mapping]) -> None:
        self._first = first
        self._mappings = mappings
        self._index: _Index | None = None

    def for_path(self, path: str) -> list[Taking]:
        if len(self._mappings) > _FEW:
            if self._index is None:
                self._index = _Index(self._first, self._mappings)
            return self._index.for_path(path)
        found = []
        for number, mapping in enumerate(self._mappings, self._first):
            if mapping.kind != "SetHandler":
                taken = covers(mapping)
                if taken is None or below(path, taken):
                    found.append(Taking(number, mapping, taken))
        return found


class _Index:
    """The lines of a server that has many."""

    __slots__ = ("_by_path", "_unsure")

    def __init__(self, first: int, mappings: list[Mapping]) -> None:
        self._by_path: dict[str, list[Taking]] = {}
        self._unsure: list[Taking] = []
        for number, mapping in enumerate(mappings, first):
            if mapping.kind != "SetHandler":
                line = Taking(number, mapping, covers(mapping))
                (self._unsure if line.taken is None else self._by_path.setdefault(line.taken, [])).append(line)

    def for_path(self, path: str) -> list[Taking]:
        by_path = self._by_path
        above = [one for one in dict.fromkeys(paths_above(path)) if one in by_path and below(path, one)]
        return sorted([*self._unsure, *(line for one in above for line in by_path[one])], key=_NUMBER)


@lru_cache(maxsize=1)
def _servers(context: Context) -> dict[Node | None, _Lines]:
    servers = [server for server in context.proxy.servers if server.mappings]
    before = accumulate((len(server.mappings) for server in servers), initial=0)
    return {server.node: _Lines(first, server.mappings) for first, server in zip(before, servers, strict=False)}


def taking(context: Context, host: Node | None, path: str) -> Iterator[Taking]:
    """The ProxyPass lines and the rules of a server that take every request for a path, or may, in httpd's order.

    A virtual host has those of the main server before its own.
    """
    servers = _servers(context)
    for server in (None,) if host is None else (None, host):
        lines = servers.get(server)
        if lines is not None:
            yield from lines.for_path(path)


def taken_before(context: Context, mapping: Mapping, path: str) -> bool:
    """Whether a ProxyPass before a line surely takes the requests for a path."""
    number = _numbers(context)[mapping]
    return any(
        line.number < number and line.taken is not None and line.mapping.kind != "RewriteRule"
        for line in taking(context, mapping.server.node, path)
    )


@lru_cache(maxsize=1)
def _numbers(context: Context) -> dict[Mapping, int]:
    return {mapping: number for number, mapping in enumerate(context.mappings)}
