"""A place in another function than the one that the hunk's heading names: an answer, never a choice."""

from __future__ import annotations

import re
from collections import Counter

from hpatch.patch.diff.align import align
from hpatch.patch.diff.model import Elsewhere, Outcome, Result
from hpatch.patch.place.merge import changes
from hpatch.patch.place.situation import Settled, Situation

_AROUND = 3
"""Lines around a hunk's own place in which its lines are looked for, too."""
_WORD = re.compile(rb"\w")
_BY_LINES: frozenset[Result] = frozenset({"exact", "moved", "merged", "words", "fuzz", "whitespace", "applied"})


def confirmed(situation: Situation, settled: Settled) -> Settled:
    """Hold where a hunk went, or was found, against its heading.

    Equal lines stand in several functions, and the tree may have changed those that the hunk is for: then the only
    place left is a wrong one. Where the file before the revision is known, it tells the function that the first change
    is in; else a heading does that the hunk shows above that change, or the hunk's own heading. Nothing is asked where
    the tree's file is the very one that the diff was made for. Where nothing speaks against the place, the hunk's own
    place is looked at (`_changed_at_home`). By option the place is taken all the same, and
    so it is where the file before tells of a function with a new name (`_renamed`); the outcome tells then.
    """
    outcome = settled.outcome
    target = situation.target
    if outcome.result not in _BY_LINES or outcome.line is None or target.original:
        return settled
    if not target.options.accept_place and _dead(situation, settled, outcome.line - 1):
        reason = "its lines are within #if 0 only, where the compiler does not see them"
        return _refused(situation, outcome.line, reason)
    elsewhere = _elsewhere(situation, settled, outcome.line - 1)
    if elsewhere is None:
        return settled if target.options.accept_place else _changed_at_home(situation, settled, outcome.line - 1)
    if target.options.accept_place or _renamed(situation, settled, elsewhere):
        return settled._replace(outcome=outcome._replace(elsewhere=elsewhere))
    reason = "its lines are in another function than the one that its heading names"
    return _refused(situation, outcome.line, reason, elsewhere)


def _refused(situation: Situation, line: int, reason: str, elsewhere: Elsewhere | None = None) -> Settled:
    """The answer for a hunk whose only place, `line` (from 1), is not taken."""
    return Settled(
        Outcome(
            hunk=situation.hunk,
            result="ambiguous",
            line=None,
            reason=reason,
            candidates=(line,),
            expected=situation.old,
            elsewhere=elsewhere,
        )
    )


def _dead(situation: Situation, settled: Settled, at: int) -> bool:
    """Whether a hunk was found in code that is left out, or went there although its function is elsewhere, too.

    Nothing is asked where the file before the revision tells that the code was left out then, too.
    """
    target = situation.target
    first = _first_change(situation) - situation.own
    # A hunk can begin below an `#if 0` that ends above its change.
    if not (target.headings.dead(at) and (_merged(settled) or target.headings.dead(at + first))):
        return False
    if situation.known and target.ancestor_headings is not None:
        return not target.ancestor_headings.dead(situation.own + first)
    heading = target.headings.shown(situation.hunk) or situation.hunk.section
    return settled.outcome.result == "applied" or target.headings.counts(heading)


def _changed_at_home(situation: Situation, settled: Settled, at: int) -> Settled:
    """Refuse the only place of a hunk, line `at`, where its own place has most of the hunk's lines, too.

    Perhaps the tree has changed the lines that the hunk is for, and others are equal to what they were. A diff
    without headings tells no more. Nothing is asked where the file before the revision is known, and where a
    neighbour has moved as far as the hunk.
    """
    moved = at - situation.own
    if situation.known or moved in (situation.offset or 0, situation.target.below(situation.index)):
        return settled
    home = situation.own + (situation.offset or 0)
    old = [line for line in situation.old if _WORD.search(line)]
    start = max(home - _AROUND, 0)
    around = situation.target.lines[start : home + len(situation.old) + _AROUND]
    others = [line for number, line in enumerate(around, start) if not at <= number < at + len(situation.old)]
    least = max(len(old) / 2, 2)
    if (Counter(old) & Counter(others)).total() < least or sum(line >= 0 for line in align(old, others)) < least:
        return settled
    reason = f"its lines are at line {at + 1} only, but most of them are at its own place, line {home + 1}, too"
    return _refused(situation, at + 1, reason)


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
    first = _first_change(situation)
    shown = target.headings.shown(hunk)
    change = at if _merged(settled) else at + first - situation.own
    if situation.known and target.ancestor_headings is not None:
        return target.headings.elsewhere(target.ancestor_headings.around(first), change)
    return target.headings.elsewhere(shown, change) if shown else target.headings.elsewhere(hunk.section, at)


def _first_change(situation: Situation) -> int:
    """The line (from 0) of a hunk's first change, before the revision."""
    return next((change.start for change in changes(situation.hunk)), situation.own)


def _merged(settled: Settled) -> bool:
    """Whether a hunk's place is told by its first change; that of the others is told by their first line."""
    result = settled.outcome.result
    return result in ("merged", "words") or (result == "applied" and settled.end is None)
