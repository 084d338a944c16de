"""Subversion's property changes in a diff: only `svn:executable` matters to a file, and `svn:special` is a link."""

from __future__ import annotations

import re
from typing import Literal, NamedTuple

from hpatch.patch.diff.scan import Scan

_CHANGE = re.compile(rb"(Added|Modified|Deleted|Name|Reverted): (\S.*)\n")
_TITLE = b"Property changes on: "


class Properties(NamedTuple):
    """The file, and whether it becomes executable (`on`), ceases to be so (`off`), or neither."""

    name: bytes
    executable: Literal["on", "off"] | None


def follow(scan: Scan) -> bool:
    """Whether property changes follow, blank lines before them or not."""
    skip = 0
    while scan.peek(skip) == b"\n":
        skip += 1
    return scan.peek(skip).startswith(_TITLE) and scan.peek(skip + 1).startswith(b"_____")


def is_stray(scan: Scan) -> bool:
    """Whether the next line belongs to property changes, outside of them."""
    line = scan.peek()
    if _CHANGE.match(line) is not None:
        return scan.peek(1).startswith((b"## -", b"   + ", b"   - ", b"   Merged ", b"   Reverse-merged "))
    return line.startswith((b"_____", _TITLE))


def properties(scan: Scan) -> Properties:
    """Read them. Raises DiffError for a symbolic link."""
    while scan.peek() == b"\n":
        scan.at += 1
    name = scan.header()[len(_TITLE) :]
    scan.at += 2
    executable: Literal["on", "off"] | None = None
    before: bytes | None = None
    hunks = 0
    while scan.at < len(scan.lines):
        line = scan.peek()
        change = _CHANGE.match(line)
        if change is not None:
            before, hunks = change[1], 0
            if change[2] == b"svn:special":
                scan.fail("a symbolic link, which hpatch neither makes nor changes nor removes")
            if change[2] == b"svn:executable":
                off = change[1] == b"Deleted" or (change[1] == b"Name" and scan.peek(1).startswith(b"   -"))
                executable = "off" if off else "on"
        elif not _is_value(scan, line):
            break
        elif line.startswith(b"## "):
            hunks += 1
            if hunks > 1 and before != b"Modified":
                scan.fail("a property's value without its name")
        if before is None:
            scan.fail("a property's value without its name")
        scan.at += 1
    return Properties(name, executable)


def _is_value(scan: Scan, line: bytes) -> bool:
    """A line of a property's value, or its hunk's header; a blank line only where more of the properties follow."""
    if line == b"\n":
        return _CHANGE.match(scan.peek(1)) is not None
    if line.startswith(b"--- ") and scan.peek(1).startswith(b"+++ ") and scan.peek(2).startswith(b"@@ -"):
        return False
    return line.startswith((b" ", b"+", b"-", b"\\", b"## ")) and not line.startswith(b"-" * 72)
