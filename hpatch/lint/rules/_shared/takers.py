"""ProxyPass lines that take all the requests of another ProxyPass."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import TYPE_CHECKING

from hpatch.conf.tree import Condition
from hpatch.lint.rules._shared.edits import Edits, line_moved
from hpatch.lint.rules._shared.passes import Cover, encoded, lies_under
from hpatch.records import NamedTuple

if TYPE_CHECKING:
    from hpatch.proxy.model import Mapping, Proxy, Server


class Taker(NamedTuple):
    """A ProxyPass that takes all the requests of another: `why` httpd tries it first, and how to mend it (`help`)."""

    mapping: Mapping
    why: str
    help: str
    mixed: bool = False


_EARLIER = "it is written first"
_ENCODED = "httpd tries lines with mapping= first"
_MAIN = "httpd tries the main server's lines first"
_LATER = "the last <Location> that matches wins"
_LOCATION = "httpd tries a ProxyPass in a <Location> first"

_HELP = {
    _EARLIER: "Write the longer path first.",
    _ENCODED: "Give both lines the same mapping=, the longer path first.",
    _MAIN: "Move the main server's line into the virtual hosts that need it.",
    _LATER: "Write the <Location> of the longer path last.",
    _LOCATION: "Write both in <Location> sections, the longer path last, or both outside.",
}


Asked = tuple[Cover, str]
"""Mappings that httpd tries before another one, and the reason."""


def moved(mapping: Mapping, taker: Mapping) -> Edits:
    """The move of a line above the one that takes its requests, where the order of lines decides that."""
    if mapping.section is not None or taker.section is not None or mapping.node.parent is not taker.node.parent:
        return ()
    return line_moved(mapping.node, taker.node) if mapping.node.start > taker.node.start else ()


class _Order:
    """The mappings that httpd tries in one server: its own list, in two passes, and its Location sections."""

    __slots__ = ("encoded", "locations", "plain", "sections")

    def __init__(self, server: Server) -> None:
        self.encoded: list[Mapping] = []
        self.plain: list[Mapping] = []
        sections: dict[int, Mapping] = {}
        for mapping in server.passes:
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
    """Every ProxyPass (exclusions included) that no request reaches, with the ProxyPass that takes its requests.

    Only the last ProxyPass of a section counts.
    """
    return tuple(_takers(proxy.servers))


def _takers(servers: list[Server]) -> Iterator[tuple[Mapping, Taker]]:
    if not servers:
        return
    main = _Order(servers[0])
    covers = (Cover(), Cover())
    yield from _of_server(main, covers, main, covers)
    sound: set[_Lines] = set()  # the virtual hosts of a large configuration often have the same paths
    for server in servers[1:]:
        lines = _lines(server)
        if lines not in sound:
            found = list(_of_server(_Order(server), (Cover(), Cover()), main, covers))
            if lines is not None and not found:
                sound.add(lines)
            yield from found


_Lines = tuple[tuple[str, bool, bool, tuple[Condition, ...]], ...]


def _lines(server: Server) -> _Lines | None:
    """All that decides which mappings of a virtual host no request reaches; None if it has sections with mappings."""
    lines = []
    for one in server.passes:
        if one.section is not None:
            return None
        lines.append((one.path, one.pattern, encoded(one), one.node.conditions))
    return tuple(lines)


def _of_server(
    order: _Order, own: tuple[Cover, Cover], main: _Order, mains: tuple[Cover, Cover]
) -> Iterator[tuple[Mapping, Taker]]:
    """The same for one server. `own` and `mains` are the covers of its lines and of the main server's: those with
    `mapping=`, and the others."""
    own_encoded, own_plain = own
    main_encoded, main_plain = mains
    before: list[Asked] = [(order.locations, _LOCATION), (main.locations, _LOCATION)]
    if order.sections:
        yield from _in_run(order.sections[::-1], [(Cover(), _LATER)])
    if order.encoded:
        yield from _in_run(order.encoded, [*before, (main_encoded, _MAIN), (own_encoded, _EARLIER)])
    if order.plain:
        before += [(main_encoded, _ENCODED), (own_encoded, _ENCODED)]
        yield from _in_run(order.plain, [*before, (main_plain, _MAIN), (own_plain, _EARLIER)])


def _in_run(run: list[Mapping], asked: list[Asked]) -> Iterator[tuple[Mapping, Taker]]:
    """The mappings of a run that no request reaches: `asked` is what httpd tries before each, the run itself last."""
    own, _ = asked[-1]
    asked = [(cover, why) for cover, why in asked[:-1] if cover.size and cover is not own] + asked[-1:]
    for mapping in run:
        path = lies_under(mapping) if own.size or len(asked) > 1 else None
        if path is not None:
            for cover, why in asked:
                found = cover.find(path, mapping.node.conditions)
                if found is not None:
                    yield mapping, Taker(found.mapping, why, _HELP[why], why is _LOCATION)
                    break
        own.add(mapping)
