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
_ENCODED = re.compile(rb"(?i)Content-Transfer-Encoding:\s*(?:quoted-printable|base64)")


class Between:
    """The lines between sections, asked one after the other."""

    def __init__(self) -> None:
        self._mail = False
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
        if self._state != "text" and is_stray(scan):
            scan.fail("property changes without their first lines")
        starts = _MESSAGE.match(line)
        if self._state == "text" or starts:
            self._state = "text"
            self._mail = self._mail or line.startswith((b"From ", b"Subject: "))
        elif line in (b"\n", b"\r\n"):
            self._state = "blank"
        elif self._mail and line.rstrip() == b"--" and not scan.peek(1).startswith((b" ", b"+", b"-", b"@", b"\\")):
            self._state = "text"  # a mail's signature
        elif line[0] in b" +-\\\t":
            scan.fail("a line of a hunk after the hunk's end: the header announces fewer")
        elif line.startswith(b"@"):
            scan.fail("a hunk's header that is not well formed")
        elif _ED.match(line):
            scan.fail("an ed script; make a unified diff (diff -u)")
        elif _NOTE.match(line):
            pass
        elif self._state == "strict":
            scan.fail("text where a header or a hunk should stand")
        else:
            self._state = "text"


def kind(lines: list[bytes]) -> str:
    """What an input without a unified diff is."""
    first = next(line for line in lines if line.strip()).lstrip()
    if first.startswith(b"<"):
        return "a web page, not a diff"
    if any(_ED.match(line) for line in lines) and any(line == b".\n" or line.rstrip().endswith(b"d") for line in lines):
        return "an ed script; make a unified diff (diff -u)"
    return "no unified diff in it"
