"""The directives of modules that are not httpd's: enough to know them from misspelt ones."""

from __future__ import annotations

from functools import cache

from hpatch.facts import table
from hpatch.records import NamedTuple

COLUMNS = ("name", "module", "form", "where")


class Foreign(NamedTuple):
    """A row of another module's command table, as one of its releases has it.

    The fields are those of `directives.Directive`. A `name` that ends with `*` stands for all that start so: then
    `form` is "" and `where` is empty.
    """

    name: str
    module: str
    form: str
    where: frozenset[str]


_exact: dict[str, list[str]] = {}
"""The rows of a directive, their cells not split: a lint asks for few of them."""
_prefixes: list[Foreign] = []


def _read() -> None:
    for line in table.lines("thirdparty"):
        key = line.partition("\t")[0].lower()
        if key.endswith("*"):
            _prefixes.append(_row(line))
        else:
            _exact.setdefault(key, []).append(line)


def _row(line: str) -> Foreign:
    name, module, form, where = line.split("\t")
    return Foreign(name, module, form, frozenset(where.split(",")) if where else frozenset())


def find(key: str) -> tuple[Foreign, ...]:
    """The modules that have a directive, by its lower-case name (a section with its `<`); () where none is known to.

    A name that only a prefix covers gives that prefix.
    """
    if not _exact:
        _read()
    same = tuple(map(_row, _exact.get(key, ())))
    return same or tuple(one for one in _prefixes if key.startswith(one.name[:-1].lower()))


def names() -> list[str]:
    """Every directive once, as it is spelt; prefixes left out."""
    if not _exact:
        _read()
    return [same[0].partition("\t")[0] for same in _exact.values()]


@cache
def modules() -> tuple[str, ...]:
    """The modules, as their rows name them (`mod_security2`)."""
    if not _exact:
        _read()
    exact = {_row(line).module for same in _exact.values() for line in same}
    return tuple(sorted(exact | {one.module for one in _prefixes}))
