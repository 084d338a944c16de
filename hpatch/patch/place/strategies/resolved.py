"""Files whose every change collides: what their resolver makes of a hunk."""

from __future__ import annotations

from hpatch.patch.diff.model import Outcome
from hpatch.patch.place.situation import Settled, Situation
from hpatch.patch.place.strategies.conflict import failed


def resolved(situation: Situation) -> Settled | None:
    """Take a resolver's word for what a hunk means in this tree.

    Accepts: a hunk of a file that has a resolver (`hpatch.patch.place.resolvers`) and that the resolver understands.
    Demands: that placing all of the file's hunks as usual was not good enough; the driver asks no resolver before.
    Refuses: what the resolver says is for people to decide, as a conflict.
    """
    meant = situation.meant
    if meant is None:
        return None
    if meant.empty == "conflict" and not meant.edits:
        return failed(situation.target, situation.hunk, meant.reason)
    line = meant.edits[0].start + 1 if meant.edits else None
    result = "resolved" if meant.edits else meant.empty
    return Settled(Outcome(hunk=situation.hunk, result=result, line=line, reason=meant.reason), meant.edits)


def left_out(settled: Settled) -> Settled:
    """Let a hunk be that does not go in and, being no code, need not."""
    failed = settled.outcome
    reason = f"left out, it is no code: {failed.reason}"
    return Settled(Outcome(hunk=failed.hunk, result="resolved", line=None, reason=reason))
