"""What the net tries, a module for each group; each has `trials`."""

from __future__ import annotations

from collections.abc import Iterator

from hpatch.lab.net.model import NetTrial, Way
from hpatch.lab.net.trials import bodies, connections, faults, headers, methods, upgrades


def trials(way: Way) -> tuple[NetTrial, ...]:
    """All that a way can be tried with."""
    return tuple(one for one in _of(way) if not one.schemes or way.scheme in one.schemes)


def _of(way: Way) -> Iterator[NetTrial]:
    groups = (upgrades,) if way.front == "WebSocket" else (bodies, methods, headers, connections, faults)
    for group in groups:
        yield from group.trials()
