"""The patches that a tree knows (`hpatch.series/1`, described in docs/output.md)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar

from hpatch.patch.apply.stack import AppliedStep, Stack
from hpatch.patch.series.queue import Queue
from hpatch.report.common.renderer import Page
from hpatch.report.common.terminal import visible


@dataclass(frozen=True, kw_only=True)
class SeriesReport:
    """A tree's stack and queue; `shown` says what the text shows: `applied`, `waiting` or `top`."""

    schema: ClassVar[str] = "hpatch.series/1"
    root: str
    stack: Stack
    queue: Queue
    shown: str

    def text(self, page: Page) -> Iterator[str]:
        """For people, and for scripts: a name a line."""
        if self.shown == "waiting":
            yield from (visible(one.name) for one in self.queue.waiting(self.stack))
            return
        for step in self.stack.steps[-1:] if self.shown == "top" else self.stack.steps:
            yield visible(step.name if step.name == step.set else f"{step.name} {step.set}")

    def data(self) -> dict[str, Any]:
        """For programs."""
        steps = [self._step(step) for step in self.stack.steps]
        return {
            "tree": self.root,
            "applied": steps,
            "waiting": [
                {"name": one.name, "set": one.set.id, "title": one.set.title} for one in self.queue.waiting(self.stack)
            ],
            "top": self.stack.steps[-1].name if self.stack.steps else None,
        }

    def _step(self, step: AppliedStep) -> dict[str, Any]:
        one = self.stack.find(step.set)
        return {
            "name": step.name,
            "set": step.set,
            "title": "" if one is None else one.title,
            "files": [file.path for file in step.files],
        }
