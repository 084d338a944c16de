"""What a resolver is, and what it answers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Literal, TypeAlias

from hpatch.patch.diff.lines import LineEdit
from hpatch.patch.diff.model import Hunk, Outcome, Result
from hpatch.records import NamedTuple


class Resolved(NamedTuple):
    """What a hunk means here: its edits, and a word on them.

    `empty` is the result where there is nothing to edit: the hunk's matter is there already, is not this tree's, or is
    not for a program to say.
    """

    edits: tuple[LineEdit, ...]
    reason: str
    empty: Literal["applied", "resolved", "conflict"] = "resolved"


class NextRelease(NamedTuple):
    """A tree's next release: its label (`2.4.10-dev`), and whether the tree is under development.

    A released tree's next release has the number after its own: what is patched into it came after it.
    """

    label: bytes
    development: bool


Resolve: TypeAlias = Callable[[Sequence[bytes], Sequence[Hunk], NextRelease | None, bool], dict[int, Resolved]]
"""What hunks mean, by their number: it gets the file's lines, the hunks, the tree's next release (None: not known), and
whether it may claim a number of a tree under development.
"""


class Resolver(NamedTuple):
    """How a file's hunks are understood.

    `enough` are the results of usual placing to be content with. A hunk of an `optional` file that fails is left out,
    for the file holds no code.
    """

    resolve: Resolve
    enough: frozenset[Result] = frozenset({"exact", "moved", "applied"})
    optional: bool = False

    def content(self, outcomes: Sequence[Outcome]) -> bool:
        """Whether usual placing was good enough."""
        return all(outcome.result in self.enough for outcome in outcomes)
