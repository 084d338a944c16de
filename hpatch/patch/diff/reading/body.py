"""What all forms of a section have in common: the `---` and `+++` lines of a file and its hunks."""

from __future__ import annotations

from hpatch.patch.diff.model import Hunk
from hpatch.patch.diff.reading import crosscheck, properties
from hpatch.patch.diff.reading.hunks import hunks
from hpatch.patch.diff.reading.scan import Scan
from hpatch.patch.diff.reading.sides import Side, side
from hpatch.records import NamedTuple


class Body(NamedTuple):
    """Both lines and the hunks; without hunks only properties change."""

    old: Side
    new: Side
    hunks: tuple[Hunk, ...]

    @property
    def fills(self) -> bool:
        """Whether no hunk expects a line."""
        return all(operation == "+" for hunk in self.hunks for operation, _ in hunk.lines)

    @property
    def empties(self) -> bool:
        """Whether no hunk leaves a line."""
        return all(operation == "-" for hunk in self.hunks for operation, _ in hunk.lines)

    def check(self, scan: Scan, start: int, *, create: bool, delete: bool) -> None:
        """Hold the hunks against what the header of the section at line `start` says. Raises DiffError."""
        if create and not self.fills:
            scan.fail("the file is said to be new, and yet lines of it are expected", start)
        if delete and not self.empties:
            scan.fail("the file is said to be deleted, and yet lines of it are left", start)


def body(scan: Scan, *, git: bool) -> Body | None:
    """Read them, None where there are none; `git` as in `side`. Raises DiffError."""
    if not (scan.peek().startswith(b"--- ") and scan.peek(1).startswith(b"+++ ")):
        if scan.peek().startswith((b"--- ", b"+++ ", b"@@ ")):
            scan.fail("a '---' line and a '+++' line must stand before the hunks")
        return None
    old, new = side(scan, git=git), side(scan, git=git)
    start = scan.at
    found = hunks(scan)
    if found:
        crosscheck.check(scan, start, found)
    elif not properties.follow(scan):
        scan.fail("a hunk should follow")
    return Body(old, new, found)
