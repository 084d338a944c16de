"""The parameters that httpd reads, each checked once, and edits to them; shared by the rules about parameters."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from hpatch.facts.parameters import BALANCER, WORKER, Parameter, Scope
from hpatch.lint.found import Edit, Fix
from hpatch.lint.rules._shared.edits import replaced
from hpatch.proxy.model import Balancer, Param, Server, Worker
from hpatch.proxy.parameters import Reading, check

if TYPE_CHECKING:
    from hpatch.conf.tree import Node
    from hpatch.lint.context import Context
    from hpatch.proxy.model import Proxy
    from hpatch.text import Place
    from hpatch.versions import Version


class Use(NamedTuple):
    """A parameter that httpd reads: of a worker, a balancer, or (`owner` None) a health-check template.

    `parameter` is what the table has for its key in its `scope`, `reading` what httpd makes of the value; both are
    None where the key is not known there. `server` is None for a template's.
    """

    param: Param
    key: str
    scope: Scope
    parameter: Parameter | None
    reading: Reading | None
    owner: Worker | Balancer | None
    server: Server | None

    @property
    def place(self) -> Place:
        """Where it is written."""
        return self.param.place

    @property
    def text(self) -> str:
        """`key=value`, as written."""
        return f"{self.param.key}={self.param.value}"


def uses(context: Context, *keys: str) -> list[Use]:
    """Every parameter that httpd reads, or those with these keys, in the order of servers, workers and lines."""
    every, by_key = _uses(context)
    if not keys:
        return every
    present = [key for key in keys if key in by_key]
    if len(present) > 1:
        return [use for use in every if use.key in present]
    return by_key[present[0]] if present else []


@lru_cache(maxsize=1)
def _uses(context: Context) -> tuple[list[Use], dict[str, list[Use]]]:
    every = list(_walk(context.proxy, context.version))
    for node in context.configuration.by_key.get("proxyhctemplate", ()):
        every += _of_template(node, context.version)
    by_key: dict[str, list[Use]] = {}
    for use in every:
        by_key.setdefault(use.key, []).append(use)
    return every, by_key


def _walk(proxy: Proxy, version: Version | None) -> Iterator[Use]:
    readings = _Readings(version)
    for server in proxy.servers:
        for worker in server.workers:
            for param in worker.params.values():
                yield readings.use(param, "worker", worker, server)
        for balancer in server.balancers:
            for worker in balancer.members:
                for param in worker.params.values():
                    yield readings.use(param, "worker", worker, server)
            for param in balancer.params.values():
                yield readings.use(param, "balancer", balancer, server)


def _of_template(node: Node, version: Version | None) -> Iterator[Use]:
    readings = _Readings(version)
    for word, place in list(zip(node.words, node.word_places(), strict=True))[1:]:
        key, equals, value = word.partition("=")
        if equals:
            use = readings.use(Param(key, value, node, place), "worker", None, None)
            known = use.parameter is not None and use.parameter.name.startswith("hc")
            yield use if known else use._replace(parameter=None, reading=None)


class _Readings:
    """The readings of parameters, each distinct text read once."""

    def __init__(self, version: Version | None) -> None:
        self.version = version
        self._known: dict[tuple[str, str, str], tuple[str, Parameter | None, Reading | None]] = {}

    def use(self, param: Param, scope: Scope, owner: Worker | Balancer | None, server: Server | None) -> Use:
        text = (param.key, param.value, scope)
        known = self._known.get(text)
        if known is None:
            known = self._known[text] = self._read(*text)
        key, parameter, reading = known
        return Use(param=param, key=key, scope=scope, parameter=parameter, reading=reading, owner=owner, server=server)

    def _read(self, key: str, value: str, scope: str) -> tuple[str, Parameter | None, Reading | None]:
        key = key.lower()
        parameter = (WORKER if scope == "worker" else BALANCER).get(key)
        # A value with an unexpanded variable is not the value that httpd will read.
        reading = check(parameter, value, self.version) if parameter is not None and "${" not in value else None
        return key, parameter, reading


def words(texts: list[str], joint: str = "and") -> str:
    """Quoted words as a list in prose: `"a", "b" and "c"`."""
    quoted = [f'"{text}"' for text in texts]
    return quoted[0] if len(quoted) == 1 else f"{', '.join(quoted[:-1])} {joint} {quoted[-1]}"


def changed(node: Node, place: Place, text: str, replacement: str, title: str, *, safe: bool = False) -> Fix | None:
    """A fix that replaces the word `text`; None if the file does not show the word as httpd reads it."""
    edits = replaced(node, place, text, replacement)
    return Fix(title, edits, safe) if edits else None


def dropped(use: Use, title: str, *, safe: bool) -> Fix | None:
    """A fix that removes a parameter and the blanks before it."""
    place, node = use.place, use.param.node
    if not replaced(node, place, use.text, ""):
        return None
    before = node.source.line(place.line)[: place.column - 1]
    blanks = len(before) - len(before.rstrip(" \t"))
    if blanks in (0, len(before)):
        return None
    return Fix(title, (Edit(place._replace(column=place.column - blanks), ""),), safe)
