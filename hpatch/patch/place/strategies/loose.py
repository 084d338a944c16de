"""With fuzz, and with white space aside: only by option."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from hpatch.patch.diff.lines import LineEdit
from hpatch.patch.diff.model import Hunk, Outcome, Result
from hpatch.patch.place.merge import changes
from hpatch.patch.place.options import PlaceOptions
from hpatch.patch.place.situation import Settled, Situation
from hpatch.patch.place.sought import sought
from hpatch.patch.place.strategies.ambiguous import ambiguous


def loose(situation: Situation) -> Settled | None:
    """Place a hunk as loosely as the options allow, the least loosely first.

    Accepts: the lines that the hunk expects, less as many at the ends of its context as GNU patch's fuzz lets differ,
    or with white space aside as by its `-l`, or both. Only the hunk's changes are made: context stays the tree's own,
    and new lines get the line ends of those around them.
    Demands: the option; one place between the neighbours.
    Refuses: to choose: several places at the least looseness that has any are `ambiguous`. Refuses a hunk whose very
    lines are there, too: a surer strategy knows that this is not their place.
    """
    if situation.fits:
        return None
    for fuzz, ignore in _degrees(situation.hunk, situation.target.options):
        places = situation.target.find(sought(situation.hunk, "-", fuzz), ignore_whitespace=ignore)
        fits = situation.between(places, len(situation.old))
        if len(fits) > 1:
            return ambiguous(situation.hunk, fits, "loosely, its lines fit at several places equally well")
        if fits:
            return _put(situation, fits[0], fuzz, ignore)
    return None


def _degrees(hunk: Hunk, options: PlaceOptions) -> Iterator[tuple[int, bool]]:
    """How loosely a hunk may be placed: its fuzz, and whether white space is aside."""
    for fuzz in range(min(options.fuzz, len(hunk.lines)) + 1):  # more than its context changes nothing
        if fuzz:
            yield fuzz, False
        if options.ignore_whitespace:
            yield fuzz, True


def _put(situation: Situation, at: int, fuzz: int, ignore_whitespace: bool) -> Settled:
    hunk, end = situation.hunk, at + len(situation.old)
    offset = at - situation.own
    there = situation.target.lines[at:end]
    edits = tuple(
        LineEdit(first + offset, last + offset, _with_ends(new, there) if ignore_whitespace else new)
        for first, last, new in changes(hunk)
    )
    reason = f"{fuzz} of its outer lines may differ" if fuzz else "white space aside"
    if fuzz and ignore_whitespace:
        reason += ", and white space"
    result: Result = "fuzz" if fuzz else "whitespace"
    return Settled(Outcome(hunk=hunk, result=result, line=at + 1, offset=offset, fuzz=fuzz, reason=reason), edits, end)


def _with_ends(new: tuple[bytes, ...], there: Sequence[bytes]) -> tuple[bytes, ...]:
    """New lines with the line ends of those that they go between."""
    returns = [line.endswith(b"\r\n") for line in there]
    if all(returns):
        return tuple(re.sub(rb"\r?\n\Z", b"\r\n", line) for line in new)
    if not any(returns):
        return tuple(re.sub(rb"\r\n\Z", b"\n", line) for line in new)
    return new
