"""What the reader asks of every directive: its spelling, the modules that have it, whether it is executed at once.

The reader asks at every start, and so nothing is read here but names.
"""

from __future__ import annotations

from collections.abc import Iterator

from hpatch.facts import table

_lines = table.lines("directives")
_rows: dict[str, list[str]] = {}
"""The rows of each directive, the newest last."""
for _line in _lines:
    _rows.setdefault(_line.partition("\t")[0].lower(), []).append(_line)
_identifiers = {row[0]: row[1] for row in table.rows("modules")}
_sources = {identifier: source for source, identifier in _identifiers.items()}


def lines(key: str) -> list[str]:
    """The rows of a directive, their cells not split, by its lower-case name (a section with its `<`)."""
    return list(_rows.get(key, ()))


def everything() -> list[str]:
    """Every directive once, as its newest row spells it."""
    return [rows[-1].partition("\t")[0] for rows in _rows.values()]


def spelling(key: str) -> str | None:
    """How the newest release that has a directive spells it; None for an unknown one."""
    rows = _rows.get(key)
    return rows[-1].partition("\t")[0] if rows else None


def modules(key: str) -> tuple[str, ...]:
    """The modules that have, or once had, a directive."""
    return tuple(dict.fromkeys(line.split("\t")[1] for line in lines(key)))


def on_read() -> Iterator[str]:
    """The lower-case names of all that the newest releases execute while they read, whatever the platform."""
    for line in _lines:
        if "EXEC_ON_READ" in line:
            name, *_, until, condition = line.split("\t")
            if not until and not condition:
                yield name.lower()


def identifier(source: str) -> str | None:
    """What LoadModule calls the module of a source file (without `.c`); None for an unknown one."""
    return _identifiers.get(source)


def source(identifier: str) -> str | None:
    """The source file, without `.c`, of a module by its identifier; None for an unknown one."""
    return _sources.get(identifier)
