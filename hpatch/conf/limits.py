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
"""The size of all that is read, macros as they are expanded."""

MACRO_LINES = 500_000
"""Lines that macros expand to: macros that use macros double like files."""

NESTED = 1_000
"""Sections, and undecided conditionals, inside one another."""

TEMPLATE_BLOCKS = 100
"""Conditions and loops of a template inside one another."""


class ExceededError(Exception):
    """A limit was exceeded: `message` says which, `place` where. Nothing more is read."""

    def __init__(self, message: str, place: Place) -> None:
        super().__init__(message)
        self.message = f"{message}: hpatch stops reading here"
        self.place = place


class Amount:
    """How much was read so far."""

    __slots__ = ("characters", "files", "macro_lines")

    def __init__(self) -> None:
        self.characters = 0
        self.files = 0
        self.macro_lines = 0

    def file(self, characters: int, place: Place) -> None:
        """Count a file before it is read. Raises ExceededError."""
        self.files += 1
        if self.files > FILES:
            raise ExceededError(f"more than {FILES:,} files are included", place)
        self._text(characters, place)

    def macro(self, characters: int, lines: int, place: Place) -> None:
        """Count what a macro expands to, before it is read. Raises ExceededError."""
        self.macro_lines += lines + 1
        if self.macro_lines > MACRO_LINES:
            raise ExceededError(f"macros expand to more than {MACRO_LINES:,} lines", place)
        self._text(characters, place)

    def _text(self, characters: int, place: Place) -> None:
        self.characters += characters
        if self.characters > CHARACTERS:
            raise ExceededError(f"the configuration is larger than {CHARACTERS:,} characters", place)
