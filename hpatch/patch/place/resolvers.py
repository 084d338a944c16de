"""Files whose every change collides: numbers that each branch counts for itself, and lists that each branch keeps.

A resolver takes the hunks that it understands and says what they mean on this tree; the others are placed as usual. It
is asked only when the hunks do not all go where they say, so a branch's own diff on that branch stays as it is. What
does not follow from the tree is not guessed: the hunk is then placed as usual, and mostly fails.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Literal

from hpatch.patch.diff.lines import LineEdit
from hpatch.patch.diff.model import Hunk, Outcome, Result
from hpatch.records import NamedTuple


class Resolved(NamedTuple):
    """What a hunk means here: its edits, and a word on them.

    `empty` is the result where there is nothing to edit: the hunk's matter is there already, is not this tree's, or is
    not for a program to say.
    """

    edits: tuple[LineEdit, ...]
    reason: str
    empty: Literal["applied", "resolved", "conflict"] = "resolved"


class NextRelease(NamedTuple):
    """A tree's next release: its label (`2.4.10-dev`), and whether the tree is under development.

    A released tree's next release has the number after its own: what is patched into it came after it.
    """

    label: bytes
    development: bool


class Resolver(NamedTuple):
    """How a file's hunks are understood.

    `resolve` gets the file's lines, the hunks, the tree's next release (None: not known), and whether it may claim a
    number of a tree under development. `enough` are the results of usual placing to be content with. A hunk of an
    `optional` file that fails is left out, for the file holds no code.
    """

    resolve: Callable[[Sequence[bytes], Sequence[Hunk], NextRelease | None, bool], dict[int, Resolved]]
    enough: frozenset[Result] = frozenset({"exact", "moved", "applied"})
    optional: bool = False

    def content(self, outcomes: Sequence[Outcome]) -> bool:
        """Whether usual placing was good enough."""
        return all(outcome.result in self.enough for outcome in outcomes)


def find(path: str) -> Resolver | None:
    """The resolver of a file by its path in the tree."""
    return _RESOLVERS.get(path)


def release(header: bytes) -> NextRelease | None:
    """A tree's next release by its include/ap_release.h, None where that does not tell."""
    numbers = {match[1]: int(match[2]) for match in _RELEASE.finditer(header)}
    try:
        major, minor = numbers[b"MAJORVERSION_NUMBER"], numbers[b"MINORVERSION_NUMBER"]
        patch, development = numbers[b"PATCHLEVEL_NUMBER"], numbers[b"DEVBUILD_BOOLEAN"]
    except KeyError:
        return None
    return NextRelease(b"%d.%d.%d-dev" % (major, minor, patch if development else patch + 1), bool(development))


_RELEASE = re.compile(rb"^#define[ \t]+AP_SERVER_(\w+)[ \t]+(\d{1,9})[ \t]*\r?$", re.M)


# include/ap_mmn.h: a list of dated entries, and the module magic number's minor count.

_ENTRY = re.compile(rb" \* (\d{8})\.(\d{1,9}) \(([^)]*)\)\s*(.*)", re.S)
_MINOR = re.compile(rb"(#define\s+MODULE_MAGIC_NUMBER_MINOR\s+)(\d{1,9})(.*)", re.S)
_MAJOR = re.compile(rb"#define\s+MODULE_MAGIC_NUMBER_MAJOR\s+(\d{1,9})")
_INDENT = re.compile(rb"( \* {10,})\S")
_CONTINUED = re.compile(rb" \*\s+(.*)", re.S)


def _magic_number(
    lines: Sequence[bytes], hunks: Sequence[Hunk], following: NextRelease | None, claim: bool
) -> dict[int, Resolved]:
    """Each new entry takes the next minor number of this tree, and the define follows.

    A new major number is an incompatible change, which is for people to decide: those hunks are not understood. In a
    tree under development a number and its label are taken by committing them, so only who may `claim` one gets it: of
    47 merges upstream, 19 have the very lines that the tree leads to expect.
    """
    minor = _first(lines, _MINOR)
    major = _first(lines, _MAJOR)
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
    there = {_collapsed(entry) for entry in _listed(lines[:close])}
    start = close
    while start and lines[start - 1].strip() == b"*":
        start -= 1
    own = int(minor[1][2])
    count = own
    found: dict[int, Resolved] = {}
    for index, hunk in enumerate(hunks):
        entries = _entries(hunk)
        if entries is None:
            continue
        added: list[bytes] = []
        for entry in entries:
            if _collapsed(entry) in there:
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


