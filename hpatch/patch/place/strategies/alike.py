"""Lines that go, and that the tree has with other white space or another log number."""

from __future__ import annotations

import re
from collections.abc import Sequence

from hpatch.patch.diff.lines import LineEdit, Text
from hpatch.patch.diff.model import Outcome
from hpatch.patch.place.merge import changes
from hpatch.patch.place.situation import Settled, Situation
from hpatch.patch.place.sought import sought

_NUMBER = re.compile(rb"[ \t]*APLOGNO\(\d*\)[ \t]*")
_WORD = re.compile(rb"\w{3}")


def alike(situation: Situation) -> Settled | None:
    """Take lines away although the tree's differ in white space or in a number of a log message.

    Each branch numbers its messages for itself, and some lines were indented on one of them only. So it was with
    r1800306 on 2.4.x.
    Accepts: a hunk whose context is there as it is, and whose lines that go are there but for that.
    Demands: one such place in the file, with a word in the lines that go, and no line in exchange for them.
    Refuses: to put lines in the place of some that differ, for the tree's number or indent would be lost.
    """
    hunk, old = situation.hunk, situation.old
    gone = [line for sign, line in hunk.lines if sign == "-"]
    if situation.fits or not any(_WORD.search(line) for line in gone):
        return None
    wanted = sought(hunk, "-")
    lines = situation.target.lines
    found = Text(_bare(lines)).find(_bare(old))
    places = [at for at in found if wanted.allows(at, len(lines)) and _context(situation, at)]
    if len(places) != 1 or situation.between(places, len(old)) != places:
        return None
    at, offset = places[0], places[0] - situation.own
    edits = tuple(LineEdit(start + offset, end + offset, new) for start, end, new in changes(hunk))
    if any(edit.lines and tuple(lines[edit.start : edit.end]) != _taken(situation, edit, offset) for edit in edits):
        return None
    reason = "lines that go differ in white space or a log number only"
    outcome = Outcome(hunk=hunk, result="whitespace", line=at + 1, offset=offset, reason=reason)
    return Settled(outcome, edits, at + len(old))


def _context(situation: Situation, at: int) -> bool:
    """Whether the context at a place is what the hunk expects, and something else is not."""
    old = [(sign, line) for sign, line in situation.hunk.lines if sign != "+"]
    differs = {sign for (sign, line), there in zip(old, situation.target.lines[at:], strict=False) if line != there}
    return differs == {"-"}


def _taken(situation: Situation, edit: LineEdit, offset: int) -> tuple[bytes, ...]:
    """The lines that the hunk takes away at an edit, as it has them."""
    start = edit.start - offset - situation.own
    return situation.old[start : start + edit.end - edit.start]


def _bare(lines: Sequence[bytes]) -> tuple[bytes, ...]:
    return tuple(b" ".join(_NUMBER.sub(b" ", line).split()) + b"\n" for line in lines)
