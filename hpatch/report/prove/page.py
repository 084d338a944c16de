"""The list that hpatch began with, answered from cells of the lab (`hpatch.lab/1`, described in docs/output.md)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from hpatch.lab.matrix import LeftOut
from hpatch.lab.model import Result
from hpatch.lab.page import Answered, PageAnswer
from hpatch.report.common.numbers import count
from hpatch.report.common.renderer import Page
from hpatch.report.common.tables import table
from hpatch.report.common.terminal import wrap
from hpatch.report.prove import lab

_WORDS: dict[Answered, str] = {"fault": "fault", "no-fault": "no fault", "cannot-run": "unknown"}


@dataclass(frozen=True, kw_only=True)
class PageReport:
    """The list, an item a row; the cells, and what was left out of them, are in the data alone."""

    schema: ClassVar[str] = "hpatch.lab/1"
    answers: Sequence[PageAnswer]
    results: Sequence[Result]
    left_out: Sequence[LeftOut] = ()

    def text(self, page: Page) -> Iterator[str]:
        """For people."""
        rows = [
            (one.item.said, _WORDS[one.verdict], "\n".join(_seen(one)), "\n".join(one.item.sets))
            for one in self.answers
        ]
        yield from table(("item", "here", "what was seen", "sets"), rows, page.width, page.color, bold=True)
        yield ""
        counts = Counter(one.verdict for one in self.answers)
        told = ", ".join(f"{counts[one]} {word}" for one, word in _WORDS.items() if counts[one])
        yield from wrap(f"{len(self.answers)} items: {told}. Cells: {lab.summary(self.results)}", page.width, 2)

    def data(self) -> dict[str, Any]:
        """For programs."""
        cells = lab.LabReport(results=self.results, left_out=self.left_out).data()
        return {"items": [_item(one) for one in self.answers], **cells}


def _seen(answer: PageAnswer) -> Iterator[str]:
    """One line for what no cell tells, for the cells that passed, and for each other one."""
    if answer.why is not None:
        yield answer.why
    passed = sum(one.verdict == "passed" for one in answer.results)
    if passed:
        yield f"{passed} of {count(len(answer.results), 'cell')} passed"
    for one in answer.results:
        if one.verdict != "passed":
            cell = one.cell
            where = f"{cell.gateway.kind}, {cell.backend.kind}, {lab.way(cell.transport, cell.threads)}"
            name = f"{one.scenario} " if len(answer.item.scenarios) > 1 else ""
            yield f"{name}{one.verdict} ({where}): {one.why}"


def _item(answer: PageAnswer) -> dict[str, Any]:
    return {
        "said": answer.item.said,
        "sets": list(answer.item.sets),
        "scenarios": list(answer.item.scenarios),
        "verdict": answer.verdict,
        "why": answer.why,
    }
