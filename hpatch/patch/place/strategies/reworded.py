"""Three-way, by words, where the tree has changed the lines beside a change, or the very lines."""

from __future__ import annotations

from hpatch.patch.diff.lines import edited
from hpatch.patch.diff.model import Outcome
from hpatch.patch.place import resolvers, words
from hpatch.patch.place.merge import Merged, Merger
from hpatch.patch.place.situation import Settled, Situation

_BESIDE = "three-way, beside a line that the tree has in other words"
_WITHIN = "three-way by words, by the file before the revision"


def reworded(situation: Situation) -> Settled | None:
    """Merge a hunk whose lines the tree has in other words.

    Accepts: what `merged` refused: lines to add beside one that the tree has changed, as r1769332 and r1657881
    went to 2.4.x; by option also changes within lines that the tree has changed, as r1379311 and r1908415.
    Demands: the file before the revision; for each change that `merged` refuses a place between lines that are equal or
    answer each other, as `hpatch.patch.place.words` describes, and a word between its words and the tree's own. git
    reports a conflict there, so the outcome has what the patch leaves and what the tree gets.
    Refuses: to change what the tree has changed, too; a hunk whose lines, old or new, are in the tree as they are; and
    a file that has a resolver, for the numbers in it are the branch's own.
    """
    merger = situation.target.merger
    if merger is None or not situation.known or situation.fits or situation.done:
        return None
    if resolvers.find(situation.target.path) is not None:
        return None
    for within in (False, True)[: 1 + situation.target.options.words]:
        came = words.merge(merger, situation.hunk, within=within)
        if came.edits and not came.conflict and came.edits[0].start >= situation.start:
            return _put(situation, merger, came, _WITHIN if within else _BESIDE)
    return None


def _put(situation: Situation, merger: Merger, came: Merged, reason: str) -> Settled:
    first, end = merger.around(situation.hunk)
    outcome = Outcome(
        hunk=situation.hunk,
        result="words",
        line=came.edits[0].start + 1,
        reason=reason,
        expected=situation.hunk.new,
        found=tuple(edited(merger.lines[:end], came.edits)[first:]),
    )
    return Settled(outcome, came.edits, came.edits[-1].end)
