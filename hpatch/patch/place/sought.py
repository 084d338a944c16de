"""What to look for in a file: a side of a hunk, with the context that must be there."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from hpatch.patch.diff.model import Hunk, Operation
from hpatch.records import NamedTuple


class Sought(NamedTuple):
    """Lines to look for: a hunk's old or new side, less the `skipped` lines in front that fuzz lets differ.

    `length` is that of the whole side; a side that starts or ends its file can be nowhere else.
    """

    lines: tuple[bytes, ...]
    skipped: int
    length: int
    starts: bool
    ends: bool

    def allows(self, at: int, count: int) -> bool:
        """Whether the side may begin at line `at` of a file of `count` lines: one that starts or ends its file must."""
        return (not self.starts or at == 0) and (not self.ends or at + self.length == count)


def sought(hunk: Hunk, sign: Operation, fuzz: int = 0) -> Sought:
    """The old (`-`) or new (`+`) side of a hunk.

    With fuzz it is as GNU patch has it: less context at one end than at the other means the file's start or end.
    Without any, that is so only where nothing but the file's start or end says where the side begins or ends.
    """
    side, start = (hunk.old, hunk.old_start) if sign == "-" else (hunk.new, hunk.new_start)
    front, first = _edge(hunk.lines, sign)
    back, last = _edge(reversed(hunk.lines), sign)
    context = max(front, back)
    if not fuzz:
        return Sought(
            lines=side,
            skipped=0,
            length=len(side),
            starts=not front and not first and start <= 1,
            ends=not back and not last,
        )
    cut = min(max(fuzz + front - context, 0), front)
    end = min(max(fuzz + back - context, 0), back)
    starts = fuzz + front < context and start <= 1
    return Sought(
        lines=side[cut : len(side) - end], skipped=cut, length=len(side), starts=starts, ends=fuzz + back < context
    )


def _edge(lines: Iterable[tuple[Operation, bytes]], sign: Operation) -> tuple[int, bool]:
    """The context lines at a hunk's end, and whether the run of changes next to them has lines of a side."""
    context, changes = 0, False
    for operation, _ in lines:
        if operation == sign:
            return context, True
        if operation == " ":
            if changes:
                break
            context += 1
        else:
            changes = True
    return context, False


_BLANKS = re.compile(rb"[ \t]+")


def squeezed(lines: Sequence[bytes]) -> tuple[bytes, ...]:
    """Lines as GNU patch's `-l` compares them: runs of blanks are one, and blanks at a line's end are none."""
    return tuple(_BLANKS.sub(b" ", line.rstrip()) + b"\n" for line in lines)
