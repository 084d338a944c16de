"""A proposal as STATUS has it, in the forms of its years. What is written so is read again by `status_read`."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator, Sequence
from typing import Literal

from hpatch.backport.status.read import FIELDS, read_entry
from hpatch.errors import InputError
from hpatch.records import NamedTuple

Style = Literal["2014", "2020", "2023", "2024"]
"""The forms by the years in which most new entries had them. Of the 39 that were new in 2024, 22 have the URLs of trunk
beside `trunk patch:`, and 24 name a pull request: 20 by the URL of its diff, 22 in a line after that.
"""
Way = Literal["works", "modulo", "patch"]

_WIDTH = 78
_INDENT = " " * 5
MARK = "  *) "
_REPORT = re.compile(r"\bPR (?=\d)")
_GLUE = "\xa0"
"""Stands for a blank at which no line ends."""
_BLANK = re.compile(f"[ {_GLUE}]")
_PULL = re.compile(
    r"https://(?:github\.com|patch-diff\.githubusercontent\.com/raw)/(?P<repository>[\w.-]+/[\w.-]+)/pull/(?P<number>\d+)"
    r"(?:\.diff|\.patch|/[a-z]+)?/?"
)


class EntryContent(NamedTuple):
    """What an entry says. `trunk` are revisions' URLs or names, `merge` is the command that merges them.

    `way`: trunk's change goes in, or so but for `modulo`, or the branch has a patch of its own at `place` (a URL).
    """

    title: str
    trunk: tuple[str, ...]
    branch: str
    way: Way
    modulo: tuple[str, ...]
    merge: str
    place: str
    voter: str | None


def entry(content: EntryContent, style: Style) -> str:
    """The entry's text."""
    lines = _title(content.title, "   * " if style == "2014" else MARK)
    if style == "2023":
        lines += _below("Trunk version of patch:", content.trunk)
        lines += _below(f"Backport version for {content.branch} of patch:", _today(content))
    else:
        lines += _beside("trunk patch:", content.trunk)
        lines += _beside(f"{content.branch} patch:", _SIDES[style](content))
        pull = _pull(content) if style == "2024" else None
        lines += [] if pull is None else [f"{_INDENT}PR: https://github.com/{pull['repository']}/pull/{pull['number']}"]
    lines.append(f"{_INDENT}+1:{f' {content.voter}' if content.voter else ''}")
    return "".join(f"{line}\n" for line in lines)


def wrapped(text: str, mark: str) -> list[str]:
    """Text as an item of STATUS or CHANGES. The number of a problem report stays with its `PR`."""
    lines = textwrap.wrap(
        _REPORT.sub(f"PR{_GLUE}", text),
        _WIDTH,
        initial_indent=mark,
        subsequent_indent=_INDENT,
        break_long_words=False,
        break_on_hyphens=False,
    )
    return [line.replace(_GLUE, " ") for line in lines]


def _title(text: str, mark: str) -> list[str]:
    """A title in lines of which none is read as a field or another entry: such a line's first word stays above."""
    while True:
        lines = wrapped(text, mark)
        at = next((at for at, line in enumerate(lines) if at and _is_field(line)), None)
        if at is None:
            return lines
        before = len(" ".join(lines[:at]).removeprefix(mark).split())
        blank = [found.start() for found in _BLANK.finditer(text)][before - 1]
        text = f"{text[:blank]}{_GLUE}{text[blank + 1 :]}"


def _is_field(line: str) -> bool:
    try:
        return any(part.kind in FIELDS for part in read_entry(f"{MARK}title\n{line}\n").parts)
    except InputError:
        return True


def _below(label: str, values: Sequence[str]) -> Iterator[str]:
    yield f"{_INDENT}{label}"
    yield from (f"{_INDENT}   {value}" for value in values)


def _beside(label: str, values: Sequence[str]) -> Iterator[str]:
    """The first value beside the label, the others below it."""
    head = f"{_INDENT}{label} "
    for at, value in enumerate(values):
        yield f"{head if at == 0 else ' ' * len(head)}{value}"


def _modulo(content: EntryContent) -> str:
    """`CHANGES/MMN`, as committers write it; names that have a stroke themselves stand apart."""
    return (", " if any("/" in name for name in content.modulo) else "/").join(content.modulo)


def _today(content: EntryContent) -> list[str]:
    if content.way == "patch":
        return [f"PR: {content.place}" if content.place.startswith("https://github.com/") else content.place]
    but = f" modulo {_modulo(content)}" if content.way == "modulo" else ""
    return [f"Trunk version of patch works{but}", content.merge]


def _pull(content: EntryContent) -> re.Match[str] | None:
    """The pull request that has the branch's patch."""
    return _PULL.fullmatch(content.place) if content.way == "patch" else None


def _aligned(content: EntryContent) -> list[str]:
    pull = _pull(content)
    if pull is None:
        return _command(content)
    return [f"https://patch-diff.githubusercontent.com/raw/{pull['repository']}/pull/{pull['number']}.diff"]


def _command(content: EntryContent) -> list[str]:
    if content.way == "patch":
        return [content.place]
    return [content.merge] if content.way == "works" else [f"trunk works (modulo {_modulo(content)})", content.merge]


def _short(content: EntryContent) -> list[str]:
    if content.way == "patch":
        return [content.place]
    return ["trunk works" if content.way == "works" else f"trunk works (modulo {_modulo(content)})"]


_SIDES = {"2014": _short, "2020": _command, "2024": _aligned}
"""What stands beside the branch's label, by style."""
