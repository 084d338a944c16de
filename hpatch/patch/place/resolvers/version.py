"""modules/http2/h2_version.h: trunk's number, with this tree's own suffix or none."""

from __future__ import annotations

import re
from collections.abc import Sequence

from hpatch.patch.diff.lines import LineEdit
from hpatch.patch.diff.model import Hunk
from hpatch.patch.place.resolvers.model import NextRelease, Resolved
from hpatch.patch.place.resolvers.text import first

_VERSION = re.compile(rb'(#define\s+MOD_HTTP2_VERSION\s+")([0-9.]+)([^"]*)(".*)', re.S)
_NUMBER = re.compile(rb"(#define\s+MOD_HTTP2_VERSION_NUM\s+)(0x[0-9a-fA-F]+)(.*)", re.S)


def http2_version(
    lines: Sequence[bytes], hunks: Sequence[Hunk], following: NextRelease | None, claim: bool
) -> dict[int, Resolved]:
    """Trunk's new number, as text and as digits, where this tree is on the way to it.

    It is so in trunk's series, and not ahead of trunk. The digits stay where the revision changes trunk's suffix only:
    so did the merge of r1800978. A branch that is ahead of trunk's old number keeps its own: so did that of r1915281.
    """
    found: dict[int, Resolved] = {}
    ahead = False
    version, number = first(lines, _VERSION), first(lines, _NUMBER)
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
