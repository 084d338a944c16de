"""The values of directives' arguments that httpd checks when it executes the directive, and since which release."""

from __future__ import annotations

from functools import cache

from hpatch.facts import table
from hpatch.records import NamedTuple
from hpatch.versions import Version

COLUMNS = ("name", "arguments", "since", "source")


class Values(NamedTuple):
    """What a directive takes, in the notation that the head of the table explains.

    `since` is the first release that refuses anything else (None: all of 2.4), `source` the function that does.
    """

    name: str
    arguments: str
    since: Version | None
    source: str


@cache
def _rows() -> dict[str, str]:
    return {line[: line.index("\t")].lower(): line for line in table.lines("values")}


def find(key: str) -> Values | None:
    """The row of a directive by its lower-case name (a section with its `<`); None where the table has none.

    A directive without a row takes anything, or what it takes is not known.
    """
    line = _rows().get(key)
    if line is None:
        return None
    name, arguments, since, source = line.split("\t")
    return Values(name=name, arguments=arguments, since=table.version(since), source=source)


@cache
def _words() -> dict[str, dict[str, tuple[str, Version]]]:
    found: dict[str, dict[str, tuple[str, Version]]] = {}
    for name, word, since, _ in table.rows("words"):
        found.setdefault(name.lower(), {})[word.lower()] = (word, Version.parse(since))
    return found


def words(key: str) -> dict[str, tuple[str, Version]]:
    """The words that a directive takes only from a release on, in lower case, each as it is spelt, with the release.

    A word with `=` at its end has a value behind it.
    """
    return _words().get(key, {})


def names() -> tuple[str, ...]:
    """The directives that the table has, in lower case."""
    return tuple(_rows())
