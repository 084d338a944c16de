"""Three-way merging of a hunk, change by change, by the file as it was before the revision.

A change goes in where the order of its lines and the tree's own is certain: where the tree has the very lines that it
takes away, with at most one side of them changed by the tree, or with both where these lines tell by themselves; where
lines that it adds have the same two lines around them; and where the tree only lacks lines that stood there before the
revision. A tree's own lines at the very place of the change are a conflict, as in any three-way merge.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence
from functools import cached_property

from hpatch.patch.diff.align import align
from hpatch.patch.diff.lines import LineEdit
from hpatch.patch.diff.model import Hunk
from hpatch.records import NamedTuple


class HunkChange(NamedTuple):
    """A change inside a hunk, without its context: lines `start:end` before the revision become `new`."""

    start: int
    end: int
    new: tuple[bytes, ...]


class Merged(NamedTuple):
    """What merging a hunk came to: its edits (none where all of it is there already), or what is in the way."""

    edits: tuple[LineEdit, ...] = ()
    line: int | None = None
    conflict: str = ""


LACKS = "the tree lacks lines around those that it adds"
"""The conflict that is about the place alone: nothing of the tree's own is in the way."""
_WORD = re.compile(rb"\w")
_CHANCE = "the tree is there already as the change leaves it, but not for certain by this change"


