"""The guard: a program of its own that ends what hpatch has started when hpatch itself is gone, however it went.

Called as `python -I -S guard.py OWNER [FOLDER]`, with a pipe from its owner as standard input. The owner writes
`+GROUP START` when it has started a process group and `-GROUP` when that has ended; START is the start time of the
group's first process. When the pipe closes, or the owner ends while another process holds the pipe, the groups that are
left are told to end (SIGTERM), then killed, and the folder is removed.

Nothing else is ever signalled: a number that has come to belong to another process since has another start time.
It needs nothing but the standard library and is read by no other module but `keeper`.
"""

from __future__ import annotations

import os
import select
import signal
import sys
import time
from collections.abc import Iterator

GRACE = 1.0
"""Seconds from SIGTERM to SIGKILL."""
_STEP = 0.01
_EXITING = 4
"""PF_EXITING of Linux (include/linux/sched.h)."""


def main() -> None:
    """Watch to the end."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    groups = _watch(int(sys.argv[1]))
    _end(groups)
    if len(sys.argv) > 2:
        from shutil import rmtree  # after the processes, which come first

        rmtree(sys.argv[2], ignore_errors=True)


def _watch(owner: int) -> dict[int, int]:
    """Follow what the owner says until it is gone; the groups that are left, by number, with their start times."""
    groups: dict[int, int] = {}
    poll = select.poll()
    poll.register(0, select.POLLIN)
    os.set_blocking(0, False)
    died = -1  # on a system without: the pipe tells
    gone = False
    try:
        died = os.pidfd_open(owner)
        poll.register(died, select.POLLIN)
        gone = os.getppid() != owner
    except ProcessLookupError:
        gone = True
    except (OSError, AttributeError):
        pass
    rest = b""
    while True:
        if not gone:
            gone = any(handle == died for handle, _ in poll.poll())
        try:
            said = os.read(0, 65536)
        except BlockingIOError:
            if gone:  # another process holds the pipe
                return groups
            continue
        if not said:
            return groups
        *lines, rest = (rest + said).split(b"\n")
        for line in lines:
            number, *start = line[1:].split()
            if line[:1] == b"+":
                groups[int(number)] = int(start[0])
            else:
                groups.pop(int(number), None)


def _end(groups: dict[int, int]) -> None:
    for number in (signal.SIGTERM, signal.SIGKILL):
        limit = time.monotonic() + GRACE
        first = True
        while living := list(_living(groups)):
            if first or number == signal.SIGKILL:
                for process in living:
                    _signal(process, number)
            first = False
            if time.monotonic() > limit:
                break
            time.sleep(_STEP)


def _living(groups: dict[int, int]) -> Iterator[tuple[int, int]]:
    """The processes of the groups, with their start times; those that only wait to be collected are none."""
    found: dict[int, Stat] = {}
    for name in os.listdir("/proc") if groups else ():  # noqa: PTH208 - it must start quickly
        told = stat(int(name)) if name.isdigit() else None
        if told is not None and told.group in groups:
            found[int(name)] = told
    for pid, told in found.items():
        begun = groups[told.group]
        first = found.get(told.group)
        # No process of a group is older than its first; and one with its number that is younger is another's first.
        if told.state not in "ZX" and told.start >= begun and (first is None or first.start == begun):
            yield pid, told.start


def _signal(process: tuple[int, int], number: int) -> None:
    """Signal a process, unless it has gone and its number belongs to another by now."""
    pid, start = process
    try:
        handle = os.pidfd_open(pid)
    except AttributeError:
        os.kill(pid, number)
        return
    except OSError:
        return
    try:
        told = stat(pid)
        if told is not None and told.start == start:
            signal.pidfd_send_signal(handle, number)
    except OSError:
        pass
    finally:
        os.close(handle)


class Stat:
    """What `/proc/PID/stat` tells. `ticks` are those of the clock that it and its ended children have used.

    `ending`: it is on its way to its end, or there; its connections may be closed already.
    """

    __slots__ = ("ending", "group", "parent", "start", "state", "ticks")

    def __init__(self, state: str, parent: int, group: int, flags: int, ticks: int, start: int) -> None:
        self.state = state
        self.ending = state in "ZX" or bool(flags & _EXITING)
        self.parent = parent
        self.group = group
        self.ticks = ticks
        self.start = start


def stat(pid: int) -> Stat | None:
    """What there is to know of a process; None when there is none (proc(5))."""
    try:
        with open(f"/proc/{pid}/stat", "rb") as stream:  # noqa: PTH123 - it must start quickly
            fields = stream.read().rpartition(b")")[2].split()
    except OSError:
        return None
    if len(fields) < 20:
        return None
    ticks = sum(map(int, fields[11:15]))
    return Stat(fields[0].decode(), int(fields[1]), int(fields[2]), int(fields[6]), ticks, int(fields[19]))


if __name__ == "__main__":
    main()
