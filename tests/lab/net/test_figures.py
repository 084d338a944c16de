"""What is measured on both sides, and when it is worse."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import count
from types import SimpleNamespace
from typing import cast

import pytest

from hpatch.lab import client
from hpatch.lab.net import figures
from hpatch.lab.net.model import Way
from hpatch.lab.net.side import NetSide

BEFORE, AFTER = cast(NetSide, "before"), cast(NetSide, "after")
WAY = Way("http", "tcp")


@pytest.mark.parametrize(
    ("after", "worse"),
    [
        ([0.2] * 5, True),
        ([0.2, 0.2, 0.2, 0.2, 0.0], False),
        ([0.2, None, 0.2, 0.2, 0.2, 0.2], True),
        ([None] * 8 + [0.2] * 5, True),
        ([0.2] * 4 + [None] * 16, True),
        ([None] * 20, True),
        ([0.05] * 5, False),
    ],
)
def test_what_is_spent_while_nothing_is_to_be_done_must_be_more_each_time(
    after: Sequence[float | None], worse: bool
) -> None:
    """A process that began or ended meanwhile makes a measurement void."""
    told = iter(after)
    values, found = figures._each_time((BEFORE, AFTER), lambda side: 0.0 if side is BEFORE else next(told), 0.1)
    assert found is worse
    assert values[0] == 0.0


@pytest.mark.parametrize(("steady", "worse"), [(0, False), (4, False), (5, True)])
def test_processes_that_always_come_and_go_count_if_the_others_do_not(steady: int, worse: bool) -> None:
    before = iter([0.0] * steady + [None] * (20 - steady))
    assert figures._each_time((BEFORE, AFTER), lambda side: next(before) if side is BEFORE else None, 0.1)[1] is worse


def test_one_time_that_is_not_more_is_enough() -> None:
    told = iter([0.0])
    figures._each_time((BEFORE, AFTER), lambda side: 0.0 if side is BEFORE else next(told), 0.1)
    assert next(told, None) is None


@pytest.mark.parametrize(
    ("grown", "worse"),
    [((0.0, 200.0), False), ((5000.0, 5200.0), False), ((-900.0, 200.0), False), ((0.0, 300.0), True)],
)
def test_a_leak_is_more_than_before(grown: tuple[float, float], worse: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(figures, "_growth", lambda side, way: grown[side is AFTER])
    found = figures._memory((BEFORE, AFTER), WAY)
    assert (found.name, found.worse) == ("growth of http tcp", worse)


def speed(slower: list[float], costlier: list[float]) -> figures._Speed:
    return figures._Speed(([0.001] * 10, [0.001] * 10), ([0.1] * 10, [0.1] * 10), slower, costlier)


def test_processor_time_is_a_verdict_of_its_own() -> None:
    """A fifth more counts, and a tenth of latency."""
    noise = [0.0, 0.01] * 5
    cases = {"latency": speed([0.12, 0.13] * 5, noise), "processor": speed(noise, [0.25, 0.26] * 5)}
    assert {name: [one.name for one in case.figures(WAY) if one.worse] for name, case in cases.items()} == {
        "latency": ["median of http tcp"],
        "processor": ["processor time of http tcp"],
    }
    assert all(case.worse for case in cases.values())
    assert not speed(noise, [0.12, 0.13] * 5).worse
    assert not speed(noise, []).worse, "where it could not be measured"
    list(speed(noise, [])._replace(used=([], [])).figures(WAY))


def test_clocks_of_other_processes_tell_nothing() -> None:
    assert figures._used({1: 1.0, 2: 2.0}, {1: 1.5, 2: 2.5}) == 1.0
    assert figures._used({1: 1.0, 2: 2.0}, {1: 1.5, 3: 2.5}) == 0.0


@pytest.mark.parametrize(
    ("files", "errors", "worse"),
    [
        ((0, 0), (10, 10), []),
        ((0, 7), (10, 1), []),
        ((0, 8), (10, 10), ["lost files of http tcp"]),
        ((8, 8), (9, 0), []),
        ((0, 0), (10, 0), ["logged by http tcp, no response"]),
    ],
)
def test_files_that_stay_open_and_errors_that_nobody_logs(
    files: tuple[int, int], errors: tuple[int, int], worse: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def left(side: NetSide, way: Way) -> dict[str, figures._Left]:
        nothing = dict.fromkeys(figures._KINDS, figures._Left(0, 0))
        return {**nothing, "no response": figures._Left(files[side is AFTER], errors[side is AFTER])}

    monkeypatch.setattr(figures, "_left", left)
    assert [one.name for one in figures._kinds((BEFORE, AFTER), WAY) if one.worse] == worse


class Served:
    """A gateway whose processes and open files are given, one after the other."""

    port = 0

    def __init__(self, processes: Sequence[int], files: Sequence[int]) -> None:
        self._processes, self._files = iter(processes), iter(files)

    def clocks(self) -> dict[int, float]:
        return {next(self._processes): 0.0}

    def files(self) -> int:
        return next(self._files)


@pytest.mark.parametrize(
    ("processes", "files", "left"),
    [
        ([1] * 12, [5, 9], (4, 10)),
        ([1, 1, 2] + [2] * 12, [5, 6, 6], (0, 10)),
        ([1] * 11 + [2] + [2] * 12, [5, 7, 6, 6], (0, 10)),
        ([1, 2] * 3, [5, 5, 5], (0, None)),
    ],
    ids=["all stay", "one ends", "one ends at last", "each time"],
)
def test_what_is_left_is_told_where_the_processes_stay(
    processes: list[int], files: list[int], left: tuple[int, int | None], monkeypatch: pytest.MonkeyPatch
) -> None:
    side = SimpleNamespace(gateway=Served(processes, files))
    logged = count(step=10)
    monkeypatch.setattr(figures, "_errors", lambda side: next(logged))
    monkeypatch.setattr(client, "converse", lambda port, script: None)
    assert figures._left_by(cast(NetSide, side), b"") == left
