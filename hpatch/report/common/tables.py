"""Tables for people: as wide as they need to be, or folded into the width that there is.

Not by rich, which takes 5 ms for a table of four rows: a fleet's virtual hosts have thousands of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from hpatch.report.common.terminal import cells, paint, visible, wrap

_WIDE = 100
"""From this width on, every column keeps its place and its cells are folded."""
_LEAST = 16
_GAP = 2


def table(
    headers: Sequence[str],
    rows: Sequence[Sequence[str]],
    width: int | None,
    color: bool,
    *,
    indent: int = 0,
    bold: bool = False,
) -> Iterator[str]:
    """The lines of a table. Further columns without any content are left out; a newline in a cell begins a new line.

    What is too wide for a narrow terminal keeps its first column, and the last if that is short; the rest goes below
    the first one's cells, with its columns' names where they are several. `bold` is for the first line of the first
    column's cells.
    """
    used = [index for index in range(len(headers)) if index == 0 or any(row[index] for row in rows)]
    lines = [[_lines(row[index]) for index in used] for row in rows]
    names = [headers[index] for index in used]
    sizes = _sizes(names, lines)
    hang = 0
    if width is not None and width < _WIDE and sum(sizes) + _GAP * (len(sizes) - 1) > width - indent:
        middle = slice(1, -1 if sizes[-1] <= width // 3 else None)
        labels = names[middle] if len(names[middle]) > 1 else [""] * len(names[middle])
        hang = 2 if any(labels) else 0
        for row in lines:
            below = " " * (len(row[0][0]) - len(row[0][0].lstrip()) + 2)
            for name, cell in zip(labels, row[middle], strict=True):
                row[0] += [below + line for line in _labelled(name, cell)]
            del row[middle]
        del names[middle]
        sizes = _sizes(names, lines)
    if width is not None:
        _shrink(sizes, width - indent)
    margin = " " * indent
    head = "".join(name.ljust(size + _GAP) for name, size in zip(names, sizes, strict=True))
    yield margin + paint(head.rstrip(), "dim", color)
    for row in lines:
        folded = [_folded(row[0][:1], sizes[0]) + _folded(row[0][1:], sizes[0], hang)]
        folded += [_folded(cell, size) for cell, size in zip(row[1:], sizes[1:], strict=True)]
        for number in range(max(map(len, folded))):
            texts = [cell[number] if number < len(cell) else "" for cell in folded]
            text = "".join(
                text + " " * (size + _GAP - cells(text)) for text, size in zip(texts[1:], sizes[1:], strict=True)
            )
            first = paint(texts[0], "bold", color and bold and number == 0) + " " * (sizes[0] + _GAP - cells(texts[0]))
            yield f"{margin}{first}{text}".rstrip()


def _labelled(name: str, cell: list[str]) -> Iterator[str]:
    """A cell without its column: the name stands before it, and further lines below its beginning."""
    first, *more = [line for line in cell if line] or [""]
    if first:
        yield f"{name}: {first}" if name else first
        yield from (f"  {line}" if name else line for line in more)


def _sizes(names: list[str], lines: list[list[list[str]]]) -> list[int]:
    return [max([cells(name), *(cells(line) for row in lines for line in row[at])]) for at, name in enumerate(names)]


def _lines(cell: str) -> list[str]:
    return [visible(line) for line in cell.split("\n")]


def _shrink(sizes: list[int], width: int) -> None:
    """Take from the widest column until all fit, or none is wider than it must be."""
    over = sum(sizes) + _GAP * (len(sizes) - 1) - width
    while over > 0:
        widest = max(sizes)
        if widest <= _LEAST:
            return
        index = sizes.index(widest)
        lower = max([size for size in sizes if size < widest], default=_LEAST)
        cut = min(over, max(1, widest - max(lower, _LEAST)))
        sizes[index] -= cut
        over -= cut


def _folded(cell: list[str], size: int, hang: int = 0) -> list[str]:
    """The lines of a cell in so many columns; what goes on from a line is indented by `hang` more than it."""
    folded: list[str] = []
    for line in cell:
        if len(line) <= size and line.isascii():
            folded.append(line)
        else:
            text = line.lstrip()
            indent = len(line) - len(text)
            first, *more = wrap(text, size, indent + hang, indent)
            folded += [" " * indent + first, *more]
    return folded
