"""`Header` and `RequestHeader` lines, read as `header_cmd` and `header_inout_cmd` of mod_headers do."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import TYPE_CHECKING

from hpatch.lint.rules._shared.effective import server_of
from hpatch.lint.rules._shared.scope import conditional
from hpatch.records import NamedTuple

if TYPE_CHECKING:
    from hpatch.conf.tree import Configuration, Node
    from hpatch.lint.context import Context

SETS = ("set", "setifempty", "add", "append", "merge")
"""The actions that give a header a value."""
_VALUES = {"unset": 0, "echo": 0, "edit": 2, "edit*": 2}


class HeaderLine(NamedTuple):
    """A line of mod_headers.

    `name` is the header in lower case without a colon, `shown` as written, `value` the value as written ("" for
    `unset`), `always` whether the line is for the table that error answers have, too. `clause` is the last argument:
    `early`, `env=…` or `expr=…`.
    """

    node: Node
    response: bool
    always: bool
    explicit: bool
    action: str
    name: str
    shown: str
    value: str
    clause: str
    word: int

    @property
    def sure(self) -> bool:
        """Whether it is in effect for every request of its section."""
        return not self.clause.lower().startswith(("env=", "expr=")) and not conditional(self.node)


def read(node: Node) -> HeaderLine | None:
    """A line; None if httpd would refuse it."""
    words = node.words
    response = node.key == "header"
    table = words[0].lower() if words else ""
    at = 1 if response and table in ("always", "onsuccess") else 0
    if len(words) < at + 2:
        return None
    action = words[at].lower()
    rest = words[at + 2 :]
    count = _VALUES.get(action, 1)
    if len(rest) < count:
        return None
    shown = words[at + 1].removesuffix(":")
    return HeaderLine(
        node=node,
        response=response,
        always=at == 1 and table == "always",
        explicit=at == 1,
        action=action,
        name=shown.lower(),
        shown=shown,
        value=rest[count - 1] if count else "",
        clause=rest[count] if len(rest) > count else "",
        word=at + 1,
    )


def response_lines(context: Context) -> Iterator[HeaderLine]:
    """The Header lines."""
    yield from _lines(context.configuration, "header")


def request_lines(context: Context) -> Iterator[HeaderLine]:
    """The RequestHeader lines."""
    yield from _lines(context.configuration, "requestheader")


def lines_near(context: Context, key: str, host: Node | None) -> Iterator[HeaderLine]:
    """The lines (`header`, `requestheader`) that may hold for a server's requests; all of them for the main server."""
    if host is None:
        yield from _lines(context.configuration, key)
        return
    lines = _by_host(context.configuration, key)
    yield from lines.get(None, ())
    yield from lines.get(host, ())


def lines_named(context: Context, key: str, host: Node | None, name: str) -> Iterator[HeaderLine]:
    """Those of `lines_near` for one header; its name is in lower case."""
    every, by_host = _by_name(context.configuration, key)
    if host is None:
        yield from every.get(name, ())
        return
    yield from by_host.get((name, None), ())
    yield from by_host.get((name, host), ())


@lru_cache(maxsize=2)
def _by_name(
    configuration: Configuration, key: str
) -> tuple[dict[str, list[HeaderLine]], dict[tuple[str, Node | None], list[HeaderLine]]]:
    every: dict[str, list[HeaderLine]] = {}
    by_host: dict[tuple[str, Node | None], list[HeaderLine]] = {}
    for line in _lines(configuration, key):
        every.setdefault(line.name, []).append(line)
        by_host.setdefault((line.name, server_of(line.node)), []).append(line)
    return every, by_host


@lru_cache(maxsize=2)
def _by_host(configuration: Configuration, key: str) -> dict[Node | None, list[HeaderLine]]:
    found: dict[Node | None, list[HeaderLine]] = {}
    for line in _lines(configuration, key):
        found.setdefault(server_of(line.node), []).append(line)
    return found


@lru_cache(maxsize=2)
def _lines(configuration: Configuration, key: str) -> tuple[HeaderLine, ...]:
    """Read once for all rules."""
    return tuple(line for node in configuration.find(key) if (line := read(node)) is not None)
