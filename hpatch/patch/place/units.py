"""The units within a function or a file that a line is in: what tells lines apart that stand in each of them.

A `case`, a branch of a conditional of the preprocessor, a macro, a row of a table, a method, a section of a
configuration or an element: their bodies repeat each other, and a heading tells of none of them. The file before a
revision does, and so does a hunk that shows where its unit begins.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import cached_property
from pathlib import PurePosixPath
from typing import Literal

UnitKind = Literal["case", "branch", "macro", "row", "method", "section", "element"]

BRACES = frozenset(".c .h .cc .cpp .cxx .hh .hpp .hxx .go .rs".split())
"""Endings of languages in which a body stands in braces, and functions begin in the first column."""
_TAGS = frozenset(".xml .conf .html .htm .svg .in .meta".split())
_CASE = re.compile(rb"\s*(case\b.*?[^:]:(?!:)|default\s*:)")
_BRANCH = re.compile(rb"\s*#\s*(if|ifdef|ifndef|elif|else|endif)\b\s*(.*)")
_MACRO = re.compile(rb"\s*#\s*define\s+(\w+)")
_ROW = re.compile(rb"\s*(?:\{\s*(?:ngx_string\s*\(\s*)?|[A-Z]+_INIT\w*\s*\(\s*)(\"(?:\\.|[^\"\\])+\")")
_METHOD = re.compile(rb"(?:async\s+)?(?:def|class)\s+(\w+)")
_SECTION = re.compile(rb"(\[[^\]]+\])\s*$")
_TAG = re.compile(rb"<(/?)([A-Za-z_][\w:.-]*)((?:\"[^\"]*\"|'[^']*'|[^<>\"'])*)>")
_STRING = re.compile(rb"\"(?:\\.|[^\"\\])*\"|'(?:\\.|[^'\\])*'|/\*.*?\*/")
_ELSE = b"#else of "
_FAR = 400
"""Lines above a line in which its unit begins; a longer one is not known."""
_LONGEST = 400
"""Bytes of a line that are looked at."""


class Units:
    """The units of a file; `path` tells the language. Lines are counted from 0."""

    def __init__(self, path: str, lines: Sequence[bytes]) -> None:
        self.lines = lines
        suffix = PurePosixPath(path).suffix.lower()
        self._kinds: tuple[UnitKind, ...] = ("method", "section")
        if suffix in BRACES:
            self._kinds = ("case", "branch", "macro", "row")
        elif suffix in _TAGS:
            self._kinds = ("section", "element")

    def around(self, at: int, depth: int = 0) -> dict[UnitKind, frozenset[bytes]]:
        """The innermost unit of each kind that line `at` is in, by the texts that it begins with: several labels can
        be those of one `case`. What comes in front of that line can be in a deeper column, `depth`.
        """
        at = min(max(at, 0), len(self.lines))
        found = {kind: self._around(kind, at, depth) for kind in self._kinds}
        return {kind: texts for kind, texts in found.items() if texts}

    def begins(self, kind: UnitKind, text: bytes) -> list[int]:
        """The lines at which units of this kind begin with that text."""
        return self._begun.get((kind, text), [])

    def brings(self, lines: Sequence[bytes]) -> set[UnitKind]:
        """The kinds of units that begin in other lines of this language."""
        return {kind for line in lines for kind in self._kinds if _begins(kind, line)}

    @cached_property
    def _begun(self) -> dict[tuple[UnitKind, bytes], list[int]]:
        found: dict[tuple[UnitKind, bytes], list[int]] = {}
        for number, line in enumerate(self.lines):
            for kind in self._kinds:
                text = b"" if kind == "branch" else _begins(kind, line)
                if text:
                    found.setdefault((kind, text), []).append(number)
        if "branch" in self._kinds:
            for number, text in self._branches[1].items():
                found.setdefault(("branch", text), []).append(number)
        return found

    def _around(self, kind: UnitKind, at: int, depth: int) -> frozenset[bytes]:
        if kind == "branch":
            text = self._branches[0][at] if at < len(self._branches[0]) else b""
            return frozenset([text] if text else ())
        if kind in ("case", "method"):
            return self._indented(kind, at, depth)
        text = next(filter(None, self._above(kind, at)), b"")
        return frozenset([text] if text else ())

    def _above(self, kind: UnitKind, at: int) -> Iterable[bytes]:
        """What the unit around line `at` begins with: the first text that is one."""
        above = range(at - 1, max(at - _FAR, -1), -1)
        if kind == "macro":
            return self._macro(above)
        if kind == "row":
            return self._row(above)
        if kind == "element":
            return self._element(above)
        return (_begins(kind, self.lines[number]) for number in above)

    def _indented(self, kind: UnitKind, at: int, depth: int) -> frozenset[bytes]:
        """A unit whose body is further to the right than its beginning."""
        below = next(filter(bytes.strip, self.lines[at : at + _FAR]), b"")
        depth = max(depth, column(below) or 0)
        if below.lstrip().startswith(b"}"):
            # What comes in front of the end of a block is in it.
            above = next(filter(bytes.strip, self.lines[max(at - _FAR, 0) : at][::-1]), b"")
            depth = max(depth, column(above) or 0)
        for number in range(at - 1, max(at - _FAR, -1), -1):
            if depth == 0:
                break
            line = self.lines[number]
            indent = column(line)
            if indent is None or indent >= depth or (kind == "case" and line[:1] == b"#"):
                continue
            depth = indent
            text = _begins(kind, line)
            if text and kind == "method":
                return frozenset([text])
            if text:
                return frozenset(self._labels(number, indent))
        return frozenset()

    def _labels(self, number: int, indent: int) -> list[bytes]:
        """All labels of a `case`, the lowest of which is at `number`."""
        found: list[bytes] = []
        while number >= 0:
            line = self.lines[number]
            text = _begins("case", line)
            if line.strip() and (not text or column(line) != indent or (found and line.strip() != text)):
                break
            found += [text] if text else []
            number -= 1
        return found

    def _macro(self, above: range) -> list[bytes]:
        """A macro of which all lines from its beginning on go on."""
        for number in above:
            line = self.lines[number].rstrip()
            if not line.endswith(b"\\"):
                break
            if text := _begins("macro", line):
                return [text]
        return []

    def _row(self, above: range) -> list[bytes]:
        """A row that begins above and does not end there."""
        open_ = 0
        for number in above:
            line = self.lines[number]
            if line[:1] in (b"}", b"{") or (line[:1].isalpha() and not _ROW.match(line)):
                break
            bare = _STRING.sub(b"", line[:_LONGEST])
            open_ += sum(map(bare.count, (b"{", b"("))) - sum(map(bare.count, (b"}", b")")))
            if text := _begins("row", line):
                return [text] if open_ > 0 else []
        return []

    def _element(self, above: range) -> list[bytes]:
        """The innermost element with attributes that is open."""
        closed: dict[bytes, int] = {}
        for number in above:
            for tag in reversed([*_TAG.finditer(self.lines[number][:_LONGEST])]):
                name = tag[2].lower()
                if tag[1]:
                    closed[name] = closed.get(name, 0) + 1
                elif tag[3].endswith(b"/"):
                    continue
                elif closed.get(name):
                    closed[name] -= 1
                elif tag[3].strip():
                    return [b" ".join(tag[0].split())]
        return []

    @cached_property
    def _branches(self) -> tuple[list[bytes], dict[int, bytes]]:
        """For each line the branch that it is in, and the branches by the lines at which they begin."""
        inside: list[bytes] = []
        begun: dict[int, bytes] = {}
        opened: list[bytes] = []
        for number, line in enumerate(self.lines):
            inside.append(opened[-1] if opened else b"")
            directive = _BRANCH.match(line[:_LONGEST]) if b"#" in line else None
            if directive is None:
                continue
            word, condition = directive[1], b" ".join(_STRING.sub(b"", directive[2]).split())
            if word == b"endif":
                del opened[-1:]
                continue
            text = b"#%s %s" % (b"if" if word == b"elif" else word, condition)
            if word.startswith(b"if"):
                opened.append(text)
            elif opened:
                if word == b"else":
                    text = _ELSE + opened[-1].removeprefix(_ELSE)
                opened[-1] = text
            begun[number] = text
        return inside, begun


def column(line: bytes) -> int | None:
    """The column of a line's text; None where it has none."""
    text = line.expandtabs(8)
    bare = text.lstrip()
    return len(text) - len(bare) if bare else None


def _begins(kind: UnitKind, line: bytes) -> bytes:  # noqa: PLR0911 - one for each kind
    """The text with which a unit begins in a line; empty where none does."""
    line = line[:_LONGEST]
    if kind == "case":
        found = _CASE.match(line)
        return b" ".join(found[1].split()) if found is not None else b""
    if kind == "branch":
        found = _BRANCH.match(line)
        return found[0].strip() if found is not None and found[1] != b"endif" else b""
    if kind == "macro":
        found = _MACRO.match(line)
        return b"" if found is None else b"#define " + found[1]
    if kind == "row":
        found = _ROW.match(line)
        return b"" if found is None else found[1]
    if kind == "method":
        found = _METHOD.match(line.lstrip())
        return b"" if found is None else found[0]
    if kind == "section":
        found = _SECTION.match(line)
        return b"" if found is None else found[1]
    tag = _TAG.match(line.lstrip())
    if tag is None or tag[1] or not tag[3].strip() or tag[3].endswith(b"/") or b"</%s>" % tag[2] in line:
        return b""
    return b" ".join(tag[0].split())
