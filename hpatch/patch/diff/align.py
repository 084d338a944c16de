"""Which lines of two texts belong together: unique lines first (patience diff), what lies between them after that."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence

_SMALL = 40_000
"""Gaps whose sides' lengths multiply to at most this are aligned exactly; larger ones hold no certain match."""


def align(old: Sequence[bytes], new: Sequence[bytes]) -> list[int]:
    """For each line of `old` the index of its line in `new`, or -1. Matches rise and lines of a match are equal."""
    matched = [-1] * len(old)
    work = [(0, len(old), 0, len(new))]
    while work:
        a, a_end, b, b_end = work.pop()
        while a < a_end and b < b_end and old[a] == new[b]:
            matched[a] = b
            a += 1
            b += 1
        while a < a_end and b < b_end and old[a_end - 1] == new[b_end - 1]:
            a_end -= 1
            b_end -= 1
            matched[a_end] = b_end
        if a == a_end or b == b_end:
            continue
        anchors = _anchors(old, a, a_end, new, b, b_end)
        if not anchors:
            if (a_end - a) * (b_end - b) <= _SMALL:
                _exact(old, a, a_end, new, b, b_end, matched)
            continue
        for i, j in anchors:
            if a < i and b < j:
                work.append((a, i, b, j))
            matched[i] = j
            a, b = i + 1, j + 1
        work.append((a, a_end, b, b_end))
    return matched


def _anchors(
    old: Sequence[bytes], a: int, a_end: int, new: Sequence[bytes], b: int, b_end: int
) -> list[tuple[int, int]]:
    """The longest rising run of lines that are unique on both sides."""
    seen: dict[bytes, int] = {}
    for i in range(a, a_end):
        line = old[i]
        seen[line] = -1 if line in seen else i
    other: dict[bytes, int] = {}
    for j in range(b, b_end):
        line = new[j]
        if line in seen:
            other[line] = -1 if line in other else j
    pairs = sorted((seen[line], j) for line, j in other.items() if j >= 0 and seen[line] >= 0)
    tails: list[int] = []
    at: list[int] = []
    back: list[int] = []
    for index, (_, j) in enumerate(pairs):
        place = bisect_left(tails, j)
        back.append(at[place - 1] if place else -1)
        if place == len(tails):
            tails.append(j)
            at.append(index)
        else:
            tails[place] = j
            at[place] = index
    found: list[tuple[int, int]] = []
    index = at[-1] if at else -1
    while index >= 0:
        found.append(pairs[index])
        index = back[index]
    return found[::-1]


def _exact(
    old: Sequence[bytes], a: int, a_end: int, new: Sequence[bytes], b: int, b_end: int, matched: list[int]
) -> None:
    """The longest common subsequence of a small gap."""
    width = b_end - b
    rows: list[list[int]] = [[0] * (width + 1)]
    for i in range(a_end - 1, a - 1, -1):
        below, row, line = rows[-1], [0] * (width + 1), old[i]
        for j in range(width - 1, -1, -1):
            row[j] = below[j + 1] + 1 if line == new[b + j] else max(below[j], row[j + 1])
        rows.append(row)
    rows.reverse()
    i, j = 0, 0
    while i < a_end - a and j < width:
        if old[a + i] == new[b + j] and rows[i][j] == rows[i + 1][j + 1] + 1:
            matched[a + i] = b + j
            i += 1
            j += 1
        elif rows[i + 1][j] >= rows[i][j + 1]:
            i += 1
        else:
            j += 1
