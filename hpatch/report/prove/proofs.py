"""Proofs of the same sets with several builds (`hpatch.proofs/1`, described in docs/output.md)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from hpatch.report.common.markdown import grid
from hpatch.report.common.renderer import Page
from hpatch.report.common.tables import table
from hpatch.report.prove.proof import ProofReport


@dataclass(frozen=True)
class ProofsReport:
    """The proofs, by the name of each build."""

    schema: ClassVar[str] = "hpatch.proofs/1"
    proofs: Mapping[str, ProofReport]

    def text(self, page: Page) -> Iterator[str]:
        """For people."""
        for one in self.proofs.values():
            yield from one.text(page)
            yield ""
        yield from table(self._headers(), self._rows(), page.width, page.color, bold=True)

    def data(self) -> dict[str, Any]:
        """For programs."""
        proofs = [one.proof for one in self.proofs.values()]
        return {
            "ok": all(proof.ok for proof in proofs),
            "undecided": not all(proof.ok for proof in proofs) and all(proof.ok or proof.undecided for proof in proofs),
            "proofs": [{"mpm": name, **one.data()} for name, one in self.proofs.items()],
        }

    def markdown(self) -> Iterator[str]:
        """For a ticket: lines without their ends."""
        for one in self.proofs.values():
            yield from one.markdown()
            yield ""
        yield from grid(self._headers(), self._rows())

    def _headers(self) -> tuple[str, ...]:
        first = next(iter(self.proofs.values()))
        return ("MPM", *(one.set.id for one in first.proof.plan.sets), "the proof")

    def _rows(self) -> list[tuple[str, ...]]:
        return [
            (
                name,
                *("proved" if one.proof.proved(each) else "NOT PROVED" for each in one.proof.plan.sets),
                "holds" if one.proof.ok else "undecided" if one.proof.undecided else "DOES NOT HOLD",
            )
            for name, one in self.proofs.items()
        ]
