"""Work on many configurations in several processes, with the results in the order of the work.

The standard pools are not used: `multiprocessing.Pool` waits forever when a child is killed, and an interrupted
`ProcessPoolExecutor` prints tracebacks from its own threads.
"""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator, Sequence
from multiprocessing import get_context
from multiprocessing.connection import Connection, wait
from typing import TypeVar, cast

from hpatch.errors import HpatchError

W = TypeVar("W")
R = TypeVar("R")

_LARGEST = 16
"""The number of pieces of work that a process gets at once: handing over a small piece costs more than doing it."""


_ENDING = frozenset({signal.SIGINT, signal.SIGTERM, signal.SIGHUP})
"""What tells a process to end."""


def spread(function: Callable[[W], R], work: Sequence[W], jobs: int) -> Iterator[R]:
    """The results of `function` for the pieces of work, in order. An error that it raises is raised here.

    Raises HpatchError when a process is killed.
    """
    size = max(1, min(_LARGEST, len(work) // (jobs * 4)))
    batches = [range(start, min(start + size, len(work))) for start in range(0, len(work), size)]
    context = get_context("fork")
    ends: list[Connection] = []
    processes = []
    try:
        for _ in range(min(jobs, len(batches))):
            here, there = context.Pipe()
            ends.append(here)
            process = context.Process(target=_serve, args=(there, tuple(ends), function, work), daemon=True)
            # Python forgets signals that reach a child before its first line; the wait for such a child would not end.
            mask = signal.pthread_sigmask(signal.SIG_BLOCK, _ENDING)
            try:
                process.start()
                processes.append(process)
            finally:
                signal.pthread_sigmask(signal.SIG_SETMASK, mask)
            there.close()
        yield from _collect(ends, batches)
    finally:
        for process in processes:
            process.terminate()
        for process in processes:
            process.join()


def _collect(ends: Sequence[Connection], batches: Sequence[range]) -> Iterator[R]:
    """Distribute the batches and yield the results in order."""
    results: dict[int, list[R]] = {}
    busy: dict[Connection, int] = {}
    given = 0
    for end in ends:
        end.send(batches[given])
        busy[end] = given
        given += 1
    for wanted in range(len(batches)):
        while wanted not in results:
            for end in cast("list[Connection]", wait(list(busy))):
                try:
                    answer = end.recv()
                except (EOFError, ConnectionError):
                    raise HpatchError("a linting process was killed (out of memory?); try --jobs 1") from None
                if isinstance(answer, Exception):
                    raise answer
                results[busy.pop(end)] = answer
                if given < len(batches):
                    end.send(batches[given])
                    busy[end] = given
                    given += 1
        yield from results.pop(wanted)


def _serve(end: Connection, others: Sequence[Connection], function: Callable[[W], R], work: Sequence[W]) -> None:
    """A process: work on batches until none is left, or until nobody reads the results."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # its parent is interrupted too, and ends it
    for number in (signal.SIGTERM, signal.SIGHUP):
        # A handler in Python does not run where the signal comes just before the process waits for work.
        signal.signal(number, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, _ENDING)
    for other in others:
        other.close()  # or it would never see that its parent has gone
    try:
        while True:
            batch = end.recv()
            try:
                end.send([function(work[index]) for index in batch])
            except Exception as error:
                end.send(_portable(error))
    except (EOFError, ConnectionError):
        return


def _portable(error: Exception) -> Exception:
    """The error, if it can be sent to another process."""
    import pickle

    try:
        pickle.loads(pickle.dumps(error))
    except Exception:
        return RuntimeError(f"{type(error).__name__}: {error}")
    return error
