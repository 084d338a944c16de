"""Offsets into a text as positions of the protocol, and back.

A line ends at a line feed, a carriage return, or both, as the protocol says; for httpd, only a line feed ends one.
"""

from __future__ import annotations

import re
from bisect import bisect_right

from lsprotocol.types import Position, PositionEncodingKind, Range

from hpatch.text import Place, Source

_END = re.compile(r"\r\n|\n|\r")


class Positions:
    """A text's positions in one encoding, which counts the characters of a line: `utf-8`, `utf-16` or `utf-32`."""

    def __init__(self, text: str, encoding: str) -> None:
        self.text = text
        self.encoding = encoding
        self._starts = [0, *(match.end() for match in _END.finditer(text))]

    def position(self, offset: int) -> Position:
        """The position of an offset; one beyond the text is its end."""
        offset = max(0, min(offset, len(self.text)))
        line = bisect_right(self._starts, offset) - 1
        return Position(line=line, character=self._units(self.text[self._starts[line] : offset]))

    def offset(self, position: Position) -> int:
        """The offset of a position; one beyond a line's end is that end, one beyond the text its end."""
        if position.line >= len(self._starts):
            return len(self.text)
        start = self._starts[position.line]
        end = self._starts[position.line + 1] if position.line + 1 < len(self._starts) else len(self.text)
        line = self.text[start:end].rstrip("\r\n")
        if line.isascii() or self.encoding == PositionEncodingKind.Utf32:
            return start + min(max(position.character, 0), len(line))
        left = position.character
        for at, char in enumerate(line):
            if left <= 0:
                return start + at
            left -= self._units(char)
        return start + len(line)

    def span(self, start: int, end: int) -> Range:
        """The range of `text[start:end]`."""
        return Range(start=self.position(start), end=self.position(end))

    def _units(self, text: str) -> int:
        if text.isascii() or self.encoding == PositionEncodingKind.Utf32:
            return len(text)
        if self.encoding == PositionEncodingKind.Utf8:
            return len(text.encode("utf-8", "surrogateescape"))
        return len(text) + sum(char > "\uffff" for char in text)


NOWHERE = Range(start=Position(line=0, character=0), end=Position(line=0, character=0))
"""The start of a file whose text is not known."""


class Ranges:
    """Places as ranges, by the texts that they are in."""

    def __init__(self, encoding: str) -> None:
        self._encoding = encoding
        self._known: dict[int, tuple[Source, Positions, int]] = {}

    def of(self, place: Place, source: Source | None) -> Range:
        """The range of a place in a text; without one, the start of its file."""
        if source is None:
            return NOWHERE
        found = self._known.get(id(source))
        if found is None:
            last = source.text.count("\n") + 1
            found = self._known[id(source)] = source, Positions(source.text, self._encoding), last
        _, positions, last = found
        if not 1 <= place.line <= last:
            return NOWHERE
        start = source.offset(place.line, place.column)
        end = source.offset(min(max(place.end_line, place.line), last), place.end_column)
        return positions.span(start, max(start, end))
