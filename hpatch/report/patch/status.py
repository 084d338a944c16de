"""Which sets a tree has (`hpatch.presence/1`, described in docs/output.md)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from hpatch.build.trees.presence import Presence, State
from hpatch.build.trees.source import SourceTree
from hpatch.patch.apply.stack import Set, Stack
from hpatch.report.common.numbers import count
from hpatch.report.common.renderer import Page
from hpatch.report.common.tables import table
from hpatch.report.common.terminal import paint, visible, wrap

WORDS: dict[State, str] = {
    "present": "present",
    "missing": "missing",
    "partly": "partly",
    "superseded": "superseded",
    "unsuitable": "not for this version",
}


@dataclass(frozen=True, kw_only=True)
class PresenceReport:
    """A tree and what it has. `tree` is None where it is of no known project; `edited` are files changed since."""

    schema: ClassVar[str] = "hpatch.presence/1"
    root: str
    tree: SourceTree | None
    presences: Sequence[Presence]
    stack: Stack
    edited: Sequence[str]

    def text(self, page: Page) -> Iterator[str]:
        """For people."""
        return _text(self, page.width, page.color)

    def data(self) -> dict[str, Any]:
        """For programs."""
        return _data(self)


def _text(status: PresenceReport, width: int | None, color: bool) -> Iterator[str]:
    name = status.tree.name if status.tree is not None else "not a source tree of httpd or uWSGI"
    for line in wrap(f"{visible(status.root)}: {name}", width, 2):
        yield paint(line, "bold", color)
    if status.presences:
        yield ""
        rows = [(one.set.id, WORDS[one.state], _why(one, status.stack)) for one in status.presences]
        yield from table(("set", "state", ""), rows, width, color, bold=True)
    shown = {one.set.id for one in status.presences}
    others = [_other(one) for one in status.stack.sets if one.id not in shown]
    if others:
        yield ""
        yield from wrap(f"Applied here as well: {', '.join(others)}", width, 2)
    if status.edited:
        names = ", ".join(visible(path) for path in status.edited)
        yield from wrap(f"Edited since hpatch wrote them: {names}", width, 2)


def _other(one: Set) -> str:
    """A set that the catalogue does not have, or a diff."""
    return f"{visible(one.id)} ({count(one.rejected, 'hunk')} rejected)" if one.rejected else visible(one.id)


def _why(one: Presence, stack: Stack) -> str:
    if one.by != "stack":
        return one.why
    names = [step.name for step in stack.steps if step.set == one.set.id]
    return f"{one.why} ({', '.join(names)})" if names else one.why


def _data(status: PresenceReport) -> dict[str, Any]:
    tree = status.tree
    rejected = {one.id: one.rejected for one in status.stack.sets}
    return {
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
            {
                "name": step.name,
                "set": step.set,
                "rejected": rejected.get(step.set, 0),
                "files": [file.path for file in step.files],
            }
            for step in status.stack.steps
        ],
        "edited": list(status.edited),
    }
