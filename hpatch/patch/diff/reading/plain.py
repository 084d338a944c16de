"""Sections without git's header: two lines of names, and hunks, with an `Index:` line above or not."""

from __future__ import annotations

from hpatch.patch.diff.model import FilePatch
from hpatch.patch.diff.reading import crosscheck, git, properties
from hpatch.patch.diff.reading.body import body
from hpatch.patch.diff.reading.hunks import hunks
from hpatch.patch.diff.reading.order import FilePart
from hpatch.patch.diff.reading.scan import Scan


def indexed(scan: Scan, start: int) -> FilePart | FilePatch | None:
    """Read a section that an `Index:` line begins; what follows it may be in git's form. Raises DiffError."""
    name = scan.header()[len(b"Index: ") :]
    scan.at += 1
    if scan.peek().startswith(b"===="):
        scan.at += 1
    while scan.peek().startswith((b"RCS file: ", b"retrieving revision ", b"diff -u", b"diff -r", b"diff -N")):
        scan.at += 1
    if scan.peek().startswith(b"diff --git "):
        return git.section(scan, start, name)
    if scan.peek().startswith(b"--- ") and scan.peek(1).startswith(b"+++ "):
        return section(scan, start, name)
    if properties.follow(scan):
        return properties.section(scan, start)
    if scan.peek().startswith(b"@@ -"):
        return _alone(scan, start, name)
    scan.refuse_binary()
    refusal = "a file without changes: new and empty, or a copy? 'svn diff --git' tells"
    if scan.at < len(scan.lines) and not scan.peek().startswith((b"\n", b"Index: ", b"diff ", b"--- ")):
        scan.fail(refusal, start)
    scan.odd(refusal, "an 'Index:' line without hunks; nothing is done about its file", start)
    return None


def _alone(scan: Scan, start: int, name: bytes) -> FilePatch:
    """Read hunks that only an `Index:` line gives a name. Raises DiffError."""
    reading = "hunks without '---' and '+++' lines; the 'Index:' line names the file"
    scan.odd("a hunk without a file's header", reading, start)
    first = scan.at
    found = hunks(scan)
    crosscheck.check(scan, first, found)
    path = scan.path(name, start)
    return FilePatch(kind="modify", old=path, new=path, hunks=found, at=start + 1)


def section(scan: Scan, start: int, index: bytes | None = None) -> FilePatch | None:
    """Read a section of a `---` and a `+++` line, None for properties that are no file's.

    `index` is the name that an `Index:` line gave. Raises DiffError.
    """
    found = body(scan, git=False)
    assert found is not None
    if not found.hunks:
        return properties.section(scan, start)
    old, new = found.old, found.new
    create, delete = old.absent or (old.perhaps and found.fills), new.absent or (new.perhaps and found.empties)
    if create and delete:
        scan.fail("neither side of the diff is a file", start)
    found.check(scan, start, create=create, delete=delete)
    if index is not None and not any(
        side.name is not None and (side.name == index or side.name.endswith(b"/" + index)) for side in (old, new)
    ):
        scan.fail("the 'Index:' line and the '---' and '+++' lines name different files", start)
    file = FilePatch(
        kind="create" if create else "delete" if delete else "modify",
        old=None if create or old.name is None else scan.path(old.name, start),
        new=None if delete or new.name is None else scan.path(new.name, start),
        hunks=found.hunks,
        at=start + 1,
    )
    return properties.after(scan, file)
