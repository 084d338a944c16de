"""A proof as a table, in Markdown for a ticket, and as JSON (`hpatch.proof/1`, described in docs/output.md)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal, NamedTuple

from hpatch.build.trees.choice import Chosen
from hpatch.lab.model import Result
from hpatch.lab.proof import Proof, ProofPlan, Row, Shown
from hpatch.report.common.json import dump
from hpatch.report.common.tables import table
from hpatch.report.common.terminal import paint, visible, wrap
from hpatch.report.prove import lab

Format = Literal["text", "json", "markdown"]
SHOWN: dict[Shown, str] = {
    "proved": "proved",
    "unaffected": "no fault here",
    "not-cured": "NOT CURED",
    "broken": "BROKEN",
    "cannot-run": "cannot run",
}
_SPECIAL = re.compile(r"([\\`*_|<&\[\]])")
_HEADERS = ("scenario", "backend", "transport", "before", "after", "")
_CHECK_HEADERS = ("check", "before", "after", "")


class ProofReport(NamedTuple):
    """A proof and what became of it: `how` it was built; `in_place`: the tree is patched now."""

    proof: Proof
    how: str
    in_place: bool = False


def render(answer: ProofReport, format: Format, *, width: int | None = None, color: bool = False) -> str:
    """The answer."""
    if format == "json":
        return _json(answer)
    lines = _markdown(answer) if format == "markdown" else _text(answer, width, color)
    return "".join(f"{line}\n" for line in lines)


def render_plan(plan: ProofPlan, how: str, format: Format, *, width: int | None = None, color: bool = False) -> str:
    """What would be done."""
    if format == "json":
        return dump(
            {
                "schema": "hpatch.proof/1",
                "dry_run": True,
                **_head(plan, how),
                "experiments": [
                    {
                        "scenario": one.scenario.name,
                        "sets": list(sets),
                        "backend": one.cell.backend.kind,
                        "transport": one.cell.transport,
                        "threads": one.cell.threads,
                    }
                    for sets, one in plan.experiments
                ],
            }
        )
    root = visible(str(plan.tree.root))
    head = (f"{root}: {plan.tree.name}, {how}", f"would be applied in a copy: {_names(plan.sets)}")
    headers = ("scenario", "tells of", "backend", "transport")
    rows = [
        (one.scenario.name, ", ".join(sets) or "others", lab.backend(one.cell.backend, None), one.cell.transport)
        for sets, one in plan.experiments
    ]
    if format == "markdown":
        lines = [f"**{_plain(head[0])}**", "", _plain(head[1]), "", *_grid(headers, rows)]
    else:
        lines = [line for text in head for line in wrap(text, width, 2)]
        lines += ["", *table(headers, rows, width, color, bold=True)]
    return "".join(f"{line}\n" for line in lines)


def _text(answer: ProofReport, width: int | None, color: bool) -> Iterator[str]:
    proof = answer.proof
    for line in wrap(_title(answer), width, 2):
        yield paint(line, "bold", color)
    if proof.failure is not None:
        yield ""
        yield from wrap(f"With the sets it does not build: {visible(proof.failure)}", width, 2)
    if proof.rows:
        yield ""
        yield from table(_HEADERS, _rows(proof), width, color, bold=True)
    if proof.checks:
        yield ""
        yield from table(_CHECK_HEADERS, _checks(proof), width, color, bold=True)
    yield ""
    for one in proof.plan.sets:
        yield from wrap(_verdict(proof, one), width, 2)
    for line in wrap(_summary(answer), width, 2):
        yield paint(line, "green" if proof.ok else "red", color)


def _markdown(answer: ProofReport) -> Iterator[str]:
    proof = answer.proof
    yield f"**{_plain(_title(answer))}**"
    if proof.failure is not None:
        yield ""
        yield f"With the sets it does not build: {_plain(proof.failure)}"
    if proof.rows:
        yield ""
        yield from _grid(_HEADERS, _rows(proof))
    if proof.checks:
        yield ""
        yield from _grid(_CHECK_HEADERS, _checks(proof))
    yield ""
    for one in proof.plan.sets:
        yield f"- {_plain(_verdict(proof, one))}"
    yield ""
    yield _plain(_summary(answer))


def _grid(headers: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    yield f"| {' | '.join(headers)} |"
    yield f"|{'---|' * len(headers)}"
    for row in rows:
        yield f"| {' | '.join(_plain(cell) for cell in row)} |"


def _plain(text: str) -> str:
    """Text that Markdown leaves as it is; a new line is a new line in a cell."""
    return "<br>".join(_SPECIAL.sub(r"\\\1", visible(line)) for line in text.split("\n"))


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
        word = "no behaviour of its own; it applies and builds, " + (
            "and nothing that was tried is worse" if proof.sound else "and something is worse"
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


def _head(plan: ProofPlan, how: str) -> dict[str, Any]:
    return {
        "tree": {
            "root": str(plan.tree.root),
            "version": str(plan.tree.version),
            "development": plan.tree.development,
        },
        "how": how,
        "sets": [{"id": one.set.id, "needed_by": list(one.needed_by)} for one in plan.sets],
        "files": list(plan.paths),
    }


def _json(answer: ProofReport) -> str:
    proof = answer.proof
    head = _head(proof.plan, answer.how)
    for told, one in zip(head["sets"], proof.plan.sets, strict=True):
        told["proved"] = proof.failure is None and proof.proved(one)
    return dump(
        {
            "schema": "hpatch.proof/1",
            "dry_run": False,
            **head,
            "ok": proof.ok,
            "undecided": proof.undecided,
            "in_place": answer.in_place,
            "failure": proof.failure,
            "rows": [
                {
                    "sets": list(row.sets),
                    "shown": row.shown,
                    "worse": row.worse,
                    "stage": list(row.stage),
                    "before": lab.result(row.before),
                    "after": lab.result(row.after),
                }
                for row in proof.rows
            ],
            "checks": [
                {
                    "name": one.after.name,
                    "worse": one.worse,
                    "before": None if one.before is None else one.before._asdict(),
                    "after": one.after._asdict(),
                }
                for one in proof.checks
            ],
            "built": {moment: _seconds(phases) for moment, phases in proof.built.items()},
            "seconds": round(proof.seconds, 3),
        }
    )


def _seconds(phases: Mapping[str, float]) -> dict[str, float]:
    return {name: round(seconds, 3) for name, seconds in phases.items()}
