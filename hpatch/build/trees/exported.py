"""What is applied in a tree as patches for other tools."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from hashlib import sha256
from pathlib import Path

from hpatch.build.trees.exporting import today
from hpatch.build.trees.queueing import edits_of, of_step
from hpatch.patch.apply import export
from hpatch.patch.apply.stack import FileEdit, Stack
from hpatch.patch.series.header import about, header, with_fields
from hpatch.patch.series.mail import is_mail, is_mbox
from hpatch.patch.series.queue import Queue
from hpatch.patch.series.rewrite import fit, rewritten
from hpatch.records import NamedTuple

_FITTING = ("exact", "moved")


class ExportedPatch(NamedTuple):
    """An applied patch as text: `file` is its name, `strip` the number of leading folders of its paths.

    `known` are the SHA-256 of texts that it had before: a file with one of them is an earlier state of the patch.
    """

    file: str
    title: str
    text: bytes
    strip: int
    edits: tuple[FileEdit, ...]
    known: frozenset[str]


def exported(
    root: Path,
    stack: Stack,
    queue: Queue,
    names: Sequence[str] = (),
    fields: Mapping[str, str] | None = None,
) -> list[ExportedPatch]:
    """The applied patches, all or those named, each on top of those before it. Raises InputError for a damaged store.

    A patch that GNU patch would apply as it is has its own text. `fields` are DEP-3's: those of patches that are named
    are set, the others get what they lack.
    """
    found: list[ExportedPatch] = []
    for step in stack.steps:
        if names and step.name not in names:
            continue
        edits = tuple(edit for edit in edits_of(root, step) if edit.before != edit.after)
        one = stack.find(step.set)
        assert one is not None
        patch = queue.find(step.name) or of_step(root, step, one)
        text, strip = patch.text, patch.strip
        known = frozenset((*patch.known, sha256(text).hexdigest()))
        if fit(text, strip, edits) not in _FITTING:
            text, strip = rewritten(text, edits), 1
        text = _described(text, patch.file, fields or {}, every=bool(names))
        title = about(text).title or patch.file
        found.append(ExportedPatch(file=patch.file, title=title, text=text, strip=strip, edits=edits, known=known))
    return found


def _described(text: bytes, file: str, fields: Mapping[str, str], *, every: bool) -> bytes:
    """A patch with fields; where it had no header at all, with a description, too."""
    has = about(text).fields
    new = {name: value for name, value in fields.items() if every or name.lower() not in has}
    if not new:
        return text
    if not header(text).strip():
        name = file.rpartition("/")[2].removesuffix(".patch").removesuffix(".diff")
        new = {"Description": name, **new}
        text = b"\n" + text.lstrip(b"\n")
    return with_fields(text, {**new, "Last-Update": today()})


def mails(patches: Sequence[ExportedPatch]) -> dict[str, bytes]:
    """The patches as mails for git am, in the order of their names; one that is a mail already stays as it is."""
    count = len(patches)
    return {
        f"{number:04}-{_stem(patch.file)}.patch": _mail(patch, number, count) for number, patch in enumerate(patches, 1)
    }


def _mail(patch: ExportedPatch, number: int, count: int) -> bytes:
    said = about(patch.text)
    mail = is_mbox(patch.text) or (is_mail(patch.text) and bool(said.author and said.fields.get("subject")))
    if mail and patch.strip == 1:
        return patch.text
    made = export.Patch(
        name=patch.file,
        title=said.title or patch.title,
        text=said.message,
        edits=patch.edits,
        origin=said.fields.get("origin", ""),
        author=said.author,
        date=said.date,
    )
    return export.mail(made, number, count, verbatim=True)


def _stem(file: str) -> str:
    import re

    name = file.rpartition("/")[2].removesuffix(".patch").removesuffix(".diff")
    return re.sub(r"^\d{4}-", "", name) or "patch"
