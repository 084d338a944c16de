"""CHANGES: a list of entries under a heading for each release, the newest first."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from hpatch.patch.diff.lines import LineEdit
from hpatch.patch.diff.model import Hunk
from hpatch.patch.place.resolvers.model import NextRelease, Resolved
from hpatch.patch.place.resolvers.text import collapsed

_HEADING = re.compile(rb"Changes with Apache ")
_ITEM = re.compile(rb" {1,4}\*\) ")


def changes(
    lines: Sequence[bytes], hunks: Sequence[Hunk], following: NextRelease | None, claim: bool
) -> dict[int, Resolved]:
    """A new entry goes to the top of the newest release's list, wherever trunk has it in its own."""
    heading = next((at for at, line in enumerate(lines) if _HEADING.match(line)), None)
    if heading is None:
        return {}
    top = heading + 1
    while top < len(lines) and not lines[top].strip():
        top += 1
    there = {collapsed(entry) for entry in _items(lines)}
    found: dict[int, Resolved] = {}
    for index, hunk in enumerate(hunks):
        if any(operation == "-" and line.strip() for operation, line in hunk.lines):
            continue
        added = [line for operation, line in hunk.lines if operation == "+"]
        while added and not added[0].strip():
            added.pop(0)
        items = _items(added)
        if not items or not _ITEM.match(added[0]) or not _whole(hunk):
            continue
        new = [entry for entry in items if collapsed(entry) not in there]
        there |= {collapsed(entry) for entry in new}
        if not new:
            found[index] = Resolved((), "the entry is there already", "applied")
            continue
        text = tuple(line for entry in new for line in (*entry, b"\n"))
        lead = (b"\n",) if top == heading + 1 else ()
        found[index] = Resolved((LineEdit(top, top, lead + text),), "entered under the newest release")
    return found


def _items(lines: Sequence[bytes]) -> list[list[bytes]]:
    """The entries among these lines, each without the blank lines after it."""
    items: list[list[bytes]] = []
    inside = False
    for line in lines:
        if _ITEM.match(line):
            items.append([line])
            inside = True
        elif line[:1] not in (b" ", b"\t", b"\n", b"\r"):
            inside = False
        elif inside:
            items[-1].append(line)
    for item in items:
        while not item[-1].strip():
            item.pop()
    return items


def _whole(hunk: Hunk) -> bool:
    """Whether what the hunk adds are whole entries, not the rest of one that begins or ends in its context."""
    after = next((two[1] for one, two in pairwise(hunk.lines) if one[0] == "+" and two[0] == " "), b"\n")
    return not after.strip() or _ITEM.match(after) is not None or _HEADING.match(after) is not None
