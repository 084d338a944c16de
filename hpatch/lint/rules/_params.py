"""The parameters that httpd would take in, each read once, and edits to them; shared by the rules about parameters."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from hpatch.lint.finding import Edit, Fix
from hpatch.lint.rules._edits import replaced
from hpatch.proxy.model import Balancer, Param, Server, Worker
from hpatch.proxy.parameters import BALANCER, MAPPING, WORKER, Parameter, Reading, Scope, check

if TYPE_CHECKING:
    from hpatch.conf.source import Place
    from hpatch.conf.tree import Node
    from hpatch.lint.context import Context
    from hpatch.proxy.model import Proxy
    from hpatch.versions import Version


class Use(NamedTuple):
    """A parameter that httpd takes in: for a worker, a balancer, or (`owner` None) a health-check template.

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


def uses(context: Context) -> tuple[Use, ...]:
    """Every parameter that httpd takes in, in the order of servers, workers and lines."""
    templates = tuple(context.configuration.by_key.get("proxyhctemplate", ()))
    return _uses(context.proxy, context.version, templates)


@lru_cache(maxsize=1)
def _uses(proxy: Proxy, version: Version | None, templates: tuple[Node, ...]) -> tuple[Use, ...]:
    return tuple(_walk(proxy, version, templates))


def _walk(proxy: Proxy, version: Version | None, templates: tuple[Node, ...]) -> Iterator[Use]:
    for server in proxy.servers:
        for worker in server.workers:
            for param in worker.params.values():
                yield _use(param, "worker", version, worker, server)
        for balancer in server.balancers:
            for worker in balancer.members:
                for param in worker.params.values():
                    yield _use(param, "worker", version, worker, server)
            for param in balancer.params.values():
                yield _use(param, "balancer", version, balancer, server)
    for node in templates:
        yield from _of_template(node, version)


def _of_template(node: Node, version: Version | None) -> Iterator[Use]:
    for word, place in list(zip(node.words, node.word_places(), strict=True))[1:]:
        key, equals, value = word.partition("=")
        if equals:
            use = _use(Param(key, value, node, place), "worker", version, None, None)
            known = use.parameter is not None and use.parameter.name.startswith("hc")
            yield use if known else use._replace(parameter=None, reading=None)


def _use(
    param: Param, scope: Scope, version: Version | None, owner: Worker | Balancer | None, server: Server | None
) -> Use:
    key = param.key.lower()
    parameter = (WORKER if scope == "worker" else BALANCER).get(key)
    if parameter is None and param.node.key in ("proxypass", "proxypassmatch") and key in MAPPING:
        parameter = MAPPING[key]
    # A value with an unexpanded variable is not the value that httpd will read.
    reading = check(parameter, param.value, version) if parameter is not None and "${" not in param.value else None
    return Use(param, key, scope, parameter, reading, owner, server)


def words(texts: list[str], joint: str = "and") -> str:
    """Quoted words as a list in prose: `"a", "b" and "c"`."""
    quoted = [f'"{text}"' for text in texts]
    return quoted[0] if len(quoted) == 1 else f"{', '.join(quoted[:-1])} {joint} {quoted[-1]}"


def changed(node: Node, place: Place, text: str, replacement: str, title: str, *, safe: bool = False) -> Fix | None:
    """A fix that writes another word for `text`; None where the file does not show the word as it is."""
    edits = replaced(node, place, text, replacement)
    return Fix(title, edits, safe) if edits else None


def dropped(use: Use, title: str, *, safe: bool) -> Fix | None:
    """A fix that takes a parameter away, with the blanks before it."""
    place, node = use.place, use.param.node
    if not replaced(node, place, use.text, ""):
        return None
    before = node.source.line(place.line)[: place.column - 1]
    blanks = len(before) - len(before.rstrip(" \t"))
    if blanks in (0, len(before)):
        return None
    return Fix(title, (Edit(place._replace(column=place.column - blanks), ""),), safe)
