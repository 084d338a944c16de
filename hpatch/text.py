"""One text that was read, and places in it."""

import re
from bisect import bisect_right
from collections.abc import Iterable
from pathlib import Path

from hpatch.records import NamedTuple


def has_any(text: str, pieces: Iterable[str]) -> bool:
    """Whether a text has any of these pieces. Most texts lack one of a piece's characters, which is quickly seen."""
    return any(all(map(text.__contains__, piece)) and piece in text for piece in pieces)


_END = re.compile(r"\n")
_AHEAD = 10_000
"""So many more characters are searched for lines: the next place is often near."""
_MANY = 30
"""More digits than any number of 64 bits has."""


def whole_number(text: str) -> int:
    """The whole number that a text of digits holds, perhaps with a sign; an endless one is some number beyond 64 bits.

    Python's own `int` refuses thousands of digits, and a file of any origin may have them.
    """
    if len(text) <= _MANY:
        return int(text)
    text = text.strip()
    digits = text.lstrip("+-").lstrip("0")[:_MANY]
    return -int(digits or "0") if text[:1] == "-" else int(digits or "0")


def in_bytes(text: str) -> int:
    """How many bytes a text has in its file."""
    return len(text) if text.isascii() else len(text.encode("utf-8", "surrogateescape"))


class Place(NamedTuple):
    """Where something stands. Lines and columns count from 1, columns in characters; the end is exclusive."""

    file: str
    line: int
    column: int
    end_line: int
    end_column: int


class Source:
    """A file's text, decoded so that its bytes can be written back (`surrogateescape`).

    `name` is the file as the user should see it; httpd's own idea of the name is the reader's business. `above` is how
    many lines of the file are above the text, if it is only a part of one.
    """

    __slots__ = ("_searched", "_starts", "above", "name", "text")

    def __init__(self, name: str, text: str, above: int = 0) -> None:
        self.name = name
        self.text = text
        self.above = above
        self._starts = [0]
        self._searched = 0

    @classmethod
    def read(cls, path: str | Path, name: str | None = None) -> "Source":
        """Read a file. Raises OSError."""
        data = Path(path).read_bytes()
        return cls(name or str(path), data.decode("utf-8", "surrogateescape"))

    @property
    def whole(self) -> "Source":
        """The file that this is the text of, or a part of, with the same places."""
        return self

    @property
    def data(self) -> bytes:
        """The bytes that were read."""
        return self.text.encode("utf-8", "surrogateescape")

    def _line_starts(self, offset: int) -> list[int]:
        """Where lines start, those up to an offset at least: many a large file has all its places near its start."""
        starts = self._starts
        if self._searched < offset:
            end = min(offset + _AHEAD, len(self.text))
            starts.extend(map(re.Match.end, _END.finditer(self.text, self._searched, end)))
            self._searched = end
        return starts

    def position(self, offset: int) -> tuple[int, int]:
        """The line and column of an offset into `text`."""
        starts = self._line_starts(offset)
        line = bisect_right(starts, offset)
        return line + self.above, offset - starts[line - 1] + 1

    def offset(self, line: int, column: int = 1) -> int:
        """The offset into `text` of a line and column."""
        return self._line_starts(len(self.text))[line - self.above - 1] + column - 1

    def place(self, start: int, end: int) -> Place:
        """The place of `text[start:end]`."""
        starts = self._line_starts(end)
        line = end_line = bisect_right(starts, start)
        if line < len(starts) and starts[line] <= end:  # few places have more than a line
            end_line = bisect_right(starts, end, line)
        column, end_column = start - starts[line - 1] + 1, end - starts[end_line - 1] + 1
        return Place(self.name, line + self.above, column, end_line + self.above, end_column)

    def line(self, number: int) -> str:
        """A line without its end; empty when there is no such line."""
        starts = self._line_starts(len(self.text))
        number -= self.above
        if not 1 <= number <= len(starts):
            return ""
        end = starts[number] - 1 if number < len(starts) else len(self.text)
        return self.text[starts[number - 1] : end].removesuffix("\r")
