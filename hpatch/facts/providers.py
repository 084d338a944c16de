"""The providers that directives name, and the modules that register them."""

from __future__ import annotations

from functools import cache

from hpatch.facts import table

COLUMNS = ("group", "name", "module")


@cache
def _groups() -> dict[str, dict[str, tuple[str, ...]]]:
    found: dict[str, dict[str, tuple[str, ...]]] = {}
    for group, name, module in table.rows("providers"):
        names = found.setdefault(group, {})
        names[name] = (*names.get(name, ()), module)
    return found


def modules(group: str, name: str) -> tuple[str, ...]:
    """The modules, as source files without `.c`, that register a provider; () for an unknown one.

    `group` is one of the table's. httpd compares names with their case, but those of filters without.
    """
    names = _groups()[group]
    if group == "filter":
        return next((found for known, found in names.items() if known.lower() == name.lower()), ())
    return names.get(name, ())


def names(group: str) -> tuple[str, ...]:
    """All providers of a group."""
    return tuple(_groups()[group])


def groups() -> tuple[str, ...]:
    """All groups."""
    return tuple(_groups())
