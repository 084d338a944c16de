"""The leaves of a file's syntax tree: what the terminals of `grammars/httpd.lark` match, one behind another."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Literal

from hpatch import grammar
from hpatch.records import NamedTuple

LeafKind = Literal["RUN", "OPEN", "CLOSE"]


@cache
def _pattern() -> re.Pattern[str]:
    return re.compile("|".join(f"(?P<{name}>{one})" for name, one in grammar.terminals("httpd", "file").items()))


def matches(text: str) -> Iterator[re.Match[str]]:
    """The leaves of a text in order, each as a match whose `lastgroup` is its kind. They make up the text."""
    return _pattern().finditer(text)


class Leaf(NamedTuple):
    """A run of plain lines, or a section's opening or closing line: `text[start:end]`, line ends included.

    It also serves as Lark's token.
    """

    type: LeafKind
    start: int
    end: int

    @property
    def start_pos(self) -> int:
        """Lark's name for `start`."""
        return self.start

    @property
    def end_pos(self) -> int:
        """Lark's name for `end`."""
        return self.end

    @property
    def line(self) -> None:
        """Lark asks for it; `Source.position` computes it when it is needed."""

    @property
    def column(self) -> None:
        """As `line`."""

    @property
    def end_line(self) -> None:
        """As `line`."""

    @property
    def end_column(self) -> None:
        """As `line`."""
