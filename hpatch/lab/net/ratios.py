"""Whether one side is above the other for certain, by the logarithms of ratios that were measured in rounds."""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import mean, stdev

_CERTAIN = 3.0
"""By how many standard errors the mean of the rounds must be above a limit. Equal sides: once in 100,000 times."""
_NEAR = math.log(1.03)
"""So far below the limit, more rounds are not worth their time."""
_FAR = math.log(2)
"""Above this in every round, no more are needed."""


def of(before: float, after: float) -> float:
    """A round's."""
    return math.log(after / before)


def above(rounds: Sequence[float], limit: float) -> bool:
    """Whether the second side is so many times the first, for certain."""
    return len(rounds) > 1 and _bounds(rounds)[0] > math.log(limit)


def undecided(rounds: Sequence[float], limit: float) -> bool:
    """Whether more rounds may tell more."""
    if len(rounds) < 2:
        return True
    least, most = _bounds(rounds)
    return least <= math.log(limit) < most and mean(rounds) > math.log(limit) - _NEAR


def far(rounds: Sequence[float]) -> bool:
    """Whether the second side is twice the first or more, each time."""
    return min(rounds, default=0.0) > _FAR


def _bounds(rounds: Sequence[float]) -> tuple[float, float]:
    """Between what the logarithm of the ratio is, for certain."""
    error = _CERTAIN * stdev(rounds) / math.sqrt(len(rounds))
    return mean(rounds) - error, mean(rounds) + error
