"""A place in another function than the one that the hunk's heading names: an answer, never a choice."""

from __future__ import annotations

from hpatch.patch.diff.model import Elsewhere, Outcome, Result
from hpatch.patch.place.merge import changes
from hpatch.patch.place.situation import Settled, Situation

_BY_LINES: frozenset[Result] = frozenset({"exact", "moved", "merged", "fuzz", "whitespace", "applied"})


def confirmed(situation: Situation, settled: Settled) -> Settled:
    """Hold where a hunk went, or was found, against its heading.

    Equal lines stand in several functions, and the tree may have changed those that the hunk is for: then the only
    place left is a wrong one. Where the file before the revision is known, it tells the function that the first change
    is in; else a heading does that the hunk shows above that change, or the hunk's own heading. Nothing is asked where
    the tree's file is the very one that the diff was made for. By option the place is taken all the same, and
    so it is where the file before tells of a function with a new name (`_renamed`); the outcome tells then.
    """
    outcome = settled.outcome
    target = situation.target
    if outcome.result not in _BY_LINES or outcome.line is None or target.original:
        return settled
    elsewhere = _elsewhere(situation, settled, outcome.line - 1)
    if elsewhere is None:
        return settled
    if target.options.accept_place or _renamed(situation, settled, elsewhere):
        return settled._replace(outcome=outcome._replace(elsewhere=elsewhere))
    refused = Outcome(
        hunk=situation.hunk,
        result="ambiguous",
        line=None,
        reason="its lines are in another function than the one that its heading names",
        candidates=(outcome.line,),
        expected=situation.old,
        elsewhere=elsewhere,
    )
    return Settled(refused)


def _renamed(situation: Situation, settled: Settled, elsewhere: Elsewhere) -> bool:
    """Whether it is the same function by another name, or its lines went into another one.

    The tree has no function of the name. That of the place was not there before the revision; or the hunk's lines were
    at one place before as they are now, so no other block can be taken for them.
    """
    before = situation.target.ancestor_headings
    if not situation.known or before is None or elsewhere.lines or not elsewhere.found:
        return False
    by_lines = settled.outcome.result in ("exact", "moved")
    return not before.defines(elsewhere.found) or (by_lines and situation.sure)


def _elsewhere(situation: Situation, settled: Settled, at: int) -> Elsewhere | None:
    """What speaks against the place of a hunk that went to line `at`."""
    target, hunk = situation.target, situation.hunk
    first = next((change.start for change in changes(hunk)), situation.own)
    shown = target.headings.shown(hunk)
    # What was merged is told by its first change, the others by their first line.
    merged = settled.outcome.result == "merged" or (settled.outcome.result == "applied" and settled.end is None)
    change = at if merged else at + first - situation.own
    if situation.known and target.ancestor_headings is not None:
        return target.headings.elsewhere(target.ancestor_headings.around(first), change)
    return target.headings.elsewhere(shown, change) if shown else target.headings.elsewhere(hunk.section, at)
