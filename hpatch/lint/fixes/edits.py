"""Make edits to a text, and tell where a line of the new text stood in the old one. Nothing here reads or writes."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable

from hpatch.lint.found import Edit
from hpatch.records import NamedTuple
from hpatch.text import Source


class TextChange(NamedTuple):
    """Replace `text[start:end]`; offsets count characters."""

    start: int
    end: int
    text: str

    def meets(self, other: TextChange) -> bool:
        """Whether both cannot be made: they change the same text, or insert at one place, in whichever order."""
        if self.start == self.end or other.start == other.end:
            return self.start <= other.end and other.start <= self.end
        return self.start < other.end and other.start < self.end


def changes(source: Source, edits: Iterable[Edit]) -> list[TextChange]:
    """The edits as changes of the source's text, in order."""
    found = [
        TextChange(
            source.offset(edit.place.line, edit.place.column),
            source.offset(edit.place.end_line, edit.place.end_column),
            edit.replacement,
        )
        for edit in edits
    ]
    return sorted(found)


def applied(text: str, made: Iterable[TextChange]) -> str:
    """The text after changes that do not meet each other, given in order. All else stays as it is, to the byte."""
    pieces: list[str] = []
    at = 0
    for change in made:
        pieces += (text[at : change.start], change.text)
        at = change.end
    return "".join((*pieces, text[at:]))


class LineOrigins:
    """Where the lines of a changed text stood in the text before."""

    def __init__(self, before: Source, after: Source, made: Iterable[TextChange]) -> None:
        self._before = before
        self._after = after
        self._starts: list[int] = []
        self._pieces: list[tuple[int, int, int]] = []
        shift = 0
        for change in made:
            start = change.start + shift
            shift += len(change.text) - (change.end - change.start)
            self._starts.append(start)
            self._pieces.append((start + len(change.text), change.start, shift))

    def line(self, line: int, column: int) -> int:
        """The line in the text before; of what was inserted, the line in front of which it was."""
        offset = self._after.offset(line, column)
        at = bisect_right(self._starts, offset)
        if at:
            end, start, shift = self._pieces[at - 1]
            offset = start if offset < end else offset - shift
        return self._before.position(offset)[0]
