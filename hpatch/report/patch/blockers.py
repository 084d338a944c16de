"""Why a plan does not go, for people: the lines in the way, side by side, and who brought what is expected."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from hpatch.build.trees.applying import Blocker
from hpatch.patch.diff.model import Elsewhere
from hpatch.patch.sources.suppliers import Supplier
from hpatch.report.common.numbers import count
from hpatch.report.common.sides import listed, sides
from hpatch.report.common.terminal import visible, wrap

_MOST_SUPPLIERS = 5
_MOST_CANDIDATES = 8
_LONGEST_HEADING = 80
WORDS = {
    "exact": "exact",
    "moved": "moved",
    "merged": "merged three-way",
    "words": "merged by words",
    "fuzz": "with fuzz",
    "whitespace": "ignoring white space",
    "applied": "already there",
    "resolved": "resolved",
    "ambiguous": "ambiguous",
    "conflict": "does not fit",
    "missing": "no such file",
}
"""What became of a hunk, in words."""


def lines(blocker: Blocker, width: int | None, color: bool) -> Iterator[str]:
    """One hunk, or one file, that does not go in."""
    name, placed, outcome = blocker.task.item.name, blocker.placed, blocker.outcome
    whose = name if name == blocker.task.set else f"{name} ({blocker.task.set})"
    if outcome is None:
        yield from wrap(f"{visible(whose)}: {visible(placed.path)}: {visible(placed.reason)}", width, 2)
        return
    head = f"{visible(whose)}: {visible(placed.path)}: hunk {blocker.number}, for line {outcome.hunk.old_start}"
    yield from wrap(f"{head}: {WORDS[outcome.result]}: {visible(outcome.reason)}", width, 2)
    if outcome.elsewhere is not None:
        for text in _elsewhere(outcome.elsewhere, outcome.candidates[0]):
            yield from wrap(f"  {text}", width, 4)
    elif outcome.candidates:
        some = ", ".join(map(str, outcome.candidates[:_MOST_CANDIDATES]))
        more = ", …" if len(outcome.candidates) > _MOST_CANDIDATES else ""
        yield from wrap(f"  It fits at {'lines' if len(outcome.candidates) > 1 else 'line'} {some}{more}.", width, 4)
        if len(outcome.candidates) == 1:
            yield from wrap(f"  If line {some} is the right place, give --accept-place.", width, 4)
    if outcome.found:
        titles = ("the patch expects", "the tree has")
        yield from sides(outcome.expected, outcome.found, titles, width=width, color=color, indent=2)
    elif outcome.result == "conflict":
        yield "  The patch expects:"
        yield from listed(outcome.expected, width=width, indent=4)
    for text in _supplied(blocker.suppliers):
        yield from wrap(f"  {text}", width, 4)


def _elsewhere(found: Elsewhere, line: int) -> Iterator[str]:
    """Both places of a hunk: that of its lines, and that of its heading."""
    heading = visible(found.heading.decode("utf-8", "replace"))
    under = visible(found.found[:_LONGEST_HEADING].decode("utf-8", "replace"))
    yield f"Its lines are at line {line}, " + (f"under '{under}'." if under else "above every function.")
    if found.lines:
        yield f"Its heading is '{heading}', which begins at line {found.lines[0]}."
    else:
        yield f"Its heading is '{heading}', which the file does not have."
    yield f"If line {line} is the right place, give --accept-place."


def _supplied(found: Sequence[Supplier] | None) -> Iterator[str]:
    found = found or ()
    for one in found[:_MOST_SUPPLIERS]:
        lines = count(len(one.origin.at), "line")
        where = f" of {one.origin.line}" if one.origin.line else ""
        text = f"{one.name}{where} brought {lines} that it expects and the tree lacks"
        yield f"{text} (set {', '.join(map(visible, one.sets))})" if one.sets else text
    if len(found) > _MOST_SUPPLIERS:
        yield f"and {count(len(found) - _MOST_SUPPLIERS, 'more')}"
