"""A place in another function than the one that the hunk's heading names: an answer, never a choice."""

from __future__ import annotations

import re
from collections import Counter

from hpatch.patch.diff.align import align
from hpatch.patch.diff.model import Elsewhere, Outcome, Result
from hpatch.patch.place.merge import changes
from hpatch.patch.place.situation import Settled, Situation
from hpatch.patch.place.units import UnitKind, Units

_AROUND = 3
"""Lines around a hunk's own place in which its lines are looked for, too."""
_BELOW = 20
"""Lines of a hunk from its first change on that are looked at for how far it is indented."""
_WORD = re.compile(rb"\w")
_ANOTHER = "its lines are in another function than the one that its heading names"
_BY_LINES: frozenset[Result] = frozenset({"exact", "moved", "merged", "words", "fuzz", "whitespace", "applied"})


def confirmed(situation: Situation, settled: Settled) -> Settled:
    """Hold where a hunk went, or was found, against its heading.

    Equal lines stand in several functions, and the tree may have changed those that the hunk is for: then the only
    place left is a wrong one. Where the file before the revision is known, it tells the function that the first change
    is in; else a heading does that the hunk shows above that change, or the hunk's own heading. Within a function, the
    units are compared (`_apart`). Nothing is asked where the tree's file is the very one that the diff was made for.
    Where nothing speaks against the place, the hunk's own place is looked at (`_doubt`). By option the place is taken
    all the same, and so it is where the file before tells of a function with a new name (`_renamed`); the outcome
    tells then.
    """
    outcome = settled.outcome
    target = situation.target
    if outcome.result not in _BY_LINES or outcome.line is None or target.original:
        return settled
    at = outcome.line - 1
    if not target.options.accept_place and (reason := _dead(situation, settled, at)):
        return _refused(situation, outcome.line, reason)
    elsewhere = _elsewhere(situation, settled, at)
    if elsewhere is None:
        if not target.options.accept_place and (reason := _apart(situation, settled, at) or _doubt(situation, at)):
            return _refused(situation, outcome.line, reason)
        return settled
    if target.options.accept_place or _renamed(situation, settled, elsewhere):
        return settled._replace(outcome=outcome._replace(elsewhere=elsewhere))
    return _refused(situation, outcome.line, _ANOTHER, elsewhere)


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


def _dead(situation: Situation, settled: Settled, at: int) -> str:
    """Why a hunk's place is in code that is left out: it was found there, or went there although its function is
    elsewhere, too. Empty if it is not.

    Nothing is asked where the file before the revision tells that the code was left out then, too.
    """
    target = situation.target
    first = _first_change(situation) - situation.own
    # A hunk can begin below an `#if 0` that ends above its change.
    if not (target.headings.dead(at) and (_merged(settled) or target.headings.dead(at + first))):
        return ""
    if situation.known and target.ancestor_headings is not None:
        wrong = not target.ancestor_headings.dead(situation.own + first)
    else:
        heading = target.headings.shown(situation.hunk) or situation.hunk.section
        wrong = settled.outcome.result == "applied" or target.headings.counts(heading)
    return "its lines are within #if 0 only, where the compiler does not see them" if wrong else ""


def _apart(situation: Situation, settled: Settled, at: int) -> str:
    """Why a hunk's first change is in another unit of its function than before, such as another `case`; empty if not.

    The file before the revision tells the unit, or else the hunk itself, if it shows where the unit begins. Something
    is wrong only if the tree has that unit, too, or if the one of the place was another one before.
    """
    target, hunk = situation.target, situation.hunk
    first = _first_change(situation)
    change = at if _merged(settled) else at + first - situation.own
    before = target.ancestor_units if situation.known else None
    if before is not None:
        mine = before.around(first)
    else:
        above = first - situation.own
        mine = Units(target.path, situation.old[: above + _BELOW]).around(above)
    if not mine:
        return ""
    edge = [line for sign, line in hunk.lines if sign != " "]
    for kind, here in target.units.around(change).items():
        texts = mine.get(kind, here)
        if not texts.isdisjoint(here) or kind in target.units.brings(edge):
            continue
        there = [
            line
            for text in texts
            for line in target.units.begins(kind, text)
            if line != change and _together(situation, kind, line + 1, change)
        ]
        # Conditions are often worded in another way on another branch.
        another = before is not None and kind != "branch" and any(before.begins(kind, text) for text in here)
        if there or (another and not situation.sure):
            name, other = (min(each).decode("utf-8", "replace") for each in (texts, here))
            where = f"begins at line {min(there) + 1}" if there else "the file does not have"
            return f"its lines are under '{other}', and were under '{name}', which {where}"
    return ""


def _together(situation: Situation, kind: UnitKind, one: int, other: int) -> bool:
    """Whether two lines are in the same function, for units that functions have."""
    headings = situation.target.headings
    return kind not in ("case", "branch") or headings.around(one) == headings.around(other)


def _doubt(situation: Situation, at: int) -> str:
    """Why the only place of a hunk, line `at`, may be the wrong one: its own place has most of its lines, too. Empty if
    nothing speaks against it.

    Perhaps the tree has changed the lines that the hunk is for, and others are equal to what they were. A diff
    alone tells no more. Nothing is asked where the file before the revision is known, and where a
    neighbour has moved as far as the hunk.
    """
    moved = at - situation.own
    if situation.known or moved in (situation.offset or 0, situation.target.below(situation.index)):
        return ""
    home = situation.own + (situation.offset or 0)
    old = [line for line in situation.old if _WORD.search(line)]
    start = max(home - _AROUND, 0)
    around = situation.target.lines[start : home + len(situation.old) + _AROUND]
    others = [line for number, line in enumerate(around, start) if not at <= number < at + len(situation.old)]
    least = max(len(old) // 2 + 1, 2)
    if (Counter(old) & Counter(others)).total() < least or sum(line >= 0 for line in align(old, others)) < least:
        return ""
    return f"its lines are at line {at + 1} only, but most of them are at its own place, line {home + 1}, too"


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
