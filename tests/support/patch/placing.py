"""Texts, patches and situations for the tests of placing hunks."""

from __future__ import annotations

from collections.abc import Sequence

from hpatch.patch.diff.lines import Text, split
from hpatch.patch.diff.model import FilePatch, Hunk, Operation, Outcome, Placed, Result
from hpatch.patch.diff.write import compare
from hpatch.patch.place.options import DEFAULTS, PlaceOptions
from hpatch.patch.place.situation import Situation
from hpatch.patch.place.target import TargetFile

TEN = [f"line {number}" for number in range(1, 11)]
HEAD = [f"h{number}" for number in range(1, 8)]
TAIL = [f"t{number}" for number in range(1, 8)]
BLOCK = [*"abcdefg"]
"""Three texts of seven lines: a change of a middle line is a hunk with all of them."""


def text(lines: Sequence[str]) -> bytes:
    """A file of these lines."""
    return "".join(f"{line}\n" for line in lines).encode()


def change(lines: Sequence[str], number: int, new: str) -> list[str]:
    """The lines with line `number` (from 1) changed."""
    return [*lines[: number - 1], new, *lines[number:]]


def patch(before: Sequence[str], after: Sequence[str]) -> FilePatch:
    """The change as a diff that does not tell which file it was made for."""
    return compare("f.c", text(before), text(after))._replace(old_id=None, new_id=None)


def hunks(*found: Hunk) -> FilePatch:
    """A diff of these hunks."""
    return FilePatch(kind="modify", old="f.c", new="f.c", hunks=found, at=1)


def hunk(body: str, old_start: int, new_start: int | None = None) -> Hunk:
    """A hunk of one-word lines: `a -b +c`."""
    lines: list[tuple[Operation, bytes]] = []
    for word in body.split():
        sign: Operation = "+" if word[0] == "+" else "-" if word[0] == "-" else " "
        lines.append((sign, f"{word[sign != ' ' :]}\n".encode()))
    return Hunk(
        old_start=old_start,
        new_start=old_start if new_start is None else new_start,
        lines=tuple(lines),
        section=b"",
        at=1,
    )


def situation(
    tree: Sequence[str],
    made: FilePatch,
    index: int = 0,
    *,
    ancestor: Sequence[str] | None = None,
    original: bool = False,
    options: PlaceOptions = DEFAULTS,
    start: int = 0,
    offset: int | None = 0,
) -> Situation:
    """What a strategy sees of hunk `index` of a patch in a file of the tree's lines."""
    target = TargetFile(
        path=made.path,
        lines=split(text(tree)),
        hunks=made.hunks,
        options=options,
        ancestor=None if ancestor is None else Text(split(text(ancestor))),
        original=original,
    )
    return Situation(target=target, index=index, start=start, offset=offset, meant=None)


def only(placed: Placed) -> Outcome:
    """The outcome of the only hunk."""
    (outcome,) = placed.outcomes
    return outcome


def results(placed: Placed) -> list[Result]:
    """What became of each hunk."""
    return [outcome.result for outcome in placed.outcomes]
