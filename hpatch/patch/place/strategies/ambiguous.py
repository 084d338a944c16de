"""Several places that are equally good: an answer, never a choice."""

from __future__ import annotations

from collections.abc import Iterable

from hpatch.patch.diff.model import Hunk, Outcome
from hpatch.patch.place.situation import Settled, Situation


def equal_places(situation: Situation) -> Settled | None:
    """Fail a hunk whose very lines are at several places between its neighbours.

    Accepts: several places, of which `exact` and `moved` took none.
    Demands: nothing more. Three-way merging is not asked: it would not know these places apart either.
    Refuses: a hunk with one place or none.
    """
    if situation.best is not None or len(situation.fits) <= 1:
        return None
    return ambiguous(situation.hunk, situation.fits, "its lines fit at several places equally well")


def here_and_there(situation: Situation) -> Settled | None:
    """Fail a hunk whose lines are at one place as it expects them and at another as it leaves them.

    Accepts: what `moved` refuses and `merged` could not settle.
    Demands: nothing more.
    Refuses: a hunk whose lines are not there as it expects them.
    """
    if situation.best is None:
        return None
    reason = "its lines fit at the first, and are at the other as it leaves them"
    return ambiguous(situation.hunk, [situation.best, *situation.done], reason)


def ambiguous(hunk: Hunk, places: Iterable[int], reason: str) -> Settled:
    """The answer for a hunk that has several places."""
    candidates = tuple(at + 1 for at in places)
    return Settled(
        Outcome(hunk=hunk, result="ambiguous", line=None, reason=reason, candidates=candidates, expected=hunk.old)
    )
