"""A proof as data (`hpatch.proof/1`, described in docs/output.md)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from hpatch.build.reproducible import SecondBuild
from hpatch.lab.net.model import NetResult
from hpatch.lab.proof import Proof, ProofPlan
from hpatch.lab.suite.model import SuiteRun
from hpatch.report.prove import lab


def data(proof: Proof, how: str, in_place: bool) -> dict[str, Any]:
    """A proof; `how` it was built; `in_place`: the tree is patched now."""
    head = _head(proof.plan, how)
    for told, one in zip(head["sets"], proof.plan.sets, strict=True):
        told["proved"] = proof.proved(one)
    return {
        "dry_run": False,
        **head,
        "ok": proof.ok,
        "undecided": proof.undecided,
        "in_place": in_place,
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
        "net": None if proof.net is None else _net(proof.net, proof),
        "suite": None if proof.suite is None else _suite(proof.suite),
        "reports": None if proof.reports is None else [one._asdict() for one in proof.reports],
        "built": {moment: _seconds(phases) for moment, phases in proof.built.items()},
        "seconds": round(proof.seconds, 3),
        "again": None if proof.again is None else _again(proof.again),
    }


def _again(again: SecondBuild) -> dict[str, Any]:
    return {
        "same": again.same,
        "files": again.files,
        "differences": [{"name": one.name, "kinds": list(one.kinds)} for one in again.differences],
        "failure": again.failure,
    }


def _suite(suite: SuiteRun) -> dict[str, Any]:
    return {**suite._asdict(), "paths": list(suite.paths), "changes": [one._asdict() for one in suite.changes]}


def _net(net: NetResult, proof: Proof) -> dict[str, Any]:
    return {
        "ways": list(net.ways),
        "untried": list(net.untried),
        "trials": net.trials,
        "unexpected": list(proof.unexpected),
        "changes": list(proof.plan.changes),
        "differences": [one._asdict() for one in net.differences],
        "figures": [one._asdict() for one in net.figures],
        "unsteady": list(net.unsteady),
        "seconds": round(net.seconds, 3),
    }


def plan(plan: ProofPlan, how: str, also: Sequence[str]) -> dict[str, Any]:
    """What would be done, and how it would be built."""
    return {
        "dry_run": True,
        **_head(plan, how),
        "also": list(also),
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


def _head(plan: ProofPlan, how: str) -> dict[str, Any]:
    return {
        "tree": {
            "root": str(plan.tree.root),
            "version": str(plan.tree.version),
            "development": plan.tree.development,
            "project": plan.tree.project,
        },
        "how": how,
        "sets": [{"id": one.set.id, "needed_by": list(one.needed_by)} for one in plan.sets],
        "files": list(plan.paths),
    }


def _seconds(phases: Mapping[str, float]) -> dict[str, float]:
    return {name: round(seconds, 3) for name, seconds in phases.items()}
