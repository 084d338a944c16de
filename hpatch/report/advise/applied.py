"""What `hpatch advise --apply` did, step by step."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from hpatch.records import NamedTuple
from hpatch.report.common.markdown import grid
from hpatch.report.common.renderer import Page
from hpatch.report.common.tables import table

if TYPE_CHECKING:
    from hpatch.report.prove.proof import ProofReport

StepName = Literal["prove", "apply", "build", "lint"]
StepState = Literal["done", "not needed", "failed", "not begun"]
_HEADERS = ("step", "", "time", "")


class ApplyStep(NamedTuple):
    """A step: `seconds` it took, and what came of it in words."""

    name: StepName
    state: StepState
    told: str
    seconds: float = 0


@dataclass(frozen=True, kw_only=True)
class ApplyRun:
    """All steps; the proofs, by the name of each build."""

    steps: tuple[ApplyStep, ...]
    proofs: Mapping[str, ProofReport]

    def text(self, page: Page) -> Iterator[str]:
        """For people."""
        for one in self.proofs.values():
            yield from one.text(page)
            yield ""
        yield from table(_HEADERS, self._rows(), page.width, page.color, bold=True)

    def markdown(self) -> Iterator[str]:
        """For a ticket: lines without their ends."""
        for one in self.proofs.values():
            yield from one.markdown()
            yield ""
        yield from grid(_HEADERS, self._rows())

    def html(self) -> Iterator[str]:
        """For a page: lines without their ends."""
        from hpatch.report.common import html
        from hpatch.report.prove import proof

        yield "<h2>What was done</h2>"
        yield from html.table(_HEADERS, self._rows())
        for one in self.proofs.values():
            yield f"<h2>The proof</h2><p>{html.text(one.how)}</p>"
            for headers, rows in proof.tables(one.told()):
                yield from html.table(headers, rows)

    def data(self) -> dict[str, Any]:
        """For programs."""
        return {
            "steps": [{**one._asdict(), "seconds": round(one.seconds, 1)} for one in self.steps],
            "proofs": [{"schema": one.schema, **one.data()} for one in self.proofs.values()],
        }

    def _rows(self) -> list[tuple[str, ...]]:
        return [(one.name, one.state, f"{one.seconds:.0f} s" if one.seconds else "", one.told) for one in self.steps]
