"""A merge into a working copy (`hpatch.merge/1`, described in docs/output.md)."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

from hpatch.backport.merge.copies.model import CopyKind
from hpatch.backport.merge.merge import MergePlan
from hpatch.backport.status.file import Entry
from hpatch.files import FileChange
from hpatch.report.backport.data import revision
from hpatch.report.backport.status import entry_data
from hpatch.report.common.renderer import Page
from hpatch.report.common.terminal import paint, visible, wrap

MergeState = Literal["planned", "merged", "committed", "refused"]


@dataclass(frozen=True, kw_only=True)
class MergeReport:
    """A merge and what became of it. `plan` is None where it was refused, for the `reason`.

    `saved` is the file that the commit's message was written to; `commit` the commit, where one was made.
    """

    schema: ClassVar[str] = "hpatch.merge/1"
    folder: str
    kind: CopyKind
    state: MergeState
    entry: Entry
    plan: MergePlan | None
    reason: str = ""
    saved: str | None = None
    commit: str | None = None

    def text(self, page: Page) -> Iterator[str]:
        """For people."""
        return _text(self, page.width, page.color)

    def data(self) -> dict[str, Any]:
        """For programs."""
        return _data(self)


def _text(report: MergeReport, width: int | None, color: bool) -> Iterator[str]:
    yield from wrap(visible(f"{report.folder}/STATUS:{report.entry.line}: {report.entry.title}"), width, 2)
    plan = report.plan
    if plan is None:
        yield from wrap(f"  {visible(report.reason)}", width, 4)
        return
    names = ", ".join(one.name for one in plan.files.revisions)
    said = {
        "planned": f"would merge {names}",
        "merged": f"merged {names}; nothing is committed",
        "committed": f"merged {names}, committed as {report.commit}",
    }
    yield from wrap(f"  {visible(said[report.state])}", width, 4)
    yield from (f"  {_sign(one)} {visible(one.path)}" for one in plan.changes)
    for note in plan.files.notes:
        yield from wrap(f"  {visible(note)}", width, 4)
    yield ""
    yield paint("The commit message:", "bold", color)
    yield ""
    yield from (f"  {visible(line)}".rstrip() for line in plan.message.splitlines())
    if report.saved is not None:
        yield ""
        yield f"{visible(report.saved)}: {'would get' if report.state == 'planned' else 'has'} this message"
    if report.state == "merged":
        yield ""
        yield "To commit it, or to take it back:"
        yield ""
        file = "FILE" if report.saved is None else shlex.quote(report.saved)
        folder = shlex.quote(report.folder)
        commands = {
            "git": (f"git -C {folder} commit --file {file}", f"git -C {folder} reset --hard"),
            "svn": (f"svn commit --file {file} {folder}", f"svn revert --recursive --remove-added {folder}"),
        }
        yield from (f"  {visible(command)}" for command in commands[report.kind])


def _sign(change: FileChange) -> str:
    return "A" if change.before is None else "D" if change.after is None else "M"


def _data(report: MergeReport) -> dict[str, Any]:
    plan = report.plan
    return {
        "folder": report.folder,
        "kind": report.kind,
        "state": report.state,
        "reason": report.reason or None,
        "entry": entry_data(report.entry, None),
        "revisions": [] if plan is None else [revision(one) for one in plan.files.revisions],
        "files": [] if plan is None else [{"path": one.path, "change": _sign(one)} for one in plan.changes],
        "notes": [] if plan is None else list(plan.files.notes),
        "message": None if plan is None else plan.message,
        "saved": report.saved,
        "commit": report.commit,
    }
