"""Work spread over processes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

import pytest

from hpatch.errors import HpatchError, InputError
from hpatch.lint.engine.fleet import spread
from tests.support.patience import PATIENCE


def slower_first(number: int) -> tuple[int, int]:
    time.sleep(0.05 if number == 0 else 0)
    return number, os.getpid()


def failing(number: int) -> int:
    if number == 3:
        raise InputError("three")
    return number


def killed(number: int) -> int:
    if number == 3:
        os.kill(os.getpid(), signal.SIGKILL)
    return number


class StrangeError(Exception):
    """One that cannot be pickled."""

    def __init__(self, number: int, text: str) -> None:
        super().__init__(text)


def strange(number: int) -> int:
    raise StrangeError(number, "odd")


@pytest.mark.parametrize("count", [1, 2, 7, 200])
def test_in_order_and_in_other_processes(count: int) -> None:
    results = list(spread(slower_first, range(count), 3))
    assert [number for number, _ in results] == list(range(count))
    processes = {process for _, process in results}
    assert os.getpid() not in processes
    assert len(processes) <= 3


def handlers(number: int) -> tuple[bool, ...]:
    return tuple(signal.getsignal(one) is signal.SIG_DFL for one in (signal.SIGTERM, signal.SIGHUP))


def test_a_signal_ends_a_process_without_a_handler() -> None:
    """A handler of the parent's might not run in a process that waits for work, which would then never end."""
    before = {one: signal.getsignal(one) for one in (signal.SIGTERM, signal.SIGHUP)}
    try:
        for one in before:
            signal.signal(one, lambda number, frame: os._exit(1))
        assert list(spread(handlers, range(4), 2)) == [(True, True)] * 4
    finally:
        for one, handler in before.items():
            signal.signal(one, handler)


def test_what_is_raised_is_raised_here() -> None:
    with pytest.raises(InputError, match="three"):
        list(spread(failing, range(8), 2))
    with pytest.raises(RuntimeError, match="StrangeError: odd"):
        list(spread(strange, range(8), 2))


def test_a_killed_process_is_no_hang() -> None:
    with pytest.raises(HpatchError, match="was killed"):
        list(spread(killed, range(8), 2))


def test_whoever_stops_listening_leaves_no_process() -> None:
    results = spread(slower_first, range(1000), 2)
    _, process = next(results)
    results.close()  # type: ignore[attr-defined]
    with pytest.raises(ProcessLookupError):
        os.kill(process, 0)


ENDED_AT_ONCE = """
import signal, sys
from hpatch.lint.engine import fleet
signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
fleet._collect = lambda *_: 1 / 0
for _ in range(50):
    try:
        list(fleet.spread(abs, range(9), 2))
    except ZeroDivisionError:
        print("ended")
"""


def test_processes_that_have_just_started_can_be_ended() -> None:
    """Half of such runs once waited for ever."""
    done = subprocess.run(
        [sys.executable, "-c", ENDED_AT_ONCE], capture_output=True, text=True, timeout=PATIENCE, check=True
    )
    assert (done.stdout.split(), done.stderr) == (["ended"] * 50, "")
