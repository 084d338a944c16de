"""A plan as data (`hpatch.plan/1`, described in docs/output.md)."""

from __future__ import annotations

from typing import Any

from hpatch.build.trees.applying import Blocker, Prepared
from hpatch.build.trees.leaving import Rejects
from hpatch.patch.diff.model import PLACED, Elsewhere, Outcome, Placed
from hpatch.report.common.json import lines


def data(
    prepared: Prepared, state: str, rejects: Rejects | None = None, copy: dict[str, Any] | None = None
) -> dict[str, Any]:
    """A plan that is in a state (`PlanReport.state`), its rejects, and what is known of a copy with conflicts."""
    tree = prepared.tree
    return {
        "tree": {
            "root": str(prepared.root),
            "project": None if tree is None else tree.project,
            "version": None if tree is None else str(tree.version),
            "development": None if tree is None else tree.development,
        },
        "state": state,
        "sets": [
            {
                "id": one.set.id,
                "title": one.set.title,
                "asked": not one.needed_by,
                "needed_by": list(one.needed_by),
                "state": "not-for-this-version" if one.presence.state == "unsuitable" else one.presence.state,
                "why": one.presence.why,
            }
            for one in prepared.chosen
        ],
        "there": list(prepared.there),
        "excluded": list(prepared.excluded),
        "steps": [
            {
                "name": task.item.name,
                "set": task.set,
                "files": [_file_data(placed) for placed in step.files],
                "oddities": [oddity._asdict() for oddity in task.item.diff.oddities],
            }
            for task, step in zip(prepared.tasks, prepared.plan.steps, strict=False)
        ],
        "blockers": [_blocker_data(blocker) for blocker in prepared.blockers],
        "rejects": None if rejects is None else {"folder": str(rejects.folder), "files": sorted(rejects.texts)},
        "copy": copy,
    }


def _file_data(placed: Placed) -> dict[str, Any]:
    return {
        "path": placed.path,
        "kind": placed.kind,
        "source": placed.source,
        "ok": placed.ok,
        "changed": (placed.ok or placed.after is not None) and placed.before != placed.after,
        "mode": None if not placed.ok or placed.mode is None else f"{placed.mode:04o}",
        "mode_before": None if placed.mode_before is None else f"{placed.mode_before:04o}",
        "reason": placed.reason,
        "hunks": [_hunk_data(outcome) for outcome in placed.outcomes],
    }


def _hunk_data(outcome: Outcome) -> dict[str, Any]:
    return {
        "result": outcome.result,
        "ok": outcome.result in PLACED,
        "wanted": outcome.hunk.old_start,
        "line": outcome.line,
        "offset": outcome.offset,
        "fuzz": outcome.fuzz,
        "reason": outcome.reason,
        "candidates": list(outcome.candidates),
        "elsewhere": None if outcome.elsewhere is None else _elsewhere_data(outcome.elsewhere),
        "words": _words_data(outcome) if outcome.result == "words" else None,
    }


def _words_data(outcome: Outcome) -> dict[str, Any]:
    return {"patch": lines(outcome.expected), "tree": lines(outcome.found)}


def _elsewhere_data(found: Elsewhere) -> dict[str, Any]:
    (heading, under) = lines((found.heading, found.found))
    return {"heading": heading, "lines": list(found.lines), "found": under}


def _blocker_data(blocker: Blocker) -> dict[str, Any]:
    outcome = blocker.outcome
    return {
        "step": blocker.task.item.name,
        "set": blocker.task.set,
        "path": blocker.placed.path,
        "hunk": None if outcome is None else blocker.number,
        "reason": blocker.placed.reason if outcome is None else outcome.reason,
        "expected": [] if outcome is None else lines(outcome.expected),
        "found": [] if outcome is None else lines(outcome.found),
        "brought_by": [
            {"revision": one.name, "line": one.origin.line, "sets": list(one.sets), "lines": list(one.origin.at)}
            for one in blocker.suppliers or ()
        ],
    }
