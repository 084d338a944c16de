"""Which lines take the requests for a path: an index, for rules that ask it of many paths."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from operator import itemgetter
from typing import TYPE_CHECKING

from hpatch.lint.rules._shared.access import below
from hpatch.lint.rules._shared.passes import covers, paths_above
from hpatch.records import NamedTuple

if TYPE_CHECKING:
    from hpatch.conf.tree import Node
    from hpatch.lint.context import Context
    from hpatch.proxy.model import Mapping


_NUMBER = itemgetter(0)
_FEW = 8
"""As many lines are looked at faster than an index of them is made."""


class Taking(NamedTuple):
    """A line that takes every request for the path `taken` and below it; None if it is not known what it takes."""

    mapping: Mapping
    taken: str | None


class _Index:
    """The lines of a server that has many."""

    __slots__ = ("_by_path", "_unsure")

    def __init__(self, mappings: list[Mapping]) -> None:
        self._by_path: dict[str, list[tuple[int, Taking]]] = {}
        self._unsure: list[tuple[int, Taking]] = []
        for number, mapping in enumerate(mappings):
            if mapping.kind != "SetHandler":
                taken = covers(mapping)
                lines = self._unsure if taken is None else self._by_path.setdefault(taken, [])
                lines.append((number, Taking(mapping, taken)))

    def for_path(self, path: str) -> Iterator[Taking]:
        by_path = self._by_path
        above = [one for one in dict.fromkeys(paths_above(path)) if one in by_path and below(path, one)]
        found = sorted([*self._unsure, *(line for one in above for line in by_path[one])], key=_NUMBER)
        return (line for _, line in found)


@lru_cache(maxsize=1)
def _indexes(context: Context) -> dict[Node | None, _Index]:
    return {server.node: _Index(server.mappings) for server in context.proxy.servers if len(server.mappings) > _FEW}


def taking(context: Context, host: Node | None, path: str) -> Iterator[Taking]:
    """The ProxyPass lines and the rules of a server that take every request for a path, or may, in httpd's order.

    A virtual host has those of the main server before its own.
    """
    for node in (None,) if host is None else (None, host):
        server = context.servers.get(node)
        mappings = () if server is None else server.mappings
        if len(mappings) > _FEW:
            yield from _indexes(context)[node].for_path(path)
            continue
        for mapping in mappings:
            if mapping.kind != "SetHandler":
                taken = covers(mapping)
                if taken is None or below(path, taken):
                    yield Taking(mapping, taken)


def taken_before(context: Context, mapping: Mapping, path: str) -> bool:
    """Whether a ProxyPass before a line surely takes the requests for a path."""
    numbers = _numbers(context)
    return any(
        line.taken is not None and line.mapping.kind != "RewriteRule" and numbers[line.mapping] < numbers[mapping]
        for line in taking(context, mapping.server.node, path)
    )


@lru_cache(maxsize=1)
def _numbers(context: Context) -> dict[Mapping, int]:
    return {mapping: number for number, mapping in enumerate(context.mappings)}
