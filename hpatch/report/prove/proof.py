"""A proof as a table, and in Markdown for a ticket (`hpatch.proof/1` is in `proof_data`)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from hpatch.build.reproducible import SecondBuild
from hpatch.build.trees.choice import Chosen
from hpatch.lab.bundle.told import ToldProof, ToldResult, ToldRow, ToldSet, told
from hpatch.lab.model import BackendSpec
from hpatch.lab.proof import Proof, ProofPlan, Shown
from hpatch.lab.suite.model import Ended, SuiteRun
from hpatch.report.common.markdown import grid, plain
from hpatch.report.common.numbers import count
from hpatch.report.common.renderer import Page
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
_REPORT_HEADERS = ("what sanitizers report", "before", "after", "")
_SUITE_HEADERS = ("httpd's own test", "before", "after", "")
NO_REPORTS = "The sanitizers reported nothing, neither before nor after."
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
        return text(self.told(), page)

    def data(self) -> dict[str, Any]:
        """For programs."""
        return proof_data.data(self.proof, self.how, self.in_place)

    def markdown(self) -> Iterator[str]:
        """For a ticket: lines without their ends."""
        return markdown(self.told())

    def told(self) -> ToldProof:
        """The proof as it is shown."""
        return told(self.data())


@dataclass(frozen=True)
class ProofPlanReport:
    """What would be done to prove it, `how` it would be built, and what else would be done, in sentences."""

    schema: ClassVar[str] = ProofReport.schema
    plan: ProofPlan
    how: str
    also: tuple[str, ...] = ()

    def text(self, page: Page) -> Iterator[str]:
        """For people."""
        for line in self._head():
            yield from wrap(line, page.width, 2)
        yield ""
        yield from table(_PLAN_HEADERS, self._rows(), page.width, page.color, bold=True)

    def data(self) -> dict[str, Any]:
        """For programs."""
        return proof_data.plan(self.plan, self.how, self.also)

    def markdown(self) -> Iterator[str]:
        """For a ticket: lines without their ends."""
        title, *more = self._head()
        yield f"**{plain(title)}**"
        yield ""
        for line in more:
            yield f"- {plain(line)}"
        yield ""
        yield from grid(_PLAN_HEADERS, self._rows())

    def _head(self) -> tuple[str, ...]:
        root = visible(str(self.plan.tree.root))
        applied = f"would be applied in a copy: {_names(self.plan.sets)}"
        return f"{root}: {self.plan.tree.name}, {self.how}", applied, *map(visible, self.also)

    def _rows(self) -> list[tuple[str, ...]]:
        return [
            (one.scenario.name, ", ".join(sets) or "others", lab.backend(one.cell.backend, None), one.cell.transport)
            for sets, one in self.plan.experiments
        ]


def text(proof: ToldProof, page: Page) -> Iterator[str]:
    """A proof for people."""
    width, color = page.width, page.color
    for line in wrap(_title(proof), width, 2):
        yield paint(line, "bold", color)
    if proof.failure is not None:
        yield ""
        yield from wrap(f"The patched tree does not build: {visible(proof.failure)}", width, 2)
    for headers, rows in tables(proof):
        yield ""
        yield from table(headers, rows, width, color, bold=True)
    if proof.net is not None:
        yield ""
        yield from wrap(net.sentence(proof.net, proof.unexpected), width, 2)
        if proof.net.ways:
            yield from wrap(net.LIMITS, width, 2)
    if proof.again is not None:
        yield ""
        yield from wrap(visible(again(proof.again)), width, 2)
    if proof.reports == ():
        yield ""
        yield NO_REPORTS
    if proof.suite is not None:
        yield ""
        yield from wrap(visible(suite_sentence(proof.suite)), width, 2)
    yield ""
    for one in proof.sets:
        yield from wrap(verdict(proof, one), width, 2)
    for line in wrap(summary(proof), width, 2):
        yield paint(line, "green" if proof.ok else "red", color)


def markdown(proof: ToldProof) -> Iterator[str]:
    """A proof for a ticket."""
    yield f"**{plain(_title(proof))}**"
    if proof.failure is not None:
        yield ""
        yield f"The patched tree does not build: {plain(proof.failure)}"
    for headers, rows in tables(proof):
        yield ""
        yield from grid(headers, rows)
    if proof.net is not None:
        yield ""
        yield plain(net.sentence(proof.net, proof.unexpected))
        if proof.net.ways:
            yield ""
            yield plain(net.LIMITS)
    if proof.again is not None:
        yield ""
        yield plain(again(proof.again))
    if proof.reports == ():
        yield ""
        yield NO_REPORTS
    if proof.suite is not None:
        yield ""
        yield plain(suite_sentence(proof.suite))
    yield ""
    for one in proof.sets:
        yield f"- {plain(verdict(proof, one))}"
    yield ""
    yield plain(summary(proof))


def again(second: SecondBuild) -> str:
    """What a second build of the patched tree gave."""
    if second.failure is not None:
        return f"The patched tree could not be built a second time: {second.failure}"
    files = count(second.files, "file")
    if second.same:
        return f"A second build in another folder gave the same {files}, byte for byte"
    differences = "; ".join(f"{one.name} ({', '.join(one.kinds)})" for one in second.differences)
    return f"A second build differs in {len(second.differences)} of {files}: {differences or 'there were none'}"


def tables(proof: ToldProof) -> Iterator[tuple[Sequence[str], list[tuple[str, ...]]]]:
    """The tables that there are: scenarios, checks, and what the net saw."""
    if proof.rows:
        yield _HEADERS, _rows(proof)
    if proof.checks:
        yield _CHECK_HEADERS, _checks(proof)
    if proof.net is not None:
        yield net.HEADERS, net.rows(proof.net, proof.changes)
    if proof.reports:
        yield _REPORT_HEADERS, _reports(proof)
    if proof.suite is not None and proof.suite.changes:
        yield _SUITE_HEADERS, _suite(proof.suite)


def suite_sentence(suite: SuiteRun) -> str:
    """How httpd's own tests ended, in numbers."""
    ends: tuple[Ended, ...] = ("passed", "failed", "skipped")
    sides = [", ".join(f"{side.get(end, 0)} {end}" for end in ends) for side in (suite.before, suite.after)]
    return f"httpd's own tests ({', '.join(suite.paths)}): {sides[0]} before; {sides[1]} after."


