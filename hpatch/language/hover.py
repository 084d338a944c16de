"""What an editor shows of the place under the pointer."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from hpatch.conf.tree import Configuration
from hpatch.facts import parameters
from hpatch.facts.parameters import Parameter
from hpatch.language import explain
from hpatch.language.model import Cursor, nodes_at, workers_of
from hpatch.lint import registry
from hpatch.lint.rule import Rule
from hpatch.lint.selection import matching
from hpatch.proxy.model import Balancer, Param, Worker
from hpatch.records import NamedTuple
from hpatch.report.common.terminal import visible
from hpatch.text import Place

PROXY = frozenset(("proxypass", "proxypassmatch", "balancermember", "proxyset", "<proxy"))
"""The lines with workers and their parameters."""

_COMMENT = re.compile(r"#[ \t]*hpatch:[ \t]*ignore(?:-file)?[ \t]*\[([^\]\n]*)")
_MARKUP = re.compile(r"[\\`*_~<>&|!()\[\]]")
_ESCAPED = r"\\\g<0>"


class Hovered(NamedTuple):
    """What is shown, as Markdown, and the span of the text that it is about."""

    text: str
    start: int
    end: int


def hover(asked: Cursor, rules: Iterable[Rule]) -> Hovered | None:
    """What is known of a place, where these rules have findings."""
    found = list(_suppressed(asked))
    parts = [one.text for one in found] or list(_line(asked))
    shown = list(dict.fromkeys(rules))
    parts += [explain.rule(one) for one in shown]
    if not parts:
        return None
    start, end = (found[0].start, found[0].end) if found else _span(asked)
    return Hovered("\n\n---\n\n".join(parts), start, end)


def _span(asked: Cursor) -> tuple[int, int]:
    if asked.at is not None:
        word = asked.words[asked.at]
        return word.start, word.end
    return (asked.offset, asked.offset) if asked.entry is None else (asked.entry.start, asked.entry.end)


def _suppressed(asked: Cursor) -> Iterator[Hovered]:
    """The rules that a selector in a comment names; of a family, their names."""
    entry = asked.entry
    if entry is None or entry.name:
        return
    match = _COMMENT.match(asked.text, entry.start, entry.end)
    if match is None:
        return
    for selector in re.finditer(r"[^,\s]+", match[1]):
        start, end = match.start(1) + selector.start(), match.start(1) + selector.end()
        if start <= asked.offset <= end:
            rules = matching(selector[0], registry.rules())
            if len(rules) == 1:
                yield Hovered(explain.rule(rules[0]), start, end)
            elif rules:
                yield Hovered("\n".join(f"- {one.code} {one.name}" for one in rules), start, end)


def _line(asked: Cursor) -> Iterator[str]:
    entry, index = asked.entry, asked.at
    if entry is None or not entry.key or index is None:
        return
    version = asked.units[0].configuration.version if asked.units else None
    if index == 0:
        known = explain.directive(entry.key.replace("</", "<", 1), version)
        if known is not None:
            yield known
    if entry.key not in PROXY:
        return
    parameter = parameter_of(asked.word)
    if index > 0 and parameter:
        yield from map(explain.parameter, parameter)
        return
    told: dict[str, None] = {}
    for unit, node in nodes_at(asked):
        for one in workers_of(unit, node):
            told[_balancer(one, unit.configuration) if isinstance(one, Balancer) else _worker(one)] = None
    yield from told


def parameter_of(word: str) -> list[Parameter]:
    """What a word `key=value` may be, on a line of mod_proxy."""
    key, equals, _ = word.partition("=")
    key = key.lower()
    if not equals:
        return [parameters.WORDS[key]] if key in parameters.WORDS else []
    tables = (parameters.WORKER, parameters.BALANCER, parameters.MAPPING)
    return [table[key] for table in tables if key in table]


def _worker(worker: Worker) -> str:
    shared = len({definition.node for definition in worker.definitions})
    lines = [f"Worker {explain.code(worker.name)}", ""]
    target = worker.target
    if target.socket is not None:
        lines.append(f"- Unix socket: {explain.code(target.socket)}")
    if worker.balancer is not None:
        lines.append(f"- Member of {explain.code(worker.balancer.name)}")
    if worker.matching:
        lines.append("- Its name is a pattern.")
    if shared > 1:
        lines.append(f"- {shared} lines share it; {_at(worker.node.place)} created it.")
    lines += _params(worker.params.values())
    lines += [
        f"- {explain.code(f'{setting.name} {setting.value}')}, from {_at(setting.node.place)}"
        for setting in worker.settings.values()
    ]
    return "\n".join(lines)


def _params(params: Iterable[Param]) -> list[str]:
    found = [f"- {explain.code(f'{one.key}={one.value}')}, from {_at(one.place)}" for one in params]
    return found or ["- No parameters are set: httpd's defaults hold."]


def _at(place: Place) -> str:
    """A place; the name of its file is no Markdown, whatever it holds."""
    name = visible(place.file.rpartition("/")[2])
    return f"{_MARKUP.sub(_ESCAPED, name)}:{place.line}"


def _balancer(balancer: Balancer, configuration: Configuration) -> str:
    lines = [f"Balancer {explain.code(balancer.name)}", ""]
    if not balancer.defined:
        lines.append("- Nothing defines it." if configuration.whole else "- Nothing that hpatch has read defines it.")
    members = balancer.effective_members
    lines += [f"- Member {explain.code(member.name)} {_inline(member.params.values())}".rstrip() for member in members]
    lines += _params(balancer.params.values())
    return "\n".join(lines)


def _inline(params: Iterable[Param]) -> str:
    text = " ".join(f"{one.key}={one.value}" for one in params)
    return explain.code(text) if text else ""
