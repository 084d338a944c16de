"""Hold what linting finds after fixes against what it found before: is the fault gone, and is nothing new there?"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from hpatch.lint.engine.result import LintResult
from hpatch.lint.finding import Finding
from hpatch.lint.fixes.choose import lines_of
from hpatch.lint.fixes.edits import LineOrigins
from hpatch.lint.found import SEVERITIES
from hpatch.records import NamedTuple
from hpatch.text import Place


class Verdict(NamedTuple):
    """What fixes did not do as they should: the findings that stay, the new findings, and whether httpd's reading ends.

    `origins` are, for each new finding, the files and lines, before, that it is about.
    """

    stay: tuple[Finding, ...]
    new: tuple[Finding, ...]
    origins: tuple[frozenset[tuple[str, int]], ...]
    unreadable: bool

    @property
    def good(self) -> bool:
        """Whether the fixes may be made."""
        return not (self.stay or self.new or self.unreadable)


_Key = tuple[str, str, object]


def judged(
    before: LintResult, after: LintResult, fixed: Sequence[Finding], origins: Mapping[str, LineOrigins]
) -> Verdict:
    """The verdict on fixes. `origins` tell for each file that they change where its lines stood before.

    A finding on a line that httpd refused before is not new: the line's fault hid it.
    """
    lines = [_line(finding.place, origins) for finding in after.findings]
    left = dict(enumerate(before.findings))
    open_ones = dict(enumerate(after.findings))
    matched: dict[int, int] = {}
    # The same words in the same line; the same words elsewhere, as where a line is moved; other words in the line.
    ways: tuple[Callable[[Finding, int], object], ...] = (
        lambda finding, line: (line, finding.message),
        lambda finding, _: finding.message,
        lambda _, line: line,
    )
    for way in ways:
        places: dict[_Key, list[int]] = {}
        for number, finding in left.items():
            places.setdefault(_key(finding, way(finding, finding.place.line)), []).append(number)
        for number, finding in list(open_ones.items()):
            same = places.get(_key(finding, way(finding, lines[number])))
            if same:
                matched[same.pop(0)] = number
                del open_ones[number]
        for number in matched:
            left.pop(number, None)
    hidden = {place for finding in fixed if _hides(finding) for place in lines_of(finding)}
    new = [
        number
        for number, finding in open_ones.items()
        if _counts(finding) and (finding.place.file, lines[number]) not in hidden
    ]
    new += [
        number
        for old, number in matched.items()
        if after.findings[number].severity == "error" != before.findings[old].severity
    ]
    numbers = {finding: number for number, finding in enumerate(before.findings)}
    return Verdict(
        stay=tuple(finding for finding in fixed if numbers[finding] in matched),
        new=tuple(after.findings[number] for number in new),
        origins=tuple(_about(after.findings[number], origins) for number in new),
        unreadable=len(after.unread) > len(before.unread),
    )


def _key(finding: Finding, what: object) -> _Key:
    return finding.rule.code, finding.place.file, what


def _hides(finding: Finding) -> bool:
    """Whether httpd does not take the line: what else is wrong with it shows only when this is mended."""
    return finding.rule.family == "reading" and finding.severity == "error"


def _counts(finding: Finding) -> bool:
    """Whether a new finding like this speaks against a fix."""
    return SEVERITIES.index(finding.severity) > 0


def _about(finding: Finding, origins: Mapping[str, LineOrigins]) -> frozenset[tuple[str, int]]:
    """The lines that a new finding is about, as they were before."""
    places = [finding.place, *(other.place for other in finding.related)]
    return frozenset((place.file, _line(place, origins)) for place in places)


def _line(place: Place, origins: Mapping[str, LineOrigins]) -> int:
    """The line that a place's line was before."""
    origin = origins.get(place.file)
    return place.line if origin is None else origin.line(place.line, place.column)
