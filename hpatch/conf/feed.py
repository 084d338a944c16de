"""The sources of httpd's lines: files, and the macros used in them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from hpatch.conf.leaf import matches
from hpatch.conf.lines import Line, ended, filled, joined, logical
from hpatch.conf.macros import BodyLine
from hpatch.conf.tree import Condition, Frame, Node, node_of
from hpatch.records import NamedTuple
from hpatch.text import Place, in_bytes

if TYPE_CHECKING:
    from hpatch.conf.templates.model import Template

ROOM = 206
"""The number of bytes of a line that fit into httpd's first buffer.

`ap_varbuf_cfg_getline` loses a file's last line where the file ends just when the buffer is full: httpd makes the
buffer larger, finds nothing more to read, and forgets what it has. After a longer line the buffer has another size,
which depends on httpd's memory: 2.4.71 loses last lines of 414, 622 or 830 bytes after some lines, and reads them
after others. They are read here.
"""


class Stream:
    """A text being read line by line: a file, or a macro's lines. `template` is given if the file is one.

    `leaf` is the leaf that is being read, as a match, if the text is read by its leaves.
    """

    __slots__ = ("_leaves", "at", "body", "end", "frame", "leaf", "line", "plain", "source", "template", "text")

    def __init__(
        self,
        text: str,
        frame: Frame,
        *,
        plain: bool,
        template: Template | None = None,
    ) -> None:
        self.source = frame.source
        self.text = text
        self.frame = frame
        self.plain = plain
        self.at = 0
        self.end = len(text)
        self.line = 0
        self.body: tuple[BodyLine, ...] | None = None
        self.template = template
        self.leaf: re.Match[str] | None = None
        self._leaves: Iterator[re.Match[str]] = iter(())

    def start_leaves(self) -> None:
        """Read the text by its leaves."""
        self._leaves = matches(self.text)
        self.next_leaf()

    def next_leaf(self) -> None:
        """Go on to the next leaf."""
        self.leaf = next(self._leaves, None)

    def span(self, line: Line) -> tuple[int, int]:
        """The place of a line in `source`."""
        if self.body is None:
            return line.start, line.end
        first = self.body[self.line - line.lines]
        last = self.body[min(self.line, len(self.body)) - 1]
        return first.start, last.end

    def node(
        self,
        name: str,
        key: str,
        args: str,
        start: int,
        end: int,
        parent: Node | None,
        conditions: tuple[Condition, ...],
    ) -> Node:
        """The node of the line that was read last, at `source.text[start:end]`."""
        if self.body is not None or self.source.number(start) != self.line:
            self.frame.numbers[start] = self.line
        return node_of(name, key, args, self.frame, start, end, parent, conditions)


class Feed:
    """The configuration file in httpd's sense: a file, and on top of it the macros that are being used in it.

    `room` is ROOM as long as the buffer that lines are read into has its first size, and 0 from then on.
    """

    __slots__ = ("after_macro", "brim", "limit", "lost", "room", "streams", "too_long")

    def __init__(
        self,
        stream: Stream,
        limit: int,
        too_long: Callable[[Stream, Line], None],
        lost: Callable[[Stream, Line], None],
    ) -> None:
        self.streams = [stream]
        self.limit = limit
        self.too_long = too_long
        self.lost = lost
        self.after_macro = False
        self.room = ROOM
        self.brim = stream.template is None and may_fill(stream.text)

    def next(self) -> tuple[Stream, Line] | None:
        """The next logical line, None at the end.

        The first line after a macro comes through mod_macro's reader, which drops a last physical line that has no
        line feed. A backslash at a macro's end joins its last line to the line that comes after the macro.
        """
        carried: str | None = None
        while True:
            stream = self.streams[-1]
            in_file = len(self.streams) == 1
            if stream.at >= stream.end and carried is None:
                if in_file:
                    return None
                self._pop()
                continue
            start = stream.at
            line = logical(stream.text, start, stream.end, carried)
            if not in_file and not ended(stream.text, start, line):
                carried = joined(stream.text, start, stream.end, carried or "")[0]
                self._pop()
                continue
            if self.after_macro and line.after == stream.end:
                last = stream.text.rfind("\n", start) + 1
                if last <= start < stream.end:
                    stream.at = stream.end
                    continue
                line = logical(stream.text, start, max(start, last), carried)._replace(after=stream.end)
            self.after_macro = False
            stream.at = line.after
            stream.line += line.lines
            if self.brim and self._fills(stream, start, line, alone=carried is None):
                self.lost(stream, line)
                return None
            if line.size > self.limit:
                self.too_long(stream, line)
                continue
            return stream, line

    def _pop(self) -> None:
        self.streams.pop()
        self.after_macro = True

    def _fills(self, stream: Stream, start: int, line: Line, *, alone: bool) -> bool:
        """Whether httpd loses this line; and note a buffer that becomes larger."""
        most, size = filled(stream.text, start, line)
        at_end = not ended(stream.text, start, line)
        continued = stream.text.endswith("\n", start, line.after)
        # A NUL ends the line before httpd looks whether the buffer is full.
        cut = "\0" in stream.text[start : line.after]
        lost = alone and at_end and size == self.room and (continued or most < size) and not cut
        if max(most, size) >= self.room:
            self.room = 0
        return lost

    @contextmanager
    def buffer(self, room: int) -> Iterator[None]:
        """Read into another buffer for a while."""
        before, self.room = self.room, room
        try:
            yield
        finally:
            self.room = before


class Level(NamedTuple):
    """A conditional whose content is being read: its closing line, and the section that was open when it began.

    `room` is that of the enclosing buffer, because a conditional has its own buffer.
    """

    name: str
    closer: str
    floor: Node | None
    conditions: tuple[Condition, ...]
    opened: Place
    feed: Feed
    room: int


def may_fill(text: str) -> bool:
    """Whether a text's end may be lost: its last line is not ended, and of the first buffer's size or continued."""
    start = text.rfind("\n") + 1
    return in_bytes(text[start:]) == ROOM or text[:start].rstrip("\r\n").endswith("\\")
