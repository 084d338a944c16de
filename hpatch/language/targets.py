"""Where what a line names is defined, and where it is used."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator

from hpatch.conf import words
from hpatch.conf.tree import Configuration, Node
from hpatch.language.analysis import LintedUnit
from hpatch.language.model import Cursor, named, nodes_at, proxy_of, workers_of
from hpatch.proxy.model import Balancer, Worker
from hpatch.proxy.target import is_balancer
from hpatch.records import NamedTuple
from hpatch.text import Place, Source

_VARIABLE = re.compile(r"\$\{([^}\n]*)\}")
_URL = re.compile(r"(?:unix:[^|\s]*\|)?[a-z][a-z0-9+.]*:/", re.I)


class Destination(NamedTuple):
    """A place in a text that was read; without a source, the start of a file."""

    file: str
    place: Place | None = None
    source: Source | None = None


def definitions(asked: Cursor) -> list[Destination]:
    """The lines or files that define what is at a place."""
    return _distinct(_definitions(asked))


def references(asked: Cursor) -> list[Destination]:
    """The lines that use what is at a place: a variable, a macro, a balancer or a worker."""
    return _distinct(_references(asked))


def _distinct(found: Iterable[Destination]) -> list[Destination]:
    return list({(one.file, one.place): one for one in found}.values())


def _definitions(asked: Cursor) -> Iterator[Destination]:
    entry = asked.entry
    if entry is None or not entry.name:
        return
    variable = _variable(asked)
    if variable is not None:
        for unit in asked.units:
            yield from _lines(unit.configuration, "define", variable)
    elif entry.key in ("include", "includeoptional"):
        for unit in asked.units:
            yield from _included(asked, unit)
    elif entry.key == "use" and len(asked.words) > 1:
        for unit in asked.units:
            yield from _lines(unit.configuration, "<macro", asked.words[1].value)
    elif _URL.match(asked.word) is not None:
        for _, found in _called(asked):
            nodes = found.defined if isinstance(found, Balancer) else [found.node]
            yield from (_at(node) for node in nodes if not isinstance(found, Balancer) or node.key == "<proxy")
            if isinstance(found, Balancer) and not any(node.key == "<proxy" for node in nodes):
                yield from (_at(node) for node in nodes)


def _references(asked: Cursor) -> Iterator[Destination]:
    entry = asked.entry
    if entry is None or not entry.name:
        return
    variable = _variable(asked)
    if variable is None and entry.key in ("define", "undefine") and len(asked.words) > 1:
        variable = asked.words[1].value
    if variable is not None:
        for unit in asked.units:
            yield from _uses(unit.configuration, variable)
    elif entry.key in ("use", "<macro") and len(asked.words) > 1:
        for unit in asked.units:
            yield from _lines(unit.configuration, "use", asked.words[1].value)
    elif _URL.match(asked.word) is not None:
        for unit, found in _called(asked):
            if isinstance(found, Balancer):
                yield from map(_at, (*found.used, *found.defined))
            else:
                yield from (_at(one.node) for one in found.definitions)
            for server in proxy_of(unit.configuration).servers:
                yield from (_at(one.node) for one in server.mappings if one.worker is found)


def _variable(asked: Cursor) -> str | None:
    """The name of the variable that the place is in."""
    entry = asked.entry
    assert entry is not None
    for match in _VARIABLE.finditer(asked.text, entry.start, entry.end):
        if match.start() <= asked.offset <= match.end():
            return match[1]
    return None


def _called(asked: Cursor) -> Iterator[tuple[LintedUnit, Worker | Balancer]]:
    """What a URL at the place names: by what the line leads to, and else by the URL itself."""
    led = [(unit, one) for unit, node in nodes_at(asked) for one in workers_of(unit, node)]
    yield from (pair for pair in led if isinstance(pair[1], Balancer) == is_balancer(asked.word))
    if not led or is_balancer(asked.word):
        for unit in asked.units:
            yield from ((unit, one) for _, one in named(unit, asked.word))


def _at(node: Node) -> Destination:
    return Destination(node.source.name, node.place, node.source)


def _included(asked: Cursor, unit: LintedUnit) -> Iterator[Destination]:
    """The files that an Include reads."""
    assert asked.entry is not None
    assert asked.path is not None
    real = os.path.realpath(asked.path)
    line = asked.text.count("\n", 0, asked.entry.start) + 1
    for file in unit.configuration.files:
        place = file.named_at
        if place is not None and place.line == line and os.path.realpath(place.file) == real:
            yield Destination(file.name)


def _lines(configuration: Configuration, key: str, name: str) -> Iterator[Destination]:
    """The lines of what httpd executes while it reads, whose first word is a name: they are not in the tree.

    httpd ignores the case of the names of macros, and of variables where they are filled in.
    """
    pattern = re.compile(rf"^[ \t]*({re.escape(key)}[ \t]+(\S[^\n]*))", re.I | re.M)
    for source in configuration.sources.values():
        for match in pattern.finditer(source.text):
            found = words.get_word(match[2])[0].removesuffix(">" if key.startswith("<") else "")
            if words.lower(found) == words.lower(name):
                place = source.place(match.start(1), match.start(1) + len(match[1].rstrip()))
                yield Destination(source.name, place, source)


def _uses(configuration: Configuration, name: str) -> Iterator[Destination]:
    """Where a variable is used. httpd ignores the case of its name."""
    pattern = re.compile(rf"\$\{{{re.escape(name)}\}}", re.I)
    for source in configuration.sources.values():
        for match in pattern.finditer(source.text):
            yield Destination(source.name, source.place(*match.span()), source)
