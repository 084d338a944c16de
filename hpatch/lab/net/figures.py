"""What can only be measured: latency, processor time and memory of both sides, in turns."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from concurrent.futures import ThreadPoolExecutor
from statistics import median

from hpatch.lab import client
from hpatch.lab.client import Script
from hpatch.lab.net import ratios
from hpatch.lab.net.model import Figure, Way
from hpatch.lab.net.requests import content, head, with_length
from hpatch.lab.net.side import PlayedSide
from hpatch.records import NamedTuple

_ROUNDS, _MOST = 10, 40
"""How many rounds are measured: first, and where they do not decide."""
_PAIRS = 20
"""Pairs of requests in a round, one to each side in turns."""
_SLOWER, _COSTLIER = 1.10, 1.20
"""From these ratios on, a side is slower, or uses more processor time.

Where a process's memory happens to lie moves the second by some per cent for as long as the process lives.
"""
_AGAIN = 2
"""How often what seems slower is measured again, after all others: a busy machine may slow one side for a while."""
_WARM = 200
_LEAKING = 1000
_LEAK = 250
"""Bytes a request: what children grow by although nothing leaks differs by less."""
_PATIENCE = 8.0
"""Seconds for the requests of a side in which memory is watched."""
_TIMES = 5
"""So often one side must use more processor time while nothing is to be done, one time after the other."""
_TRIES = 4 * _TIMES
"""So often it is tried at most: a time in which a process begins or ends, as after a load, tells nothing."""
_CLIENTS = 10
_WAIT, _REST = 0.1, 0.3
"""Seconds that a backend takes, and in which nobody asks for anything."""
_SPENT = 0.002
"""Seconds of processor time that a request may take more while it waits. One that does not sleep takes up to 200 ms."""
_BUSY = 0.02
"""The part of a processor that an httpd may take more when nobody asks for anything.

