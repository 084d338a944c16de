"""Three-way, by words, where the tree has changed the very lines."""

from __future__ import annotations

from hpatch.patch.diff.lines import edited
from hpatch.patch.diff.model import Outcome
from hpatch.patch.place import resolvers, words
from hpatch.patch.place.situation import Settled, Situation


def reworded(situation: Situation) -> Settled | None:
    """Merge a hunk whose lines the tree has in other words.

    Accepts: what `merged` refused: a hunk beside lines or within lines that the tree has changed. So it was with
    r1837130, r1665643 and r1379311 on 2.4.x.
    Demands: the file before the revision; for each change that `merged` refuses a place between lines that are equal or
    answer each other, as `hpatch.patch.place.words` describes, and a word between its words and the tree's own. git
    reports a conflict there, so the outcome has what the patch leaves and what the tree gets.
    Refuses: to change what the tree has changed, too; a hunk whose lines, old or new, are in the tree as they are; and
    a file that has a resolver, for the numbers in it are the branch's own.
    """
    merger = situation.target.merger
    if not situation.target.options.words or merger is None or not situation.known or situation.fits or situation.done:
        return None
    if resolvers.find(situation.target.path) is not None:
        return None
    came = words.merge(merger, situation.hunk)
    if came.conflict or not came.edits or came.edits[0].start < situation.start:
        return None
    first, end = merger.around(situation.hunk)
    outcome = Outcome(
        hunk=situation.hunk,
        result="words",
        line=came.edits[0].start + 1,
        reason="three-way by words, by the file before the revision",
        expected=situation.hunk.new,
        found=tuple(edited(merger.lines[:end], came.edits)[first:]),
    )
    return Settled(outcome, came.edits, came.edits[-1].end)
