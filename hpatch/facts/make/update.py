"""The tables of directives and modules, brought up to a release: what has changed gets rows of its own."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from hpatch.facts.make.commands import FLAGS, CommandRow, SourceModule
from hpatch.records import NamedTuple
from hpatch.versions import Version

Row = list[str]
"""The cells of a row."""


class Shape(NamedTuple):
    """Which cells of a row tell what it is about, which what is known of that, and where its versions are."""

    key: slice
    state: slice
    since: int
    until: int


DIRECTIVES = Shape(key=slice(0, 2), state=slice(2, 6), since=6, until=7)
MODULES = Shape(key=slice(0, 1), state=slice(1, 2), since=2, until=3)


class UpdatedTable(NamedTuple):
    """The rows of a table after a release, and a line for each difference to those before it."""

    rows: list[Row]
    differences: list[str]


def directive_rows(found: Iterable[CommandRow]) -> list[Row]:
    """Commands as rows of the table of directives. Of two that exclude each other, one, without its condition."""
    rows: dict[tuple[str, ...], Row] = {}
    for one in found:
        where = sorted(one.where, key=FLAGS.index)
        contexts, sections = ",".join(sorted(one.not_in)), ",".join(sorted(one.inside))
        row = [one.name, one.module, one.form, ",".join(where), contexts, sections, "", "", one.condition]
        same = rows.setdefault(tuple(row[:6]), row)
        if one.condition != same[-1]:
            same[-1] = ""
    return list(rows.values())


def module_rows(found: Iterable[SourceModule]) -> list[Row]:
    """Modules as rows of their table."""
    return [[one.source, one.identifier, "", "", one.platform, ""] for one in found]


def update(
    shape: Shape, rows: Sequence[Row], found: Sequence[Row], version: Version, last: Version | None
) -> UpdatedTable:
    """Bring a table up to a release.

    `found` are the rows that the release calls for, `last` is the release that the table was at, None for an empty
    one: what is found first is then taken to be as old as 2.4.
    """
    open_rows: dict[tuple[str, ...], list[Row]] = {}
    closed = []
    for row in rows:
        if row[shape.until]:
            closed.append(row)
        else:
            open_rows.setdefault(tuple(row[shape.key]), []).append(row)
    differences: list[str] = []
    after = list(closed)
    for key, fresh in _grouped(shape, found).items():
        before = open_rows.pop(key, [])
        states = [row[shape.state] for row in before]
        if states == [row[shape.state] for row in fresh]:
            for old, new in zip(before, fresh, strict=True):
                old[shape.until + 1] = new[shape.until + 1]
            after += before
            continue
        was = f"was {_told(states)}, now " if before else "new: "
        differences.append(f"{' '.join(key)}: {was}{_told([row[shape.state] for row in fresh])}")
        after += _closed(shape, before, last)
        for row in fresh:
            row[shape.since] = str(version) if last else ""
        after += fresh
    for key, before in open_rows.items():
        differences.append(f"{' '.join(key)}: gone, was {_told([row[shape.state] for row in before])}")
        after += _closed(shape, before, last)
    return UpdatedTable(sorted(after, key=_order(shape)), sorted(differences))


def rows_of(shape: Shape, rows: Iterable[Row], version: Version) -> list[Row]:
    """The rows that hold for a release, as they were while it was the newest."""
    found = []
    for row in rows:
        first, last = row[shape.since], row[shape.until]
        if (not first or Version.parse(first) <= version) and (not last or version <= Version.parse(last)):
            found.append([*row[: shape.until], "", *row[shape.until + 1 :]])
    return found


def write(path: Path, rows: Iterable[Row]) -> None:
    """Put rows into a table's file; its comments and its line of column names stay."""
    lines = path.read_text(encoding="utf-8").split("\n")
    head = lines[: next(at for at, line in enumerate(lines) if not line.startswith("#")) + 1]
    path.write_text("\n".join([*head, *("\t".join(row) for row in rows), ""]), encoding="utf-8")


def write_version(path: Path, name: str, version: Version) -> None:
    """Set a named version."""
    text = path.read_text(encoding="utf-8")
    path.write_text(re.sub(rf"^({name}\t\w+\t)[\d.]+", rf"\g<1>{version}", text, flags=re.M), encoding="utf-8")


def _grouped(shape: Shape, rows: Iterable[Row]) -> dict[tuple[str, ...], list[Row]]:
    found: dict[tuple[str, ...], list[Row]] = {}
    for row in rows:
        found.setdefault(tuple(row[shape.key]), []).append(row)
    return {key: sorted(same) for key, same in found.items()}


def _closed(shape: Shape, rows: Iterable[Row], last: Version | None) -> list[Row]:
    return [[*row[: shape.until], str(last), *row[shape.until + 1 :]] for row in rows]


def _told(states: Iterable[Row]) -> str:
    return " / ".join(" ".join(cell for cell in state if cell) for state in states)


def _order(shape: Shape) -> Callable[[Row], tuple[object, ...]]:
    """By module, name and version."""

    def key(row: Row) -> tuple[object, ...]:
        about = row[shape.key]
        since = Version.parse(row[shape.since]) if row[shape.since] else Version(0, 0)
        return (*(cell.lower() for cell in reversed(about)), since)

    return key
