"""What the last run knows of the line that the editor asks about."""

from __future__ import annotations

import os
from collections.abc import Iterator
from functools import lru_cache

from hpatch.conf.tree import Configuration, Node
from hpatch.language.analysis import AnalysisAnswer, LintedUnit, units_of
from hpatch.language.outline import OutlineLine, OutlineWord, around, words_of
from hpatch.proxy.build import build
from hpatch.proxy.model import Balancer, Proxy, Server, Worker
from hpatch.proxy.target import balancer_name, is_balancer
from hpatch.records import NamedTuple


class Cursor(NamedTuple):
    """A place in a text that the editor asks about: the offset, the line there, its words, and the sections around it.

    `units` are the configurations that read the file, as the last run left them.
    """

    path: str | None
    text: str
    offset: int
    entry: OutlineLine | None
    words: tuple[OutlineWord, ...]
    sections: tuple[OutlineLine, ...]
    units: tuple[LintedUnit, ...]

    @property
    def at(self) -> int | None:
        """The index of the word that the offset is in."""
        return next((index for index, word in enumerate(self.words) if word.start <= self.offset <= word.end), None)

    @property
    def word(self) -> str:
        """The word that the offset is in; empty where there is none."""
        return "" if self.at is None else self.words[self.at].value


def asked(path: str | None, text: str, offset: int, entry: OutlineLine | None, answer: AnalysisAnswer | None) -> Cursor:
    """What is to be known of a place."""
    words = () if entry is None or not entry.name else tuple(words_of(text, entry))
    return Cursor(
        path=path,
        text=text,
        offset=offset,
        entry=entry,
        words=words,
        sections=tuple(around(text, offset if entry is None else entry.start)),
        units=tuple(units_of(answer, path)),
    )


@lru_cache(maxsize=4)
def proxy_of(configuration: Configuration) -> Proxy:
    """mod_proxy's model of a configuration, made when it is first asked for."""
    return build(configuration)


def nodes_at(asked: Cursor) -> Iterator[tuple[LintedUnit, Node]]:
    """The directives that the line is, one for each configuration and each use: where the text has changed since the
    last run, those of the same words."""
    entry = asked.entry
    if entry is None or asked.path is None:
        return
    real = os.path.realpath(asked.path)
    line = asked.text.count("\n", 0, entry.start) + 1
    values = [word.value for word in asked.words[1:]]
    filled_in = "${" in asked.text[entry.start : entry.end]
    for unit in asked.units:
        names = {name for name in unit.configuration.sources if os.path.realpath(name) == real}
        here = [node for node in unit.configuration.by_key.get(entry.key, ()) if node.source.name in names]
        exact = [node for node in here if node.source.position(node.start)[0] == line]
        found = [node for node in exact if filled_in or node.used_at is not None or node.words == values]
        for node in found or [node for node in here if node.words == values]:
            yield unit, node


def workers_of(unit: LintedUnit, node: Node) -> Iterator[Worker | Balancer]:
    """The workers and balancers that a line defines, changes or leads to."""
    found: dict[int, Worker | Balancer] = {}
    for server in proxy_of(unit.configuration).servers:
        for balancer in server.balancers:
            if node in balancer.defined and node.key != "balancermember":
                found[id(balancer)] = balancer
            for member in balancer.members:
                if any(one.node is node for one in member.definitions):
                    found[id(member)] = member
        for worker in server.workers:
            lines = [one.node for one in worker.definitions]
            if node in lines or (node.key == "<proxy" and any(line.parent is node for line in lines)):
                found[id(worker)] = worker
        for mapping in server.mappings:
            if mapping.node is node and mapping.worker is not None:
                found[id(mapping.worker)] = mapping.worker
    yield from found.values()


def named(unit: LintedUnit, url: str) -> Iterator[tuple[Server, Worker | Balancer]]:
    """The balancers of a URL `balancer://name/…`, or the workers of a URL."""
    name = balancer_name(url) if is_balancer(url) else None
    for server in proxy_of(unit.configuration).servers:
        if name is not None:
            if name in server.by_name:
                yield server, server.by_name[name]
            continue
        for worker in [*server.workers, *(member for one in server.balancers for member in one.members)]:
            if any(one.target.text == url for one in worker.definitions):
                yield server, worker
