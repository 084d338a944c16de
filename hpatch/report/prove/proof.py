"""A proof as a table, and in Markdown for a ticket (`hpatch.proof/1` is in `proof_data`)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from hpatch.build.trees.choice import Chosen
from hpatch.lab.model import Result
from hpatch.lab.proof import Proof, ProofPlan, Row, Shown
from hpatch.report.common import renderer
from hpatch.report.common.markdown import grid, plain
from hpatch.report.common.renderer import Form, Page
from hpatch.report.common.tables import table
from hpatch.report.common.terminal import paint, visible, wrap
from hpatch.report.prove import lab, net, proof_data

SHOWN: dict[Shown, str] = {
    "proved": "proved",
    "unaffected": "no fault here",
    "not-cured": "NOT CURED",
    "broken": "BROKEN",
    "cannot-run": "cannot run",
}
_HEADERS = ("scenario", "backend", "transport", "before", "after", "")
_CHECK_HEADERS = ("check", "before", "after", "")
_PLAN_HEADERS = ("scenario", "sets", "backend", "transport")


@dataclass(frozen=True, kw_only=True)
class ProofReport:
    """A proof and what became of it: `how` it was built; `in_place`: the tree is patched now."""

    schema: ClassVar[str] = "hpatch.proof/1"
    proof: Proof
    how: str
    in_place: bool = False

    def text(self, page: Page) -> Iterator[str]:
        """For people."""
        return _text(self, page.width, page.color)

    def data(self) -> dict[str, Any]:
        """For programs."""
        return proof_data.data(self.proof, self.how, self.in_place)

    def markdown(self) -> Iterator[str]:
        """For a ticket: lines without their ends."""
        return _markdown(self)


@dataclass(frozen=True)
class ProofPlanReport:
    """What would be done to prove it, and `how` it would be built."""

    schema: ClassVar[str] = ProofReport.schema
    plan: ProofPlan
    how: str

    def text(self, page: Page) -> Iterator[str]:
        """For people."""
        for text in self._head():
            yield from wrap(text, page.width, 2)
        yield ""
        yield from table(_PLAN_HEADERS, self._rows(), page.width, page.color, bold=True)

    def data(self) -> dict[str, Any]:
        """For programs."""
        return proof_data.plan(self.plan, self.how)

    def markdown(self) -> Iterator[str]:
        """For a ticket: lines without their ends."""
        title, applied = self._head()
        yield f"**{plain(title)}**"
        yield ""
        yield plain(applied)
        yield ""
        yield from grid(_PLAN_HEADERS, self._rows())

    def _head(self) -> tuple[str, str]:
        root = visible(str(self.plan.tree.root))
        return f"{root}: {self.plan.tree.name}, {self.how}", f"would be applied in a copy: {_names(self.plan.sets)}"

    def _rows(self) -> list[tuple[str, ...]]:
        return [
            (one.scenario.name, ", ".join(sets) or "others", lab.backend(one.cell.backend, None), one.cell.transport)
            for sets, one in self.plan.experiments
        ]


def _as_markdown(answer: ProofReport | ProofPlanReport, page: Page) -> Iterable[str]:
    return ("".join(f"{line}\n" for line in answer.markdown()),)


FORMS: Mapping[str, Form[ProofReport | ProofPlanReport]] = {**renderer.FORMS, "markdown": _as_markdown}


def _text(answer: ProofReport, width: int | None, color: bool) -> Iterator[str]:
    proof = answer.proof
    for line in wrap(_title(answer), width, 2):
        yield paint(line, "bold", color)
    if proof.failure is not None:
        yield ""
        yield from wrap(f"The patched tree does not build: {visible(proof.failure)}", width, 2)
    if proof.rows:
        yield ""
        yield from table(_HEADERS, _rows(proof), width, color, bold=True)
    if proof.checks:
        yield ""
        yield from table(_CHECK_HEADERS, _checks(proof), width, color, bold=True)
    if proof.net is not None:
        yield ""
        yield from table(net.HEADERS, net.rows(proof.net, proof.plan.changes), width, color, bold=True)
        yield ""
        yield from wrap(net.sentence(proof.net, proof.unexpected), width, 2)
    yield ""
    for one in proof.plan.sets:
        yield from wrap(_verdict(proof, one), width, 2)
    for line in wrap(_summary(answer), width, 2):
        yield paint(line, "green" if proof.ok else "red", color)


def _markdown(answer: ProofReport) -> Iterator[str]:
    proof = answer.proof
    yield f"**{plain(_title(answer))}**"
    if proof.failure is not None:
        yield ""
        yield f"The patched tree does not build: {plain(proof.failure)}"
    if proof.rows:
        yield ""
        yield from grid(_HEADERS, _rows(proof))
    if proof.checks:
        yield ""
        yield from grid(_CHECK_HEADERS, _checks(proof))
    if proof.net is not None:
        yield ""
        yield from grid(net.HEADERS, net.rows(proof.net, proof.plan.changes))
        yield ""
        yield plain(net.sentence(proof.net, proof.unexpected))
    yield ""
    for one in proof.plan.sets:
        yield f"- {plain(_verdict(proof, one))}"
    yield ""
    yield plain(_summary(answer))


def _rows(proof: Proof) -> list[tuple[str, ...]]:
    return [
        (
            row.before.scenario,
            lab.backend(row.before.cell.backend, row.before.backend),
            f"{row.before.cell.transport}{_threads(row)}",
            _half(row.before, row.stage),
            _half(row.after),
            _shown(row),
        )
        for row in proof.rows
    ]


def _checks(proof: Proof) -> list[tuple[str, ...]]:
    return [
        (
            one.after.name,
            f"{one.before.verdict}: {one.before.why}" if one.before is not None else "",
            f"{one.after.verdict}: {one.after.why}",
            "WORSE" if one.worse else "as before",
        )
        for one in proof.checks
    ]


def _threads(row: Row) -> str:
    number = row.before.cell.threads
    return f", {number} threads" if number is not None else ""


def _half(result: Result, stage: Sequence[str] = ()) -> str:
    with_ = f"with {', '.join(stage)}" if stage else ""
    return "\n".join(filter(None, (f"{result.verdict}: {result.why}", lab.seen(result.figures), with_)))


def _shown(row: Row) -> str:
    if row.sets:
        return SHOWN[row.shown]
    return "WORSE" if row.worse else "better" if row.shown == "proved" else "as before"


def _title(answer: ProofReport) -> str:
    plan = answer.proof.plan
    return f"{_names(plan.sets)} on {plan.tree.name}, {answer.how}"


def _names(sets: Sequence[Chosen]) -> str:
    return ", ".join(one.set.id for one in sets)


def _verdict(proof: Proof, one: Chosen) -> str:
    came = f" (came along for {', '.join(one.needed_by)})" if one.needed_by else ""
    rows = proof.of(one.set.id)
    if proof.failure is not None:
        word = "not tried"
    elif not rows:
        word = "no scenario of its own; it applies and builds, " + (
            "and nothing that was tried got worse" if proof.sound else "and something got worse"
        )
    else:
        counts = {word: sum(row.shown == word for row in rows) for word in SHOWN}
        word = ", ".join(f"{SHOWN[shown]} in {count}" for shown, count in counts.items() if count)
        word += f" of {len(rows)} {'cell' if len(rows) == 1 else 'cells'}"
    return f"{one.set.id}{came}: {word}"


def _summary(answer: ProofReport) -> str:
    proof = answer.proof
    built = " and ".join(f"{sum(phases.values()):.1f} s" for phases in proof.built.values())
    took = f"{proof.seconds:.1f} s, {built} of it building"
    if proof.ok:
        place = "; the tree is patched now" if answer.in_place else ""
        return f"The proof holds ({took}){place}"
    return f"{'Nothing is proved: something could not run' if proof.undecided else 'The proof does not hold'} ({took})"
