"""A place in another function than the one that the hunk's heading names: an answer, never a choice."""

from __future__ import annotations

from itertools import chain

from hpatch.patch.diff.model import Elsewhere, Outcome, Result
from hpatch.patch.place.situation import Settled, Situation
from hpatch.patch.place.twins import Twins, bare

_ANOTHER = "its lines are in another function than the one that its heading names"
_BY_LINES: frozenset[Result] = frozenset({"exact", "moved", "merged", "words", "fuzz", "whitespace", "applied"})


def confirmed(situation: Situation, settled: Settled) -> Settled:
    """Hold where a hunk went, or was found, against its heading.

    Equal lines stand in several functions, and the tree may have changed those that the hunk is for: then the only
    place left is a wrong one. Where the file before the revision is known, it tells the function that the first change
    is in; else a heading does that the hunk shows above that change, or the hunk's own heading. Within a function, the
    units are compared. Nothing is asked where the tree's file is the very one that the diff was made for.
    Where nothing speaks against the place, the hunk's own place is looked at (`_doubt`). By option the place is taken
    all the same, and so it is where the file before tells of a function (`_renamed`) or a unit with a new name; the
    outcome tells then.
    """
    outcome = settled.outcome
    target = situation.target
    if outcome.result not in _BY_LINES or outcome.line is None or target.original:
        return settled
    at, accept = outcome.line - 1, target.options.accept_place
    change = _change(situation, settled, at)
    dead = "" if accept else _dead(situation, settled, at)
    elsewhere = None if dead else situation.home.function_against(at, change)
    reason = dead
    if elsewhere is not None:
        reason = "" if accept or _renamed(situation, settled, elsewhere) else _ANOTHER
    elif not accept and not dead:
        apart = situation.home.unit_against(change, lambda: situation.sure)
        reason = apart or _doubt(situation, outcome.result, at)
    if reason:
        return _refused(situation, outcome.line, reason, elsewhere)
    if elsewhere is None and (renamed := situation.home.unit_renamed(change)) is not None and not situation.sure:
        elsewhere = renamed
    return settled if elsewhere is None else settled._replace(outcome=outcome._replace(elsewhere=elsewhere))


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
    first = situation.home.above
    # A hunk can begin below an `#if 0` that ends above its change.
    if not (target.headings.dead(at) and (_merged(settled) or target.headings.dead(at + first))):
        return ""
    if situation.known and target.ancestor_headings is not None:
        wrong = not target.ancestor_headings.dead(situation.own + first)
    else:
        heading = situation.home.shown or situation.hunk.section
        wrong = settled.outcome.result == "applied" or target.headings.counts(heading)
    return "its lines are within #if 0 only, where the compiler does not see them" if wrong else ""


def _doubt(situation: Situation, result: Result, at: int) -> str:
    """Why the only place of a hunk, line `at`, may be the wrong one: another has most of its lines, too. Empty if
    nothing speaks against it.

    Perhaps the tree has changed the lines that the hunk is for, and others are equal to what they were. A diff
    alone tells no more. Places in another function or unit than the hunk's do not count. Nothing is asked where the
    file before the revision is known, and where a neighbour has moved as far as the hunk.
    """
    target, index = situation.target, situation.index
    moved = at - situation.own
    loosely = result in ("fuzz", "whitespace")
    if loosely and (lost := _lost(situation, at)):
        return f"its lines are at line {at + 1} only, and '{lost}' is not among them"
    if situation.known:
        return ""
    if moved in (situation.offset or 0, target.below(index)) and not (loosely and situation.alone):
        return ""
    home = situation.own + (situation.offset or 0)
    place = range(at, at + len(situation.old))
    adds = [line for sign, line in situation.hunk.lines if sign == "+"]
    twins = Twins(target, situation.home.own, place)
    done = Twins(target, situation.hunk.new if adds else (), place, adds)
    if situation.home.agrees(home) and (twins.like(home) or done.like(home)):
        return f"its lines are at line {at + 1} only, but most of them are at its own place, line {home + 1}, too"
    places = chain(twins.find(home), done.find(home))
    others = (line for line in situation.between(places, 1) if situation.home.agrees(line))
    other = next(others, None)
    return "" if other is None else f"its lines are at line {at + 1} only, but most of them are at line {other + 1} too"


def _lost(situation: Situation, at: int) -> str:
    """The line that begins a function or a unit, and that a hunk shows and line `at` does not have; empty for none."""
    target = situation.target
    for number, line in enumerate(situation.old):
        there = target.lines[at + number : at + number + 1]
        if bare(there) != bare([line]) and target.begins(line):
            return line.strip().decode("utf-8", "replace")
    return ""


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


def _change(situation: Situation, settled: Settled, at: int) -> int:
    """The line (from 0) of the first change of a hunk that went to line `at`."""
    return at if _merged(settled) else at + situation.home.above


def _merged(settled: Settled) -> bool:
    """Whether a hunk's place is told by its first change; that of the others is told by their first line."""
    result = settled.outcome.result
    return result in ("merged", "words") or (result == "applied" and settled.end is None)
