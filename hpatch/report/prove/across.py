"""Sets on many versions as one table (`hpatch.across/1`, described in docs/output.md)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from hpatch.lab.across.across import Across
from hpatch.lab.across.model import YES, AcrossCell, CellVerdict
from hpatch.report.common.markdown import grid, plain
from hpatch.report.common.numbers import count
from hpatch.report.common.renderer import Page
from hpatch.report.common.tables import table
from hpatch.report.common.terminal import paint, visible, wrap

WORDS: Mapping[CellVerdict, str] = {
    "proved": "proved",
    "there": "there already",
    "not-applying": "does not apply",
    "not-proved": "NOT PROVED",
    "worse": "WORSE",
    "error": "error",
}
_OPEN = "to do"


@dataclass(frozen=True, kw_only=True)
class AcrossReport:
    """The table; `how` the trees are built, and `state`, the folder of what is done."""

    schema: ClassVar[str] = "hpatch.across/1"
    table: Across
    how: str
    state: str
    dry_run: bool = False
    project: str = "httpd"

    def text(self, page: Page) -> Iterator[str]:
        """For people."""
        for line in wrap(self._title(), page.width, 2):
            yield paint(line, "bold", page.color)
        yield ""
        yield from table(self._headers(), self._rows(), page.width, page.color, bold=True)
        yield ""
        for reason in self._reasons():
            yield from wrap(visible(reason), page.width, 2)
        color = "green" if self.table.ok else "red" if self.table.complete else "yellow"
        for line in wrap(visible(self._summary()), page.width, 2):
            yield paint(line, color, page.color)

    def data(self) -> dict[str, Any]:
        """For programs."""
        found = self.table
        return {
            "project": self.project,
            "dry_run": self.dry_run,
            "ok": found.ok,
            "undecided": found.undecided,
            "complete": found.complete,
            "how": self.how,
            "state": self.state,
            "sets": list(found.sets),
            "rows": [
                {
                    "row": row,
                    **version._asdict(),
                    "cells": [_cell(set, found.cells.get((row, set))) for set in found.sets],
                }
                for row, version in zip(found.rows, found.versions, strict=True)
            ],
        }

    def markdown(self) -> Iterator[str]:
        """For a ticket: lines without their ends."""
        yield f"**{plain(self._title())}**"
        yield ""
        yield from grid(self._headers(), self._rows())
        yield ""
        for reason in self._reasons():
            yield f"- {plain(reason)}"
        yield ""
        yield plain(self._summary())

    def _title(self) -> str:
        sets, rows = count(len(self.table.sets), "set"), count(len(self.table.rows), "version")
        return f"{sets} on {rows}: {self.how}"

    def _headers(self) -> tuple[str, ...]:
        return (self.project, *self.table.sets)

    def _rows(self) -> list[tuple[str, ...]]:
        found = self.table
        return [
            (row, *(WORDS[cell.verdict] if (cell := found.cells.get((row, set))) else _OPEN for set in found.sets))
            for row in found.rows
        ]

    def _reasons(self) -> Iterator[str]:
        """Those of the cells that are no yes."""
        found = self.table
        for row in found.rows:
            for set in found.sets:
                cell = found.cells.get((row, set))
                if cell is not None and cell.verdict not in YES:
                    yield f"{row}, {set}: {WORDS[cell.verdict]}: {cell.reason}"

    def _summary(self) -> str:
        found = self.table
        counts = Counter(cell.verdict for cell in found.cells.values())
        parts = [f"{counts[verdict]} {word.lower()}" for verdict, word in WORDS.items() if counts[verdict]]
        left = len(found.rows) * len(found.sets) - len(found.cells)
        parts += [f"{left} {_OPEN}"] if left else []
        kept = sum(cell.kept for cell in found.cells.values())
        before = f" ({kept} of them done before, in {self.state})" if kept else ""
        return f"{count(len(found.rows) * len(found.sets), 'cell')}: {', '.join(parts)}{before}"


def _cell(set: str, cell: AcrossCell | None) -> dict[str, Any]:
    if cell is None:
        return {"set": set, "verdict": None, "reason": "", "seconds": 0.0, "when": "", "kept": False}
    told = cell._asdict()
    return {name: told[name] for name in ("set", "verdict", "reason", "seconds", "when", "kept")}
