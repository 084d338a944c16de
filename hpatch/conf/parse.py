"""The lossless syntax tree of one file, from `grammars/httpd.lark`.

It holds every byte: the texts of the leaves, in order, make up the file. It knows lines and sections, but not their
meaning: `hpatch.conf.load` follows conditionals, variables and macros.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from hpatch.conf import words
from hpatch.conf.leaf import Leaf
from hpatch.conf.lines import Line, logical
from hpatch.text import Place, Source

if TYPE_CHECKING:
    from lark import Lark


class Section:
    """A section as it is written: `close` is None when it runs to the end of the file.

    Sections are matched by nesting alone; `load` checks whether a closing line names the right one.
    """

    __slots__ = ("close", "items", "open")

    def __init__(self, open: Leaf, items: list[Leaf | Section], close: Leaf | None) -> None:
        self.open = open
        self.items = items
        self.close = close


class Word(NamedTuple):
    """A word of a line: its value by httpd's rules, and its place, quotes included."""

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
        """The words of a line, with their places. A word that a continuation cuts has one place."""
        raw = self.source.text[line.start : line.end]
        if "\\\n" not in raw and "\\\r\n" not in raw:
            place = self.source.place
            return [Word(word, place(line.start + a, line.start + b)) for word, a, b in words.spans(raw)]
        return [Word(word, self.source.place(line.start + a, line.start + b)) for word, a, b in words.spans_joined(raw)]


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


def _parser() -> Lark:
    from hpatch import grammar
    from hpatch.conf.lexer import Lexer

    return grammar.parser("httpd", "file", Lexer, _Builder)


def parse(source: Source) -> File:
    """Read a file's structure. It never fails: `load` reports what httpd refuses.

    `load` needs only the leaves, which it takes from `hpatch.conf.leaf`.
    """
    items: list[Leaf | Section] = _parser().parse(source.text)  # type: ignore[assignment]  # what our callbacks make of the tree
    return File(source, items)
