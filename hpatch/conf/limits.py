"""How much hpatch reads of one configuration. httpd has no such limits: they keep hostile input from eating memory.

Each is far above what is met: a configuration of 10,000 virtual hosts has some 150,000 lines and 5 MB. Reading up to a
limit takes seconds and less than 2 GB.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hpatch.text import Place

FILES = 50_000
"""Files read, each as often as it is read: files that include the next one twice double with each step."""

CHARACTERS = 32 * 1024 * 1024
"""The size of all that is read, macros and variables as they are expanded."""

BYTES = 4 * CHARACTERS
"""The size of a file: of one that is larger, nothing is kept."""

DIRECTIVES = 2_000_000
"""Directives, each as often as it is read: lines may be short, and each takes some 500 bytes of memory."""

CONTINUATIONS = 100_000
"""Line ends behind a backslash in a file that is read by its leaves: to find a leaf, each takes some 150 bytes."""

PROBLEMS = 100_000
"""Faults that reading finds."""

FINDINGS = 100_000
"""Findings in one configuration."""

MACRO_LINES = 500_000
"""Lines that macros expand to: macros that use macros double like files."""

NESTED = 200
"""Sections, and undecided conditionals, inside one another: rules go through them section by section, and Python's own
stack ends at 1,000 calls."""

TEMPLATE_BLOCKS = 100
"""Conditions and loops of a template inside one another."""


class ExceededError(Exception):
    """A limit was exceeded: `message` says which, `place` where. Nothing more is read."""

    def __init__(self, message: str, place: Place) -> None:
        super().__init__(message)
        self.message = f"{message}: hpatch stops reading here"
        self.place = place


def exceeded(place: Place) -> ExceededError:
    """The error for more directives than `DIRECTIVES`."""
    return ExceededError(f"more than {DIRECTIVES:,} directives are read", place)


class Amount:
    """How much was read so far. `executed` are the directives that httpd executes while it reads."""

    __slots__ = ("characters", "executed", "files", "macro_lines")

    def __init__(self) -> None:
        self.characters = 0
        self.executed = 0
        self.files = 0
        self.macro_lines = 0

    def file(self, characters: int, place: Place) -> None:
        """Count a file before it is read. Raises ExceededError."""
        self.files += 1
        if self.files > FILES:
            raise ExceededError(f"more than {FILES:,} files are included", place)
        self.text(characters, place)

    def macro(self, characters: int, lines: int, place: Place) -> None:
        """Count what a macro expands to, before it is read. Raises ExceededError."""
        self.macro_lines += lines + 1
        if self.macro_lines > MACRO_LINES:
            raise ExceededError(f"macros expand to more than {MACRO_LINES:,} lines", place)
        self.text(characters, place)

    def text(self, characters: int, place: Place) -> None:
        """Count what variables add to a line. Raises ExceededError."""
        self.characters += characters
        if self.characters > CHARACTERS:
            raise ExceededError(f"the configuration is larger than {CHARACTERS:,} characters", place)
