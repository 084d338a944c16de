"""Rows over workers: what is done is not done again, and each cell is kept as soon as it is known."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import CancelledError, Executor, Future, as_completed
from contextlib import ExitStack

from hpatch.lab.across.carry import carry_out, processors
from hpatch.lab.across.cell import errors
from hpatch.lab.across.local import LocalWorkers, usual_workers
from hpatch.lab.across.model import YES, AcrossCell, AcrossJob, TreeVersion
from hpatch.lab.across.state import Done
from hpatch.records import NamedTuple

Tell = Callable[[AcrossCell, int, int], None]
"""Hears of each cell when it is known, how many are, and of how many."""


class Across(NamedTuple):
    """The table: `cells` by row and set, less those that are not known yet; `versions` are those of the rows."""

    rows: tuple[str, ...]
    versions: tuple[TreeVersion, ...]
    sets: tuple[str, ...]
    cells: dict[tuple[str, str], AcrossCell]

    @property
    def complete(self) -> bool:
        """Whether all cells are known."""
        return len(self.cells) == len(self.rows) * len(self.sets)

    @property
    def ok(self) -> bool:
        """Whether every cell is a yes."""
        return self.complete and all(cell.verdict in YES for cell in self.cells.values())

    @property
    def undecided(self) -> bool:
        """Whether only cells that could not be tried, or were not, stand in the way."""
        return not self.ok and all(cell.verdict in YES or cell.verdict == "error" for cell in self.cells.values())


class AcrossWork:
    """A run. `table` is what is known by now, also after an interrupt.

    What is done counts only where `usable` says so of its cell.
    """

    def __init__(
        self, jobs: Sequence[AcrossJob], done: Done, usable: Callable[[AcrossCell], bool] = lambda cell: True
    ) -> None:
        self._done = done
        self._jobs = tuple(jobs)
        self._cells: dict[tuple[str, str], AcrossCell] = {}
        for job in jobs:
            for set in job.sets:
                cell = done.find(job, set)
                if cell is not None and usable(cell):
                    self._cells[job.row, set] = cell

    @property
    def table(self) -> Across:
        """What is known."""
        sets = tuple(dict.fromkeys(set for job in self._jobs for set in job.sets))
        rows = tuple(job.row for job in self._jobs)
        return Across(rows, versions=tuple(job.version for job in self._jobs), sets=sets, cells=dict(self._cells))

    @property
    def left(self) -> tuple[AcrossJob, ...]:
        """The rows with what is still to be done of them."""
        rows = (
            job._replace(sets=tuple(set for set in job.sets if (job.row, set) not in self._cells)) for job in self._jobs
        )
        return tuple(row for row in rows if row.sets)

    def run(
        self,
        executor: Executor | None = None,
        workers: int | None = None,
        tell: Tell = lambda cell, number, count: None,
    ) -> Across:
        """Do what is left; with `workers` rows at once on this machine, or by an executor, which the caller ends.

        An executor's rows are known and kept when they end, those on this machine cell by cell. At an exception and at
        an interrupt, rows that run here are ended, and an executor's are cancelled if they have not begun. Raises
        ToolError where nothing can be kept.
        """
        rows = {job.row: job for job in self.left}
        count = sum(len(job.sets) for job in self._jobs)

        def heard(cell: AcrossCell) -> None:
            if (cell.row, cell.set) not in self._cells:
                self._done.keep(rows[cell.row], cell)
                self._cells[cell.row, cell.set] = cell
                tell(cell, len(self._cells), count)

        with ExitStack() as ending:
            if executor is None:
                number = min(workers or usual_workers(), len(rows) or 1)
                local = ending.enter_context(LocalWorkers(number, heard))
                futures = {local.submit(_shared(job, number)): job for job in rows.values()}
            else:
                futures = {executor.submit(carry_out, job): job for job in rows.values()}
            ending.callback(_cancel, list(futures))
            for future in as_completed(futures):
                for cell in future.result() if executor is None else _answer(future, futures[future]):
                    heard(cell)
        return self.table


def _shared(job: AcrossJob, workers: int) -> AcrossJob:
    """The job, with its share of the processors where nothing else is said."""
    options = job.recipe.options
    if options is None or options.jobs is not None:
        return job
    return job._replace(recipe=job.recipe._replace(options=options._replace(jobs=processors(workers))))


def _answer(future: Future[tuple[AcrossCell, ...]], job: AcrossJob) -> Sequence[AcrossCell]:
    """The row's cells; errors where the executor lost it."""
    try:
        error = future.exception()
    except CancelledError:
        return tuple(errors(job, "the executor gave it up: somebody canceled it, or its scheduler has ended"))
    if error is None:
        return future.result()
    if not isinstance(error, Exception):
        raise error
    return tuple(errors(job, f"the worker failed: {type(error).__name__}: {error}"))


def _cancel(futures: Sequence[Future[tuple[AcrossCell, ...]]]) -> None:
    for future in futures:
        future.cancel()
