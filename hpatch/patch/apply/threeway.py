"""Whole files merged three-way, by lines: two texts that come from one, made into one with the changes of both.

Unlike `hpatch.patch.place.merge`, which knows which of the two is a revision, this takes both sides alike. Changes
side by side are no conflict where their order is certain: a line that goes beside one that comes, two neighbours that
change. Lines that both sides add at one place are one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from hpatch.patch.diff.align import align
from hpatch.patch.diff.lines import split
from hpatch.records import NamedTuple


class MergeConflict(NamedTuple):
    """Lines that both sides changed, each in its own way. `line` is where they start in `ours` (from 1)."""

    line: int
    base: tuple[bytes, ...]
    ours: tuple[bytes, ...]
    theirs: tuple[bytes, ...]


class MergedText(NamedTuple):
    """The merged text, None where there are conflicts."""

    content: bytes | None
    conflicts: tuple[MergeConflict, ...] = ()


def merge(base: bytes, ours: bytes, theirs: bytes) -> MergedText:
    """Put what `theirs` changes of `base` into `ours`. The same change on both sides is one."""
    if base in (ours, theirs) or ours == theirs:
        return MergedText(theirs if ours == base else ours)
    old = split(base)
    merged: list[bytes] = []
    conflicts: list[MergeConflict] = []
    at = grown = 0
    for left, right in _groups(list(_spans(old, split(ours))), list(_spans(old, split(theirs)))):
        start = min(span.start for span in (*left, *right))
        end = max(span.end for span in (*left, *right))
        merged += old[at:start]
        one, other = _with(old, left, start, end), _with(old, right, start, end)
        if not right or one == other:
            merged += one
        elif not left:
            merged += other
        else:
            conflicts.append(MergeConflict(start + grown + 1, tuple(old[start:end]), tuple(one), tuple(other)))
        grown += len(one) - (end - start)
        at = end
    merged += old[at:]
    return MergedText(None if conflicts else b"".join(merged), tuple(conflicts))


class _Span(NamedTuple):
    """Lines `start:end` of the base that give way to `new`."""

    start: int
    end: int
    new: tuple[bytes, ...]


def _spans(old: Sequence[bytes], new: Sequence[bytes]) -> Iterator[_Span]:
    at = to = 0
    for index, end in enumerate([*align(old, new), len(new)]):
        if end < 0:
            continue
        if index > at or end > to:
            yield _Span(at, index, tuple(new[to:end]))
        at, to = index + 1, end + 1


def _groups(ours: Sequence[_Span], theirs: Sequence[_Span]) -> Iterator[tuple[list[_Span], list[_Span]]]:
    """The changes in order, those together that meet; of two at one place, what only adds comes first."""
    left: list[_Span] = []
    right: list[_Span] = []
    for span, mine in sorted([*((span, True) for span in ours), *((span, False) for span in theirs)]):
        if not any(_meet(other, span) for other in (right if mine else left)):
            if left or right:
                yield left, right
            left, right = [], []
        (left if mine else right).append(span)
    if left or right:
        yield left, right


def _meet(first: _Span, second: _Span) -> bool:
    """Whether two changes of different sides are about the same lines, or the order of what they add is open.

    `first` does not come after `second`.
    """
    if second.start < first.end:
        return True
    adds = first.start == first.end or second.start == second.end
    return second.start == first.end and adds and bool(first.new and second.new)


def _with(old: Sequence[bytes], spans: Sequence[_Span], start: int, end: int) -> list[bytes]:
    """Lines `start:end` of the base with changes."""
    lines: list[bytes] = []
    for span in spans:
        lines += old[start : span.start]
        lines += span.new
        start = span.end
    return lines + list(old[start:end])
