"""Fingerprints: what tells a finding from others though lines move.

A fingerprint is made of the rule's code, a hash of the file's name, of the directive's text and the sections around it
in the same file, and of the finding's subject, and a number that counts this rule's findings on equal directives. White
space and continuation lines do not count. It does not depend on what includes the file, so it is the same for every
root, and on every machine where the file has the same name.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence
from hashlib import blake2b
from itertools import chain
from typing import TYPE_CHECKING

from hpatch.lint.finding import Finding
from hpatch.lint.names import relative
from hpatch.text import Source

if TYPE_CHECKING:
    from hpatch.lint.engine.result import LintResult

_LINE = r"[ \t]*(?:<(/?)([A-Za-z][^\s>]*)([^\n]*)|(\[))"
_FIRST = re.compile(_LINE)
_SECTION = re.compile(r"\n" + _LINE)
"""A line that begins or ends a section of httpd, or begins one of an ini file; of the others, with the line feed before
it: that is found much sooner than the start of a line."""
_CONTINUES = ("\\", "\\\r")
_LONG = 200
"""So much text of sections is hashed at once: a file may nest them without end."""


class Fingerprints:
    """The fingerprints of findings in these sources. `name` gives a file's name as all machines know it."""

    def __init__(self, sources: Mapping[str, Source], name: Callable[[str], str]) -> None:
        self._sources = sources
        self._name = name
        self._files: dict[str, _File | None] = {}
        self._seen: dict[str, int] = {}

    @classmethod
    def below(cls, sources: Mapping[str, Source], root: str) -> Fingerprints:
        """Those with names from a folder; a file that is not below it keeps its name."""
        return cls(sources, lambda file: relative(file, root) or file)

    def of(self, finding: Finding) -> str:
        """The rule's code, 24 hexadecimal digits and a number: `WK001-…-1`. The findings are given in their order."""
        place = finding.place
        try:
            file = self._files[place.file]
        except KeyError:
            source = self._sources.get(place.file)
            file = self._files[place.file] = None if source is None else _File(source, self._name(place.file))
        if file is None:
            where = _hash(f"{self._name(place.file)}\0{finding.message}")
        else:
            where = file.known.get(place.line) or file.directive(place.line)
        if finding.subject:
            where = _hash(f"{where}\0{finding.subject}")
        key = f"{finding.rule.code}-{where}"
        number = self._seen[key] = self._seen.get(key, 0) + 1
        return f"{key}-{number}"


def fingerprints(result: LintResult) -> Sequence[str]:
    """The fingerprint of each finding of a result; names of files are those from its root."""
    if result.compared is not None:  # known findings are counted, too
        return result.compared.prints
    return list(map(Fingerprints.below(result.sources, result.root).of, result.findings))


class _File:
    """A file's directives, each with a hash of the file's name, the sections around it and its words."""

    def __init__(self, source: Source, name: str) -> None:
        self._source = source
        self._name = name
        self._joins = "\\\n" in source.text or "\\\r\n" in source.text
        self._starts, self._inside = _sections(source, self._joins)
        self.known: dict[int, str] = {}

    def directive(self, number: int) -> str:
        """The hash of the directive that a line belongs to."""
        text = self._source.text
        start = min(self._source.offset(number), len(text)) if number > 1 else 0
        if self._joins:
            while _continued(text, start):
                start = text.rfind("\n", 0, start - 1) + 1
            words = _words(text, start)
        else:
            end = text.find("\n", start)
            words = " ".join((text[start:end] if end >= 0 else text[start:]).removesuffix("\\").split())
        inside = self._inside[bisect_right(self._starts, start)]
        found = self.known[number] = _hash(f"{self._name}\0{inside}\0{words}")
        return found


def _sections(source: Source, joins: bool) -> tuple[list[int], list[str]]:
    """Where sections begin and end (the end of such a line's first word), and the sections before and after each."""
    starts: list[int] = []
    inside = [""]
    if source.name.endswith(".xml"):  # its elements end where they begin, or go over many lines
        return starts, inside
    text = source.text
    around: list[tuple[str, str]] = []
    alike: dict[tuple[str, str, str], tuple[str, str]] = {}  # hosts and paths of a large configuration often recur
    first = _FIRST.match(text)
    for match in chain(() if first is None else (first,), _SECTION.finditer(text)):
        ends, name, rest, ini = match.groups()
        start = 0 if match is first else match.start() + 1
        if joins and _continued(text, start):
            continue
        if ends:
            name = name.lower()
            at = len(around) - 1
            while at >= 0 and around[at][0] != name:
                at -= 1
            if at < 0:
                continue
            del around[at:]
        else:
            if ini:
                around.clear()
            before = around[-1][1] if around else ""
            if joins or ini:
                around.append(_section(before, name or "", _words(text, start)))
            else:
                written = (before, name, rest)
                section = alike.get(written)
                if section is None:
                    section = alike[written] = _section(before, name, " ".join(f"<{name}{rest}".split()))
                around.append(section)
        starts.append(match.end())
        inside.append(around[-1][1] if around else "")
    return starts, inside


def _section(before: str, name: str, words: str) -> tuple[str, str]:
    """A section's name in lower case, and what tells it from others: its words and the sections around it."""
    here = f"{before}\0{words}"
    return name.lower(), here if len(here) < _LONG else _hash(here)


def _words(text: str, start: int) -> str:
    """The words of the directive that begins with a line, over its continuation lines."""
    end = text.find("\n", start)
    line = text[start:end] if end >= 0 else text[start:]
    if not line.endswith(_CONTINUES):
        return " ".join(line.split())
    words: list[str] = []
    while line.endswith(_CONTINUES):
        words += line.removesuffix("\r")[:-1].split()
        if end < 0:
            return " ".join(words)
        start, end = end + 1, text.find("\n", end + 1)
        line = text[start:end] if end >= 0 else text[start:]
    return " ".join([*words, *line.split()])


def _continued(text: str, start: int) -> bool:
    """Whether a line goes on with the directive of the line before."""
    return start > 1 and (text[start - 2] == "\\" or text[start - 3 : start] == "\\\r\n")


def _hash(text: str) -> str:
    return blake2b(text.encode("utf-8", "surrogateescape"), digest_size=12).hexdigest()


_WINDOW = 100
_FACTOR = 37
_END = "\uffff"


def line_hashes(text: str, numbers: Iterable[int]) -> dict[int, str]:
    """The `primaryLocationLineHash` of lines, as GitHub computes it for SARIF.

    It is a hash of the 100 characters (UTF-16 code units) from a line's start on, over the lines below, without blanks,
    and the number of equal ones so far. It is a polynomial in 37 modulo 2**64. Source: fingerprints.ts of
    github/codeql-action, and its tests.
    """
    units = text.replace("\r\n", "\n").replace("\r", "\n").replace(" ", "").replace("\t", "")
    if not units.isascii():
        units = units.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
        if max(units) > _END:
            data = units.encode("utf-16-le")
            units = "".join(chr(data[at] | data[at + 1] << 8) for at in range(0, len(data), 2))
    units += _END
    wanted = set(numbers)
    found: dict[int, str] = {}
    seen: dict[str, int] = {}
    start, last = 0, max(wanted, default=0)
    for number in range(1, last + 1):
        window = units[start : start + _WINDOW]
        count = seen[window] = seen.get(window, 0) + 1
        if number in wanted:
            value = 0
            for unit in window:
                value = value * _FACTOR + ord(unit)
            value *= _FACTOR ** (_WINDOW - len(window))
            found[number] = f"{value % 2**64:x}:{count}"
        start = units.find("\n", start) + 1
        if start == 0:
            break
    return found
