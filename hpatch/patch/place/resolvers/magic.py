"""include/ap_mmn.h: a list of dated entries, and the module magic number's minor count."""

from __future__ import annotations

import re
from collections.abc import Sequence

from hpatch.patch.diff.lines import LineEdit
from hpatch.patch.diff.model import Hunk
from hpatch.patch.place.resolvers.model import NextRelease, Resolved
from hpatch.patch.place.resolvers.text import collapsed, first

_ENTRY = re.compile(rb" \* (\d{8})\.(\d{1,9}) \(([^)]*)\)\s*(.*)", re.S)
_MINOR = re.compile(rb"(#define\s+MODULE_MAGIC_NUMBER_MINOR\s+)(\d{1,9})(.*)", re.S)
_MAJOR = re.compile(rb"#define\s+MODULE_MAGIC_NUMBER_MAJOR\s+(\d{1,9})")
_INDENT = re.compile(rb"( \* {10,})\S")
_CONTINUED = re.compile(rb" \*\s+(.*)", re.S)


def magic_number(
    lines: Sequence[bytes], hunks: Sequence[Hunk], following: NextRelease | None, claim: bool
) -> dict[int, Resolved]:
    """Each new entry takes the next minor number of this tree, and the define follows.

    A new major number is an incompatible change, which is for people to decide: those hunks are not understood. In a
    tree under development a number and its label are taken by committing them, so only who may `claim` one gets it: of
    47 merges upstream, 19 have the very lines that the tree leads to expect. A corrected entry keeps its label.
    """
    minor = first(lines, _MINOR)
    major = first(lines, _MAJOR)
    cookie = next((at for at, line in enumerate(lines) if line.startswith(b"#define MODULE_MAGIC_COOKIE")), None)
    if minor is None or major is None or cookie is None:
        return {}
    close = next((at for at in range(cookie, -1, -1) if lines[at].strip() == b"*/"), None)
    if close is None or any(_MAJOR.match(line) for hunk in hunks for sign, line in hunk.lines if sign != " "):
        return {}
    newest = next((match[3] for line in reversed(lines[:close]) if (match := _ENTRY.match(line))), None)
    label = newest if following is None else following.label
    if label is None:
        return {}
    indent = next((match[1] for line in reversed(lines[:close]) if (match := _INDENT.match(line))), b" *" + b" " * 25)
    there = {collapsed(entry) for entry in _listed(lines[:close])}
    start = close
    while start and lines[start - 1].strip() == b"*":
        start -= 1
    own = int(minor[1][2])
    count = own
    found: dict[int, Resolved] = {}
    for index, hunk in enumerate(hunks):
        entries = _entries(hunk)
        if entries is None:
            corrected = _corrected(hunk, lines[:close])
            if corrected:
                found[index] = Resolved(corrected, "the same entries, with this tree's labels")
            continue
        added: list[bytes] = []
        for entry in entries:
            if collapsed(entry) in there:
                continue
            count += 1
            head = b" * %s.%d (%s) " % (major[1][1], count, label)
            added += [head.ljust(len(indent)) + entry[0], *(indent + line for line in entry[1:])]
        if added:
            found[index] = Resolved(
                (LineEdit(start, close, tuple(added)),), f"{major[1][1].decode()}.{count} in this tree"
            )
            start = close
        elif entries:
            found[index] = Resolved((), "the entry is there already", "applied")
        else:
            found[index] = Resolved((), "this tree counts for itself")
    if count == own:
        return found
    if following is not None and following.development and not claim:
        reason = f"the tree is under development, where {major[1][1].decode()}.{own + 1} is for a committer to claim"
        return {index: Resolved((), reason, "conflict") for index in found}
    at, match = minor
    define = LineEdit(at, at + 1, (match[1] + b"%d" % count + match[3],))
    last = max(found)
    found[last] = Resolved((*found[last].edits, define), f"{major[1][1].decode()}.{count} in this tree")
    return found


def _corrected(hunk: Hunk, lines: Sequence[bytes]) -> tuple[LineEdit, ...]:
    """The edits of a hunk that only corrects first lines of entries which this tree has with labels of its own.

    An entry is the same where number and text are, and no other of the tree is like it: so did the merge of r1210219.
    """
    changed = [pair for pair in hunk.lines if pair[0] != " "]
    if any(sign != "-+"[at % 2] for at, (sign, _) in enumerate(changed)) or len(changed) % 2:
        return ()
    edits = []
    for (_, old), (_, new) in zip(changed[::2], changed[1::2], strict=True):
        was, becomes = _ENTRY.match(old), _ENTRY.match(new)
        if was is None or becomes is None or was[3] != becomes[3]:
            return ()
        here = [
            (at, match)
            for at, line in enumerate(lines)
            if (match := _ENTRY.match(line)) is not None and match.group(1, 2, 4) == was.group(1, 2, 4)
        ]
        if len(here) != 1:
            return ()
        at, match = here[0]
        start, end = becomes.span(3)
        edits.append(LineEdit(at, at + 1, (new[:start] + match[3] + new[end:],)))
    return tuple(edits)


def _listed(lines: Sequence[bytes]) -> list[list[bytes]]:
    """The texts of the entries of a list."""
    entries: list[list[bytes]] = []
    for line in lines:
        if (match := _ENTRY.match(line)) is not None:
            entries.append([match[4]])
        elif entries and (match := _CONTINUED.match(line)) is not None:
            entries[-1].append(match[1])
    return entries


def _entries(hunk: Hunk) -> list[list[bytes]] | None:
    """The texts of the entries that a hunk adds; none for one that only counts up; None where it does more."""
    entries: list[list[bytes]] = []
    for operation, line in hunk.lines:
        if operation == " " or _MINOR.match(line):
            continue
        if operation == "-":
            if line.strip() != b"*":
                return None
            continue
        if (match := _ENTRY.match(line)) is not None:
            entries.append([match[4]])
        elif entries and (match := _CONTINUED.match(line)) is not None and match[1].strip():
            entries[-1].append(match[1])
        elif line.strip() != b"*":
            return None
    return entries
