"""The function that a hunk's heading names, and the one that a place is in.

The heading is the text after a hunk's second `@@`. Git, Subversion and GNU diff write there the nearest line above the
hunk that begins with a letter, `_` or `$` in its first column, or what git's pattern for a language finds. In code that
is the first line of the function that the hunk is in, cut after 40 bytes or more. Only a heading that names something
with a body is evidence: prose, directives of a configuration and statements that are complete in one line are not.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from functools import cached_property
from itertools import takewhile
from pathlib import PurePosixPath

from hpatch.patch.diff.model import Elsewhere, Hunk
from hpatch.patch.place.dead import dead
from hpatch.patch.place.units import BRACES
from hpatch.records import NamedTuple

_CUT = 39
"""GNU diff cuts a heading after 40 bytes and takes off blanks at its end; the others cut later."""
_LONGEST = 400
"""Bytes of a line in which a name is looked for."""
_FIRST = re.compile(rb"[A-Za-z_$]")
_LABEL = re.compile(rb"(?:[A-Za-z_]\w*|case\b[^:]*):\s*(?:$|/[/*])")
_KEYWORD = re.compile(
    rb"\s*(?:(?:static|async|typedef|pub)\s+)*(?:def|class|sub|func|function|fn|struct|enum|union)\s+([A-Za-z_]\w*)"
)
_CALLED = re.compile(rb"([A-Za-z_$~][\w:$~]*)(?:\[[^\]]*\])*[ \t]*[(=]")
_SHELL = re.compile(rb"([\w.-]+)[ \t]*\([ \t]*\)")
_MACRO = re.compile(rb"[A-Z_0-9]+")
_NO_NAME = frozenset(b"if for while switch return sizeof else func __attribute__ __declspec".split())
_HEADERS = frozenset(".h .hh .hpp .hxx".split())
_COMMENT = re.compile(rb"/\*.*?\*/|//[^\n]*", re.DOTALL)
_HEAD = 60
"""Lines in which a body opens, counted from its heading."""


class _Heading(NamedTuple):
    """A line that can be a heading: its number (from 0), its text without blanks around it, and what it names.

    `opens`: a body follows; `outer`: it begins in the first column.
    """

    line: int
    text: bytes
    name: bytes
    opens: bool
    outer: bool


class Headings:
    """What stands in a file under a heading; `path` tells the language, as far as that matters."""

    def __init__(self, path: str, lines: Sequence[bytes]) -> None:
        self.lines = lines
        self._suffix = PurePosixPath(path).suffix.lower()
        self._braces = self._suffix in BRACES

    def elsewhere(self, heading: bytes, at: int) -> Elsewhere | None:
        """What a heading has against line `at` (from 0) being under it; None for nothing."""
        heading = heading.strip()
        named = self._name(heading)
        if not named or heading.endswith(b";"):
            return None
        there = self._there(heading, named)
        defined = [each for each in there if each.opens]
        if there and not defined and self._suffix in _HEADERS:
            return None  # a declaration: what follows it is not a part of it
        above = [each for each in (_last(some, at) for some in (self._outer, self._inner, self._all)) if each]
        if any(each in there for each in above):
            return None
        found = max((each for each in above if each.opens), default=None)
        return Elsewhere(
            heading=heading,
            lines=tuple(each.line + 1 for each in defined),
            found=b"" if found is None else found.text,
        )

    def defines(self, heading: bytes) -> bool:
        """Whether the file has what a heading names, with its body."""
        return any(each.opens for each in self._names.get(self._name(heading), ()))

    def counts(self, heading: bytes) -> bool:
        """Whether the file has what a heading names in code that is not within `#if 0`."""
        there = self._names.get(self._name(heading.strip()), ())
        return any(each.opens and not self.dead(each.line) for each in there)

    def dead(self, at: int) -> bool:
        """Whether line `at` (from 0) is within `#if 0`; False where the language has no such thing."""
        return at in self._dead

    def same(self, one: bytes, other: bytes) -> bool:
        """Whether two headings name the same thing with a body."""
        name = self._name(one)
        return name != b"" and name == self._name(other)

    def around(self, at: int) -> bytes:
        """The heading of the function that line `at` (from 0) is in; empty where it is in none."""
        heading = _last(self._outer, at)
        if heading is None or any(line.startswith(b"}") for line in self.lines[heading.line : at]):
            return b""
        return heading.text

    def shown(self, hunk: Hunk) -> bytes:
        """The last heading that the hunk itself shows above its first change; empty where it shows none."""
        context = len([*takewhile(lambda line: line[0] == " ", hunk.lines)])
        old = hunk.old
        return next((old[at] for at in reversed(range(context)) if self._begins(old[at : at + _HEAD])), b"")

    def begins(self, line: bytes) -> bool:
        """Whether something with a body can begin in a line."""
        return _outermost(line) and self._name(line) != b"" and not line.rstrip().endswith(b";")

    def _begins(self, lines: Sequence[bytes]) -> bool:
        """Whether something with a body begins in the first of these lines; a declaration ends in one of them."""
        return self.begins(lines[0]) and (not self._braces or _opening(lines) is not False)

    def _there(self, heading: bytes, named: bytes) -> list[_Heading]:
        """The headings of what has this name, or that begin as one that was cut."""
        found = self._names.get(named, [])
        if len(heading) < _CUT:
            return found
        texts = self._texts
        start = bisect_left(texts, (heading,))
        cut = takewhile(lambda each: each[0].startswith(heading), texts[start : start + _HEAD])
        return [*found, *(each for _, each in cut if each not in found)]

    def _name(self, text: bytes) -> bytes:
        """What a heading names: a function, a type, a table; empty where it names nothing that has a body."""
        text = text[:_LONGEST].strip()
        keyword = _KEYWORD.match(text)
        if not self._braces:
            shell = _SHELL.match(text)
            return keyword[1] if keyword is not None else shell[1] if shell is not None else b""
        names = [found[1] for found in _CALLED.finditer(text) if found[1] not in _NO_NAME]
        function = next((name for name in names if not _MACRO.fullmatch(name)), b"")
        if function or keyword is not None:
            return function or (b"" if keyword is None else keyword[1])
        return text.partition(b")")[0] if names else b""

    @cached_property
    def _all(self) -> list[_Heading]:
        """All lines that can be headings."""
        found = []
        for number, line in enumerate(self.lines):
            outer = _outermost(line)
            if (outer or _KEYWORD.match(line)) and (name := self._name(line)):
                opens = self._opens(number)
                found.append(_Heading(line=number, text=line.strip(), name=name, opens=opens, outer=outer))
        return found

    @cached_property
    def _outer(self) -> list[_Heading]:
        """Those of the first column with a body."""
        return [each for each in self._all if each.outer and each.opens]

    @cached_property
    def _inner(self) -> list[_Heading]:
        """Those at any depth with a body, as git's patterns for languages find them."""
        return [each for each in self._all if each.opens]

    @cached_property
    def _names(self) -> dict[bytes, list[_Heading]]:
        names: dict[bytes, list[_Heading]] = {}
        for each in self._all:
            names.setdefault(each.name, []).append(each)
        return names

    @cached_property
    def _texts(self) -> list[tuple[bytes, _Heading]]:
        return sorted((each.text, each) for each in self._all)

    @cached_property
    def _dead(self) -> frozenset[int]:
        return dead(self.lines) if self._braces else frozenset()

    def _opens(self, number: int) -> bool:
        """Whether the line at `number` begins something with a body: a brace opens before a statement ends."""
        return not self._braces or _opening(self.lines[number : number + _HEAD]) is True


def _opening(lines: Sequence[bytes]) -> bool | None:
    """Whether a brace opens before a statement ends; None where these lines have neither."""
    text = b""
    for line in lines[:_HEAD]:
        text = _COMMENT.sub(b"", text + line[:_LONGEST])
        brace, end = text.find(b"{"), text.find(b";")
        if brace >= 0 or end >= 0:
            return brace >= 0 and not 0 <= end < brace
    return None


def _outermost(line: bytes) -> bool:
    """Whether a line begins in the first column as a heading does; a label in a function does not count."""
    return _FIRST.match(line) is not None and _LABEL.match(line) is None


def _last(headings: Sequence[_Heading], at: int) -> _Heading | None:
    """The last heading above line `at`."""
    index = bisect_left(headings, (at,))
    return headings[index - 1] if index else None
