"""Rows on this machine: some at once, each in a process of its own."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from hpatch.lab.across.carry import Heard, carry_out
from hpatch.lab.across.model import AcrossCell, AcrossJob
from hpatch.processes.keeper import Program

_MEMORY = 1 << 30
"""Bytes that a row may take: compilers, two httpds with their children, and an upload of 8 MiB in each."""
_CORES = 2
"""An httpd and who talks to it."""


def usual_workers() -> int:
    """How many rows this machine can take at once, by its cores and its free memory."""
    cores = len(os.sched_getaffinity(0)) // _CORES
    free = _free()
    return max(1, cores if free is None else min(cores, free // _MEMORY))


def _free() -> int | None:
    """Bytes of memory that programs can have (proc(5)); None where nobody knows."""
    try:
        lines = Path("/proc/meminfo").read_text("ascii").splitlines()
        return next(1024 * int(line.split()[1]) for line in lines if line.startswith("MemAvailable:"))
    except (OSError, StopIteration, ValueError):
        return None


class LocalWorkers:
    """So many rows at once. `with LocalWorkers(2, heard) as workers:`; what runs at its end is ended."""

    def __init__(self, workers: int, heard: Heard) -> None:
        self._heard = heard
        self._pool = ThreadPoolExecutor(workers)
        self._lock = threading.Lock()
        self._running: set[Program] = set()
        self._stopped = False

    def submit(self, job: AcrossJob) -> Future[tuple[AcrossCell, ...]]:
        """Have a row proved."""
        return self._pool.submit(carry_out, job, self._told, self._begun)

    def _told(self, cell: AcrossCell) -> None:
        if not self._stopped:  # else it is an error because its row was ended
            self._heard(cell)

    @contextmanager
    def _begun(self, program: Program) -> Iterator[None]:
        with self._lock:
            self._running.add(program)
            stopped = self._stopped
        if stopped:
            program.stop()
        try:
            yield
        finally:
            with self._lock:
                self._running.discard(program)

    def __enter__(self) -> LocalWorkers:
        return self

    def __exit__(self, *_: object) -> None:
        self._pool.shutdown(wait=False, cancel_futures=True)
        with self._lock:
            self._stopped = True
            running = list(self._running)
        for program in running:
            program.stop()
        self._pool.shutdown()
