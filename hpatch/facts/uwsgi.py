"""The options of uWSGI's command line: which take an argument, and their letters."""

from __future__ import annotations

from functools import cache

from hpatch.facts import table
from hpatch.records import NamedTuple

COLUMNS = ("name", "argument", "short")


class CommandOption(NamedTuple):
    """An option. `argument` is `no`, `required` or `optional`; `short` its letter, or ""."""

    name: str
    argument: str
    short: str


@cache
def _all() -> dict[str, CommandOption]:
    return {row[0]: CommandOption(*row) for row in table.rows("uwsgi")}


def find(name: str) -> tuple[CommandOption, ...]:
    """The option of this name or, as getopt_long takes them, those whose names start so."""
    options = _all()
    exact = options.get(name)
    return (exact,) if exact is not None else tuple(o for o in options.values() if o.name.startswith(name))


@cache
def letters() -> dict[str, CommandOption]:
    """The options that have a letter, by it."""
    return {option.short: option for option in _all().values() if option.short}
