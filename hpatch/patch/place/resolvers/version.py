"""A module's version header: trunk's number, with this tree's own suffix or none.

mod_http2 has `modules/http2/h2_version.h`, mod_md `modules/md/md_version.h`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from hpatch.patch.diff.lines import LineEdit
from hpatch.patch.diff.model import Hunk
from hpatch.patch.place.resolvers.model import NextRelease, Resolve, Resolved
from hpatch.patch.place.resolvers.text import first


def module_version(module: bytes, *, between: bool) -> Resolve:
    """The resolver for a module's header, by the module's name in its macros.

    `between`: the new number is also for a tree whose own is between trunk's old one and the new one.
    """
    version = re.compile(rb'(#define\s+%s_VERSION\s+")([0-9.]+)([^"]*)(".*)' % module, re.S)
    number = re.compile(rb"(#define\s+%s_VERSION_NUM\s+)(0x[0-9a-fA-F]+)(.*)" % module, re.S)

    def resolve(
        lines: Sequence[bytes], hunks: Sequence[Hunk], following: NextRelease | None, claim: bool
    ) -> dict[int, Resolved]:
        return _resolve(lines, hunks, claim, version, number, between=between)

    return resolve


def _resolve(
    lines: Sequence[bytes],
    hunks: Sequence[Hunk],
    claim: bool,
    text: re.Pattern[bytes],
    digits: re.Pattern[bytes],
    *,
    between: bool,
) -> dict[int, Resolved]:
    """Trunk's new number, as text and as digits, where this tree is on the way to it.

    It is so in trunk's series, and not ahead of trunk. The digits stay where the revision changes trunk's suffix only:
    so did the merge of r1800978. A branch that is ahead of trunk's old number keeps its own for mod_http2: so did that
    of r1915281. For mod_md it takes the new one as long as that is higher: so did r1864427. A tree that has the new
    number has the change.
    """
    found: dict[int, Resolved] = {}
    decided = False
    version, number = first(lines, text), first(lines, digits)
    if version is None or number is None:
        return found
    for index, hunk in enumerate(hunks):
        changed = [line for operation, line in hunk.lines if operation != " "]
        if not all(text.match(line) or digits.match(line) for line in changed):
            continue
        sides = {operation: match for operation, line in hunk.lines if (match := text.match(line)) is not None}
        if sides and set(sides) != {"-", "+"}:
            return {}
        if not sides:
            found[index] = Resolved((), "follows the version")
            continue
        own, old, new = _triple(version[1][2]), _triple(sides["-"][2]), _triple(sides["+"][2])
        if own is None or old is None or new is None:
            return {}
        if own == new != old:
            decided = True
            found[index] = Resolved((), "the tree has this number already", "applied")
            continue
        on_the_way = between and old < own < new and own[:2] == new[:2]
        if claim and own > old and not on_the_way:
            decided = True
            found[index] = Resolved((), "the branch is ahead of trunk's old number and keeps its own")
            continue
        if own[:2] != old[:2] or (own > old and not on_the_way):
            return {}
        at, match = version
        edits = [LineEdit(at, at + 1, (match[1] + sides["+"][2] + match[3] + match[4],))]
        if old != new:
            at, match = number
            edits.append(LineEdit(at, at + 1, (match[1] + b"0x%02x%02x%02x" % new + match[3],)))
        found[index] = Resolved(tuple(edits), "trunk's number, in this tree's form")
    return found if decided or any(meant.edits for meant in found.values()) else {}


def _triple(version: bytes) -> tuple[int, int, int] | None:
    parts = version.split(b".")
    numbers = [int(part) for part in parts if part.isdigit() and len(part) <= 3]
    if len(parts) != 3 or len(numbers) != 3 or max(numbers) > 255:
        return None
    first, second, third = numbers
    return first, second, third
