"""Subversion's property changes in a diff: only `svn:executable` matters to a file, and `svn:special` is a link."""

from __future__ import annotations

import re
from typing import Literal

from hpatch.patch.diff.model import FilePatch
from hpatch.patch.diff.reading.scan import Scan
from hpatch.records import NamedTuple

_CHANGE = re.compile(rb"(Added|Modified|Deleted|Name|Reverted): (\S.*)\n")
_TITLE = b"Property changes on: "


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


def section(scan: Scan, start: int) -> FilePatch | None:
    """Read property changes alone, of a section that began at line `start`; None where the file itself stays.

    Raises DiffError, as for a symbolic link.
    """
    change = _properties(scan)
    if change.executable is None:
        return None
    path = scan.path(change.name, start)
    return _executable(FilePatch(kind="modify", old=path, new=path, hunks=(), at=start + 1), change.executable)


def after(scan: Scan, file: FilePatch) -> FilePatch:
    """The file with the property changes that follow its hunks, if they are its own. Raises DiffError."""
    if not follow(scan):
        return file
    before = scan.at
    change = _properties(scan)
    path = change.name.decode("utf-8", "surrogateescape")
    if file.path != path and not file.path.endswith("/" + path):
        scan.at = before  # another file's
        return file
    return file if change.executable is None else _executable(file, change.executable)


class _Properties(NamedTuple):
    """The file, and whether it becomes executable (`on`), ceases to be so (`off`), or neither."""

    name: bytes
    executable: Literal["on", "off"] | None


def _properties(scan: Scan) -> _Properties:
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
    return _Properties(name, executable)


def _is_value(scan: Scan, line: bytes) -> bool:
    """A line of a property's value, or its hunk's header; a blank line only where more of the properties follow."""
    if line == b"\n":
        return _CHANGE.match(scan.peek(1)) is not None
    if line.startswith(b"--- ") and scan.peek(1).startswith(b"+++ ") and scan.peek(2).startswith(b"@@ -"):
        return False
    return line.startswith((b" ", b"+", b"-", b"\\", b"## ")) and not line.startswith(b"-" * 72)


def _executable(file: FilePatch, change: Literal["on", "off"]) -> FilePatch:
    if file.kind == "delete":
        return file._replace(old_mode=0o100755)
    new = 0o100755 if change == "on" else 0o100644
    return file._replace(new_mode=new, old_mode=None if file.kind == "create" else 0o100755 + 0o100644 - new)
