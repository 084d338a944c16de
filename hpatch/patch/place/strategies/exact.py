"""The very lines that a hunk expects, at its own line or at an offset."""

from __future__ import annotations

from hpatch.patch.diff.lines import LineEdit
from hpatch.patch.diff.model import Outcome
from hpatch.patch.place.situation import Settled, Situation


def exact(situation: Situation) -> Settled | None:
    """Place a hunk at its own line.

    Accepts: all lines that the hunk expects, context included, at the line that the diff names.
    Demands: that no other place is as good (`Situation.best`): the hunk has one place between its neighbours, or both
    neighbours are at offset 0 too, or the file before the revision tells. A hunk without a line around it goes by its
    number alone, so the file must be the very one that the diff was made for, or empty.
    Refuses: to go by the line's number where the hunks around this one moved.
    """
    return _put(situation, situation.own) if situation.best == situation.own else None


def moved(situation: Situation) -> Settled | None:
    """Place a hunk at an offset, as GNU patch calls it: elsewhere than at its own line.

    Accepts: all lines that the hunk expects, context included.
    Demands: what `exact` does, and that the lines that the hunk leaves are nowhere in the file.
    Refuses: a file that has both sides of the hunk. Perhaps it is applied, and this place is another.
    """
    return None if situation.best is None or situation.done else _put(situation, situation.best)


def _put(situation: Situation, at: int) -> Settled:
    hunk, end = situation.hunk, at + len(situation.old)
    offset = at - situation.own
    reason = f"{abs(offset)} lines {'below' if offset > 0 else 'above'} its own, the only place" if offset else ""
    outcome = Outcome(hunk=hunk, result="moved" if offset else "exact", line=at + 1, offset=offset, reason=reason)
    return Settled(outcome, (LineEdit(at, end, hunk.new),), end)
