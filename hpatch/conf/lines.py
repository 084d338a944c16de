"""Logical lines: physical lines as httpd joins, cuts and trims them (`ap_cfg_getline`)."""

from __future__ import annotations

from typing import Literal

from hpatch.conf import words
from hpatch.records import NamedTuple
from hpatch.text import in_bytes


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
        """The kind that httpd gives the line, as far as the line alone decides it."""
        first = self.value[:1]
        if not first:
            return "blank"
        if first == "#":
            return "comment"
        if first == "<":
            return "close" if self.value[1:2] == "/" else "open"
        return "directive"


def logical(text: str, at: int, end: int, carried: str | None = None) -> Line:
    """The logical line that starts at `at`, as httpd's `ap_cfg_getline_core` joins it.

    The test for a backslash looks at what is joined so far, so that a blank line after `\\\\` continues too. `carried`
    is what a macro's last line begins it with, and has no place in `text`.
    """
    if carried is None:
        stop = text.find("\n", at, end)
        piece = text[at : end if stop < 0 else stop]
        if "\0" not in piece and not piece.endswith(("\\", "\\\r")):
            value = piece.lstrip(words.SPACE)
            start = at + len(piece) - len(value)
            value = value.rstrip(words.SPACE)
            size = in_bytes(piece) + (stop >= 0)
            return Line(
                value=value,
                start=start,
                end=start + len(value),
                after=end if stop < 0 else stop + 1,
                lines=1,
                size=size,
            )
    held, after, lines = joined(text, at, end, carried or "")
    first, last = at, after
    while first < last and text[first] in words.SPACE:
        first += 1
    while last > first and text[last - 1] in words.SPACE:
        last -= 1
    size = in_bytes(held) + (text[after - 1] == "\n")
    return Line(value=held.strip(words.SPACE), start=first, end=last, after=after, lines=lines, size=size)


def joined(text: str, at: int, end: int, carried: str = "") -> tuple[str, int, int]:
    """The logical line from `at` as httpd holds it, untrimmed; the start of the next; its number of physical lines."""
    lines = 0
    kept = list(carried)  # characters: a line can have millions of continuations, and each may cut only the end
    while True:
        stop = text.find("\n", at, end)
        after = end if stop < 0 else stop + 1
        piece = text[at:after]
        lines += 1  # behind a continuation at the end, httpd counts the line that it does not find
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
    return "".join(kept), at, lines


def has_line_over(text: str, size: int) -> bool:
    """Whether a physical line has more than `size` characters."""
    at = 0
    while len(text) - at > size:
        stop = text.rfind("\n", at, at + size + 1)
        if stop < 0:
            return True
        at = stop + 1
    return False


def ended(text: str, at: int, line: Line) -> bool:
    """Whether the line that starts at `at` ends before the text does: by a line feed that no backslash undoes."""
    return line.lines <= text.count("\n", at, line.after)


def filled(text: str, at: int, line: Line) -> tuple[int, int]:
    """The bytes that the line from `at` takes in httpd's buffer: the most before its last piece, and in the end.

    Line feeds do not count. The backslash of a continuation does until the next piece is there.
    """
    written = text[at : line.after]
    *pieces, last = (written.removesuffix("\n") if ended(text, at, line) else written).split("\n")
    most = held = 0
    for piece in pieces:
        held += in_bytes(piece)
        most = max(most, held)
        held -= 2 if piece.endswith("\r") else 1
    return most, held + in_bytes(last)
