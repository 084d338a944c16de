"""What applying did or would do, as text and as JSON (`hpatch.plan/1`, described in docs/output.md)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Literal, NamedTuple

from hpatch.build.trees.applying import Blocker, Prepared
from hpatch.build.trees.choice import Chosen
from hpatch.patch.diff.model import PLACED, Outcome, Placed
from hpatch.patch.sources.suppliers import Supplier
from hpatch.report.common.json import dump
from hpatch.report.common.numbers import count
from hpatch.report.common.sides import listed, sides
from hpatch.report.common.tables import table
from hpatch.report.common.terminal import paint, visible, wrap

_MOST_SUPPLIERS = 5
_MOST_CANDIDATES = 8
_WORDS = {
    "exact": "exact",
    "moved": "moved",
    "merged": "merged three-way",
    "fuzz": "with fuzz",
    "whitespace": "white space aside",
    "applied": "there already",
    "resolved": "resolved",
    "ambiguous": "ambiguous",
    "conflict": "does not fit",
    "missing": "no such file",
}


class PlanReport(NamedTuple):
    """A plan, and whether it was carried out."""

    prepared: Prepared
    dry_run: bool

    @property
    def state(self) -> str:
        """`applied`, `planned`, `nothing` (all of it is there), `refused`."""
        if not self.prepared.ok:
            return "refused"
        if not self.prepared.steps:
            return "nothing"
        return "planned" if self.dry_run else "applied"


def render(
    answer: PlanReport,
    format: Literal["text", "json"],
    *,
    verbose: bool = False,
    width: int | None = None,
    color: bool = False,
) -> str:
    """The answer; `verbose` shows every hunk."""
    if format == "json":
        return _json(answer)
    return "".join(f"{line}\n" for line in _text(answer, verbose, width, color))


# Text


def _text(answer: PlanReport, verbose: bool, width: int | None, color: bool) -> Iterator[str]:
    prepared = answer.prepared
    if prepared.tree is not None:
        for line in wrap(f"{visible(str(prepared.root))}: {prepared.tree.name}", width, 2):
            yield paint(line, "bold", color)
    rows = [*_set_rows(prepared), *((name, "applied here already", "") for name in prepared.there)]
    if rows:
        yield ""
        yield from table(("set", "", ""), rows, width, color, bold=True)
    if prepared.tasks and not prepared.refused:
        yield ""
        yield from _steps(prepared, verbose, width, color)
    for blocker in prepared.blockers:
        yield ""
        yield from _blocker(blocker, width, color)
    yield ""
    yield from _end(answer, width, color)


def _set_rows(prepared: Prepared) -> Iterator[tuple[str, str, str]]:
    for one in prepared.chosen:
        names = [task.item.name for task in prepared.tasks if task.set == one.set.id]
        yield one.set.id, _state(one, prepared), ", ".join(name for name in names if name != one.set.id)


def _state(one: Chosen, prepared: Prepared) -> str:
    presence = one.presence
    if presence.state == "unsuitable" and one in prepared.refused:
        return f"not for this version: {presence.why}"
    if presence.there:
        return f"there already: {presence.why}"
    why = f"partly there: {presence.why}" if presence.state == "partly" else ""
    if not one.needed_by:
        return why
    verb = "needs" if len(one.needed_by) == 1 else "need"
    return f"comes along: {', '.join(one.needed_by)} {verb} it" + (f"; {why}" if why else "")


def _steps(prepared: Prepared, verbose: bool, width: int | None, color: bool) -> Iterator[str]:
    for task, step in zip(prepared.tasks, prepared.plan.steps, strict=False):
        name = task.item.name
        for line in wrap(visible(name if name == task.set else f"{name} {task.set}"), width, 2):
            yield paint(line, "bold", color)
        paths = max((len(placed.path) for placed in step.files), default=0)
        for placed in step.files:
            style = "dim" if placed.ok else "red"
            line = f"  {visible(placed.path).ljust(min(paths, 48))}  {_summary(placed)}"
            yield from (
                (paint(part, style, color) for part in wrap(line, width, 6)) if not placed.ok else wrap(line, width, 6)
            )
            if verbose:
                for number, outcome in enumerate(placed.outcomes, 1):
                    yield from wrap(f"    {_hunk(number, outcome)}", width, 6)


def _summary(placed: Placed) -> str:
    parts: list[str] = []
    kinds = {"create": "new file", "delete": "file goes", "rename": "renamed", "copy": "copied"}
    if placed.kind in kinds:
        source = f" from {visible(placed.source)}" if placed.source else ""
        parts.append(kinds[placed.kind] + source)
    results = Counter(outcome.result for outcome in placed.outcomes if outcome.result != "missing")
    for result, number in results.items():
        text = f"{count(number, 'hunk')} {_WORDS[result]}"
        if result == "resolved":
            reasons = dict.fromkeys(outcome.reason for outcome in placed.outcomes if outcome.result == result)
            text += f" ({visible('; '.join(filter(None, reasons)))})"
        offsets = sorted({outcome.offset for outcome in placed.outcomes if outcome.result == result and outcome.offset})
        if offsets and result in ("moved", "fuzz", "whitespace"):
            text += f" ({', '.join(f'{offset:+d}' for offset in offsets[:4])}{', …' if len(offsets) > 4 else ''})"
        parts.append(text)
    if placed.reason:
        parts.append(visible(placed.reason))
    return ", ".join(parts)


def _hunk(number: int, outcome: Outcome) -> str:
    line = f"line {outcome.line}" if outcome.line is not None else f"for line {outcome.hunk.old_start}"
    text = f"hunk {number}, {line}: {_WORDS[outcome.result]}"
    if outcome.offset:
        text += f", offset {outcome.offset:+d}"
    if outcome.fuzz:
        text += f", fuzz {outcome.fuzz}"
    if outcome.reason:
        text += f" ({visible(outcome.reason)})"
    return text


def _blocker(blocker: Blocker, width: int | None, color: bool) -> Iterator[str]:
    name, placed, outcome = blocker.task.item.name, blocker.placed, blocker.outcome
    whose = name if name == blocker.task.set else f"{name} ({blocker.task.set})"
    if outcome is None:
        yield from wrap(f"{visible(whose)}: {visible(placed.path)}: {visible(placed.reason)}", width, 2)
        return
    number = placed.outcomes.index(outcome) + 1
    head = f"{visible(whose)}: {visible(placed.path)}: hunk {number}, for line {outcome.hunk.old_start}"
    yield from wrap(f"{head}: {_WORDS[outcome.result]}: {visible(outcome.reason)}", width, 2)
    if outcome.candidates:
        some = ", ".join(map(str, outcome.candidates[:_MOST_CANDIDATES]))
        more = ", …" if len(outcome.candidates) > _MOST_CANDIDATES else ""
        yield from wrap(f"  It fits at the lines {some}{more}.", width, 4)
    if outcome.found:
        titles = ("the patch expects", "the tree has")
        yield from sides(outcome.expected, outcome.found, titles, width=width, color=color, indent=2)
    elif outcome.result == "conflict":
        yield "  The patch expects:"
        yield from listed(outcome.expected, width=width, indent=4)
    for text in _supplied(blocker.suppliers):
        yield from wrap(f"  {text}", width, 4)


def _hint(prepared: Prepared) -> str:
    """What tells more."""
    if any(blocker.suppliers is None for blocker in prepared.blockers):
        return "With --git DIR, a clone of the project, hpatch names the revisions that these lines come from. "
    return ""


def _supplied(found: Sequence[Supplier] | None) -> Iterator[str]:
    found = found or ()
    for one in found[:_MOST_SUPPLIERS]:
        lines = count(len(one.origin.at), "line")
        where = f" of {one.origin.line}" if one.origin.line else ""
        text = f"{one.name}{where} brought {lines} that it expects and the tree lacks"
        yield f"{text} (set {', '.join(map(visible, one.sets))})" if one.sets else text
    if len(found) > _MOST_SUPPLIERS:
        yield f"and {count(len(found) - _MOST_SUPPLIERS, 'more')}"


def _end(answer: PlanReport, width: int | None, color: bool) -> Iterator[str]:
    prepared = answer.prepared
    if answer.state == "refused":
        ids = sorted({one.set.id for one in prepared.refused})
        why = f"{', '.join(ids)}: not meant for this tree. " if ids else ""
        for line in wrap(f"{why}{_hint(prepared)}Nothing was changed.", width):
            yield paint(line, "red", color)
        return
    if answer.state == "nothing":
        yield "Nothing to do: all of it is there already."
        return
    steps = count(len(prepared.steps), "change")
    files = count(len({edit.path for step in prepared.steps for edit in step.edits}), "file")
    verb = "Would apply" if answer.dry_run else "Applied"
    yield paint(f"{verb} {steps} to {files}.", "green", color)


# JSON


def _json(answer: PlanReport) -> str:
    prepared = answer.prepared
    tree = prepared.tree
    return dump(
        {
            "schema": "hpatch.plan/1",
            "tree": {
                "root": str(prepared.root),
                "project": None if tree is None else tree.project,
                "version": None if tree is None else str(tree.version),
                "development": None if tree is None else tree.development,
            },
            "state": answer.state,
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
            "steps": [
                {"name": task.item.name, "set": task.set, "files": [_file_json(placed) for placed in step.files]}
                for task, step in zip(prepared.tasks, prepared.plan.steps, strict=False)
            ],
            "blockers": [_blocker_json(blocker) for blocker in prepared.blockers],
        }
    )


def _file_json(placed: Placed) -> dict[str, Any]:
    return {
        "path": placed.path,
        "kind": placed.kind,
        "source": placed.source,
        "ok": placed.ok,
        "changed": placed.ok and placed.before != placed.after,
        "reason": placed.reason,
        "hunks": [_hunk_json(outcome) for outcome in placed.outcomes],
    }


def _hunk_json(outcome: Outcome) -> dict[str, Any]:
    return {
        "result": outcome.result,
        "ok": outcome.result in PLACED,
        "wanted": outcome.hunk.old_start,
        "line": outcome.line,
        "offset": outcome.offset,
        "fuzz": outcome.fuzz,
        "reason": outcome.reason,
        "candidates": list(outcome.candidates),
    }


def _blocker_json(blocker: Blocker) -> dict[str, Any]:
    outcome = blocker.outcome
    return {
        "step": blocker.task.item.name,
        "set": blocker.task.set,
        "path": blocker.placed.path,
        "hunk": None if outcome is None else blocker.placed.outcomes.index(outcome) + 1,
        "reason": blocker.placed.reason if outcome is None else outcome.reason,
        "expected": [] if outcome is None else _lines(outcome.expected),
        "found": [] if outcome is None else _lines(outcome.found),
        "brought_by": [
            {"revision": one.name, "line": one.origin.line, "sets": list(one.sets), "lines": list(one.origin.at)}
            for one in blocker.suppliers or ()
        ],
    }


def _lines(lines: Iterable[bytes]) -> list[str]:
    return [line.decode("utf-8", "surrogateescape") for line in lines]
