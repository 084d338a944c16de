"""A file as its lines, and edits of them."""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from functools import cached_property
from heapq import nsmallest
from io import BytesIO
from itertools import islice

from hpatch.records import NamedTuple

CANDIDATES = 200
"""Places that are looked for at most: a hostile file can have its text repeated without end."""

_FEW = 64
_COMMON = 64
"""A line that a file has more often does not find a place by itself."""
_SOUGHT = 1000
"""Lines that are looked for in one piece."""
_RUN = 16
"""Lines by which places are in order."""
_FEED = ord("\n")


class LineEdit(NamedTuple):
    """Lines `start:end` of a file (from 0) give way to `lines`."""

    start: int
    end: int
    lines: tuple[bytes, ...]


def split(content: bytes) -> list[bytes]:
    """Lines with their ends; only a line feed ends one."""
    return BytesIO(content).readlines()


def joined(lines: Iterable[bytes]) -> bytes:
    """The content that these lines are; `bytes.join` takes 80 bytes more for each line of a large file."""
    content = BytesIO()
    content.writelines(lines)
    return content.getvalue()


def edited(lines: Sequence[bytes], edits: Iterable[LineEdit]) -> list[bytes]:
    """The lines with all edits made. Edits do not overlap; those at one place go in the order given."""
    out: list[bytes] = []
    at = 0
    for edit in sorted(edits, key=lambda edit: edit.start):
        out += lines[at : edit.start]
        out += edit.lines
        at = edit.end
    out += lines[at:]
    return out


def sound(lines: Sequence[bytes], edits: Sequence[LineEdit]) -> bool:
    """Whether a file's lines, edited, are lines still: only the last may be without its end."""
    if all(map(_ended, lines[-1:])) and all(_ended(line) for edit in edits for line in edit.lines):
        return True
    return all(map(_ended, edited(lines, edits)[:-1]))


def _ended(line: bytes) -> bool:
    return line.endswith(b"\n")


class Text:
    """Lines that runs of lines are looked for in; `content` is all of them together, joined here where not given."""

    def __init__(self, lines: Sequence[bytes], content: bytes | None = None) -> None:
        self.lines = lines
        self._given = content
        self._asked = 0

    def fits(self, wanted: Sequence[bytes], at: int) -> bool:
        """Whether the lines from `at` on (from 0) are these."""
        return 0 <= at <= len(self.lines) - len(wanted) and list(self.lines[at : at + len(wanted)]) == list(wanted)

    def find(self, wanted: Sequence[bytes]) -> list[int]:
        """All places that have these lines, at most CANDIDATES; none for no lines."""
        if not 0 < len(wanted) <= len(self.lines):
            return []
        self._asked += 1
        # An index costs more than a few searches, and much less than many.
        return self._searched(wanted) if self._asked <= _FEW else self._looked_up(wanted)

    @cached_property
    def numbers(self) -> dict[bytes, list[int]]:
        """For each line the places that have it."""
        numbers: dict[bytes, list[int]] = {}
        for number, line in enumerate(self.lines):
            numbers.setdefault(line, []).append(number)
        return numbers

    def _looked_up(self, wanted: Sequence[bytes]) -> list[int]:
        rarest = min(range(len(wanted)), key=lambda at: len(self.numbers.get(wanted[at], ())))
        places = (number - rarest for number in self.numbers.get(wanted[rarest], ()))
        if len(self.numbers.get(wanted[rarest], ())) > _COMMON:
            return self._runs.find(wanted)
        return list(islice((at for at in places if self.fits(wanted, at)), CANDIDATES))

    @cached_property
    def _runs(self) -> _Runs:
        return _Runs(self.lines, list(self.numbers))

    @cached_property
    def _content(self) -> bytes:
        return joined(self.lines) if self._given is None else self._given

    def _searched(self, wanted: Sequence[bytes]) -> list[int]:
        if not all(map(_ended, wanted[:-1])):
            return []  # a line without its end is a file's last
        # A long run is found by its first lines: a copy of it would cost as much memory as the file.
        content, pattern = self._content, b"".join(wanted[:_SOUGHT])
        more = len(wanted) > _SOUGHT
        found: list[int] = []
        line = counted = 0
        at = content.find(pattern)
        while at >= 0 and len(found) < CANDIDATES:
            line += content.count(b"\n", counted, at)
            counted = at
            # The text can go on where the pattern's last line is without its end.
            whole = _ended(pattern) or at + len(pattern) == len(content)
            if whole and (not at or content[at - 1] == _FEED) and (not more or self.fits(wanted, line)):
                found.append(line)
            at = content.find(pattern, at + 1)
        return found


class _Runs:
    """A file's lines in the order of the runs that begin with them: finds runs of lines that are all common."""

    def __init__(self, lines: Sequence[bytes], known: Sequence[bytes]) -> None:
        self._numbers = {line: number for number, line in enumerate(known)}
        numbers = array("I", (self._numbers[line] for line in lines))
        self._size = numbers.itemsize
        self._text = numbers.tobytes()
        self._order = sorted(range(len(lines)), key=self._run)
        self._found: dict[bytes, list[int]] = {}

    def find(self, wanted: Sequence[bytes]) -> list[int]:
        """All places that have these lines, at most CANDIDATES."""
        try:
            text = array("I", (self._numbers[line] for line in wanted)).tobytes()
        except KeyError:
            return []
        known = self._found.get(text)
        if known is None:
            head = text[: _RUN * self._size]
            start = bisect_left(self._order, head, key=self._run)
            end = bisect_right(self._order, head, start, key=lambda at: self._run(at)[: len(head)])
            places = self._order[start:end]
            if len(text) > len(head):
                size = self._size
                places = [at for at in places if self._text[at * size : at * size + len(text)] == text]
            known = nsmallest(CANDIDATES, places)
            if end - start > CANDIDATES:
                # Asked for again and again, they would cost a file's length each time.
                self._found[text] = known
        return known

    def _run(self, at: int) -> bytes:
        return self._text[at * self._size : (at + _RUN) * self._size]
