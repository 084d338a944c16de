"""The data of a bundle (`hpatch.bundle/1`, described in docs/output.md), and its files."""

from __future__ import annotations

import platform
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from hpatch import __version__
from hpatch.build.facts import BuildFacts
from hpatch.build.trees import hashing
from hpatch.lab.bundle import store
from hpatch.lab.bundle.machine import machine
from hpatch.lab.bundle.masking import Mask
from hpatch.lab.bundle.model import (
    SCHEMA,
    AppliedSet,
    ChangedFile,
    DiffFacts,
    Outcome,
    Tool,
    TreeFacts,
    encode,
    outcome,
)
from hpatch.lab.diary import Diary
from hpatch.lab.proof import ProofPlan
from hpatch.patch.apply.export import compared, merged, unified
from hpatch.patch.apply.stack import Content
from hpatch.records import NamedTuple
from hpatch.report.common.json import dump
from hpatch.report.prove import lab
from hpatch.report.prove.bundle.page import page
from hpatch.report.prove.proof import ProofReport


class Ending(NamedTuple):
    """How a proof ended: with a report, or without one (`outcome`, and `why`)."""

    report: ProofReport | None = None
    outcome: Outcome = "failed"
    why: str | None = None


def files(
    plan: ProofPlan,
    ending: Ending,
    diary: Diary,
    build: BuildFacts | None,
    hashes: Mapping[str, str],
    repeat: Sequence[str],
    mask: Mask,
) -> dict[str, bytes]:
    """The files of a bundle, by name. `hashes` are those of the tree's files before the change.

    `build` is None where nothing was built; `repeat` are the commands that do all of it again.
    """
    diff = unified(merged(_edits(plan)))
    data = mask.data(_data(plan, ending, diary, build, hashes, repeat, diff))
    text = dump({**data, "schema": SCHEMA}).encode()
    kept = store.parse(text, store.DATA)
    return {store.DATA: text, store.PAGE: page(kept.bundle, diff).encode(), store.DIFF: diff}


def _data(
    plan: ProofPlan,
    ending: Ending,
    diary: Diary,
    build: BuildFacts | None,
    hashes: Mapping[str, str],
    repeat: Sequence[str],
    diff: bytes,
) -> dict[str, Any]:
    report = ending.report
    return {
        "schema": SCHEMA,
        "created": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "hpatch": encode(Tool(__version__, platform.python_version())),
        "outcome": ending.outcome if report is None else outcome(report.told()),
        "why": ending.why,
        "sets": [encode(one) for one in _sets(plan)],
        "tree": encode(_tree(plan, hashes)),
        "change": encode(_change(plan, diff)),
        "machine": encode(machine()),
        "build": encode(build),
        "made": encode(diary.made),
        "steps": [{**encode(one), "seconds": round(one.seconds, 3)} for one in diary.steps()],
        "so_far": [] if report is not None else _so_far(diary),
        "logs": encode(diary.excerpts()),
        "build_log": encode(diary.build_log),
        "repeat": list(repeat),
        "proof": None if report is None else {"schema": report.schema, **report.data()},
    }


def _edits(plan: ProofPlan) -> Any:
    return (edit for step in plan.prepared.steps for edit in step.edits)


def _sets(plan: ProofPlan) -> list[AppliedSet]:
    steps = plan.prepared.steps
    return [
        AppliedSet(one.set.id, one.set.title, tuple(step.name for step in steps if step.set == one.set.id))
        for one in plan.sets
    ]


def _tree(plan: ProofPlan, hashes: Mapping[str, str]) -> TreeFacts:
    return TreeFacts(
        name=plan.tree.name,
        files=len(hashes),
        before=hashing.whole(hashes),
        after=hashing.whole(hashing.edited(hashes, _edits(plan))),
        method=hashing.METHOD,
    )


def _change(plan: ProofPlan, diff: bytes) -> DiffFacts:
    edits = sorted(merged(_edits(plan)), key=lambda edit: edit.path)
    signs = [sign for edit in edits for hunk in compared(edit).hunks for sign, _ in hunk.lines]
    return DiffFacts(
        sha256=hashing.digest(diff),
        added=signs.count("+"),
        removed=signs.count("-"),
        files=tuple(ChangedFile(edit.path, _digest(edit.before), _digest(edit.after)) for edit in edits),
    )


def _digest(content: Content | None) -> str | None:
    return None if content is None else hashing.digest(content.data)


def _so_far(diary: Diary) -> list[dict[str, Any]]:
    return [
        {
            "moment": moment,
            "results": [lab.result(one) for one in diary.results.get(moment, ())],
            "checks": [one._asdict() for one in diary.checks.get(moment, ())],
        }
        for moment in dict.fromkeys((*diary.checks, *diary.results))
    ]
