"""Patches as files for other tools: a quilt series with DEP-3 headers, mails for `git am`, one diff for `patch -p1`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from hpatch.patch.apply.stack import Content, FileEdit
from hpatch.patch.diff.model import Diff, FilePatch
from hpatch.patch.diff.write import compare, write
from hpatch.records import NamedTuple

_MEASURE = 78
_SENDER = "hpatch <hpatch@localhost>"
_MAIL_START = b"From 0000000000000000000000000000000000000000 Mon Sep 17 00:00:00 2001\n"
# What GNU patch or git would take for the start of a diff, or for a command.
_DIFF = re.compile(r"\s*(diff |Index:|Prereq:|--- |\+\+\+ |\*\*\* |@@ |---$|\d+(,\d+)?[acd]\d*(,\d+)?$)")


class Patch(NamedTuple):
    """A step for export: `name` is its file's without ending, `edits` each on top of the patches before it.

    `origin` is DEP-3's: `upstream, URL` or `backport, URL`; `applied` the release and revision that have it upstream;
    `forwarded` and `updated` (a day, ISO 8601) are DEP-3's too. `author` and `date` (RFC 5322) where they are known.
    """

    name: str
    title: str
    text: str
    edits: tuple[FileEdit, ...]
    origin: str = ""
    applied: str = ""
    author: str = ""
    date: str = ""
    forwarded: str = ""
    updated: str = ""


def quilt(patches: Sequence[Patch]) -> dict[str, bytes]:
    """The files of a quilt series: the patches, and `series`."""
    files = {f"{patch.name}.patch": described(patch) for patch in patches}
    return {**files, "series": "".join(f"{name}\n" for name in files).encode()}


def described(patch: Patch) -> bytes:
    """A patch of a quilt series, with DEP-3's fields above it."""
    return _dep3(patch) + unified(patch.edits)


def git(patches: Sequence[Patch]) -> dict[str, bytes]:
    """Mails, in the order of their names."""
    count = len(patches)
    return {f"{number:04}-{patch.name}.patch": mail(patch, number, count) for number, patch in enumerate(patches, 1)}


def diff(patches: Iterable[Patch]) -> bytes:
    """All patches as one diff."""
    return unified(merged(edit for patch in patches for edit in patch.edits))


def merged(edits: Iterable[FileEdit]) -> tuple[FileEdit, ...]:
    """One edit a file, of edits that follow one another; those that come to nothing are left out."""
    whole: dict[str, FileEdit] = {}
    for edit in edits:
        first = whole.get(edit.path, edit)
        whole[edit.path] = FileEdit(edit.path, first.before, edit.after)
    return tuple(edit for edit in whole.values() if edit.before != edit.after)


def unified(edits: Iterable[FileEdit]) -> bytes:
    """A diff of files, in the order of their paths."""
    changed = sorted((edit for edit in edits if edit.before != edit.after), key=lambda edit: edit.path)
    return write(Diff(name="", files=tuple(map(compared, changed))), prefix=True)


def compared(edit: FileEdit) -> FilePatch:
    """An edit as what a diff says of its file."""
    before, after = edit.before, edit.after
    return compare(
        edit.path,
        None if before is None else before.data,
        None if after is None else after.data,
        old_mode=_mode(before),
        new_mode=_mode(after),
    )


def _mode(content: Content | None) -> int | None:
    """A mode as git has it: executable or not."""
    return None if content is None else 0o100755 if content.mode & 0o100 else 0o100644


# DEP-3, https://dep-team.pages.debian.net/deps/dep3/


def _dep3(patch: Patch) -> bytes:
    lines = [f"Description: {_plain(patch.title)}"]
    lines += (f" {line}" if line else " ." for line in _wrapped(patch.text, _MEASURE - 1))
    fields = [
        ("Origin", patch.origin),
        ("Author", patch.author),
        ("Forwarded", patch.forwarded),
        ("Applied-Upstream", patch.applied),
        ("Last-Update", patch.updated),
    ]
    lines += (f"{name}: {_plain(value)}" for name, value in fields if value)
    lines.append("---")
    return "".join(f"{line}\n" for line in lines).encode("utf-8", "replace")


def _plain(text: str) -> str:
    return " ".join("".join(char if char.isprintable() else " " for char in text).split())


def _wrapped(text: str, width: int) -> Iterator[str]:
    import textwrap

    paragraphs = [part for part in text.split("\n\n") if part.strip()]
    for number, paragraph in enumerate(paragraphs):
        if number:
            yield ""
        for line in textwrap.wrap(_plain(paragraph), width, break_long_words=False, break_on_hyphens=False):
            yield f"| {line}" if _DIFF.match(line) else line


def _kept(text: str) -> Iterator[str]:
    for line in text.splitlines():
        yield f"| {line}" if _DIFF.match(line) else line


# Mails, as git format-patch writes them


def mail(patch: Patch, number: int = 1, count: int = 1, *, verbatim: bool = False) -> bytes:
    """A mail for `git am`, one of several; `verbatim`: the lines of its text stay as they are."""
    body = unified(patch.edits)
    lines = _kept(patch.text) if verbatim else _wrapped(patch.text, _MEASURE - 4)
    text = "".join(f"{line}\n" for line in lines)
    if patch.origin:
        text += f"\nOrigin: {_plain(patch.origin)}\n"
    content = text.encode("utf-8", "surrogateescape") + b"---\n\n" + body + b"-- \nhpatch\n\n"
    headers = [
        ("From", _address(patch.author or _SENDER)),
        ("Date", patch.date),
        (
            "Subject",
            _word(f"[PATCH {number}/{count}] {_plain(patch.title)}" if count > 1 else f"[PATCH] {_plain(patch.title)}"),
        ),
        ("MIME-Version", "1.0"),
        ("Content-Type", "text/plain; charset=UTF-8"),
        # git am takes a carriage return before a line feed for the mail's own.
        ("Content-Transfer-Encoding", "base64" if b"\r" in body or b"\0" in body else "8bit"),
    ]
    if b"\r" in body or b"\0" in body:
        from base64 import encodebytes

        content = encodebytes(content)
    head = "".join(f"{name}: {value}\n" for name, value in headers if value)
    return _MAIL_START + head.encode() + b"\n" + content


def _address(author: str) -> str:
    name, bracket, address = _plain(author).partition(" <")
    return f"{_word(name)} <{address}" if bracket else _word(name)


def _word(text: str) -> str:
    """A header's text in ASCII (RFC 2047)."""
    if text.isascii():
        return text
    from email.header import Header

    return Header(text, "utf-8").encode(linesep="\n")
