"""Where httpd's lines come from: files, and the macros that are being used in them."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from hpatch.conf.leaf import Leaf
from hpatch.conf.lines import Line, logical
from hpatch.conf.macros import BodyLine
from hpatch.conf.tree import Condition, Frame, Node
from hpatch.text import Place, Source


class Level(NamedTuple):
    """A conditional whose content is being read: its closing line, and what was open when it began."""

    name: str
    closer: str
    floor: Node | None
    conditions: tuple[Condition, ...]
    opened: Place


class Stream:
    """A text being read line by line: a file, or a macro's lines."""

    __slots__ = ("at", "body", "end", "frame", "index", "leaves", "line", "plain", "source", "text")

    def __init__(self, source: Source, text: str, frame: Frame, leaves: list[Leaf], plain: bool) -> None:
        self.source = source
        self.text = text
        self.frame = frame
        self.leaves = leaves
        self.plain = plain
        self.index = 0
        self.at = 0
        self.end = len(text)
        self.line = 0
        self.body: tuple[BodyLine, ...] | None = None

    def span(self, line: Line) -> tuple[int, int]:
        """Where a line is written in `source`."""
        if self.body is None:
            return line.start, line.end
        first = self.body[self.line - line.lines]
        last = self.body[min(self.line, len(self.body)) - 1]
        return first.start, last.end


class Feed:
    """What httpd calls the configuration file: a file, with the macros that are being used in it on top."""

    __slots__ = ("after_macro", "limit", "streams", "too_long")

    def __init__(self, stream: Stream, limit: int, too_long: Callable[[Stream, Line], None]) -> None:
        self.streams = [stream]
        self.limit = limit
        self.too_long = too_long
        self.after_macro = False

    @property
    def top(self) -> Stream:
        """What is being read now."""
        return self.streams[-1]

    def next(self) -> tuple[Stream, Line] | None:
        """The next logical line, None at the end.

        The first line after a macro comes through mod_macro's reader, which drops a last physical line that has no
        line feed.
        """
        while True:
            stream = self.streams[-1]
            if stream.at >= stream.end:
                if len(self.streams) == 1:
                    return None
                self.streams.pop()
                self.after_macro = True
                continue
            line = logical(stream.text, stream.at, stream.end)
            if self.after_macro and line.after == stream.end and not stream.text.endswith("\n"):
                last = stream.text.rfind("\n", stream.at) + 1
                if last <= stream.at:
                    stream.at = stream.end
                    continue
                line = logical(stream.text, stream.at, last)._replace(after=stream.end)
            self.after_macro = False
            stream.at = line.after
            stream.line += line.lines
            if line.size > self.limit:
                self.too_long(stream, line)
                continue
            return stream, line
