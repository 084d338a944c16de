"""How far a long piece of work is, for people who wait: one line on a terminal, gone when it is done."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol

from hpatch.report.common.terminal import visible

if TYPE_CHECKING:
    from rich.progress import Progress as Bar
    from rich.progress import TaskID

PATIENCE = 1.0
"""Seconds that pass before anything is shown."""


class Progress(Protocol):
    """Told of what is being done."""

    def step(self, number: int, count: int, title: str) -> None:
        """A step begins, the `number`th of `count`."""

    def detail(self, text: str) -> None:
        """What the step is at."""

    @property
    def at(self) -> str:
        """The step that was begun last, in words (`step 2 of 5, make`); empty before the first."""


class _Silent:
    def __init__(self) -> None:
        self._at: tuple[int, int, str] | None = None
        self._detail = ""

    def step(self, number: int, count: int, title: str) -> None:
        self._at, self._detail = (number, count, title), ""

    def detail(self, text: str) -> None:
        self._detail = text

    @property
    def at(self) -> str:
        if self._at is None:
            return ""
        number, count, title = self._at
        return ", ".join(filter(None, (f"step {number} of {count}", title)))


class _Shown(_Silent):
    """A bar that appears by itself: a step may be the only one, and take long."""

    def __init__(self) -> None:
        super().__init__()
        self._bar: Bar | None = None
        self._task: TaskID | None = None
        self._lock = threading.Lock()
        self._due = threading.Timer(PATIENCE, self._appear)
        self._due.daemon = True
        self._due.start()

    def step(self, number: int, count: int, title: str) -> None:
        super().step(number, count, title)
        self._show()

    def detail(self, text: str) -> None:
        super().detail(text)
        self._show()

    def _appear(self) -> None:
        with self._lock:
            if self._due.finished.is_set():
                return  # it was over in time
            self._bar = _bar()
            self._task = self._bar.add_task("", total=None, detail="")
            self._bar.start()
        self._show()

    def _show(self) -> None:
        if self._bar is None or self._task is None or self._at is None:
            return
        number, count, title = self._at
        self._bar.update(
            self._task, total=count, completed=number - 1, description=visible(title), detail=visible(self._detail)
        )

    def close(self) -> None:
        self._due.cancel()
        with self._lock:
            if self._bar is not None:
                self._bar.stop()


def _bar() -> Bar:
    from rich.console import Console  # only work that takes its time pays for it
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    return Progress(
        SpinnerColumn(),
        TextColumn("{task.description}", markup=False),
        BarColumn(bar_width=20),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.fields[detail]}", markup=False),
        console=Console(stderr=True),
        transient=True,
    )


@contextmanager
def shown() -> Iterator[Progress]:
    """Progress on standard error where that is a terminal, after a second; else nothing is shown."""
    if not sys.stderr.isatty():
        yield _Silent()
        return
    progress = _Shown()
    try:
        yield progress
    finally:
        progress.close()
