"""What an edit of STATUS did or would do (`hpatch.status-edit/1`, described in docs/output.md)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

from hpatch.backport.status.file import Entry
from hpatch.patch.diff.model import Diff
from hpatch.patch.diff.write import compare, write
from hpatch.report.backport.status import entry_data, needed
from hpatch.report.common.renderer import Page
from hpatch.report.common.terminal import paint, visible, wrap

_HEAD = 2
"""Lines of a diff that name the file."""

State = Literal["done", "planned", "nothing", "refused"]


@dataclass(frozen=True, kw_only=True)
class EditReport:
    """An edit: the file before and after, the entry as it is now (as it was, where it went), and a word on it.

    `state`: `planned` with --dry-run, `nothing` where the file is so already, `refused` with `reason`.
    """

    schema: ClassVar[str] = "hpatch.status-edit/1"
    action: str
    file: str
    path: str
    state: State
    entry: Entry
    before: bytes
    after: bytes
    said: str
    reason: str = ""

    def text(self, page: Page) -> Iterator[str]:
        """For people."""
        return _text(self, page.width, page.color)

    def data(self) -> dict[str, Any]:
        """For programs."""
        return _data(self)


def difference(path: str, before: bytes, after: bytes) -> str:
    """The edit as a unified diff, empty where nothing changes."""
    if before == after:
        return ""
    file = compare(path, before, after)
    return write(Diff(name="", files=(file._replace(old_id=None, new_id=None),))).decode("utf-8", "surrogateescape")


def lines(diff: str, color: bool) -> Iterator[str]:
    """A diff's lines for people, the line of `diff --git` left out."""
    for at, line in enumerate(diff.splitlines()[1:]):
        style = "bold" if at < _HEAD else {"+": "green", "-": "red", "@": "cyan"}.get(line[:1])
        text = visible(line.rstrip("\r"))
        yield text if style is None else paint(text, style, color)


def _text(edited: EditReport, width: int | None, color: bool) -> Iterator[str]:
    if edited.state == "planned":
        yield from lines(difference(edited.path, edited.before, edited.after), color)
    place = f"{edited.file}:{edited.entry.line}"
    said = edited.reason if edited.state == "refused" else edited.said
    yield from wrap(visible(f"{place}: {edited.entry.title}"), width, 2)
    yield from wrap(f"  {visible(said)}", width, 4)
    if edited.state not in ("refused", "nothing") and edited.action != "remove":
        yield from wrap(f"  needs {visible(needed(edited.entry.needs))}", width, 4)


def _data(edited: EditReport) -> dict[str, Any]:
    return {
        "action": edited.action,
        "file": edited.file,
        "state": edited.state,
        "reason": edited.reason or None,
        "entry": entry_data(edited.entry, None),
        "diff": difference(edited.path, edited.before, edited.after),
    }
