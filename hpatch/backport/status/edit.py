"""Edits of STATUS by spans: nothing is ever written from what was understood, and all else stays byte for byte."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import pairwise

from hpatch.backport.status import words
from hpatch.backport.status.model import Entry, Kind, Part, StatusFile, StatusSection, TextEdit, Vote
from hpatch.backport.status.read import read_entry
from hpatch.errors import UsageError

_CLOSED = re.compile(rf"{words.NAME.pattern}(?:[ \t]*[(\[][^\n]*[)\]])?")
"""A vote in one line that another can follow: a name, its remark in brackets."""
_LINES = re.compile(r"(?s)(.*?)(\r?\n)?[\r\n]*\Z")
"""An entry up to its last line's end."""


def apply(text: str, edits: Iterable[TextEdit]) -> str:
    """The text with edits that do not overlap; their offsets are all in the text as it was."""
    pieces, at = [], 0
    for edit in sorted(edits):
        if edit.start < at:
            raise UsageError("two edits change the same words")
        pieces += [text[at : edit.start], edit.text]
        at = edit.end
    return "".join([*pieces, text[at:]])


def propose(status: StatusFile, proposal: str) -> tuple[TextEdit, ...]:
    """Add an entry at the end of the proposed ones. Raises InputError when it is none, or there is no such section."""
    read_entry(proposal)
    return (append(status, status.section("proposed"), proposal),)


def move(status: StatusFile, entry: Entry, kind: Kind) -> tuple[TextEdit, ...]:
    """Move an entry as it is to the end of another section: `accepted` once it has its votes."""
    target = status.section(kind)
    if entry in target.entries:
        return ()
    whole = status.source.text
    found = _LINES.match(whole[entry.span.start : entry.span.end])
    assert found is not None
    lines = found[1] + (found[2] or newline(whole))
    return (*remove(status, entry), _put(status, target, lines))


def remove(status: StatusFile, entry: Entry) -> tuple[TextEdit, ...]:
    """Delete an entry and the blank line above it, unless that is all that parts what is left."""
    text = status.source.text
    start, end = entry.span
    if not text[end:].partition("\n")[0].strip():
        start = _blank_before(text, start)
    if end == len(text) and not text.endswith("\n"):
        start -= len("\r\n" if text[:start].endswith("\r\n") else "\n")
    return (TextEdit(start, end, ""),)


def vote(status: StatusFile, entry: Entry, name: str, weight: str, remark: str = "") -> tuple[TextEdit, ...]:
    """Give a vote, instead of the name's own there. Raises UsageError for what is no weight, no name or no remark."""
    if not words.WEIGHT.fullmatch(weight) or ":" in weight or not words.is_name(name):
        raise UsageError(f"'{weight}: {name}' is not a vote; write it like '+1: name'")
    if abs(words.weighs(weight)) > 1:
        raise UsageError(f"a vote weighs from -1 to +1, not {weight}")
    if any(char in remark for char in "()[]") or not remark.isprintable():
        raise UsageError("a remark on a vote must be one printable line without brackets")
    said = f"{name} ({remark})" if remark else name
    old = [one for one in entry.votes if one.name == name]
    if [one.weight for one in old] == [weight]:
        (mine,) = old
        return () if mine.remark == remark else (TextEdit(*mine.span, said),)
    return (*(withdraw(status, entry, name) if old else ()), _cast(status, entry, weight, said, name))


def withdraw(status: StatusFile, entry: Entry, name: str) -> tuple[TextEdit, ...]:
    """Take back a name's votes; a line that has no other goes. Raises UsageError when there is none."""
    edits = []
    for part in entry.parts:
        there = votes(entry, part)
        kept = [one for one in there if one.name != name]
        if len(kept) == len(there):
            continue
        if not kept:
            edits.append(TextEdit(*part.span, ""))
            continue
        first = kept[0].span.start
        if there[0].span.start < first:
            edits.append(TextEdit(there[0].span.start, first, ""))
        for before, one in pairwise(there):
            if one.name == name and one.span.start > first:
                edits.append(TextEdit(before.span.end, one.span.end, ""))
    if not edits:
        raise UsageError(f"{status.source.name}:{entry.line}: {name} has no vote there")
    return tuple(edits)


def votes(entry: Entry, part: Part) -> list[Vote]:
    """The votes in a part of the entry."""
    return [one for one in entry.votes if one.span.start in range(*part.span)]


def _cast(status: StatusFile, entry: Entry, weight: str, said: str, name: str) -> TextEdit:
    text = status.source.text
    line_end = newline(text)
    lines = [part for part in entry.parts if part.kind == "vote"]
    for part in lines:
        content = text[part.span.start : part.span.end]
        written = words.WEIGHT.match(content)
        there = votes(entry, part)
        if written is None or written[1] != weight or any(one.name == name for one in there):
            continue
        if ":" in written[0] and not content[written.end() :].strip():
            at = part.span.start + written.end()
            return TextEdit(at, at, f" {said}")
        if not there:
            continue
        last = text[there[-1].span.start : there[-1].span.end]
        tail = content[there[-1].span.end - part.span.start :]
        if tail.strip() not in ("", ",") or not _CLOSED.fullmatch(last):
            continue
        at = there[-1].span.end
        comma = at + tail.find(",")
        return TextEdit(comma, comma + 1, f", {said}") if comma >= at else TextEdit(at, at, f", {said}")
    fields = [part for part in entry.parts if part.kind in ("vote", "trunk", "branch", "signed", "title")]
    after = (lines or fields)[-1]
    lead = indent(text, lines[-1] if lines else fields[-1] if len(fields) > 1 else None)
    line = f"{lead}{weight}: {said}"
    if text[: after.span.end].endswith("\n"):
        return TextEdit(after.span.end, after.span.end, line + line_end)
    return TextEdit(after.span.end, after.span.end, line_end + line)


def indent(text: str, part: Part | None) -> str:
    """The blanks that a part begins with, or those that most have."""
    if part is None:
        return "     "
    line = text[part.span.start : part.span.end]
    return line[: len(line) - len(line.lstrip(" \t"))]


def append(status: StatusFile, section: StatusSection, entry: str) -> TextEdit:
    """Put an entry's text below the last one of a section."""
    line_end = newline(status.source.text)
    lines = entry.rstrip("\r\n").replace("\r\n", "\n").split("\n")
    return _put(status, section, "".join(line + line_end for line in lines))


def _put(status: StatusFile, section: StatusSection, lines: str) -> TextEdit:
    """Put lines below the last ones of a section; the last loses its end where the file has none there."""
    text = status.source.text
    line_end = newline(text)
    at = section.content
    if text[:at].endswith("\n"):
        return TextEdit(at, at, line_end + lines)
    return TextEdit(at, at, line_end * 2 + lines.removesuffix("\n").removesuffix("\r"))


def _blank_before(text: str, at: int) -> int:
    """Where the line above `at` starts if it is blank, else `at`."""
    start = text[: at - 1].rfind("\n") + 1
    return at if text[start:at].strip() else start


def newline(text: str) -> str:
    """How most of the file's lines end."""
    return "\r\n" if text.count("\r\n") * 2 > text.count("\n") else "\n"
