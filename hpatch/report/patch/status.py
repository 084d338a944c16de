"""Which sets a tree has, as text and as JSON (`hpatch.presence/1`, described in docs/output.md)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal, NamedTuple

from hpatch.build.trees.presence import Presence, State
from hpatch.build.trees.source import SourceTree
from hpatch.patch.apply.stack import Stack
from hpatch.report.common.json import dump
from hpatch.report.common.tables import table
from hpatch.report.common.terminal import paint, visible, wrap

WORDS: dict[State, str] = {
    "present": "present",
    "missing": "missing",
    "partly": "partly",
    "superseded": "superseded",
    "unsuitable": "not for this version",
}


class Status(NamedTuple):
    """A tree and what it has. `tree` is None where it is of no known project; `edited` are files changed since."""

    root: str
    tree: SourceTree | None
    presences: Sequence[Presence]
    stack: Stack
    edited: Sequence[str]


def render(status: Status, format: Literal["text", "json"], *, width: int | None = None, color: bool = False) -> str:
    """The answer."""
    if format == "json":
        return _json(status)
    return "".join(f"{line}\n" for line in _text(status, width, color))


def _text(status: Status, width: int | None, color: bool) -> Iterator[str]:
    name = status.tree.name if status.tree is not None else "no source of httpd or uWSGI"
    for line in wrap(f"{visible(status.root)}: {name}", width, 2):
        yield paint(line, "bold", color)
    if status.presences:
        yield ""
        rows = [(one.set.id, WORDS[one.state], _why(one, status.stack)) for one in status.presences]
        yield from table(("set", "state", ""), rows, width, color, bold=True)
    shown = {one.set.id for one in status.presences}
    others = [visible(one.id) for one in status.stack.sets if one.id not in shown]
    if others:
        yield ""
        yield from wrap(f"Applied here as well: {', '.join(others)}", width, 2)
    if status.edited:
        names = ", ".join(visible(path) for path in status.edited)
        yield from wrap(f"Edited since hpatch wrote them: {names}", width, 2)


def _why(one: Presence, stack: Stack) -> str:
    if one.by != "stack":
        return one.why
    names = [step.name for step in stack.steps if step.set == one.set.id]
    return f"{one.why} ({', '.join(names)})" if names else one.why


def _json(status: Status) -> str:
    tree = status.tree
    return dump(
        {
            "schema": "hpatch.presence/1",
            "tree": {
                "root": status.root,
                "project": None if tree is None else tree.project,
                "version": None if tree is None else str(tree.version),
                "development": None if tree is None else tree.development,
            },
            "sets": [
                {
                    "id": one.set.id,
                    "title": one.set.title,
                    "state": "not-for-this-version" if one.state == "unsuitable" else one.state,
                    "by": one.by,
                    "why": one.why,
                    "found": list(one.found),
                    "lacking": list(one.lacking),
                }
                for one in status.presences
            ],
            "applied": [
                {"name": step.name, "set": step.set, "files": [file.path for file in step.files]}
                for step in status.stack.steps
            ],
            "edited": list(status.edited),
        }
    )