It takes a thousandth at most; a thread that never sleeps gets more, even beside fifty others of its kind.
"""
_KINDS: Mapping[str, str] = {
    "GET": "GET",
    "HEAD": "HEAD",
    "POST": "POST",
    "PUT": "PUT",
    "DELETE": "DELETE",
    "an error": "status=404 Not Found",
    "a status without a body": "status=304 Not Modified; bare=yes",
    "a cut response": "fault=cut",
    "no response": "fault=silent",
    "a reset": "fault=reset",
    "a backend that is not there": "",
}
"""Requests in which files may be lost, and errors are logged: the method, or else what the backend is to do."""
_EACH = 10
"""So many of each kind."""
_ATTEMPTS = 3
"""So often a kind is tried while processes begin or end."""
_LOST = 8
"""So many files lost of a kind, in that many requests, are no chance."""
_SETTLING = 3.0
"""Seconds in which whatever was in use is closed: httpd lingers on a connection for up to two."""
_LOGGED = re.compile(r"\[(?:\w*:)?(?:emerg|alert|crit|error)\b")
Sides = tuple[PlayedSide, PlayedSide]
Clocks = Mapping[int, float]


def memory(before: PlayedSide, after: PlayedSide, ways: Sequence[Way], tell: Callable[[str], None]) -> Iterator[Figure]:
    """What the children of both grow by. They must be new: later, a leak hides in memory that they have free."""
    for way in _measured(ways):
        if way.scheme != "https":
            tell(f"memory, {way.name}")
            yield _memory((before, after), way)


def _measured(ways: Sequence[Way]) -> list[Way]:
    return [way for way in ways if way.transport == "tcp" and way.front == "HTTP/1.1"]


def measure(
    before: PlayedSide, after: PlayedSide, ways: Sequence[Way], tell: Callable[[str], None]
) -> Iterator[Figure]:
    """Latency and processor time."""
    sides = (before, after)
    wanted = _measured(ways)
    tell("processor time at rest")
    yield _rest(sides)
    measured: dict[Way, _Speed] = {}
    for way in wanted:
        tell(f"latency, {way.name}")
        measured[way] = _speed(sides, way)
        yield _waiting(sides, way)
        tell(f"files and errors, {way.name}")
        yield from _kinds(sides, way)
    for _ in range(_AGAIN):
        for way, one in measured.items():
            if one.worse and not one.much:
                tell(f"latency, {way.name}, again")
                measured[way] = _speed(sides, way)
    for way, one in measured.items():
        yield from one.figures(way)


# Latency and processor time


class _Speed(NamedTuple):
    """What was measured of a way: seconds of requests by side, processor seconds of a request by side and round; and by
    round the logarithms of the ratios of the medians, and of processor times.
    """

    times: tuple[list[float], list[float]]
    used: tuple[list[float], list[float]]
    slower: list[float]
    costlier: list[float]

    @property
    def worse(self) -> bool:
        """Whether the second side is slower, or uses more processor time, for certain."""
        return ratios.above(self.slower, _SLOWER) or ratios.above(self.costlier, _COSTLIER)

    @property
    def much(self) -> bool:
        """Whether it is so much slower that no more rounds are needed."""
        return ratios.far(self.slower)

    @property
    def undecided(self) -> bool:
        """Whether more rounds may tell more."""
        return ratios.undecided(self.slower, _SLOWER) or ratios.undecided(self.costlier, _COSTLIER)

    def figures(self, way: Way) -> Iterator[Figure]:
        """As figures."""
        for name, unit, values, worse in (
            ("median", "ms", [1000 * median(side) for side in self.times], ratios.above(self.slower, _SLOWER)),
            ("99th percentile", "ms", [1000 * _last(side) for side in self.times], False),
            (
                "processor time",
                "ms a request",
                [1000 * median(side) if side else 0.0 for side in self.used],
                ratios.above(self.costlier, _COSTLIER),
            ),
        ):
            yield Figure(f"{name} of {way.name}", unit=unit, before=values[0], after=values[1], worse=worse)


def _speed(sides: Sides, way: Way) -> _Speed:
    found = _Speed(([], []), ([], []), [], [])
    while len(found.slower) < _ROUNDS or (len(found.slower) < _MOST and found.undecided):
        clocks = [side.gateway.clocks() for side in sides]
        for number in range(_PAIRS):
            for at in (0, 1) if number % 4 < 2 else (1, 0):
                found.times[at].append(_timed(sides[at], way, number))
        middles = [median(one[-_PAIRS:]) for one in found.times]
        found.slower.append(ratios.of(middles[0], middles[1]))
        used = [_used(start, side.gateway.clocks()) for side, start in zip(sides, clocks, strict=True)]
        if used[0] and used[1]:
            found.costlier.append(ratios.of(used[0], used[1]))
            for at, seconds in enumerate(used):
                found.used[at].append(seconds / _PAIRS)
        if len(found.slower) >= _ROUNDS // 2 and found.much:
            break
    return found


def _used(before: Clocks, after: Clocks) -> float:
    """The seconds between; 0.0 where a process began or ended meanwhile."""
    if before.keys() != after.keys():
        return 0.0
    return sum(after.values()) - sum(before.values())


def _timed(side: PlayedSide, way: Way, number: int) -> float:
    began = time.perf_counter()
    client.converse(side.gateway.port, (_request(way, number),))
    return time.perf_counter() - began


def _request(way: Way, number: int, *, close: bool = True) -> bytes:
    path = way.path + "figures"
    return head("GET", path, close=close) if number % 2 else with_length("POST", path, content(10_000), close=close)


def _last(times: Sequence[float]) -> float:
    return sorted(times)[int(0.99 * len(times))]


# Processor time while nothing is to be done


def _waiting(sides: Sides, way: Way) -> Figure:
    """Requests whose body comes late, whose response is late, and comes in pieces."""
    order = f"X-Net: wait={1000 * _WAIT:.0f}; pieces=5; down=1000"
    first = head("POST", way.path + "waiting", "Content-Length: 1000", order)
    script = (first, _WAIT / 2, content(1000))

    def spent(side: PlayedSide) -> float | None:
        start = side.gateway.clocks()
        with ThreadPoolExecutor(_CLIENTS) as pool:
            list(pool.map(lambda _: client.converse(side.gateway.port, script), range(_CLIENTS)))
        end = side.gateway.clocks()
        return _used(start, end) / _CLIENTS if start.keys() == end.keys() else None

    values, worse = _each_time(sides, spent, _SPENT)
    return Figure(
        f"processor time of {way.name}, waiting",
        unit="ms a request",
        before=1000 * values[0],
        after=1000 * values[1],
        worse=worse,
    )


def _rest(sides: Sides) -> Figure:
    def spent(side: PlayedSide) -> float | None:
        start = side.gateway.clocks()
        began = time.monotonic()
        time.sleep(_REST)
        end = side.gateway.clocks()
        return _used(start, end) / (time.monotonic() - began) if start.keys() == end.keys() else None

    values, worse = _each_time(sides, spent, _BUSY)
    return Figure("processor time at rest", unit="s a second", before=values[0], after=values[1], worse=worse)


def _each_time(
    sides: Sides, spent: Callable[[PlayedSide], float | None], more: float
) -> tuple[tuple[float, float], bool]:
    """What both spend, and whether the second spends that much more each time.

    Once that it does not is enough. That it does is said only after all `_TIMES`. It is worse, too, if the second side
    could not be measured because its processes come and go so often when the first side's do not.
    """
    values = (0.0, 0.0)
    told = restless = 0
    for _ in range(_TRIES):
        first, second = (spent(side) for side in sides)
        if first is None or second is None:
            restless += first is not None
            continue
        values = (first, second)
        told += 1
        if second <= first + more:
            return values, False
        if told == _TIMES:
            return values, True
    return values, restless >= _TIMES


# Open files, and whether errors are logged


class _Left(NamedTuple):
    """What requests of a kind leave behind: open files, and lines of the log that tell of errors.

    Where a process began or ended meanwhile, as after a crash, neither can be told: no files, and None.
    """

    files: int
    errors: int | None


def _kinds(sides: Sides, way: Way) -> Iterator[Figure]:
    """An error counts as lost if each request logged one before, and none does after."""
    with ThreadPoolExecutor(len(sides)) as pool:
        before, after = pool.map(lambda side: _left(side, way), sides)
    files = [sum(one.files for one in side.values() if one.files >= _LOST) for side in (before, after)]
    yield Figure(f"lost files of {way.name}", unit="", before=files[0], after=files[1], worse=files[1] > files[0])
    for kind in _KINDS:
        was, now = before[kind].errors, after[kind].errors
        if was is not None and now is not None and was >= _EACH:
            yield Figure(f"logged by {way.name}, {kind}", unit="", before=was, after=now, worse=now == 0)


def _left(side: PlayedSide, way: Way) -> Mapping[str, _Left]:
    for kind in _KINDS:
        client.converse(side.gateway.port, (_of_kind(way, kind),))
    return {kind: _left_by(side, _of_kind(way, kind)) for kind in _KINDS}


def _left_by(side: PlayedSide, request: bytes) -> _Left:
    for _ in range(_ATTEMPTS):
        processes = side.gateway.clocks().keys()
        files, errors = side.gateway.files(), _errors(side)
        same = all(_stay(side, processes, request) for _ in range(_EACH))
        end = time.monotonic() + _SETTLING
        while same and (lost := side.gateway.files() - files) >= _LOST and time.monotonic() < end:
            time.sleep(_REST)
        if same and side.gateway.clocks().keys() == processes:
            return _Left(lost, _errors(side) - errors)
    return _Left(0, None)


def _stay(side: PlayedSide, processes: Set[int], request: bytes) -> bool:
    """Send a request; whether the processes are the same after it."""
    client.converse(side.gateway.port, (request,))
    return side.gateway.clocks().keys() == processes


def _errors(side: PlayedSide) -> int:
    return len(_LOGGED.findall(side.gateway.log().text))


def _of_kind(way: Way, kind: str) -> bytes:
    wish = _KINDS[kind]
    if not wish:
        return head("GET", way.nobody + "kinds")
    if "=" in wish:
        return head("GET", way.path + "kinds", f"X-Net: {wish}")
    body = content(1000) if wish in ("POST", "PUT") else b""
    return with_length(wish, way.path + "kinds", body) if body else head(wish, way.path + "kinds")


# Memory


def _memory(sides: Sides, way: Way) -> Figure:
    """What the children grow by once they are warm."""
    with ThreadPoolExecutor(len(sides)) as pool:
        grown = list(pool.map(lambda side: _growth(side, way), sides))
    worse = grown[1] > max(0, grown[0]) + _LEAK
    return Figure(f"growth of {way.name}", unit="bytes a request", before=grown[0], after=grown[1], worse=worse)


def _growth(side: PlayedSide, way: Way) -> float:
    """Bytes a request."""
    _many(side, way, _WARM)
    start = side.gateway.memory()
    sent = _many(side, way, _LEAKING)
    return (side.gateway.memory() - start) / sent


def _many(side: PlayedSide, way: Way, requests: int) -> int:
    """Send so many requests, by connections of ten, or as many as there is time for; how many they were."""
    script: Script = (b"".join(_request(way, at * (at % 5), close=at == 9) for at in range(10)),)
    end = time.monotonic() + _PATIENCE
    sent = 0
    while sent < requests and (sent == 0 or time.monotonic() < end):
        client.converse(side.gateway.port, script)
        sent += 10
    return sent