class Merger:
    """Merges hunks of the revision after `ancestor` into `lines`."""

    def __init__(self, ancestor: Sequence[bytes], lines: Sequence[bytes]) -> None:
        self.ancestor = ancestor
        self.lines = lines

    @cached_property
    def matched(self) -> list[int]:
        """For each line before the revision the tree's, or -1."""
        return align(self.ancestor, self.lines)

    def knows(self, hunk: Hunk) -> bool:
        """Whether the hunk is one of the file before the revision."""
        start = start_of(hunk)
        old = hunk.old
        return start <= len(self.ancestor) and list(self.ancestor[start : start + len(old)]) == list(old)

    def counterpart(self, hunk: Hunk) -> int | None:
        """Where the tree has the hunk's lines, if it has all of them together and it is certain that they are those.

        Lines that the tree has more than once are only known by the lines before and after them: the run of the same
        lines that they are in must reach one that the tree has once.
        """
        start, end = start_of(hunk), start_of(hunk) + len(hunk.old)
        if start == end or not self.knows(hunk) or not self._together(start, end):
            return None
        return self.matched[start] if self._run[start] in self._telling else None

    @cached_property
    def _run(self) -> list[int]:
        """For each line before the revision the start of its run: lines that the tree has together too."""
        runs: list[int] = []
        for at, line in enumerate(self.matched):
            goes_on = at > 0 and self.matched[at - 1] == line - 1
            runs.append(runs[at - 1] if goes_on else at)
        return runs

    @cached_property
    def _telling(self) -> frozenset[int]:
        """The runs with a line that the tree has once."""
        return frozenset(self._run[at] for at in self.met if self._once(self.lines[self.matched[at]]))

    def _once(self, line: bytes) -> bool:
        """Whether the tree has this line once."""
        return self._counts[line] == 1

    @cached_property
    def _counts(self) -> Counter[bytes]:
        return Counter(self.lines)

    def around(self, hunk: Hunk) -> tuple[int, int]:
        """The tree's lines that stand where the hunk's are, as a range."""
        start = min(start_of(hunk), len(self.matched))
        end = min(start + len(hunk.old), len(self.matched))
        before, _ = self._nearest(start)
        _, after = self._nearest(end)
        return before + 1, after

    def merge(self, hunk: Hunk) -> Merged:
        """All changes of a hunk, or none."""
        if not self.knows(hunk):
            return Merged(conflict="the hunk is not one of the file before the revision")
        edits: list[LineEdit] = []
        line = None
        end = None
        for change in changes(hunk):
            edit = self.change(change)
            if isinstance(edit, str):
                return Merged(conflict=edit)
            if end is not None and not any(at >= 0 for at in self.matched[end : change.start]):
                return Merged(conflict="the tree differs in all lines between two of its changes")
            end = change.end
            line = edit.start + 1 if line is None else line
            if tuple(self.lines[edit.start : edit.end]) != edit.lines:
                edits.append(edit)
        return Merged(tuple(edits), line)

    def change(self, change: HunkChange) -> LineEdit | str:
        """What a change of the file before the revision is to the tree, or what is in its way."""
        start, end, new = change
        before = self._before(start)
        after = self._after(end)
        if start < end and self._together(start, end):
            return self._replaced(change, before, after)
        if before is not None and after is not None:
            if tuple(self.lines[before + 1 : after]) == new:
                return LineEdit(before + 1, after, new) if self._tell(new, before, after) else _CHANCE
            if not new and self._left(start, end) == list(range(before + 1, after)):
                return LineEdit(before + 1, after, new)
        if start < end:
            return "the tree differs in the lines that it changes"
        return self._added(change, before, after)

    def _replaced(self, change: HunkChange, before: int | None, after: int | None) -> LineEdit | str:
        """The tree has the lines that go. Blank lines or brackets are too little to know the place by."""
        first = self.matched[change.start]
        last = first + change.end - change.start
        touched = (before != first - 1) + (after != last)
        if touched > 1 and not self._telling_together(change):
            return "the tree differs on both sides of the lines that it changes"
        if touched and not any(_WORD.search(line) for line in self.lines[first:last]):
            return "the tree differs beside the lines that it changes, and these are blank or brackets"
        return LineEdit(first, last, change.new)

    def _telling_together(self, change: HunkChange) -> bool:
        """Whether the lines that go need no line beside them: two or more with words, all of which both have once."""
        worded = [line for line in self.ancestor[change.start : change.end] if _WORD.search(line)]
        return len(worded) > 1 and all(self._once(line) and self._counts_before[line] == 1 for line in worded)

    @cached_property
    def _counts_before(self) -> Counter[bytes]:
        return Counter(self.ancestor)

    def _added(self, change: HunkChange, before: int | None, after: int | None) -> LineEdit | str:
        """Lines to add go between two that the tree has side by side, though it may lack some that were between."""
        start, _, new = change
        left, right = self._nearest(start)
        if right != left + 1:
            return "the tree has lines of its own where it adds some"
        if before is None or after is None:
            known = [at for at in (before, after) if at is not None and 0 <= at < len(self.lines)]
            if not any(self._once(self.lines[at]) for at in known):
                return LACKS
        there = self._beside(start, right, new)
        if there is not None:
            return there if self._tell(new, left, right) else _CHANCE
        return LineEdit(right, right, new)

    def _nearest(self, start: int) -> tuple[int, int]:
        """The tree's lines nearest to the place before `start` that were there before the revision too."""
        at = bisect_left(self.met, start)
        left = self.matched[self.met[at - 1]] if at else -1
        return left, self.matched[self.met[at]] if at < len(self.met) else len(self.lines)

    @cached_property
    def met(self) -> list[int]:
        """The lines before the revision that the tree has too."""
        return [at for at, line in enumerate(self.matched) if line >= 0]

    def _left(self, start: int, end: int) -> list[int]:
        """What the tree still has of these lines."""
        return [at for at in self.matched[start:end] if at >= 0]

    def _tell(self, new: tuple[bytes, ...], before: int, after: int) -> bool:
        """Whether lines that the tree has already tell that they are the revision's.

        Those do that the file before the revision has nowhere; for lines that are gone, those around them that the tree
        has once. Others can have been there, or gone, for any other reason.
        """
        if new:
            return any(line not in self._known for line in new if _WORD.search(line))
        return any(self._once(self.lines[at]) for at in (before, after) if 0 <= at < len(self.lines))

    @cached_property
    def _known(self) -> frozenset[bytes]:
        return frozenset(self.ancestor)

    def _beside(self, start: int, at: int, new: tuple[bytes, ...]) -> LineEdit | None:
        """Where the tree has added lines beside their place already, and the file before the revision has not."""
        count = len(new)
        for here, there in ((at, start), (at - count, start - count)):
            told = tuple(self.lines[here : here + count]) == new
            if told and tuple(self.ancestor[there : there + count]) != new:
                return LineEdit(here, here + count, new)
        return None

    def _before(self, start: int) -> int | None:
        """The tree's line that answers the one before `start`; -1 at the file's start, None where there is none."""
        if start == 0:
            return -1
        found = self.matched[start - 1]
        return found if found >= 0 else None

    def _after(self, end: int) -> int | None:
        if end >= len(self.matched):
            return len(self.lines)
        found = self.matched[end]
        return found if found >= 0 else None

    def _together(self, start: int, end: int) -> bool:
        """Whether the tree has these lines, one after the other."""
        first = self.matched[start]
        return first >= 0 and self.matched[start:end] == list(range(first, first + end - start))


def start_of(hunk: Hunk) -> int:
    """The hunk's first line in the file before the revision, from 0."""
    return max(hunk.old_start - 1, 0) if hunk.old else hunk.old_start


def changes(hunk: Hunk) -> list[HunkChange]:
    """The hunk's changes, in lines of the file before the revision (from 0)."""
    found: list[HunkChange] = []
    at = start_of(hunk)
    new: list[bytes] = []
    start, inside = at, False
    for operation, text in hunk.lines:
        if operation == " ":
            if inside:
                found.append(HunkChange(start, at, tuple(new)))
                inside = False
            at += 1
            continue
        if not inside:
            start, new, inside = at, [], True
        if operation == "-":
            at += 1
        else:
            new.append(text)
    if inside:
        found.append(HunkChange(start, at, tuple(new)))
    return found
