"""Three-way merging of a hunk by words, where the tree has changed the very lines.

Between lines that both have, a line before the revision and one of the tree answer each other if most of their words
and signs are the same, in the same order. Lines to add have their place between two that answer their neighbours. By
option, a change within lines goes in where the tree has changed other words of them, with a word between that all have.
Where both sides bring numbers, each branch may count for itself: nothing goes in then.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence
from difflib import SequenceMatcher
from itertools import pairwise
from typing import TypeAlias

from hpatch.patch.diff.lines import LineEdit
from hpatch.patch.diff.model import Hunk
from hpatch.patch.place.merge import HunkChange, Merged, Merger, changes, start_of

_ALIKE = 0.6
"""The share of equal words and signs from which on two lines answer each other, as for Python's close matches."""
_EQUAL = 2
"""Words that two such lines have in common at least: `return` alone says nothing."""
_GAP = 20_000
"""Pairs of words that are compared between two lines that both have; more are another text, not other words."""
_LONGEST = 400
"""Words, signs and blanks of a change that is merged."""
_WORD = re.compile(rb"\w")
_NUMBER = re.compile(rb"\d")
_SIGNS = re.compile(rb"\w+(?:\.\w+)*|[^\w\s]")
_ALL = re.compile(rb"\w+(?:\.\w+)*|\s+|[^\w\s]")
"""A number with points in it is one word: of the parts of two addresses or versions no third one is made."""

_Edit: TypeAlias = tuple[int, int, tuple[bytes, ...]]


def merge(merger: Merger, hunk: Hunk, *, within: bool) -> Merged:
    """All changes of a hunk, or none; those that go in by whole lines go in so.

    `within`: a change goes into the tree's own words, too. Without it lines only come beside those, and one of the two
    lines around them must be equal.
    """
    edits: list[LineEdit] = []
    line = end = None
    answers = _around(merger, start_of(hunk), start_of(hunk) + len(hunk.old))
    for change in changes(hunk):
        edit = merger.change(change)
        if isinstance(edit, str):
            edit = (_changed(merger, change, answers) if within else _beside(merger, change, answers)) or edit
        if isinstance(edit, str):
            return Merged(conflict=edit)
        if end is not None and not any(at in answers for at in range(end, change.start)):
            return Merged(conflict="the tree differs in all lines between two of its changes")
        end = change.end
        line = edit.start + 1 if line is None else line
        if tuple(merger.lines[edit.start : edit.end]) != edit.lines:
            edits.append(edit)
    return Merged(tuple(edits), line)


def _around(merger: Merger, first: int, last: int) -> dict[int, int]:
    """For lines before the revision, from those around a hunk on, the tree's that are equal or answer them."""
    matched, met = merger.matched, merger.met
    found: dict[int, int] = {-1: -1, len(matched): len(merger.lines)}
    above = bisect_left(met, first)
    at = met[above - 1] if above else 0
    while at < len(matched) and (at <= last or matched[at - 1] < 0):
        if matched[at] >= 0:
            found[at] = matched[at]
            at += 1
            continue
        below = bisect_left(met, at)
        end = met[below] if below < len(met) else len(matched)
        start = matched[at - 1] + 1 if at else 0
        stop = matched[end] if end < len(matched) else len(merger.lines)
        if (end - at) * (stop - start) <= _GAP:
            found.update(_answers(merger.ancestor[at:end], merger.lines[start:stop], at, start))
        at = end
    return found


def _answers(old: Sequence[bytes], new: Sequence[bytes], start: int, above: int) -> dict[int, int]:
    """The pairs of lines in a gap that are most alike together, in order."""
    was, now = [_SIGNS.findall(line) for line in old], [_SIGNS.findall(line) for line in new]
    if not was or not now or sum(map(len, was)) * sum(map(len, now)) > _GAP:
        return {}
    best = [[0.0] * (len(now) + 1) for _ in range(len(was) + 1)]
    counts = [Counter(line) for line in now]
    like = [
        [_likeness(one, counted, other, count) for other, count in zip(now, counts, strict=True)]
        for one, counted in ((line, Counter(line)) for line in was)
    ]
    for i in reversed(range(len(was))):
        for j in reversed(range(len(now))):
            both = best[i + 1][j + 1] + like[i][j] if like[i][j] else 0.0
            best[i][j] = max(best[i + 1][j], best[i][j + 1], both)
    found, i, j = {}, 0, 0
    while i < len(was) and j < len(now):
        if best[i][j] == best[i + 1][j]:
            i += 1
        elif best[i][j] == best[i][j + 1]:
            j += 1
        else:
            found[start + i] = above + j
            i, j = i + 1, j + 1
    return found


