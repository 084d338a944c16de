"""Which ProxyPass takes all the requests of another."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from hpatch.lint.rules._passes import Cover, encoded, passes

if TYPE_CHECKING:
    from hpatch.proxy.model import Mapping, Proxy, Server


class Taker(NamedTuple):
    """A ProxyPass that takes all the requests of another: `why` httpd asks it first, and what helps."""

    mapping: Mapping
    why: str
    help: str
    mixed: bool = False


_EARLIER = "written before"
_ENCODED = "asked before those without mapping="
_MAIN = "in the main server, which a virtual host asks first"
_LATER = "in a later <Location>, which wins"
_LOCATION = "in a <Location>, which is asked before the server's own"

_HELP = {
    _EARLIER: "Write the longer path first.",
    _ENCODED: "Give both lines the same mapping=, the longer path first.",
    _MAIN: "Move the one in the main server into the virtual hosts that need it.",
    _LATER: "Write the <Location> of the longer path last.",
    _LOCATION: "Put both into <Location> sections, the longer path last, or neither.",
}


def _taker(mapping: Mapping, why: str) -> Taker:
    return Taker(mapping, why, _HELP[why], why is _LOCATION)


class _Order:
    """What httpd asks in one server: its own list, in two runs, and its Location sections."""

    __slots__ = ("encoded", "locations", "plain", "sections")

    def __init__(self, server: Server) -> None:
        self.encoded: list[Mapping] = []
        self.plain: list[Mapping] = []
        sections: dict[int, Mapping] = {}
        for mapping in passes(server):
            if mapping.section is not None:
                sections[id(mapping.section)] = mapping
            else:
                (self.encoded if encoded(mapping) else self.plain).append(mapping)
        self.sections = list(sections.values())
        self.locations = Cover(latest=True)
        for mapping in self.sections:
            self.locations.add(mapping)


@lru_cache(maxsize=1)
def takers(proxy: Proxy) -> tuple[tuple[Mapping, Taker], ...]:
    """Every ProxyPass (exclusions included) of which no request is left, with the one that takes them.

    In a section only its last ProxyPass counts.
    """
    return tuple(_takers(proxy.servers))


def _takers(servers: list[Server]) -> Iterator[tuple[Mapping, Taker]]:
    if not servers:
        return
    main = _Order(servers[0])
    main_encoded, main_plain = Cover(), Cover()
    for server in servers:
        order = main if server is servers[0] else _Order(server)
        if not (order.encoded or order.plain or order.sections):
            continue
        own_encoded, own_plain = (main_encoded, main_plain) if order is main else (Cover(), Cover())
        yield from _in_locations(order)
        for own, inherited, run in (
            (own_encoded, main_encoded, order.encoded),
            (own_plain, main_plain, order.plain),
        ):
            for mapping in run:
                taker = _of_locations(mapping, order, main)
                if taker is None:
                    taker = _of_lists(mapping, own, inherited, own_encoded, main_encoded)
                if taker is not None:
                    yield mapping, taker
                own.add(mapping)


def _in_locations(order: _Order) -> Iterator[tuple[Mapping, Taker]]:
    later = Cover()
    for mapping in reversed(order.sections):
        found = later.find(mapping)
        if found is not None:
            yield mapping, _taker(found.mapping, _LATER)
        later.add(mapping)


def _of_locations(mapping: Mapping, order: _Order, main: _Order) -> Taker | None:
    for sections in (order, main):
        found = sections.locations.find(mapping)
        if found is not None:
            return _taker(found.mapping, _LOCATION)
    return None


def _of_lists(mapping: Mapping, own: Cover, inherited: Cover, own_encoded: Cover, main_encoded: Cover) -> Taker | None:
    encoded_run = own is own_encoded
    if not encoded_run:
        for cover in (main_encoded, own_encoded):
            found = cover.find(mapping)
            if found is not None:
                return _taker(found.mapping, _ENCODED)
    if own is not inherited:
        found = inherited.find(mapping)
        if found is not None:
            return _taker(found.mapping, _MAIN)
    found = own.find(mapping)
    return None if found is None else _taker(found.mapping, _EARLIER)
