"""A hunk that cannot be placed, and what is in its way."""

from __future__ import annotations

from collections import Counter

from hpatch.patch.diff.model import Hunk, Outcome
from hpatch.patch.place.merge import start_of
from hpatch.patch.place.situation import Settled, Situation
from hpatch.patch.place.target import TargetFile


def conflict(situation: Situation) -> Settled:
    """Fail a hunk that no other strategy settled.

    Accepts: every hunk, so it comes last.
    Demands: nothing.
    Refuses: nothing. The reason is the most telling one: where the hunk's lines are although it cannot go there, else
    what is in the way of merging it.
    """
    return failed(situation.target, situation.hunk, _reason(situation))


def _reason(situation: Situation) -> str:
    places = situation.target.places[situation.index]
    if not situation.old:
        return "it has no line around what it adds, so its place cannot be told"
    if situation.fits:
        return f"its lines are at line {situation.fits[0] + 1} only, but its place before the revision is another"
    if places:
        return f"its lines are at line {places[0] + 1}, out of order with the other hunks"
    anywhere = situation.target.text.find(situation.old)
    if anywhere:
        return f"its lines are at line {anywhere[0] + 1}, but it adds to the start or end of its file"
    return situation.merged.conflict


def failed(target: TargetFile, hunk: Hunk, reason: str) -> Settled:
    """The answer for a hunk that cannot be placed, with the lines that stand where it should go."""
    start, end = _nearest(target, hunk)
    found = tuple(target.lines[start:end])
    return Settled(Outcome(hunk=hunk, result="conflict", line=start + 1, reason=reason, expected=hunk.old, found=found))


def _nearest(target: TargetFile, hunk: Hunk) -> tuple[int, int]:
    """The tree's lines to show beside those that a hunk expects."""
    old = hunk.old
    if target.merger is not None and target.merger.knows(hunk):
        start, end = target.merger.around(hunk)
        if end - start <= 3 * len(old) + 20:
            return start, end
    own, numbers = start_of(hunk), target.text.numbers
    votes = Counter(
        number - at
        for at, line in enumerate(old)
        if line.strip() and len(numbers.get(line, ())) <= 20
        for number in numbers.get(line, ())
    )
    best = min(votes, key=lambda start: (-votes[start], abs(start - own)), default=own)
    start = min(max(best, 0), len(target.lines))
    return start, min(start + len(old), len(target.lines))
