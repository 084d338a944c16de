r"""The hunks of one file: exactly the lines that their headers announce.

Decisions:

- First line numbers must rise, and hunks must not overlap, on both sides; that the sides fit each other is not asked,
  for `diff -B` and `diff -I` leave changes out.
- A context line without its blank is read as an empty line, as GNU patch and git do; not where the same file has empty
  context lines with their blank. At the end of a file's last hunk it might as well be a blank line after a hunk that
  has lost a line: read only if some other line of the diff has lost its blank for certain.
- Read leniently, both are context, and so are one or two empty lines that the diff's end lacks, and a last line of
  context without its line end: the tree must have these very lines. Another last line without its end may be half a
  line; GNU patch refuses it, too.
- `\ No newline at end of file` may be in any language; nothing of that side may follow.
"""

from __future__ import annotations

import re

from hpatch.patch.diff.model import Hunk, Operation
from hpatch.patch.diff.reading.scan import Scan

_HEADER = re.compile(rb"@@ -(\d{1,9})(?:,(\d{1,9}))? \+(\d{1,9})(?:,(\d{1,9}))? @@(?: (.*))?\n")
_MOST_CHOPPED = 2
_SPACE, _MINUS, _PLUS, _FEED, _BACKSLASH = b" -+\n\\"


def hunks(scan: Scan) -> tuple[Hunk, ...]:
    """The hunks that follow. Raises DiffError."""
    start = scan.at
    found: list[Hunk] = []
    while scan.peek().startswith(b"@@ "):
        found.append(_hunk(scan, found[-1] if found else None))
    _check_bare(scan, start)
    return tuple(found)


def _hunk(scan: Scan, before: Hunk | None) -> Hunk:
    lines, start = scan.lines, scan.at
    found = _HEADER.match(lines[start])
    if found is None:
        if lines[start].endswith(b"@@\r\n"):
            scan.header()
        scan.fail("a hunk's header that is not well formed")
    old_start, new_start = int(found[1]), int(found[3])
    old = 1 if found[2] is None else int(found[2])
    new = 1 if found[4] is None else int(found[4])
    if (old and not old_start) or (new and not new_start):
        scan.fail("a hunk with lines at line 0")
    if before is not None:
        _check_after(scan, before, (old_start, old), (new_start, new))
    body, at = _body(scan, start, old, new)
    if not any(operation != " " for operation, _ in body):
        scan.fail("a hunk that changes nothing", start)
    if lines[at : at + 1] and lines[at].startswith(b"@@ ") and _like_header(lines[at - 2], lines[at - 1]):
        scan.fail("another file's header inside a hunk: lines of the hunk are missing", at - 2)
    scan.at = at
    return Hunk(old_start=old_start, new_start=new_start, lines=tuple(body), section=found[5] or b"", at=start + 1)


def _body(scan: Scan, start: int, old: int, new: int) -> tuple[list[tuple[Operation, bytes]], int]:
    """The hunk's lines after its header at `start`, so many of the old and of the new side; and the line after them."""
    lines = scan.lines
    body: list[tuple[Operation, bytes]] = []
    add = body.append
    at, end = start + 1, len(lines)
    while old or new:
        if at >= end and _chopped(scan, body, start, old, new):
            end = len(lines)
        if at >= end:
            scan.fail(f"the diff ends inside this hunk: {_missing(old, new)}", start)
        line = lines[at]
        mark = line[0]
        if mark == _SPACE and old and new:
            old -= 1
            new -= 1
            add((" ", line[1:]))
        elif mark == _PLUS and new:
            new -= 1
            add(("+", line[1:]))
        elif mark == _MINUS and old:
            old -= 1
            add(("-", line[1:]))
        elif mark == _FEED and old and new:
            old -= 1
            new -= 1
            add((" ", line))
        elif mark == _BACKSLASH:
            _end_of_file(scan, body, old, new, at)
        elif mark in b" +-\n":
            scan.fail(f"the hunk of line {start + 1} has more lines than its header announces", at)
        else:
            scan.fail(f"not a line of a hunk, and that of line {start + 1} is not complete: {_missing(old, new)}", at)
        at += 1
    if not lines[at - 1].endswith(b"\n"):
        _complete(scan, body, at - 1)
    if at < end and body and lines[at][0] == _BACKSLASH:
        _end_of_file(scan, body, old, new, at)
        at += 1
    return body, at


def _chopped(scan: Scan, body: list[tuple[Operation, bytes]], start: int, old: int, new: int) -> bool:
    """Restore the empty context lines that an editor cut off the diff's end, as many as GNU patch restores."""
    lines = scan.lines
    if not (scan.lenient and body and old == new <= _MOST_CHOPPED and lines[-1].endswith(b"\n")):
        return False
    what = "an empty line of context is" if old == 1 else f"{old} empty lines of context are"
    scan.note(f"the diff ends inside this hunk; {what} taken as its end", start)
    lines += [b"\n" if b"\n" in lines[start:] else b" \n"] * old
    return True


def _complete(scan: Scan, body: list[tuple[Operation, bytes]], at: int) -> None:
    """Give the diff's last line the end that it lacks. Raises DiffError where it may be half a line."""
    refusal = "the diff ends in the middle of a line"
    if body[-1][0] != " ":
        scan.fail(refusal, at)
    scan.odd(refusal, "the diff's last line has no line end; it is read as a whole line", at)
    scan.lines[at] += b"\n"
    body[-1] = (body[-1][0], body[-1][1] + b"\n")


def _like_header(first: bytes, second: bytes) -> bool:
    return first.startswith(b"--- ") and second.startswith(b"+++ ")


def _missing(old: int, new: int) -> str:
    return f"{old} old and {new} new lines are missing"


def _end_of_file(scan: Scan, body: list[tuple[Operation, bytes]], old: int, new: int, at: int) -> None:
    """The line before ends its file; `old` and `new` lines are still to come."""
    if not scan.lines[at].startswith(b"\\ ") or not body or not body[-1][1].endswith(b"\n"):
        scan.fail("a line with a backslash that belongs to no line", at)
    operation, text = body[-1]
    if (operation != "+" and old) or (operation != "-" and new):
        scan.fail("the line before is said to end its file, and yet lines follow", at)
    body[-1] = (operation, text[:-1])


def _check_after(scan: Scan, before: Hunk, old: tuple[int, int], new: tuple[int, int]) -> None:
    """A hunk must lie after the one before it, on both sides, each told by its first line and number of lines."""
    old_before, new_before = before.old, before.new
    if any(lines and not lines[-1].endswith(b"\n") for lines in (old_before, new_before)):
        scan.fail("a hunk after one that reaches the end of the file")
    for (start, count), earlier, lines in (
        (old, before.old_start, len(old_before)),
        (new, before.new_start, len(new_before)),
    ):
        if (start if count else start + 1) < (earlier + lines if lines else earlier + 1):
            scan.fail(f"the hunk overlaps that of line {before.at}, or should stand before it")


def _check_bare(scan: Scan, start: int) -> None:
    lines = scan.lines[start : scan.at]
    bare = lines.count(b"\n")
    if not bare:
        return
    last = len(lines) - 1 - lines[::-1].index(b"\n")
    if b" \n" in lines:
        scan.odd(
            "an empty line in a hunk, and other empty lines of the file have their blank",
            "an empty line is read as one of context; other empty lines of the file have their blank",
            start + last,
        )
    if bare > 1 or last < len(lines) - 1:
        scan.stripped = True
    else:
        scan.doubtful = start + last
