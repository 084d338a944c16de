"""A hunk that is in the file already."""

from __future__ import annotations

from hpatch.patch.diff.lines import Text
from hpatch.patch.diff.model import Outcome
from hpatch.patch.place.situation import Settled, Situation
from hpatch.patch.place.sought import sought, squeezed
from hpatch.patch.place.strategies.ambiguous import ambiguous


def applied(situation: Situation) -> Settled | None:
    """Find a hunk in the file as it leaves it.

    Accepts: all lines that the hunk leaves, context included, between its neighbours; by option, white space aside.
    Demands: one such place, or of several the line that the diff names for them. A hunk without a line around it must
    have one place: its number says too little.
    Refuses: lines that stood in the file before the revision, and with white space aside a hunk that changes nothing
    else: neither shows that the revision is there. Several places are `ambiguous`.
    """
    hunk, new, target = situation.hunk, situation.hunk.new, situation.target
    there: list[int] = []
    for ignore in (False, True) if target.options.ignore_whitespace else (False,):
        if not there and _tells(situation, ignore):
            there = situation.between(target.find(sought(hunk, "+"), ignore_whitespace=ignore), len(new))
    if not new and not target.lines:
        there = [0]
    if not there or (len(there) > 1 and not situation.old):
        return None
    at = there[0] if len(there) == 1 else hunk.new_start - 1
    if at not in there:
        return ambiguous(hunk, there, "its lines are there already, at several places")
    reason = "the lines are there already" + ("" if target.text.fits(new, at) else ", white space aside")
    return Settled(Outcome(hunk=hunk, result="applied", line=at + 1, reason=reason), end=at + len(new))


def _tells(situation: Situation, ignore_whitespace: bool) -> bool:
    """Whether the lines that a hunk leaves tell that it is there: they are new, compared as the file is searched."""
    ancestor, new = situation.target.ancestor, situation.hunk.new
    if not ignore_whitespace:
        return ancestor is None or not ancestor.find(new)
    if squeezed(new) == squeezed(situation.old):
        return False
    return ancestor is None or not Text(squeezed(ancestor.lines)).find(squeezed(new))
