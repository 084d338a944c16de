"""The start of a file as the recognisers see it, and their answer."""

from __future__ import annotations

import re
from collections.abc import Callable

from hpatch.records import NamedTuple

Span = tuple[int, int]
"""A part of a text: start and end."""


class Seeming(NamedTuple):
    """What a file seems to be, with its article, and the text that shows it, `text[start:end]`."""

    kind: str
    start: int
    end: int


class Start(NamedTuple):
    """The start of a file: its text, and its lines without comments (`#`), blanks around them left out."""

    text: str
    lines: tuple[tuple[int, str], ...]

    def first(self, pattern: re.Pattern[str]) -> Span | None:
        """The first line that matches a pattern from its start."""
        for at, line in self.lines:
            if pattern.match(line):
                return at, at + len(line)
        return None

    def count(self, pattern: re.Pattern[str]) -> int:
        """How many lines match a pattern from their start."""
        return sum(pattern.match(line) is not None for _, line in self.lines)


class Recogniser(NamedTuple):
    """Tells one kind of file: `show` returns the text that shows it, or None."""

    kind: str
    show: Callable[[Start], Span | None]
