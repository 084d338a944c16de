"""Two texts side by side, as wide as the terminal; one above the other where that is narrow."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from hpatch.patch.diff.align import align
from hpatch.report.common.terminal import TAB, cells, paint, visible

_WIDE = 72
"""From this width on the two stand side by side."""
_NO_WIDTH = 120
"""For a pipe."""
_MOST = 40
"""Rows of one excerpt."""
_WINDOW = 2000
"""Lines of either side that are compared."""
_AROUND = 2
"""Equal lines that are shown around a difference."""
_LONGEST = 1000
"""Bytes of a line."""
_GAP = "…\n".encode()

_Row = tuple[bytes, str, bytes]
"""A line of the left, how it compares, and the line of the right; empty for none."""


def sides(
    left: Sequence[bytes],
    right: Sequence[bytes],
    titles: tuple[str, str],
    *,
    width: int | None = None,
    color: bool = False,
    indent: int = 0,
) -> Iterator[str]:
    """The lines of both; `<` marks those of the left alone, `>` those of the right alone, `|` those that differ."""
    rows = [(_shown(one), mark, _shown(other)) for one, mark, other in _shortened(left, right)]
    size = width or _NO_WIDTH
    if size < _WIDE:
        yield from _above(rows, titles, max(size - indent, 20), color, indent)
        return
    column = max((size - indent - 3) // 2, 20)
    margin = " " * indent
    yield paint(f"{margin}{titles[0].ljust(column)}   {titles[1]}".rstrip(), "dim", color)
    for one, mark, other in rows:
        ones, others = _folded(one, column), _folded(other, column)
        for number in range(max(len(ones), len(others))):
            first = ones[number] if number < len(ones) else ""
            second = others[number] if number < len(others) else ""
            padded = first + " " * (column - cells(first))
            text = (
                f"{margin}{_painted(padded, mark, '<|', 'red', color)} "
                f"{mark if number == 0 else ' '} {_painted(second, mark, '>|', 'green', color)}"
            )
            yield text.rstrip()


def listed(lines: Sequence[bytes], *, width: int | None = None, indent: int = 0) -> Iterator[str]:
    """Lines by themselves."""
    for line in lines[:_MOST]:
        for part in _folded(_shown(line), max((width or _NO_WIDTH) - indent, 20)):
            yield f"{' ' * indent}{part}".rstrip()
    if len(lines) > _MOST:
        yield f"{' ' * indent}… {len(lines) - _MOST} more lines"


def _painted(text: str, mark: str, marks: str, style: str, color: bool) -> str:
    return paint(text, style, color and mark in marks and bool(text.strip()))


def _shown(line: bytes) -> str:
    if len(line) > _LONGEST:
        line = line[:_LONGEST] + f"… ({len(line):,} bytes)\n".encode()
    text = line.decode("utf-8", "surrogateescape")
    if not text:
        return ""
    end = "" if text.endswith("\n") else " (no line end)"
    return visible(text.removesuffix("\n").expandtabs(TAB)) + end


def _rows(left: Sequence[bytes], right: Sequence[bytes], matched: Sequence[int]) -> Iterator[_Row]:
    at = to = 0
    for index in range(len(left) + 1):
        if index < len(left) and matched[index] < 0:
            continue
        end = matched[index] if index < len(left) else len(right)
        ones, others = left[at:index], right[to:end]
        for number in range(max(len(ones), len(others))):
            if number >= len(others):
                yield ones[number], "<", b""
            elif number >= len(ones):
                yield b"", ">", others[number]
            else:
                yield ones[number], "|", others[number]
        if index < len(left):
            yield left[index], " ", right[end]
        at, to = index + 1, end + 1


def _shortened(left: Sequence[bytes], right: Sequence[bytes]) -> list[_Row]:
    """Without the equal lines that are far from any difference, and not too many.

    Only a window is compared, from the first difference on: a hunk can have millions of lines.
    """
    ends = min(len(left), len(right))
    first = next((at for at, (one, other) in enumerate(zip(left, right, strict=False)) if one != other), ends)
    backwards = zip(reversed(left), reversed(right), strict=False)
    same = next((at for at, (one, other) in enumerate(backwards) if one != other), ends)
    last = min(same, ends - first)
    start = max(first - _AROUND, 0)
    below = max(last - _AROUND, 0)
    ones, others, more = _windows(left, right, start, below)
    rows = list(_rows(ones, others, align(ones, others)))
    marks = "".join([mark for _, mark, _ in rows])
    kept: list[_Row] = [(_GAP, " ", _GAP)] if start else []
    far = bool(start and not marks.strip())
    for at, row in enumerate(rows):
        was, far = far, not marks[max(at - _AROUND, 0) : at + _AROUND + 1].strip()
        if not (far and was):
            kept.append((_GAP, " ", _GAP) if far else row)
    if below and not more and not far:
        kept.append((_GAP, " ", _GAP))
    more += max(len(kept) - _MOST, 0)
    return [*kept[:_MOST], (f"… {more} more lines\n".encode(), " ", b"")] if more else kept


def _windows(
    left: Sequence[bytes], right: Sequence[bytes], start: int, below: int
) -> tuple[Sequence[bytes], Sequence[bytes], int]:
    """The lines to compare, from `start` on and without the `below` last ones, and how many are left out.

    A window ends with the last line that both have, so that no line stands alone whose counterpart is behind the end.
    """
    ends = (len(left) - below, len(right) - below)
    ones, others = left[start : min(ends[0], start + _WINDOW)], right[start : min(ends[1], start + _WINDOW)]
    if max(ends) > start + _WINDOW:
        matched = align(ones, others)
        common = next((at for at in reversed(range(len(ones))) if matched[at] >= 0), None)
        if common is not None:
            ones, others = ones[: common + 1], others[: matched[common] + 1]
    return ones, others, max(ends[0] - start - len(ones), ends[1] - start - len(others))


def _above(
    rows: Sequence[tuple[str, str, str]], titles: tuple[str, str], size: int, color: bool, indent: int
) -> Iterator[str]:
    margin = " " * indent
    yield paint(f"{margin}- {titles[0]}", "red", color)
    yield paint(f"{margin}+ {titles[1]}", "green", color)
    pending: list[str] = []
    for one, mark, other in rows:
        if mark in "<|":
            yield from (
                f"{margin}{paint(('- ', '  ')[n > 0] + part, 'red', color)}"
                for n, part in enumerate(_folded(one, size - 2))
            )
        if mark in ">|":
            pending.append(other)
        if mark == " ":
            yield from _added(pending, size, color, margin)
            pending = []
            yield from (f"{margin}  {part}".rstrip() for part in _folded(one, size - 2))
    yield from _added(pending, size, color, margin)


def _added(lines: Sequence[str], size: int, color: bool, margin: str) -> Iterator[str]:
    for line in lines:
        yield from (
            f"{margin}{paint(('+ ', '  ')[n > 0] + part, 'green', color)}"
            for n, part in enumerate(_folded(line, size - 2))
        )


def _folded(text: str, size: int) -> list[str]:
    """The text in pieces of at most `size` columns, cut anywhere."""
    if cells(text) <= size:
        return [text]
    pieces: list[str] = []
    piece, used = "", 0
    for char in text:
        wide = cells(char)
        if used + wide > size:
            pieces.append(piece)
            piece, used = "", 0
        piece += char
        used += wide
    return [*pieces, piece]
