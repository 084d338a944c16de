"""A patch's text held against what it does, and written again where the two differ.

The header stays. The form stays as well: git's, or quilt's (`quilt refresh -p ab --no-timestamps --no-index`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Literal

from hpatch.errors import InputError
from hpatch.files import FileChange
from hpatch.patch.apply.export import compared
from hpatch.patch.apply.stack import Content, FileEdit
from hpatch.patch.diff.lines import split
from hpatch.patch.diff.model import Diff, FilePatch, Hunk
from hpatch.patch.diff.read import read
from hpatch.patch.diff.strip import strip
from hpatch.patch.diff.write import write
from hpatch.patch.place.plan import Item, plan
from hpatch.patch.series import gnu
from hpatch.patch.series.header import body, header

Form = Literal["quilt", "git"]
Fit = Literal["exact", "moved", "no"]
"""`exact`: at its lines; `moved`: at other lines, as GNU patch finds them; `no`: it does something else."""

_SIGNATURE = re.compile(rb"\n(-- \n[^\n]*\n\n?)\Z")
_FUNCTION = re.compile(rb"[A-Za-z_$]")
_HEADING = 40
"""Bytes of a function's line in a hunk's heading, as GNU diff has it."""


class _Memory:
    """The files that a patch is about, as they are before it."""

    def __init__(self, edits: Sequence[FileEdit]) -> None:
        self._files: Mapping[str, Content | None] = {edit.path: edit.before for edit in edits}

    def read(self, path: str) -> bytes | None:
        found = self._files.get(path)
        return None if found is None else found.data

    def mode(self, path: str) -> int | None:
        found = self._files.get(path)
        return None if found is None else found.mode

    def exists(self, path: str) -> bool:
        return self._files.get(path) is not None


def fit(text: bytes, count: int, edits: Sequence[FileEdit]) -> Fit:
    """How a patch fits the files before it, and whether it makes of them what it made on the stack."""
    memory = _Memory(edits)
    try:
        diff = strip(read(text, "patch", lenient=True), memory.exists, count)
    except InputError:
        return "no"
    planned = plan(memory, [Item("patch", diff)])
    if not planned.ok:
        return "no"
    made = {change.path: change for change in planned.changes}
    wanted = {edit.path: edit for edit in edits if edit.before != edit.after}
    if made.keys() != wanted.keys() or not all(_makes(made[path], edit) for path, edit in wanted.items()):
        return "no"
    outcomes = [outcome for step in planned.steps for placed in step.files for outcome in placed.outcomes]
    if all(outcome.result == "exact" and outcome.offset == 0 for outcome in outcomes):
        return "exact"
    return "moved" if all(outcome.result in ("exact", "moved") for outcome in outcomes) else "no"


def _makes(change: FileChange, edit: FileEdit) -> bool:
    """Whether a change leads to what an edit led to; a mode that it does not name stays."""
    if edit.after is None or change.after is None:
        return edit.after is None and change.after is None
    had = edit.before.mode if edit.before is not None else 0o644
    return change.after == edit.after.data and edit.after.mode == (had if change.mode is None else change.mode)


def form_of(text: bytes) -> Form:
    """The form of a patch: git's if it has git's header lines."""
    return "git" if re.search(rb"(?m)^diff --git ", body(text)) else "quilt"


def rewritten(text: bytes, edits: Sequence[FileEdit], form: Form | None = None) -> bytes:
    """A patch that makes these edits, below its header. The files keep the order that they had in it.

    In quilt's form those without hunks come last: git's header lines would be taken for those of the file after them.
    """
    form = form or form_of(text)
    old = _old(text)
    files = [_headed(edit, compared(edit), headings=_has_headings(old)) for edit in _ordered(old, edits)]
    head = header(text)
    if head and not head.endswith(b"\n"):
        head += b"\n"
    if form == "quilt":
        return head + b"".join(_plain(file) for file in sorted(files, key=lambda file: not file.hunks))
    found = _SIGNATURE.search(text)
    return head + write(Diff(name="", files=tuple(files)), prefix=True) + (b"" if found is None else found[1])


def _old(text: bytes) -> tuple[FilePatch, ...]:
    try:
        return read(text, "patch", lenient=True).files
    except InputError:
        return ()


def _has_headings(files: Sequence[FilePatch]) -> bool:
    return any(hunk.section for file in files for hunk in file.hunks)


def _ordered(old: Sequence[FilePatch], edits: Sequence[FileEdit]) -> list[FileEdit]:
    """Edits in the order of the patch's files; further ones by their paths."""
    places: dict[str, int] = {}
    for number, file in enumerate(old):
        for name in (file.new, file.old):
            places.setdefault("/" + (name or ""), number)

    def key(edit: FileEdit) -> tuple[int, str]:
        tail = "/" + edit.path
        found = (number for path, number in places.items() if path.endswith(tail))
        return min(found, default=len(old)), edit.path

    changed = [edit for edit in edits if edit.before != edit.after]
    return sorted(changed, key=key)


def _headed(edit: FileEdit, file: FilePatch, *, headings: bool) -> FilePatch:
    """A file with GNU diff's hunks, and with the functions' lines in their headings."""
    if not file.hunks:
        return file
    before, after = (b"" if content is None else content.data for content in (edit.before, edit.after))
    made = gnu.hunks(before, after, headings=headings)
    if made is not None:
        return file._replace(hunks=made)
    if not headings or edit.before is None:
        return file
    lines = split(edit.before.data)
    starts = [number for number, line in enumerate(lines) if _FUNCTION.match(line)]
    return file._replace(hunks=tuple(_with_heading(hunk, lines, starts) for hunk in file.hunks))


def _with_heading(hunk: Hunk, lines: Sequence[bytes], starts: Sequence[int]) -> Hunk:
    from bisect import bisect_left

    at = bisect_left(starts, hunk.old_start - 1)
    if not at:
        return hunk
    return hunk._replace(section=lines[starts[at - 1]].rstrip()[:_HEADING].rstrip())


def _plain(file: FilePatch) -> bytes:
    """A file as quilt writes it; what that form cannot say is said in git's."""
    text = write(Diff(name="", files=(file,)), prefix=True)
    if not file.hunks or (file.old_mode != file.new_mode and file.kind == "modify"):
        return text
    if file.kind == "create" and file.new_mode not in (None, 0o100644):
        return text
    return text[text.index(b"\n--- ") + 1 :]
