"""Three-way, by the file as it was before the revision."""

from __future__ import annotations

from hpatch.patch.diff.model import Outcome
from hpatch.patch.place.situation import Settled, Situation


def merged(situation: Situation) -> Settled | None:
    """Merge a hunk, change by change.

    Accepts: a hunk whose context the tree has changed; one that the tree has already, in part or in whole. What has
    nothing left to edit is `applied`.
    Demands: the file before the revision; that the hunk is one of it; a certain place for each of its changes, as
    `hpatch.patch.place.merge` describes; and that the first edit is below the hunks above.
    Refuses: a tree's own lines at the very place of a change, and changes of which only some would go in.
    """
    came = situation.merged
    if came.conflict:
        return None
    if not came.edits:
        return Settled(
            Outcome(hunk=situation.hunk, result="applied", line=came.line, reason="the lines are there already")
        )
    line = came.edits[0].start + 1
    outcome = Outcome(
        hunk=situation.hunk, result="merged", line=line, reason="three-way, by the file before the revision"
    )
    return Settled(outcome, came.edits, came.edits[-1].end)
