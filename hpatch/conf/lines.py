"""Logical lines: physical lines as httpd joins, cuts and trims them (`ap_cfg_getline`)."""

from __future__ import annotations

from typing import Literal, NamedTuple

from hpatch.conf import words


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
