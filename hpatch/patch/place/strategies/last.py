"""With fuzz although no option says so: the last resort, where everything else speaks for one place."""

from __future__ import annotations

import re

from hpatch.patch.diff.lines import LineEdit
from hpatch.patch.diff.model import Outcome
from hpatch.patch.place.merge import LACKS, changes
from hpatch.patch.place.situation import Settled, Situation
from hpatch.patch.place.sought import Sought, sought

_FUZZ = 2
"""As much as GNU patch allows by itself."""
_WORD = re.compile(rb"\w{3}")


def last(situation: Situation) -> Settled | None:
    """Place a hunk with fuzz 1 or 2 in the function that it is for, as r1912015, r1890696 and r1750947 went to 2.4.x.

    Accepts: the lines that the hunk expects, less one or two at the ends of its context.
    Demands: one such place in the whole file, or in the function if the file before the revision is known and had one
    there, in order with the hunks around; the function there is the one that the heading, or the file before the
    revision, names; a word in what is left to look for; and that the tree has nothing yet of what the hunk adds.
    Refuses: a hunk whose heading names no function; and where the file before the revision is known, every conflict
    but that the tree lacks lines around those that the hunk adds.
    """
    if not _asked(situation):
        return None
    for fuzz in range(1, _FUZZ + 1):
        wanted = sought(situation.hunk, "-", fuzz)
        places = situation.target.find(wanted)
        if places:
            places = _in_function(situation, places, wanted)
            telling = any(_WORD.search(line) for line in wanted.lines)
            return _put(situation, places[0], fuzz) if telling and _only(situation, places) else None
    return None


def _asked(situation: Situation) -> bool:
    """Whether fuzz can be the answer."""
    if situation.fits or not situation.old or situation.done:
        return False
    return not situation.known or situation.merged.conflict == LACKS


def _in_function(situation: Situation, places: list[int], wanted: Sought) -> list[int]:
    """The places that count: those in the hunk's function, if the file before the revision had one there, too."""
    before, ancestor = situation.target.ancestor_headings, situation.target.ancestor
    if not situation.known or before is None or ancestor is None:
        return places
    inside = next((change.start for change in changes(situation.hunk)), situation.own) - situation.own
    named = before.around(situation.own + inside)
    had = (at - wanted.skipped for at in ancestor.find(wanted.lines))
    if [at for at in had if before.same(named, before.around(at + inside))] != [situation.own]:
        return places
    return [at for at in places if _agrees(situation, at)]


def _only(situation: Situation, places: list[int]) -> bool:
    """Whether there is one place, in its order and in its function, and nothing there yet of what comes."""
    if len(places) != 1 or situation.between(places, len(situation.old)) != places:
        return False
    there = any(new and situation.target.text.find(new) for _, _, new in changes(situation.hunk))
    return not there and _agrees(situation, places[0])


def _put(situation: Situation, at: int, fuzz: int) -> Settled:
    offset = at - situation.own
    edits = tuple(LineEdit(start + offset, end + offset, new) for start, end, new in changes(situation.hunk))
    reason = f"{fuzz} of its outer lines may differ; the only place, in its function"
    outcome = Outcome(hunk=situation.hunk, result="fuzz", line=at + 1, offset=offset, fuzz=fuzz, reason=reason)
    return Settled(outcome, edits, at + len(situation.old))


def _agrees(situation: Situation, at: int) -> bool:
    """Whether the function at a place is the one that the hunk is for."""
    headings = situation.target.headings
    first = next((change.start for change in changes(situation.hunk)), situation.own)
    there = headings.around(at + first - situation.own)
    before = situation.target.ancestor_headings
    named = before.around(first) if situation.known and before is not None else situation.hunk.section.strip()
    return bool(there) and headings.same(named, there)
