"""One text that was read, and places in it."""

from bisect import bisect_left
from collections.abc import Iterable
from pathlib import Path

from hpatch.records import NamedTuple


def has_any(text: str, pieces: Iterable[str]) -> bool:
    """Whether a text has any of these pieces. Most texts lack one of a piece's characters, which is quickly seen."""
    return any(all(map(text.__contains__, piece)) and piece in text for piece in pieces)


_BLOCK = 512
"""In steps of so many characters it is noted which line has been reached; what lies between is counted when asked."""
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

    __slots__ = ("_lines", "_starts", "above", "name", "text")

    def __init__(self, name: str, text: str, above: int = 0) -> None:
        self.name = name
        self.text = text
        self.above = above
        self._lines = [1 + above]
        self._starts = [0]

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

    def _reach(self, block: int) -> None:
        """Note the line at the beginning of each block up to this one: its number, and where it starts.

        Many a large file has all its places near its start, and most have few.
        """
        text, lines, starts = self.text, self._lines, self._starts
        for end in range(len(lines) * _BLOCK, (block + 1) * _BLOCK, _BLOCK):
            before = end - _BLOCK
            lines.append(lines[-1] + text.count("\n", before, end))
            starts.append((text.rfind("\n", before, end) + 1) or starts[-1])

    def position(self, offset: int) -> tuple[int, int]:
        """The line and column of an offset into `text`."""
        block = offset // _BLOCK
        if block >= len(self._lines):
            self._reach(block)
        begin = block * _BLOCK
        line = self._lines[block] + self.text.count("\n", begin, offset)
        start = (self.text.rfind("\n", begin, offset) + 1) or self._starts[block]
        return line, offset - start + 1

    def number(self, offset: int) -> int:
        """The line of an offset into `text`, among the lines of `text` alone."""
        return self.position(offset)[0] - self.above

    def offset(self, line: int, column: int = 1) -> int:
        """The offset into `text` of a line and column. Raises IndexError where there is no such line."""
        if self._lines[-1] < line:
            self._reach(len(self.text) // _BLOCK)
        block = max(bisect_left(self._lines, line) - 1, 0)  # the last one that begins in a line before
        more = line - self._lines[block]
        at = block * _BLOCK
        while more > 0 and (at := self.text.find("\n", at) + 1) > 0:
            more -= 1
        if more:
            raise IndexError(f"the text of {self.name} has no line {line}")
        return at + column - 1

    def place(self, start: int, end: int) -> Place:
        """The place of `text[start:end]`."""
        line, column = self.position(start)
        more = self.text.count("\n", start, end)
        if more:  # few places have more than a line
            return Place(self.name, line, column, *self.position(end))
        return Place(self.name, line, column, line, column + end - start)

    def line(self, number: int) -> str:
        """A line without its end; empty when there is no such line."""
        try:
            start = self.offset(number)
        except IndexError:
            return ""
        end = self.text.find("\n", start)
        return (self.text[start:] if end < 0 else self.text[start:end]).removesuffix("\r")
