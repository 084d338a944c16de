"""The parameters that httpd reads, each checked once, and edits to them; shared by the rules about parameters."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import lru_cache
from operator import itemgetter
from typing import TYPE_CHECKING

from hpatch.facts.parameters import BALANCER, WORKER, Parameter, Scope
from hpatch.lint.found import Edit, Fix
from hpatch.lint.rules._shared.edits import Edits, line_removed, replaced
from hpatch.proxy.model import Balancer, Param, Server, Worker
from hpatch.proxy.parameters import Reading, check
from hpatch.records import NamedTuple

if TYPE_CHECKING:
    from hpatch.conf.tree import Node
    from hpatch.lint.context import Context
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


class Written(NamedTuple):
    """What of a `Use` its text tells, for all lines that have it."""

    key: str
    scope: Scope
    parameter: Parameter | None
    reading: Reading | None

    @property
    def refused(self) -> bool:
        """Whether httpd does not start with it."""
        return self.reading is not None and bool(self.reading.refused)


_Line = tuple[int, Param, Worker | Balancer | None, Server | None]
"""The number of a line among all, and what of its `Use` its text does not tell."""
_Text = tuple[Written, list[_Line]]


def uses(context: Context, *keys: str) -> list[Use]:
    """Every parameter with these keys that httpd reads, in the order of servers, workers and lines."""
    texts = _texts(context)
    return _made([text for key in keys for text in texts.get(key, ())])


def uses_where(context: Context, holds: Callable[[Written], bool]) -> list[Use]:
    """Every parameter for which something holds that httpd reads, in the order of servers, workers and lines.

    It is asked once of a text that many lines of a large configuration have.
    """
    return _made([text for texts in _texts(context).values() for text in texts if holds(text[0])])


def _made(texts: list[_Text]) -> list[Use]:
    lines = [(*line, written) for written, lines in texts for line in lines]
    lines.sort(key=itemgetter(0))
    return [
        Use(
            param=param,
            key=written.key,
            scope=written.scope,
            parameter=written.parameter,
            reading=written.reading,
            owner=owner,
            server=server,
        )
        for _, param, owner, server, written in lines
    ]


@lru_cache(maxsize=1)
def _texts(context: Context) -> dict[str, list[_Text]]:
    """The texts of all parameters by key."""
    lines: dict[tuple[str, str, Scope, bool], list[_Line]] = {}
    for number, (param, scope, owner, server) in enumerate(_every(context)):
        text = (param.key, param.value, scope, server is None)
        lines.setdefault(text, []).append((number, param, owner, server))
    found: dict[str, list[_Text]] = {}
    for text, same in lines.items():
        written = _read(*text, context.version)
        found.setdefault(written.key, []).append((written, same))
    return found


def _every(context: Context) -> Iterator[tuple[Param, Scope, Worker | Balancer | None, Server | None]]:
    for server in context.proxy.servers:
        for worker in server.workers:
            for param in worker.params.values():
                yield param, "worker", worker, server
        for balancer in server.balancers:
            for worker in balancer.members:
                for param in worker.params.values():
                    yield param, "worker", worker, server
            for param in balancer.params.values():
                yield param, "balancer", balancer, server
    for node in context.configuration.by_key.get("proxyhctemplate", ()):
        for word, place in list(zip(node.words, node.word_places(), strict=True))[1:]:
            key, equals, value = word.partition("=")
            if equals:
                yield Param(key, value, node, place), "worker", None, None


def _read(key: str, value: str, scope: Scope, template: bool, version: Version | None) -> Written:
    key = key.lower()
    parameter = (WORKER if scope == "worker" else BALANCER).get(key)
    if parameter is not None and template and not parameter.name.startswith("hc"):
        parameter = None
    # A value with an unexpanded variable is not the value that httpd will read.
    reading = check(parameter, value, version) if parameter is not None and "${" not in value else None
    return Written(key=key, scope=scope, parameter=parameter, reading=reading)


def words(texts: list[str], joint: str = "and") -> str:
    """Quoted words as a list in prose: `"a", "b" and "c"`."""
    quoted = [f'"{text}"' for text in texts]
    return quoted[0] if len(quoted) == 1 else f"{', '.join(quoted[:-1])} {joint} {quoted[-1]}"


def changed(node: Node, place: Place, text: str, replacement: str, title: str, *, safe: bool = False) -> Fix | None:
    """A fix that replaces the word `text`; None if the file does not show the word as httpd reads it."""
    edits = replaced(node, place, text, replacement)
    return Fix(title, edits, safe) if edits else None


def dropped(use: Use, title: str, *, safe: bool) -> Fix | None:
    """A fix that removes a parameter and the blanks before it, or the whole ProxySet that sets nothing else.

    It is not safe where the parameter may be what the worker is there for.
    """
    edits = parameter_removed(use.param)
    return Fix(title, edits, safe and not _makes_the_worker(use)) if edits else None


def _makes_the_worker(use: Use) -> bool:
    """Whether the worker may be gone with the parameter, and with it the reuse of its connections.

    `<Proxy "http://backend/">` makes a worker only with parameters, or with a ProxySet in it. Source: proxysection and
    set_proxy_param (mod_proxy.c).
    """
    node = use.param.node
    if not isinstance(use.owner, Worker):
        return False
    first = use.owner.node
    if first is not node and set(node.conditions).issuperset(first.conditions):
        return False
    return node.key == "<proxy" or (node.key == "proxyset" and len(node.words) == 1)


def parameter_removed(param: Param) -> Edits:
    """The removal of a parameter and the blanks before it, or of the whole ProxySet that sets nothing else."""
    place, node = param.place, param.node
    if not replaced(node, place, f"{param.key}={param.value}", ""):
        return ()
    if node.key == "proxyset" and len(node.words) == 1:
        return line_removed(node)
    before = node.source.line(place.line)[: place.column - 1]
    blanks = len(before) - len(before.rstrip(" \t"))
    if blanks in (0, len(before)):
        return ()
    return (Edit(place._replace(column=place.column - blanks), ""),)