def _suite(suite: SuiteRun) -> list[tuple[str, ...]]:
    return [
        (
            one.test,
            one.before or "did not run",
            "\n".join(filter(None, (one.after or "did not run", one.reason))),
            "WORSE" if one.worse else "unsteady" if one.before == "passed" else "other",
        )
        for one in suite.changes
    ]


def _reports(proof: ToldProof) -> list[tuple[str, ...]]:
    shown = {True: "NEW", False: "as before"}
    return [
        (one.name, f"{one.before} times", f"{one.after} times", shown[one.new] if one.after else "gone")
        for one in proof.reports or ()
    ]


def _rows(proof: ToldProof) -> list[tuple[str, ...]]:
    return [
        (
            row.before.scenario,
            _backend(row.before),
            lab.way(row.before.transport, row.before.threads),
            _half(row.before, row.stage),
            _half(row.after),
            _shown(row),
        )
        for row in proof.rows
    ]


def _backend(result: ToldResult) -> str:
    told = result.backend
    program = None if told.program is None else Path(told.program)
    return lab.backend(BackendSpec(told.kind, program, told.release), told.version)


def _checks(proof: ToldProof) -> list[tuple[str, ...]]:
    return [
        (
            one.after.name,
            f"{one.before.verdict}: {one.before.why}" if one.before is not None else "",
            f"{one.after.verdict}: {one.after.why}",
            "WORSE" if one.worse else "as before",
        )
        for one in proof.checks
    ]


def _half(result: ToldResult, stage: Sequence[str] = ()) -> str:
    with_ = f"with {', '.join(stage)}" if stage else ""
    return "\n".join(filter(None, (f"{result.verdict}: {result.why}", lab.seen(result.figures), with_)))


def _shown(row: ToldRow) -> str:
    if row.sets:
        return SHOWN[row.shown]
    return "WORSE" if row.worse else "better" if row.shown == "proved" else "as before"


def _title(proof: ToldProof) -> str:
    return visible(f"{', '.join(one.id for one in proof.sets)} on {proof.tree.name}, {proof.how}")


def _names(sets: Sequence[Chosen]) -> str:
    return ", ".join(one.set.id for one in sets)


def verdict(proof: ToldProof, one: ToldSet) -> str:
    """What the proof shows of a set, in one line."""
    came = f" (came along for {', '.join(one.needed_by)})" if one.needed_by else ""
    rows = proof.of(one.id)
    if proof.failure is not None:
        word = "not tried"
    elif not rows:
        word = "no scenario of its own; it applies and builds, " + (
            "and nothing that was tried got worse" if proof.sound else "and something got worse"
        )
    else:
        counts = {word: sum(row.shown == word for row in rows) for word in SHOWN}
        word = ", ".join(f"{SHOWN[shown]} in {number}" for shown, number in counts.items() if number)
        word += f" of {count(len(rows), 'cell')}"
    return visible(f"{one.id}{came}: {word}")


def summary(proof: ToldProof) -> str:
    """What it comes to, and how long it took."""
    built = " and ".join(f"{sum(phases.values()):.1f} s" for phases in proof.built.values())
    took = f"{proof.seconds:.1f} s, {built} of it building"
    if proof.ok:
        place = "; the tree is patched now" if proof.in_place else ""
        return f"The proof holds ({took}){place}"
    return f"{'Nothing is proved: something could not run' if proof.undecided else 'The proof does not hold'} ({took})"
