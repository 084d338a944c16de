"""A process that may write into a few folders only, and that ends with all that it started.

The kernel holds the limits (Landlock, Linux 5.13 or later; resource limits), so a mutant cannot step over them: it may
remove files at any path that it gets wrong, loop, fill the memory, or start processes.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import resource
import select
import shutil
import signal
import struct
import sys
import time
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

MEMORY = 4 << 30
"""Bytes of address space of each process."""
LARGEST = 256 << 20
"""Bytes of one file."""

# linux/landlock.h: the rights that change something on disk, by the version of the interface that brought them
_WRITE_FILE, _FIRST, _REFER, _TRUNCATE = 1 << 1, sum(1 << bit for bit in range(4, 13)), 1 << 13, 1 << 14
_SCOPE_SIGNAL = 1 << 1
_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
_PR_SET_PDEATHSIG, _PR_SET_CHILD_SUBREAPER, _PR_SET_NO_NEW_PRIVS = 1, 36, 38


class UnavailableError(Exception):
    """The kernel cannot hold a process to its folders."""


@dataclass(frozen=True)
class Ended:
    status: int | None
    """The exit status; negative for a signal; None after the time was over."""
    seconds: float
    cpu: float
    """Seconds, with those of its children that it waited for."""


def run(work: Callable[[], int], *, writable: Sequence[Path], cpu: float, wall: float) -> Ended:
    """Do `work` in a forked process; its value is the exit status. Nothing that it starts outlives the call.

    `cpu` bounds each of its processes, `wall` all of them, in seconds.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    began = time.monotonic()
    pid = os.fork()
    if pid == 0:
        status = 70
        try:
            os.setsid()
            libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
            signal.signal(signal.SIGTERM, signal.SIG_DFL)
            _confine(libc, writable)
            seconds = max(1, round(cpu))
            resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
            resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
            resource.setrlimit(resource.RLIMIT_FSIZE, (LARGEST, LARGEST))
            resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
            status = work()
        except BaseException:
            traceback.print_exc()
        finally:
            sys.stderr.flush()
            os._exit(status)
    with contextlib.closing(_Descriptor(os.pidfd_open(pid))) as ending:
        over = not select.select([ending], [], [], wall)[0]
    if over:
        os.kill(pid, signal.SIGKILL)
    _, status, used = os.wait4(pid, 0)
    _end_descendants()
    return Ended(
        status=None if over else os.waitstatus_to_exitcode(status),
        seconds=time.monotonic() - began,
        cpu=used.ru_utime + used.ru_stime,
    )


class _Descriptor:
    def __init__(self, number: int) -> None:
        self._number = number

    def fileno(self) -> int:
        return self._number

    def close(self) -> None:
        os.close(self._number)


def _end_descendants() -> None:
    """Kill what the process left behind: orphans come to this process, which has no other children."""
    while True:
        for pid in _children(os.getpid()):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        try:
            os.waitpid(-1, 0)
        except ChildProcessError:
            return


def _children(pid: int) -> list[int]:
    found: list[int] = []
    for task in Path(f"/proc/{pid}/task").iterdir():
        found += map(int, (task / "children").read_text().split())
    return found


def _confine(libc: ctypes.CDLL, writable: Sequence[Path]) -> None:
    version = check()
    rights = _WRITE_FILE | _FIRST | (_REFER if version >= 2 else 0) | (_TRUNCATE if version >= 3 else 0)
    fields = [rights, 0, _SCOPE_SIGNAL] if version >= 6 else [rights]
    attributes = struct.pack(f"{len(fields)}Q", *fields)
    ruleset = libc.syscall(_CREATE_RULESET, attributes, len(attributes), 0)
    for folder in writable:
        opened = os.open(folder, os.O_PATH | os.O_CLOEXEC)
        if libc.syscall(_ADD_RULE, ruleset, 1, struct.pack("=Qi", rights, opened), 0):
            raise UnavailableError
        os.close(opened)
    if libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) or libc.syscall(_RESTRICT_SELF, ruleset, 0):
        raise UnavailableError
    os.close(ruleset)


def check() -> int:
    """The version of the kernel's Landlock. Raises UnavailableError where it cannot hold a process to its folders.

    From version 6 on, a process cannot send a signal to others than those that it started either.
    """
    version: int = ctypes.CDLL(None, use_errno=True).syscall(_CREATE_RULESET, None, 0, 1)
    if version < 1:
        raise UnavailableError
    return version


def remove(folder: Path) -> None:
    """Delete what a process left in its folder, whatever permissions it set."""
    for parent, _, _ in os.walk(folder):
        Path(parent).chmod(0o700)
    shutil.rmtree(folder)
