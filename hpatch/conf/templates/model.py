"""A template as a reader of configurations can take it, and the arms of its conditions and loops."""

from __future__ import annotations

from bisect import bisect_right

from hpatch.conf.tree import Condition, TemplateFile
from hpatch.records import NamedTuple
from hpatch.text import Source


class Arm(NamedTuple):
    """The inside of a condition or loop, `text[start:end]`.

    Whether it is there, and how often, is not known.
    """

    start: int
    end: int
    condition: Condition


class Template:
    """A template as a reader of configurations can take it.

    `source` is its text with the same lines and columns: code is blank, and words that the template fills in are
    undefined variables. `balanced` is whether each arm closes the sections that it opens.
    """

    __slots__ = ("_arms", "_starts", "balanced", "conditions", "file", "source")

    def __init__(self, *, source: Source, arms: list[Arm], balanced: bool, file: TemplateFile) -> None:
        self.source = source
        self.balanced = balanced
        self.file = file
        self.conditions = frozenset(arm.condition for arm in arms)
        self._starts, self._arms = _changes(arms)

    def conditions_at(self, offset: int) -> tuple[Condition, ...]:
        """The conditions of the arms around an offset, the outermost first."""
        at = bisect_right(self._starts, offset)
        return self._arms[at - 1] if at else ()


def _changes(arms: list[Arm]) -> tuple[list[int], list[tuple[Condition, ...]]]:
    """The offsets where the arms around a text change, and the conditions from there on. Arms nest."""
    edges = sorted(
        [(arm.start, 1, -arm.end, arm) for arm in arms if arm.end > arm.start]
        + [(arm.end, 0, -arm.start, arm) for arm in arms if arm.end > arm.start],
        key=lambda edge: edge[:3],
    )
    starts: list[int] = []
    values: list[tuple[Condition, ...]] = []
    open_arms: list[Condition] = []
    for offset, begins, _, arm in edges:
        if begins:
            open_arms.append(arm.condition)
        else:
            open_arms.remove(arm.condition)
        if starts and starts[-1] == offset:
            values[-1] = tuple(open_arms)
        else:
            starts.append(offset)
            values.append(tuple(open_arms))
    return starts, values
