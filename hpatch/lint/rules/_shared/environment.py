"""Environment variables with text of the client: SetEnvIf and its kin, and the flag E of RewriteRule."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import TYPE_CHECKING

from hpatch.lint.rules._shared.clients import Filled, compared
from hpatch.lint.rules._shared.effective import server_of
from hpatch.lint.rules._shared.rewriting import rewrites
from hpatch.proxy.clients import Inserted, by_client, inserted
from hpatch.records import NamedTuple

if TYPE_CHECKING:
    from hpatch.conf.tree import Node
    from hpatch.lint.context import Context

_BY_ATTRIBUTE = ("setenvif", "setenvifnocase")
_BY_AGENT = ("browsermatch", "browsermatchnocase")
_BY_EXPRESSION = "setenvifexpr"
_NOT_CLIENT = ("remote_host", "remote_addr", "server_addr")
_READ = r"(?i)(?:env|reqenv):(\w+)"
_GROUP = r"\$(\d)"


class Taken(NamedTuple):
    """A text of the client in a URL: the line's own, or what an environment variable brings there.

    `by_host` tells that it comes from the Host header, which may be one of the server's own names only.
    """

    filled: Filled
    text: Inserted
    by_host: bool


class _Setting(NamedTuple):
    """What a line puts into a variable: `before`, a text of the client, `after`."""

    node: Node
    filled: Filled
    text: Inserted
    by_host: bool


def brought(context: Context, node: Node, text: Inserted) -> Iterator[Taken]:
    """The texts of the client that an environment variable (`%{ENV:NAME}`) brings into a URL of a line."""
    read = re.fullmatch(_READ, text.name) if text.kind == "variable" else None
    if read is None:
        return
    host = server_of(node)
    for setting in _settings(context).get(read[1].lower(), ()):
        if server_of(setting.node) not in (None, host):
            continue
        inner = setting.text
        joined = text._replace(
            kind=inner.kind,
            name=inner.name,
            before=text.before + inner.before,
            after=inner.after + text.after,
        )
        yield Taken(setting.filled, joined, setting.by_host)


@lru_cache(maxsize=1)
def _settings(context: Context) -> dict[str, list[_Setting]]:
    """By the variable's name in lower case."""
    found: dict[str, list[_Setting]] = {}
    for name, setting in _every(context):
        found.setdefault(name.lower(), []).append(setting)
    return found


def _every(context: Context) -> Iterator[tuple[str, _Setting]]:
    for node in context.configuration.find(*_BY_ATTRIBUTE, *_BY_AGENT, _BY_EXPRESSION):
        words = node.words
        by_host = path = False
        if node.key in _BY_ATTRIBUTE:
            attribute = "".join(words[:1]).lower()
            if attribute in _NOT_CLIENT:
                continue
            by_host, path = attribute == "host", attribute == "request_uri"
            pattern, rest = "".join(words[1:2]), words[2:]
        elif node.key in _BY_AGENT:
            pattern, rest = "".join(words[:1]), words[1:]
        else:
            comparison = compared("".join(words[:1]))
            if comparison is None or not by_client(comparison.tested[2:-1]):
                continue
            by_host = "host" in comparison.tested.lower()
            pattern, rest = comparison.pattern, words[1:]
        for word in rest:
            name, _, value = word.partition("=")
            for group in re.finditer(_GROUP, value):
                text = Inserted(
                    text=group[0],
                    kind="capture",
                    name=group[1],
                    part="path",
                    before=value[: group.start()],
                    after=value[group.end() :],
                )
                yield name, _Setting(node, Filled(pattern, folder=not path), text, by_host)
    for one in rewrites(context):
        for flag in one.rule.flags:
            key, _, rest_of_flag = flag.partition("=")
            if key not in ("e", "env"):
                continue
            name, _, value = rest_of_flag.partition(":")
            condition = one.conditions[-1][1] if one.conditions else None
            filled = Filled(one.rule.pattern, condition, one.in_folder)
            for text in inserted(f"//{value}", "rewrite"):
                if not filled.written(text, frozenset()):
                    continue
                tested_host = text.kind == "condition" and "HOST" in filled.compared.tested.upper()
                at = value.find(text.text)
                around = text._replace(before=value[:at], after=value[at + len(text.text) :])
                yield name, _Setting(one.node, filled, around, text.header == "host" or tested_host)