def _first(lines: Sequence[bytes], pattern: re.Pattern[bytes]) -> tuple[int, re.Match[bytes]] | None:
    for at, line in enumerate(lines):
        if (match := pattern.match(line)) is not None:
            return at, match
    return None


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


def _collapsed(lines: Sequence[bytes]) -> bytes:
    return b" ".join(b" ".join(lines).split())


# modules/http2/h2_version.h: trunk's number, with this tree's own suffix or none.

_VERSION = re.compile(rb'(#define\s+MOD_HTTP2_VERSION\s+")([0-9.]+)([^"]*)(".*)', re.S)
_NUMBER = re.compile(rb"(#define\s+MOD_HTTP2_VERSION_NUM\s+)(0x[0-9a-fA-F]+)(.*)", re.S)


def _http2_version(
    lines: Sequence[bytes], hunks: Sequence[Hunk], following: NextRelease | None, claim: bool
) -> dict[int, Resolved]:
    """Trunk's new number, as text and as digits, where this tree is on the way to it.

    It is so in trunk's series, and not ahead of trunk. The digits stay where the revision changes trunk's suffix only:
    so did the merge of r1800978. A branch that is ahead of trunk's old number keeps its own: so did that of r1915281.
    """
    found: dict[int, Resolved] = {}
    ahead = False
    version, number = _first(lines, _VERSION), _first(lines, _NUMBER)
    if version is None or number is None:
        return found
    for index, hunk in enumerate(hunks):
        changed = [line for operation, line in hunk.lines if operation != " "]
        if not all(_VERSION.match(line) or _NUMBER.match(line) for line in changed):
            continue
        sides = {operation: match for operation, line in hunk.lines if (match := _VERSION.match(line)) is not None}
        if sides and set(sides) != {"-", "+"}:
            return {}
        if not sides:
            found[index] = Resolved((), "follows the version")
            continue
        own, old, new = _triple(version[1][2]), _triple(sides["-"][2]), _triple(sides["+"][2])
        if own is None or old is None or new is None:
            return {}
        if claim and own > old:
            ahead = True
            found[index] = Resolved((), "the branch is ahead of trunk's old number and keeps its own")
            continue
        if own[:2] != old[:2] or own > old:
            return {}
        at, match = version
        edits = [LineEdit(at, at + 1, (match[1] + sides["+"][2] + match[3] + match[4],))]
        if old != new:
            at, match = number
            digits = b"0x%02x%02x%02x" % new
            edits.append(LineEdit(at, at + 1, (match[1] + digits + match[3],)))
        found[index] = Resolved(tuple(edits), "trunk's number, in this tree's form")
    return found if ahead or any(meant.edits for meant in found.values()) else {}


def _triple(version: bytes) -> tuple[int, int, int] | None:
    parts = version.split(b".")
    numbers = [int(part) for part in parts if part.isdigit() and len(part) <= 3]
    if len(parts) != 3 or len(numbers) != 3 or max(numbers) > 255:
        return None
    first, second, third = numbers
    return first, second, third


# CHANGES: a list of entries under a heading for each release, the newest first.

_HEADING = re.compile(rb"Changes with Apache ")
_ITEM = re.compile(rb" {1,4}\*\) ")


def _changes(
    lines: Sequence[bytes], hunks: Sequence[Hunk], following: NextRelease | None, claim: bool
) -> dict[int, Resolved]:
    """A new entry goes to the top of the newest release's list, wherever trunk has it in its own."""
    heading = next((at for at, line in enumerate(lines) if _HEADING.match(line)), None)
    if heading is None:
        return {}
    top = heading + 1
    while top < len(lines) and not lines[top].strip():
        top += 1
    there = {_collapsed(entry) for entry in _items(lines)}
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
        new = [entry for entry in items if _collapsed(entry) not in there]
        there |= {_collapsed(entry) for entry in new}
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


def _nothing(
    lines: Sequence[bytes], hunks: Sequence[Hunk], following: NextRelease | None, claim: bool
) -> dict[int, Resolved]:
    return {}


_LIST: frozenset[Result] = frozenset({"exact", "applied"})
"""Enough for a list: an entry that is moved could get into an older release's list."""

_RESOLVERS: dict[str, Resolver] = {
    "include/ap_mmn.h": Resolver(_magic_number),
    "modules/http2/h2_version.h": Resolver(_http2_version),
    "CHANGES": Resolver(_changes, _LIST, optional=True),
    # Each branch's own book-keeping: proposals and votes, and the next number of a log message, which trunk gives out.
    "STATUS": Resolver(_nothing, optional=True),
    "docs/log-message-tags/next-number": Resolver(_nothing, optional=True),
}
