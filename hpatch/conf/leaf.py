"""The leaves of a file's syntax tree, which are the tokens of `grammars/httpd.lark`."""

from __future__ import annotations

from typing import Literal, NamedTuple

LeafKind = Literal["RUN", "OPEN", "CLOSE"]


class Leaf(NamedTuple):
    """A run of plain lines, or a section's opening or closing line: `text[start:end]`, line ends included.

    It also serves as Lark's token, which saves 200 bytes for every section of a large file.
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
