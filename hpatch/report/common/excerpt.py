"""Lines of a source with places marked in them, in the width that there is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from hpatch.records import NamedTuple
from hpatch.report.common.terminal import TAB, cells, paint, visible, wrap
from hpatch.text import Place, Source

CUT = "…"
_NARROWEST = 20
_NARROW_LABEL = 40
"""A label that has not this much room beside or below its mark is moved to the left."""
_LONGEST_MARK = 4
"""A marked place of more lines than this is shown without its middle."""
_LONG = 100_000
"""In a line of more characters, one that does not print is shown as one sign: to write out millions takes gigabytes."""


class MarkedPlace(NamedTuple):
    """A place to mark: `^^^` in `style`, or `---` where it is not the main one, with a label at its end."""

    place: Place
    label: str = ""
    main: bool = False
    style: str = "blue"


class _MarkedPart(NamedTuple):
    """A mark's part of one line, in characters counted from 0."""

    start: int
    end: int
    mark: MarkedPlace
    label: str


class _Line:
    """A line as it is shown: tabs expanded, invisible characters written out."""

    __slots__ = ("columns", "pieces")

    def __init__(self, text: str) -> None:
        if len(text) > _LONG and not text.isprintable():
            text = "".join([char if char.isprintable() else "\ufffd" for char in text])
        self.pieces: Sequence[str] = text
        self.columns: Sequence[int] = range(len(text) + 1)
        if len(text) <= _LONG and not (text.isascii() and text.isprintable()):
            pieces, columns, at = [], [0], 0
            for char in text:
                piece = " " * (TAB - at % TAB) if char == "\t" else visible(char)
                pieces.append(piece)
                at += cells(piece)
                columns.append(at)
            self.pieces, self.columns = pieces, columns

    def window(self, start: int, end: int, width: int) -> tuple[int, int]:
        """The characters to show so that those from `start` to `end` are seen, and their surroundings."""
        columns = self.columns
        total = columns[-1]
        if total <= width:
            return 0, len(self.pieces)
        low, high = columns[start], columns[end]
        left = 0 if high < width else max(0, low - max(0, width - 2 - (high - low)) // 2)
        left = min(left, total - width + 1)
        first = next(index for index in range(len(columns)) if columns[index] >= left)
        room = width - 1 if first == 0 else width - 2
        last = first
        while last < len(self.pieces) and columns[last + 1] - columns[first] <= room:
            last += 1
        if columns[-1] - columns[first] < width:
            last = len(self.pieces)
        return first, last

    def show(self, first: int, last: int) -> str:
        text = "".join(self.pieces[first:last])
        return f"{CUT if first else ''}{text}{CUT if last < len(self.pieces) else ''}"


def excerpt(source: Source, marks: Iterable[MarkedPlace], gutter: int, width: int, color: bool) -> Iterator[str]:
    """The lines of one source that the marks are in, a `gutter` of so many digits before them.

    Lines that are left out between them are one line `...`; a line that is too long is cut around its marks.
    """
    spans: dict[int, list[_MarkedPart]] = {}
    for mark in marks:
        for number, span in _parts(source, mark):
            spans.setdefault(number, []).append(span)
    width = max(width - gutter - 3, _NARROWEST)
    bar = paint(" " * gutter + " |", "blue", color)
    yield bar
    before = None
    for number in sorted(spans):
        if before is not None:
            if number - before == 2:
                yield from _plain(source, number - 1, gutter, width, color)
            elif number - before > 2:
                yield paint("...", "blue", color)
        yield from _marked(source, number, spans[number], gutter, width, color)
        before = number


def _plain(source: Source, number: int, gutter: int, width: int, color: bool) -> Iterator[str]:
    line = _Line(source.line(number))
    yield _row(f"{number:>{gutter}} |", line.show(*line.window(0, 0, width)), color)


def _row(margin: str, text: str, color: bool) -> str:
    return f"{paint(margin, 'blue', color)} {text}".rstrip() if text else paint(margin, "blue", color)


def _parts(source: Source, mark: MarkedPlace) -> Iterator[tuple[int, _MarkedPart]]:
    place = mark.place
    last = place.end_line
    if last > place.line and place.end_column <= 1:
        last -= 1
    numbers = list(range(place.line, last + 1))
    if len(numbers) > _LONGEST_MARK:
        numbers[_LONGEST_MARK - 2 : -1] = []
    for number in numbers:
        text = source.line(number)
        start = place.column - 1 if number == place.line else len(text) - len(text.lstrip())
        end = place.end_column - 1 if number == place.end_line else len(text.rstrip())
        start = max(0, min(start, len(text)))
        label = mark.label if number == last else ""
        yield number, _MarkedPart(start, max(start, min(end, len(text))), mark, label)


def _marked(
    source: Source, number: int, spans: list[_MarkedPart], gutter: int, width: int, color: bool
) -> Iterator[str]:
    """One line with its marks below it; again for marks that are too far apart for one line."""
    line = _Line(source.line(number))
    margin = f"{number:>{gutter}} |"
    bar = " " * gutter + " |"
    for group in _groups(line, spans, width):
        first, last = line.window(group[0].start, max(span.end for span in group), width)
        yield _row(margin, line.show(first, last), color)
        for text in _rows(line, group, first, last, width, color):
            yield _row(bar, text, color)


def _groups(line: _Line, spans: list[_MarkedPart], width: int) -> Iterator[list[_MarkedPart]]:
    columns = line.columns
    group: list[_MarkedPart] = []
    for span in sorted(spans, key=lambda span: (span.start, span.end)):
        if group and columns[-1] > width and columns[span.end] - columns[group[0].start] > width - 2:
            yield group
            group = []
        group.append(span)
    yield group


def _rows(line: _Line, spans: list[_MarkedPart], first: int, last: int, width: int, color: bool) -> Iterator[str]:
    """What stands below a line: its marks, each row from left to right, a label at a row's end."""
    shift = line.columns[first] - (1 if first else 0)
    row, at = "", 0
    for span in sorted(spans, key=lambda span: (not span.mark.main, span.start)):
        start = line.columns[span.start] - shift
        end = max(line.columns[min(span.end, last)] - shift, start + 1)
        if row and start <= at:
            yield row
            row, at = "", 0
        style, sign = span.mark.style, "^" if span.mark.main else "-"
        row += " " * (start - at) + paint(sign * (end - start), style, color)
        at = end
        if not span.label:
            continue
        label = visible(span.label)
        if end + 1 + cells(label) <= width:
            yield f"{row} {paint(label, style, color)}"
        else:
            yield row
            indent = min(start, max(0, width - min(cells(label), _NARROW_LABEL)))
            for part in wrap(label, width - indent):
                yield " " * indent + paint(part, style, color)
        row, at = "", 0
    if row:
        yield row
