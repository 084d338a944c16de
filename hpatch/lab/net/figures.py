"""What can only be measured: latency, processor time and memory of both sides, in turns."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator, Sequence
from statistics import mean, median, stdev
from typing import NamedTuple

from hpatch.lab import client
from hpatch.lab.net.model import Figure, Way
from hpatch.lab.net.requests import content, head, with_length
from hpatch.lab.net.side import NetSide

_ROUNDS, _MOST = 10, 40
"""How many rounds are measured: first, and where they do not decide."""
_PAIRS = 20
"""Pairs of requests in a round, one to each side in turns."""
_SLOWER = 1.10
"""From this ratio of medians on, a side is slower."""
_CERTAIN = 3.0
"""By how many standard errors the mean of the rounds must be above that. Equal sides reach it once in 100,000 times."""
_AGAIN = 2
"""How often what seems slower is measured again, after all others: a busy machine may slow one side for a while."""
_WARM = 200
_LEAKING = 1000
_LEAK = 250
"""Bytes a request: what children grow by although nothing leaks differs by less."""
_PATIENCE = 8.0
"""Seconds for the requests of a side in which memory is watched."""


def measure(before: NetSide, after: NetSide, ways: Sequence[Way], tell: Callable[[str], None]) -> Iterator[Figure]:
    """All figures."""
    measured: dict[Way, _Latency] = {}
    for way in ways:
        if way.transport == "tcp":
            tell(f"latency, {way.name}")
            measured[way] = _latency(before, after, way)
            tell(f"memory, {way.name}")
            yield from _memory(before, after, way)
    for _ in range(_AGAIN):
        for way, one in measured.items():
            if one.slower and min(one.rounds) <= _FAR:
                tell(f"latency, {way.name}, again")
                measured[way] = _latency(before, after, way)
    for way, one in measured.items():
        yield from one.figures(way)


class _Latency(NamedTuple):
    """What was measured of a way: seconds of requests by side, processor seconds by side, and by round the logarithm of
    the ratio of the medians.
    """

    times: tuple[list[float], list[float]]
    used: tuple[float, float]
    rounds: list[float]

    @property
    def slower(self) -> bool:
        """Whether the second side is slower, for certain."""
        return _slower(self.rounds)

    def figures(self, way: Way) -> Iterator[Figure]:
        """As figures."""
        middle, last = ([1000 * value(side) for side in self.times] for value in (median, _last))
        for name, unit, values, worse in (
            ("median", "ms", middle, self.slower),
            ("99th percentile", "ms", last, False),
            ("processor time", "s", self.used, False),
        ):
            yield Figure(f"{name} of {way.name}", unit=unit, before=values[0], after=values[1], worse=worse)


def _latency(before: NetSide, after: NetSide, way: Way) -> _Latency:
    sides = (before, after)
    times: tuple[list[float], list[float]] = ([], [])
    cpu = [side.gateway.cpu() for side in sides]
    rounds: list[float] = []
    while len(rounds) < _ROUNDS or (len(rounds) < _MOST and _undecided(rounds)):
        for number in range(_PAIRS):
            for at in (0, 1) if number % 4 < 2 else (1, 0):
                times[at].append(_timed(sides[at], way, number))
        rounds.append(math.log(median(times[1][-_PAIRS:]) / median(times[0][-_PAIRS:])))
        if len(rounds) >= _ROUNDS // 2 and min(rounds) > _FAR:
            break
    used = [side.gateway.cpu() - start for side, start in zip(sides, cpu, strict=True)]
    return _Latency(times, (used[0], used[1]), rounds)


def _timed(side: NetSide, way: Way, number: int) -> float:
    began = time.perf_counter()
    client.converse(side.gateway.port, (_request(way, number),))
    return time.perf_counter() - began


def _request(way: Way, number: int) -> bytes:
    path = way.path + "figures"
    return head("GET", path) if number % 2 else with_length("POST", path, content(10_000))


def _bounds(rounds: Sequence[float]) -> tuple[float, float]:
    """Between what the logarithm of the ratio is, for certain."""
    error = _CERTAIN * stdev(rounds) / math.sqrt(len(rounds))
    return mean(rounds) - error, mean(rounds) + error


def _slower(rounds: Sequence[float]) -> bool:
    """Whether the second side is slower, for certain."""
    return _bounds(rounds)[0] > math.log(_SLOWER)


def _undecided(rounds: Sequence[float]) -> bool:
    least, most = _bounds(rounds)
    return least <= math.log(_SLOWER) < most and mean(rounds) > _NEAR


_NEAR = math.log(1.07)
"""Below this mean, more rounds are not worth their time."""
_FAR = math.log(2)
"""Above this in every round, no more are needed."""


def _last(times: Sequence[float]) -> float:
    return sorted(times)[int(0.99 * len(times))]


def _memory(before: NetSide, after: NetSide, way: Way) -> Iterator[Figure]:
    """What the children grow by once they are warm, a request."""
    grown = []
    for side in (before, after):
        _many(side, way, _WARM)
        start = side.gateway.memory()
        sent = _many(side, way, _LEAKING)
        grown.append((side.gateway.memory() - start) / sent)
    worse = grown[1] > max(0, grown[0]) + _LEAK
    yield Figure(f"growth of {way.name}", unit="bytes a request", before=grown[0], after=grown[1], worse=worse)


def _many(side: NetSide, way: Way, requests: int) -> int:
    """Send so many requests, by connections of ten, or as many as there is time for; how many they were."""
    path = way.path + "many"
    script = (b"".join(head("GET", path, close=at == 9) for at in range(10)),)
    end = time.monotonic() + _PATIENCE
    sent = 0
    while sent < requests and (sent == 0 or time.monotonic() < end):
        client.converse(side.gateway.port, script)
        sent += 10
    return sent
