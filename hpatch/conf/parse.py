"""The lossless syntax tree of one file, from `grammars/httpd.lark`.

It holds every byte: the leaves' texts, in order, are the file. It knows lines and sections, not what httpd makes
of them: conditionals, variables and macros are followed by `hpatch.conf.load`.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING, Literal, NamedTuple

from hpatch import resources
from hpatch.conf import words
from hpatch.text import Place, Source

if TYPE_CHECKING:
    from lark import Lark

LeafKind = Literal["RUN", "OPEN", "CLOSE"]


class Leaf(NamedTuple):
    """A run of plain lines, or a section's opening or closing line: `text[start:end]`, line ends included.

    It is Lark's token too, which saves making 200 bytes of one for every section of a large file.
    """

    type: LeafKind
    start: int
    end: int

    @property
    def start_pos(self) -> int:
        """Lark's name for `start`."""
        return self.start

    @property
    def end_pos(self) -> int:
        """Lark's name for `end`."""
        return self.end

    @property
    def line(self) -> None:
        """Lark asks for it; `Source.position` knows it when it is wanted."""

    @property
    def column(self) -> None:
        """As `line`."""

    @property
    def end_line(self) -> None:
        """As `line`."""

    @property
    def end_column(self) -> None:
        """As `line`."""


class Section:
    """A section as it is written: `close` is None when it runs to the end of the file.

    Sections are matched by nesting alone; whether a closing line names the right one is for `load` to say.
    """

    __slots__ = ("close", "items", "open")

    def __init__(self, open: Leaf, items: list[Leaf | Section], close: Leaf | None) -> None:
        self.open = open
        self.items = items
        self.close = close


class Line(NamedTuple):
    """A logical line: `start` and `end` bound its text without white space around it; `after` is where the next begins.

    `value` is what httpd holds: continuation lines joined, a NUL and what follows it cut, white space trimmed.
    `lines` counts its physical lines as httpd does, `size` is what httpd's limits are on: the bytes of the joined
    line with its line feed, before trimming.
    """

    value: str
    start: int
    end: int
    after: int
    lines: int
    size: int

    @property
    def kind(self) -> Literal["blank", "comment", "directive", "open", "close"]:
        """What httpd takes it for, as far as the line alone tells."""
        first = self.value[:1]
        if not first:
            return "blank"
        if first == "#":
            return "comment"
        if first == "<":
            return "close" if self.value[1:2] == "/" else "open"
        return "directive"


class Word(NamedTuple):
    """A word of a line: its value by httpd's rules, and where it is written (quotes included)."""

    value: str
    place: Place


class File:
    """One file's syntax tree."""

    __slots__ = ("items", "source")

    def __init__(self, source: Source, items: list[Leaf | Section]) -> None:
        self.source = source
        self.items = items

    def leaves(self) -> list[Leaf]:
        """All leaves in order."""
        found: list[Leaf] = []
        stack: list[Iterator[Leaf | Section]] = [iter(self.items)]
        closers: list[Leaf | None] = [None]
        while stack:
            for item in stack[-1]:
                if isinstance(item, Leaf):
                    found.append(item)
                else:
                    found.append(item.open)
                    closers.append(item.close)
                    stack.append(iter(item.items))
                    break
            else:
                stack.pop()
                if (close := closers.pop()) is not None:
                    found.append(close)
        return found

    def text(self) -> str:
        """The file's text, put together again from the leaves."""
        text = self.source.text
        return "".join(text[leaf.start : leaf.end] for leaf in self.leaves())

    def lines(self) -> Iterator[Line]:
        """All logical lines in order."""
        text = self.source.text
        at, end = 0, len(text)
        while at < end:
            line = logical(text, at, end)
            yield line
            at = line.after

    def words(self, line: Line) -> list[Word]:
        """The words of a line, with their places. A word that a continuation cuts is placed as a whole."""
        raw = self.source.text[line.start : line.end]
        if "\\\n" not in raw and "\\\r\n" not in raw:
            place = self.source.place
            return [Word(word, place(line.start + a, line.start + b)) for word, a, b in words.spans(raw)]
        return [Word(word, self.source.place(line.start + a, line.start + b)) for word, a, b in words.spans_joined(raw)]


def logical(text: str, at: int, end: int) -> Line:
    """The logical line that starts at `at`, as httpd's `ap_cfg_getline_core` joins it.

    The test for a backslash looks at what is joined so far, so that a blank line after `\\\\` continues too.
    """
    stop = text.find("\n", at, end)
    piece = text[at : end if stop < 0 else stop]
    if "\0" not in piece and (stop < 0 or not piece.endswith(("\\", "\\\r"))):
        value = piece.lstrip(words.SPACE)
        start = at + len(piece) - len(value)
        value = value.rstrip(words.SPACE)
        return Line(value, start, start + len(value), end if stop < 0 else stop + 1, 1, _size(piece) + (stop >= 0))
    return _joined(text, at, end)


def _joined(text: str, at: int, end: int) -> Line:
    begin, lines = at, 0
    kept: list[str] = []  # characters: a line can have millions of continuations, and each may cut only the end
    while True:
        stop = text.find("\n", at, end)
        after = end if stop < 0 else stop + 1
        piece = text[at:after]
        lines += 1
        at = after
        cut = piece.find("\0")
        if cut >= 0:
            kept.extend(piece[:cut])
            break
        kept.extend(piece)
        if stop < 0:
            break
        kept.pop()
        if kept and kept[-1] == "\r":
            kept.pop()
        if not kept or kept[-1] != "\\":
            break
        kept.pop()
        if at >= end:
            lines += 1  # httpd counts the line that it does not find
            break
    joined = "".join(kept)
    first, last = begin, at
    while first < last and text[first] in words.SPACE:
        first += 1
    while last > first and text[last - 1] in words.SPACE:
        last -= 1
    return Line(joined.strip(words.SPACE), first, last, at, lines, _size(joined) + (text[at - 1] == "\n"))


def _size(text: str) -> int:
    return len(text) if text.isascii() else len(text.encode("utf-8", "surrogateescape"))


class _Builder:
    """Lark's callbacks: children in, our tree out."""

    @staticmethod
    def file(items: list[Leaf | Section]) -> list[Leaf | Section]:
        return items

    @staticmethod
    def section(children: list[Leaf | Section]) -> Section:
        first, last = children[0], children[-1]
        assert isinstance(first, Leaf)
        if isinstance(last, Leaf) and last.type == "CLOSE":
            return Section(first, children[1:-1], last)
        return Section(first, children[1:], None)


@cache
def _parser() -> Lark:
    from lark import Lark

    from hpatch.conf.lexer import Lexer

    return Lark(
        resources.grammar("httpd"),
        parser="lalr",
        lexer=Lexer,
        start="file",
        maybe_placeholders=False,
        keep_all_tokens=True,
        transformer=_Builder,
    )


def parse(source: Source) -> File:
    """Read a file's structure. It never fails: what httpd would refuse is for `load` to report."""
    items: list[Leaf | Section] = _parser().parse(source.text)  # type: ignore[assignment]  # what our callbacks make of the tree
    return File(source, items)
