"""The files with findings: their lines, with what was found below each."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from hpatch.lint.finding import Finding
from hpatch.lint.found import SEVERITIES, Severity
from hpatch.report.common import html
from hpatch.report.common.numbers import count
from hpatch.report.common.terminal import TAB
from hpatch.text import Place, Source

if TYPE_CHECKING:
    from hpatch.lint.engine.result import LintResult

_AROUND = 3
"""Lines shown before and after one with a finding."""
_LONGEST_LINE = 1_000
_LONGEST_MARK = 4
_FOLDED = 5_000
"""So many lines of a page, beside those with findings, can be unfolded; of further ones only the number is told."""


def files(result: LintResult) -> Iterator[str]:
    """A section a file, in the order of the findings."""
    found: dict[str, list[Finding]] = {}
    for finding in result.findings:
        found.setdefault(finding.place.file, []).append(finding)
    numbers = {name: number for number, name in enumerate(found)}
    wanted = _wanted(result, numbers)
    room = _FOLDED
    at = 0
    for name, findings in found.items():
        file = _ShownFile(numbers[name], result.sources.get(name), findings, wanted[name], room)
        yield f'<section class="file" id="{file.id}" data-name="{html.text(name)}">'
        yield f"<h2>{html.text(name)} <small>{count(len(findings), 'finding')}</small></h2>"
        yield from file.lines(numbers, wanted, at)
        yield "</section>"
        room -= file.folded
        at += len(findings)


def addresses(result: LintResult) -> Callable[[Place], str | None]:
    """The address on the page of a line with a finding; None for another line."""
    numbers: dict[str, int] = {}
    known = set()
    for finding in result.findings:
        numbers.setdefault(finding.place.file, len(numbers))
        known.add(finding.place[:2])
    return lambda place: f"#f{numbers[place.file]}-{place.line}" if place[:2] in known else None


def _wanted(result: LintResult, numbers: Mapping[str, int]) -> dict[str, set[int]]:
    """By file, the lines that findings and their related places are in."""
    wanted: dict[str, set[int]] = {name: set() for name in numbers}
    for finding in result.findings:
        for place in (finding.place, *(other.place for other in finding.related)):
            if place.file in wanted:
                wanted[place.file].update(_marked_lines(place))
    return wanted


def _marked_lines(place: Place) -> range:
    """The lines of a place; of a long one its first."""
    last = place.end_line if place.end_column > 1 else max(place.line, place.end_line - 1)
    return range(place.line, last + 1) if last - place.line < _LONGEST_MARK else range(place.line, place.line + 1)


class _ShownFile:
    """A file on the page."""

    def __init__(
        self, number: int, source: Source | None, findings: Sequence[Finding], wanted: set[int], room: int
    ) -> None:
        self.id = f"f{number}"
        self.folded = 0
        self._number = number
        self._source = source
        self._room = room
        self._findings = findings
        self._last = 0 if source is None else source.text.removesuffix("\n").count("\n") + 1
        self._hunks = list(_hunks(wanted, self._last))
        self._below: dict[int, list[Finding]] = {}
        self._marks: dict[int, list[tuple[int, int, Severity]]] = {}
        for finding in findings:
            lines = _marked_lines(finding.place)
            self._below.setdefault(min(lines[-1], self._last), []).append(finding)
            if source is not None:
                for line in lines:
                    start = finding.place.column - 1 if line == finding.place.line else 0
                    end = finding.place.end_column - 1 if line == finding.place.end_line else _LONGEST_LINE
                    self._marks.setdefault(line, []).append((start, end, finding.severity))

    def lines(self, numbers: Mapping[str, int], wanted: Mapping[str, set[int]], at: int) -> Iterator[str]:
        """The lines, and the findings below theirs; `at` is how many findings the page has before."""
        ids = {id(finding): at + number for number, finding in enumerate(self._findings)}
        if self._source is None:
            yield '<div class="hunk">'
            for finding in self._findings:
                yield from _article(finding, ids[id(finding)], numbers, wanted)
            yield "</div>"
            return
        yield '<div class="lines">'
        before = 0
        for first, last in self._hunks:
            yield from self._gap(before + 1, first - 1)
            yield '<div class="hunk">'
            for line in range(first, last + 1):
                yield self._line(line)
                for finding in self._below.get(line, ()):
                    yield from _article(finding, ids[id(finding)], numbers, wanted)
            yield "</div>"
            before = last
        yield from self._gap(before + 1, self._last)
        yield "</div>"

    def _gap(self, first: int, last: int) -> Iterator[str]:
        size = last - first + 1
        if size <= 0:
            return
        if self.folded + size > self._room:
            yield f'<p class="gap">… {count(size, "line")}</p>'
            return
        self.folded += size
        yield f'<details class="gap"><summary>… {count(size, "line")}</summary>'
        yield from (self._line(line) for line in range(first, last + 1))
        yield "</details>"

    def _line(self, number: int) -> str:
        assert self._source is not None
        text = self._source.line(number)
        cut = len(text) > _LONGEST_LINE
        text = text[:_LONGEST_LINE]
        shown = _marked(text, self._marks.get(number, ())) + ("…" if cut else "")
        return f'<div class="line" id="{self.id}-{number}" data-n="{number}"><code>{shown}</code></div>'


def _hunks(wanted: Iterable[int], last: int) -> Iterator[tuple[int, int]]:
    """The first and last lines of each piece of a file that is shown at once."""
    start = end = 0
    for line in sorted(min(line, last) for line in wanted):
        if end and line - _AROUND <= end + 1:
            end = min(line + _AROUND, last)
            continue
        if end:
            yield start, end
        start, end = max(1, line - _AROUND), min(line + _AROUND, last)
    if end:
        yield start, end


def _marked(text: str, marks: Iterable[tuple[int, int, Severity]]) -> str:
    """A line with its marks; where two overlap, the graver one is seen."""
    kinds: list[int] = [-1] * len(text)
    for start, end, severity in marks:
        grave = SEVERITIES.index(severity)
        for at in range(max(start, 0), min(end, len(text))):
            kinds[at] = max(kinds[at], grave)
    found, start = [], 0
    column = 0
    for at in range(1, len(text) + 1):
        if at < len(text) and kinds[at] == kinds[start]:
            continue
        piece = ""
        for char in text[start:at]:
            piece += " " * (TAB - column % TAB) if char == "\t" else char
            column += TAB - column % TAB if char == "\t" else 1
        shown = html.text(piece)
        found.append(shown if kinds[start] < 0 else f'<mark class="{SEVERITIES[kinds[start]]}">{shown}</mark>')
        start = at
    return "".join(found)


def _article(
    finding: Finding, number: int, numbers: Mapping[str, int], wanted: Mapping[str, set[int]]
) -> Iterator[str]:
    rule, severity = finding.rule, finding.severity
    yield f'<article class="finding {severity}" id="n{number}" data-severity="{severity}" data-rule="{rule.code}">'
    link = next((one for one in rule.references if one.startswith(("https://", "http://"))), None)
    code = rule.code if link is None else f'<a href="{html.text(link)}" rel="noreferrer noopener">{rule.code}</a>'
    yield f'<h3><b class="{severity}">{severity}</b> {code} {html.text(rule.name)}</h3>'
    yield f"<p>{html.text(finding.message)}</p>"
    if finding.related:
        yield "<ul>"
        for place, message in finding.related:
            yield f"<li>{_where(place, numbers, wanted)}: {html.text(message)}</li>"
        yield "</ul>"
    notes = [("line", f"{finding.place.line}, column {finding.place.column}")]
    if finding.confidence != "high":
        notes.append(("confidence", finding.confidence))
    if finding.help:
        notes.append(("help", finding.help))
    if finding.fix:
        notes.append(("fix" if finding.fix.safe else "unsafe fix", finding.fix.title))
    yield "<dl>" + "".join(f"<dt>{name}</dt><dd>{html.text(text)}</dd>" for name, text in notes) + "</dl>"
    yield "</article>"


def _where(place: Place, numbers: Mapping[str, int], wanted: Mapping[str, set[int]]) -> str:
    text = html.text(f"{place.file}:{place.line}")
    if place.line in wanted.get(place.file, ()):
        return f'<a href="#f{numbers[place.file]}-{place.line}">{text}</a>'
    return text
