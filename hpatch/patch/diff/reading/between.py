"""What may stand between a diff's sections: messages, blank lines, notes of diff tools."""

from __future__ import annotations

import re
from typing import Literal

from hpatch.patch.diff.reading.properties import is_stray
from hpatch.patch.diff.reading.scan import Scan

_NORMAL = re.compile(rb"\d+(?:,\d+)?[acd]\d+(?:,\d+)?\s*$")
_ED = re.compile(rb"\d+(?:,\d+)?[acdis]\s*$")
_NOTE = re.compile(
    rb"diff |Only in |Common subdirectories: |=== |\? |RCS file: |retrieving revision "
    rb"|File .* is an? |Files .* are identical\s*$"
)
"""Lines of diff tools between files that say nothing of content."""
_MESSAGE = re.compile(
    rb"From |commit [0-9a-f]{7,64}\b|[0-9a-f]{40}(?:[0-9a-f]{24})?\n|-{72}\n|# HG changeset patch|[A-Z][A-Za-z-]*: "
)
"""Lines that begin another message right after a hunk."""
_BOUNDARY = re.compile(rb"""(?i)\bboundary=(?:"([^"\r\n]+)"|([^\s";]+))""")
_VERSION = re.compile(rb"\d+\.\d+\S*\s*$")
"""What git puts below a mail's signature."""
_FOOTER = b"_" * 47 + b"\n"
"""What Mailman puts above a list's name."""
_SECTION = (b"diff ", b"Index: ", b"--- ")
_ENCODED = re.compile(rb"(?i)Content-Transfer-Encoding:\s*(?:quoted-printable|base64)")


class Between:
    """The lines between sections, asked one after the other."""

    def __init__(self) -> None:
        self._mail = False
        self._boundaries: set[bytes] = set()
        """What divides the parts of the mail."""
        self._state: Literal["text", "strict", "blank"] = "text"
        """What may stand here: any text; none, for a hunk or a header was before; the same, a blank line between."""

    @property
    def text(self) -> bool:
        """Whether text stands between the last section and here: what follows is a new diff."""
        return self._state == "text"

    def section(self) -> None:
        """A section begins here."""
        self._state = "strict"

    def line(self, scan: Scan) -> None:
        """Account for the next line, which begins no section. Raises DiffError."""
        line = scan.peek()
        if _NORMAL.match(line) and scan.peek(1).startswith((b"< ", b"> ")):
            scan.fail("a normal diff; make a unified one (diff -u)")
        if _ENCODED.match(line):
            scan.fail("a mail in an encoding of its own (quoted-printable or base64); save its decoded text")
        if scan.lenient and self._state != "text" and self._around(scan, line):
            self._state = "text"
            return
        if self._state != "text" and is_stray(scan):
            scan.fail("property changes without their first lines")
        starts = _MESSAGE.match(line)
        if self._state == "text" or starts:
            self._state = "text"
            self._mail = self._mail or line.startswith((b"From ", b"Subject: "))
            found = _BOUNDARY.search(line)
            if found is not None:
                self._boundaries.add(found[1] or found[2])
        elif line in (b"\n", b"\r\n"):
            self._state = "blank"
        elif self._mail and line.rstrip() == b"--" and not scan.peek(1).startswith((b" ", b"+", b"-", b"@", b"\\")):
            self._state = "text"  # a mail's signature
        elif scan.lenient and not line.strip() and self._nothing(scan):
            self._state = "blank"
        elif line[0] in b" +-\\\t":
            scan.fail("a line of a hunk after the hunk's end: the header announces fewer")
        elif line.startswith(b"@"):
            scan.fail("a hunk's header that is not well formed")
        elif _ED.match(line):
            scan.fail("an ed script; make a unified diff (diff -u)")
        elif _NOTE.match(line):
            pass
        else:
            if self._state == "strict":
                scan.odd("text where a header or a hunk should stand", "text right after a hunk is left out")
            self._state = "text"

    def _around(self, scan: Scan, line: bytes) -> bool:
        """Whether what a mail has after its diff begins here: a signature, a list's footer, or the end of a part."""
        if line == _FOOTER:
            scan.note("a mailing list's footer is left out")
            return True
        if not self._mail and line.rstrip() == b"--" and _VERSION.match(scan.peek(1)) is not None:
            scan.note("a mail's signature is left out")
            return True
        ends = line.rstrip().removeprefix(b"--")
        if line.startswith(b"--") and not {ends, ends.removesuffix(b"--")}.isdisjoint(self._boundaries):
            scan.note("the end of a mail's part is left out")
            return True
        return False

    def _nothing(self, scan: Scan) -> bool:
        """Whether here are only blanks, up to another file's section or the end; the scan is then at their last line.

        A hunk that has them as its last line of context loses nothing but that line.
        """
        after = scan.at + 1
        while after < len(scan.lines) and not scan.lines[after].strip():
            after += 1
        if after < len(scan.lines) and not scan.lines[after].startswith(_SECTION):
            return False
        scan.note("a line of blanks after a hunk is left out")
        scan.at = after - 1
        return True


def kind(lines: list[bytes]) -> str:
    """What an input without a unified diff is."""
    first = next(line for line in lines if line.strip()).lstrip()
    if first.startswith(b"<"):
        return "a web page, not a diff"
    if any(_ED.match(line) for line in lines) and any(line == b".\n" or line.rstrip().endswith(b"d") for line in lines):
        return "an ed script; make a unified diff (diff -u)"
    return "no unified diff in it"
