"""Files with conflict markers: what of a patch goes in is in, and each hunk that does not is marked.

A mark has three parts, as `git merge` writes them with `merge.conflictStyle=diff3`: the tree's lines, those that the
hunk expects, and those that it leaves. Lines in common at both ends stand outside of the mark.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from hashlib import sha256

from hpatch.patch.diff.lines import LineEdit, edited, split
from hpatch.patch.diff.model import PLACED, FilePatch, Outcome, Placed
from hpatch.patch.place.heading import Headings
from hpatch.patch.place.merge import start_of
from hpatch.records import NamedTuple

_MARKER = re.compile(rb"(?:<{7}|\|{7}|>{7}) |={7}\r?$")


_ENCODINGS = {b"\xef\xbb\xbf": "UTF-8 with a byte order mark", b"\xff\xfe": "UTF-16", b"\xfe\xff": "UTF-16"}
"""By how a file begins that some editors save in another encoding than it had."""


class Marked(NamedTuple):
    """A file with its conflicts marked.

    `key` names them: the hunks that fail, and for each the tree's lines and the function in its place, whatever the
    lines' numbers. `marks` is how many there are.
    """

    key: str
    content: bytes
    marks: int


class _Region(NamedTuple):
    """The tree's lines `start:end` (from 0) that stand where hunk `number` (from 1) should go."""

    start: int
    end: int
    number: int
    outcome: Outcome


def markable(patch: FilePatch, placed: Placed) -> bool:
    """Whether the conflicts of a file can be shown as marks in it: only where all depends on its lines.

    A link, a name that is in the way of others, and a renamed or copied file are no matter of one file's lines.
    """
    if placed.ok or not placed.outcomes or patch.kind in ("rename", "copy"):
        return False
    return placed.before is not None or placed.outcomes[0].result == "missing"


def mark(patch: FilePatch, placed: Placed) -> Marked:
    """A file whose hunks do not all go in, marked.

    The marks are where the hunks' lines mostly are; a hunk that fits nowhere is marked near its own line.
    """
    content = placed.before
    lines = split(content or b"")
    headings = Headings(patch.path, lines)
    key = sha256(f"{patch.kind} {patch.path}\0".encode("utf-8", "surrogateescape"))
    edits = list(placed.edits)
    regions = list(_regions(patch, placed, lines))
    for region in regions:
        expected, left = region.outcome.hunk.old, region.outcome.hunk.new
        here = tuple(lines[region.start : region.end])
        for part in (headings.around(region.start), *here, b"", *expected, b"", *left):
            key.update(b"%d:" % len(part) + part)
        shown = tuple(_mark(region.number, here, expected, left))
        if region.start == len(lines) > 0 and not lines[-1].endswith(b"\n"):
            shown = (b"\n" + shown[0], *shown[1:])
        edits.append(LineEdit(region.start, region.end, shown))
    return Marked(key.hexdigest(), b"".join(edited(lines, edits)), len(regions))


def left(content: bytes, known: bytes) -> list[int]:
    """The lines (from 1) of a file at which markers are left; those that `known` has, too, are none."""
    usual = {line for line in split(known) if _MARKER.match(line)}
    return [at for at, line in enumerate(split(content), 1) if _MARKER.match(line) and line not in usual]


def saved_otherwise(content: bytes, after: bytes) -> tuple[int, str] | None:
    """What an editor has made of a marked file besides an answer: the line (from 1), and what it is there.

    Line ends other than those that the same line had, and another encoding. None where there is nothing of this.
    """
    start = next((bom for bom in _ENCODINGS if after.startswith(bom) and not content.startswith(bom)), None)
    if start is not None:
        return 1, f"the file is {_ENCODINGS[start]} now"
    ends: dict[bytes, set[bool]] = {}
    for line in split(content):
        if line.endswith(b"\n"):
            ends.setdefault(line.rstrip(b"\r\n"), set()).add(line.endswith(b"\r\n"))
    for at, line in enumerate(split(after), 1):
        returns = line.endswith(b"\r\n")
        if line.endswith(b"\n") and returns not in ends.get(line.rstrip(b"\r\n"), (returns,)):
            return at, f"the line ends in {'CR LF now, and ended in LF' if returns else 'LF now, and ended in CR LF'}"
    return None


def _regions(patch: FilePatch, placed: Placed, lines: Sequence[bytes]) -> Iterator[_Region]:
    """Where the failed hunks are marked, from the top, apart from each other and from what goes in."""
    if patch.kind in ("create", "delete"):
        yield _Region(0, len(lines), 1, placed.outcomes[0])
        return
    wanted = []
    offset = 0
    for number, outcome in enumerate(placed.outcomes, 1):
        if outcome.result in PLACED:
            offset = outcome.offset if outcome.line is not None else offset
            continue
        start, end = _place(outcome, offset, len(lines))
        wanted.append((start, end, number, outcome))
    taken = sorted((edit.start, edit.end) for edit in placed.edits)
    floor = 0
    for first, last, number, outcome in sorted(wanted, key=lambda one: one[:3]):
        start = max(first, floor)
        for above, below in taken:
            start = below if above <= start < below else start
        ceiling = next((above for above, _ in taken if above >= start), len(lines))
        floor = max(min(last, ceiling), start)
        yield _Region(start, floor, number, outcome)


def _place(outcome: Outcome, offset: int, count: int) -> tuple[int, int]:
    """The tree's lines that a failed hunk is about: those that were shown for it; none where they are all others."""
    own = min(max(start_of(outcome.hunk) + offset, 0), count)
    if outcome.result == "ambiguous" and outcome.candidates:
        start = min((at - 1 for at in outcome.candidates), key=lambda at: abs(at - own))
        return start, min(start + len(outcome.hunk.old), count)
    if outcome.line is None or not set(outcome.found) & {line for line in outcome.expected if line.strip()}:
        return own, own
    return outcome.line - 1, min(outcome.line - 1 + len(outcome.found), count)


def _mark(
    number: int, here: tuple[bytes, ...], expected: tuple[bytes, ...], wanted: tuple[bytes, ...]
) -> Iterator[bytes]:
    """The lines of a mark, with those around it that all three parts have."""
    sides = (here, expected, wanted)
    least = min(map(len, sides))
    front = next((at for at in range(least) if len({side[at] for side in sides}) > 1), least)
    least -= front
    back = next((at for at in range(least) if len({side[-1 - at] for side in sides}) > 1), least)
    end = b"\r\n" if any(line.endswith(b"\r\n") for line in (*here, *expected)[:1]) else b"\n"
    yield from (line if line.endswith(b"\n") else line + end for line in here[:front])
    for head, side in zip((b"<<<<<<< the tree", b"||||||| before hunk %d" % number, b"======="), sides, strict=True):
        yield head + end
        yield from (line if line.endswith(b"\n") else line + end for line in side[front : len(side) - back])
    yield b">>>>>>> after hunk %d" % number + end
    yield from here[len(here) - back :]
