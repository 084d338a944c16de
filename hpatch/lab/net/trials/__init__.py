"""What the net tries, a module for each group; each has `trials`."""

from __future__ import annotations

from hpatch.lab.net.model import NetTrial, Way
from hpatch.lab.net.trials import bodies, connections, faults, headers, methods


def trials(way: Way) -> tuple[NetTrial, ...]:
    """All that a way can be tried with."""
    groups = (bodies, methods, headers, connections, faults)
    return tuple(one for group in groups for one in group.trials() if not one.schemes or way.scheme in one.schemes)
