"""What the net tries, a module for each group; each has `trials`."""

from __future__ import annotations

from collections.abc import Iterator

from hpatch.lab.net.model import NetTrial, Way
from hpatch.lab.net.trials import (
    bodies,
    connections,
    crowds,
    faults,
    headers,
    methods,
    restarts,
    reuse,
    settings,
    streams,
    upgrades,
)


def trials(way: Way) -> tuple[NetTrial, ...]:
    """All that a way can be tried with."""
    return tuple(one for one in _of(way) if not one.schemes or way.scheme in one.schemes)


def configured(way: Way, *, balances: bool) -> tuple[NetTrial, ...]:
    """What a way of httpd's is tried with besides: its places, and its balancers where it has what they take."""
    if way.front != "HTTP/1.1":
        return ()
    found = (*settings.trials(), *(settings.balancers() if balances and way.transport == "tcp" else ()))
    return tuple(one for one in found if not one.schemes or way.scheme in one.schemes)


def restarting(way: Way) -> tuple[NetTrial, ...]:
    """What an httpd is tried with at the very end, by one way: all others would notice."""
    return tuple(restarts.trials()) if way.front == "HTTP/1.1" else ()


def last(way: Way) -> tuple[NetTrial, ...]:
    """What is tried after all else, one way after the other: httpd may start more processes for it."""
    return tuple(crowds.trials()) if way.front == "HTTP/1.1" else ()


def _of(way: Way) -> Iterator[NetTrial]:
    match way.front:
        case "HTTP/1.1":
            for group in (bodies, methods, headers, connections, reuse, faults):
                yield from group.trials()
        case "WebSocket":
            yield from upgrades.trials()
        case "HTTP/2":
            yield from streams.trials()
