"""Where a configuration meets what triggers a known problem (`hpatch.facts.problems`)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache, lru_cache
from typing import TYPE_CHECKING

from hpatch.lint.rules._shared import uwsgi
from hpatch.lint.rules._shared.effective import server_of
from hpatch.lint.rules._shared.mpm import mpm, without_http2
from hpatch.lint.rules._shared.rewriting import rewrites
from hpatch.proxy.model import Worker
from hpatch.records import NamedTuple

if TYPE_CHECKING:
    from hpatch.conf.tree import Node
    from hpatch.facts.problems import Trigger
    from hpatch.lint.context import Context
    from hpatch.proxy.model import Param, Target

_ANY = "any"
"""Stands for all schemes in a trigger."""
_HTTP2 = "protocols"
"""The directive by which triggers ask for HTTP/2, and for nothing else."""


@cache
def _pattern(text: str) -> re.Pattern[str]:
    """A trigger's pattern. There are hundreds: kept by `re` itself, they would drive out those of all other rules."""
    return re.compile(text, re.IGNORECASE)


class _Handover(NamedTuple):
    """A place where requests are handed to a backend, or a member of a balancer."""

    kind: str
    node: Node
    target: Target
    flags: frozenset[str]
    params: Mapping[str, Param]


def met(context: Context, trigger: Trigger) -> list[Node]:
    """The lines that meet a trigger, in the order of the configuration; none if nothing does.

    What is not known (modules, an MPM, a line that httpd may not read, uWSGI's configuration) is taken not to hold.
    """
    if not _may_be_met(context, trigger):
        return []
    if trigger.listening:
        return uwsgi.met(context, trigger)
    named = [
        node
        for node in _lines(context, trigger.directives)
        if _stands(node, trigger.where) and _holds(node, trigger.holds)
    ]
    if not trigger.of_backend:
        return named
    if trigger.directives and not named:
        return []
    return [one.node for one in _of_schemes(context, trigger.schemes) if _fits(one, trigger)]


def _may_be_met(context: Context, trigger: Trigger) -> bool:
    """Whether all holds that a trigger says of the whole configuration."""
    return (
        not any(_may_have(context, key, pattern) for key, pattern in trigger.unless.items())
        and all(any(True for _ in _lines(context, {key: value})) for key, value in trigger.besides.items())
        and all(context.configuration.modules.has(name) for name in trigger.modules)
        and all(context.configuration.modules.has(name) is False for name in trigger.lacks)
        and (not trigger.mpm or mpm(context) == trigger.mpm)
    )


def _may_have(context: Context, key: str, pattern: str) -> bool:
    """Whether a directive is there, or may be, with arguments that match a pattern."""
    lines = context.configuration.by_key.get(key, ())
    return any(_pattern(pattern).search(node.argument) for node in lines)


def _lines(context: Context, wanted: Mapping[str, str]) -> Iterator[Node]:
    for key, pattern in wanted.items():
        for node in _at_work(context, key):
            if node.certain and _pattern(pattern).search(node.argument):
                yield node


def _at_work(context: Context, key: str) -> Iterable[Node]:
    """The lines of a directive, without those of which it is known that they have no effect."""
    if key == _HTTP2 and without_http2(context):
        return ()
    if key == "rewriterule":
        return [one.node for one in rewrites(context)]
    if key == "rewritecond":
        return [node for one in rewrites(context) for node, _ in one.conditions]
    return context.configuration.by_key.get(key, ())


def _stands(node: Node, where: str) -> bool:
    """Whether a line stands where a trigger wants it."""
    if where == "root":
        parent = node.parent
        return parent is not None and parent.key == "<directory" and parent.words == ["/"]
    return not where or (where == "server") == (server_of(node) is node.parent)


def _holds(section: Node, wanted: Mapping[str, str]) -> bool:
    """Whether one of these directives stands in a section; they are few, so nothing is indexed."""
    return not wanted or any(
        node.key in wanted and node.certain and _pattern(wanted[node.key]).search(node.argument)
        for node in section.children or ()
    )


def _fits(one: _Handover, trigger: Trigger) -> bool:
    target = one.target
    return (
        (not trigger.transport or (trigger.transport == "unix") == (target.socket is not None))
        and (not trigger.kinds or one.kind in trigger.kinds)
        and (not trigger.flags or not one.flags.isdisjoint(trigger.flags))
        and (not trigger.url or _pattern(f"(?-i:{trigger.url})").search(target.text) is not None)
        and (not trigger.parameters or any(_has(one, key, value) for key, value in trigger.parameters.items()))
    )


def _has(one: _Handover, key: str, value: str) -> bool:
    param = one.params.get(key)
    return param is not None and _pattern(value).search(param.value) is not None


def _of_schemes(context: Context, schemes: tuple[str, ...]) -> tuple[_Handover, ...]:
    """Those with one of the schemes; many triggers ask for the same few."""
    if not schemes or _ANY in schemes:
        return _handovers(context)
    index = _by_schemes(context)
    if schemes not in index:
        index[schemes] = tuple(one for one in _handovers(context) if one.target.scheme in schemes)
    return index[schemes]


@lru_cache(maxsize=1)
def _by_schemes(_context: Context) -> dict[tuple[str, ...], tuple[_Handover, ...]]:
    """What `_of_schemes` has gathered of a configuration; the last one's alone is kept."""
    return {}


@lru_cache(maxsize=1)
def _handovers(context: Context) -> tuple[_Handover, ...]:
    """All of them that httpd surely reads."""
    return tuple(one for one in _all_handovers(context) if one.node.certain)


def _all_handovers(context: Context) -> Iterator[_Handover]:
    running = {id(one.node) for one in rewrites(context)}
    for mapping in context.mappings:
        if mapping.target is not None and (mapping.kind != "RewriteRule" or id(mapping.node) in running):
            worker = mapping.worker
            params = worker.params if isinstance(worker, Worker) else {one.key.lower(): one for one in mapping.params}
            yield _handover(mapping.kind, mapping.node, mapping.target, params, mapping.flags)
    for member in context.members:
        yield _handover("BalancerMember", member.node, member.target, member.params)


def _handover(
    kind: str, node: Node, target: Target, params: Mapping[str, Param], flags: frozenset[str] = frozenset()
) -> _Handover:
    return _Handover(kind=kind, node=node, target=target, flags=flags, params=params)
