"""A text's sections as symbols and folds."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence

from hpatch.language.outline import OutlineLine, OutlineSection, entries, sections, words_of
from hpatch.records import NamedTuple
from hpatch.report.common.terminal import visible


class TextSymbol(NamedTuple):
    """A section, a virtual host by its name, or a mapping: its whole span, and that of its first line."""

    name: str
    detail: str
    key: str
    start: int
    end: int
    line: tuple[int, int]
    inside: tuple[TextSymbol, ...]


class TextFold(NamedTuple):
    """Lines to fold, by the offsets of the first and the last one."""

    start: int
    end: int
    comment: bool


_MAPPINGS = frozenset(("proxypass", "proxypassmatch", "balancermember", "alias", "scriptalias", "listen", "include"))


def symbols(text: str) -> list[TextSymbol]:
    """The sections, and in them what one looks for by name, in the order of the lines."""
    lines = [entry for entry in entries(text) if entry.key in _MAPPINGS or entry.key == "servername"]
    return _symbols(text, sections(text), lines)


def _symbols(text: str, found: Sequence[OutlineSection], lines: Sequence[OutlineLine]) -> list[TextSymbol]:
    """The symbols of a part of a text: of its sections and its lines, both in their order."""
    made: list[TextSymbol] = []
    at = 0
    for section in found:
        first = bisect_left(lines, section.opened.start, at, key=_start)
        last = bisect_left(lines, section.end, first, key=_start)
        made += [_line(text, entry) for entry in lines[at:first] if entry.key in _MAPPINGS]
        made.append(_section(text, section, lines[first:last]))
        at = last
    return made + [_line(text, entry) for entry in lines[at:] if entry.key in _MAPPINGS]


def _start(entry: OutlineLine) -> int:
    return entry.start


def _section(text: str, section: OutlineSection, lines: Sequence[OutlineLine]) -> TextSymbol:
    opened = section.opened
    arguments = " ".join(word.value for word in words_of(text, opened)[1:])
    inside = _symbols(text, section.inside, lines)
    name = f"{opened.name}{' ' if arguments else ''}{arguments}>"
    detail = ""
    if opened.key == "<virtualhost":
        named = next((entry for entry in lines if entry.key == "servername"), None)
        detail = "" if named is None else " ".join(word.value for word in words_of(text, named)[1:])
    return TextSymbol(
        name=_short(name),
        detail=_short(detail),
        key=opened.key,
        start=opened.start,
        end=section.end,
        line=(opened.start, opened.end),
        inside=tuple(inside),
    )


def _line(text: str, entry: OutlineLine) -> TextSymbol:
    found = words_of(text, entry)
    return TextSymbol(
        name=_short(" ".join(word.value for word in found[:2])),
        detail=_short(" ".join(word.value for word in found[2:3])),
        key=entry.key,
        start=entry.start,
        end=entry.end,
        line=(entry.start, entry.end),
        inside=(),
    )


def _short(text: str) -> str:
    text = visible(text)
    return text if len(text) <= 120 else f"{text[:119]}…"


def folds(text: str) -> list[TextFold]:
    """The sections of more than one line, and runs of comments."""
    found: list[TextFold] = []
    todo = sections(text)
    while todo:
        section = todo.pop()
        todo += section.inside
        end = section.closed.start if section.closed is not None else section.end
        found.append(TextFold(section.opened.start, max(section.opened.start, end), False))
    found += [TextFold(run[0].start, run[-1].start, True) for run in _comments(text) if len(run) > 1]
    return sorted(found)


def _comments(text: str) -> Iterator[list[OutlineLine]]:
    """The comments of a text, those on lines that follow each other together."""
    run: list[OutlineLine] = []
    for entry in entries(text):
        if run and (entry.name or text.count("\n", run[-1].start, entry.start) != 1):
            yield run
            run = []
        if not entry.name:
            run.append(entry)
    yield run