def _likeness(one: Sequence[bytes], counted: Counter[bytes], other: Sequence[bytes], count: Counter[bytes]) -> float:
    """How much of two lines, with their words counted, is the same in its order; 0 where that is too little."""
    common = counted & count
    if 2 * common.total() < _ALIKE * (len(one) + len(other)):
        return 0.0
    if sum(times for token, times in common.items() if _WORD.match(token)) < _EQUAL:
        return 0.0
    ratio = SequenceMatcher(None, one, other, autojunk=False).ratio()
    return ratio if ratio >= _ALIKE else 0.0


def _beside(merger: Merger, change: HunkChange, answers: dict[int, int]) -> LineEdit | None:
    """Lines that only come, with an equal line on one side and one in other words on the other."""
    start, end, _ = change
    around = (at for at in (start - 1, end) if 0 <= at < len(merger.matched))
    if start < end or not any(merger.matched[at] >= 0 for at in around):
        return None
    return _changed(merger, change, answers)


def _changed(merger: Merger, change: HunkChange, answers: dict[int, int]) -> LineEdit | None:
    """What a change is to the tree, None where that is not certain."""
    start, end, new = change
    before, after = answers.get(start - 1), answers.get(end)
    if start == end:
        if before is None or after != before + 1:
            return None
        if any(_NUMBER.match(token) for line in new for token in _SIGNS.findall(line)):
            # A list of addresses or versions: the new one follows from the one beside it, which is another here.
            pairs = ((start - 1, before), (end, after))
            if any(_numbers(merger.ancestor, one) != _numbers(merger.lines, other) for one, other in pairs):
                return None
        beside = (merger.lines[after : after + len(new)], merger.lines[max(after - len(new), 0) : after])
        return None if any(tuple(lines) == new for lines in beside) else LineEdit(after, after, new)
    there = [answers.get(at, -1) for at in range(start, end)]
    first, last = there[0], there[0] + end - start
    if first < 0 or there != list(range(first, last)) or (before != first - 1 and after != last):
        return None
    words = _merged(merger.ancestor[start:end], merger.lines[first:last], new)
    return None if words is None else LineEdit(first, last, words)


def _numbers(lines: Sequence[bytes], at: int) -> list[bytes]:
    """The numbers of a line, none before the first and behind the last one."""
    return [token for token in _SIGNS.findall(lines[at]) if _NUMBER.match(token)] if 0 <= at < len(lines) else []


def _merged(before: Sequence[bytes], tree: Sequence[bytes], after: Sequence[bytes]) -> tuple[bytes, ...] | None:
    """Lines with both sides' changes of words; None where no word of all is between two of them."""
    was, own, new = (_ALL.findall(b"".join(lines)) for lines in (before, tree, after))
    if max(len(was), len(own), len(new)) > _LONGEST or not any(map(_WORD.match, was)):
        return None
    mine, other = _edits(was, own), _edits(was, new)
    if all(any(_NUMBER.match(token) for _, _, new in each for token in new) for each in (mine - other, other - mine)):
        return None
    edits = sorted(mine | other)
    for one, two in pairwise(edits):
        if (one in mine and two in mine) or (one in other and two in other):
            continue
        if not any(map(_WORD.match, was[one[1] : two[0]])):
            return None
    out: list[bytes] = []
    at = 0
    for start, end, tokens in edits:
        out += [*was[at:start], *tokens]
        at = end
    return tuple(b"".join([*out, *was[at:]]).splitlines(keepends=True))


def _edits(was: Sequence[bytes], now: Sequence[bytes]) -> set[_Edit]:
    """What turns these tokens into those."""
    changed = SequenceMatcher(None, was, now, autojunk=False).get_opcodes()
    return {(first, last, tuple(now[one:two])) for kind, first, last, one, two in changed if kind != "equal"}
