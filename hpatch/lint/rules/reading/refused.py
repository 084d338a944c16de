"""Proxy directives that httpd does not take as they are written."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from hpatch.lint.found import Found
from hpatch.lint.rule import rule
from hpatch.lint.rules.paths.locations import DIRECTIVES, two_arguments
from hpatch.lint.rules.workers.units import SIZE

if TYPE_CHECKING:
    from hpatch.conf.tree import Node
    from hpatch.lint.context import Context
    from hpatch.proxy.model import Refusal

_MANUAL = "https://httpd.apache.org/docs/2.4/mod/mod_proxy.html"
_NUMBER = r"\s*([+-]?[0-9]+)"
_LEAST = {"proxytimeout": 1, "proxyiobuffersize": 512, "proxyreceivebuffersize": 512}
_NAME = re.compile(r"[!-~]+")
_ABOUT = re.compile(r"prox|oxy|bal+an")
_OURS = ("Proxy", "<Proxy", "Balancer")
_NEAR = 0.85


@rule("CF011", "directive-refused", "error", references=(_MANUAL,))
def directive_refused(context: Context) -> Iterator[Found]:
    """A proxy directive whose arguments httpd does not take.

    Parameters are `key=value` in one word: blanks around the `=`, or a comment behind them, are words of their own.
    ProxyPass needs a path and a target outside a Location, BalancerMember a balancer, ProxyTimeout a number of
    seconds. httpd refuses to start. What is about a single parameter has rules of its own.

    Fires on::

        ProxyPass "/" "http://10.0.0.5:8080/" timeout = 5

    Write instead::

        ProxyPass "/" "http://10.0.0.5:8080/" timeout=5

    Source: add_pass, add_member, set_proxy_param, proxysection, set_proxy_timeout and set_io_buffer_size
    (mod_proxy.c); tried on httpd 2.4.71.
    """
    for refusal in context.proxy.refusals:
        if refusal.kind in ("arguments", "member-context", "context") and not _elsewhere(refusal):
            yield Found(refusal.place, f"{refusal.message}: httpd refuses to start", help=_help(refusal))
    for key, least in _LEAST.items():
        for node in context.configuration.by_key.get(key, ()):
            text = next(iter(node.words), "")
            number = re.match(_NUMBER, text)
            value = int(number[1]) if number else 0
            if "${" in text or value >= least or (value == 0 and least > 1 and text):
                continue
            if least > 1 and re.fullmatch(SIZE, text):
                continue
            yield Found(
                node.word_place(0),
                f'httpd refuses to start with "{node.name} {text}": it must be at least {least}'
                if text
                else f"{node.name} needs a number: httpd refuses to start",
            )


def _elsewhere(refusal: Refusal) -> bool:
    """Whether another rule reports it."""
    return (refusal.kind == "context" and refusal.node.key in DIRECTIVES) or two_arguments(refusal)


def _help(refusal: Refusal) -> str | None:
    words = refusal.node.words
    if any(word.startswith("#") for word in words):
        return "A comment stands on a line of its own."
    if "key=value" in refusal.message:
        return "Write key=value, without blanks around the equals sign."
    return None


@rule("CF012", "directive-unknown", "error", references=("https://httpd.apache.org/docs/2.4/mod/quickreference.html",))
def directive_unknown(context: Context) -> Iterator[Found]:
    """A directive that httpd does not know: its name is garbled, or is a proxy directive misspelt.

    A byte order mark or another character that no name has makes a directive unknown, and so does a file in UTF-16.
    httpd refuses to start. Names that are merely unknown may be another module's: of these, only those are reported
    that are almost one of mod_proxy's, with less confidence.

    Fires on::

        ProxyPas "/" "http://10.0.0.5:8080/"

    Write instead::

        ProxyPass "/" "http://10.0.0.5:8080/"

    Source: server/config.c ("Invalid command"); tried on httpd 2.4.71.
    """
    garbled: dict[str, list[Node]] = {}
    for key, nodes in context.configuration.by_key.items():
        if _NAME.fullmatch(key) is None:
            for node in nodes:
                garbled.setdefault(node.source.name, []).append(node)
        elif _ABOUT.search(key):
            yield from _misspelt(key, nodes)
    for nodes in garbled.values():
        yield _garbled(nodes)


def _garbled(nodes: list[Node]) -> Found:
    first = min(nodes, key=lambda node: node.start)
    place = first.source.place(first.start, first.start + len(first.name))
    more = f"; {len(nodes) - 1} more such lines in this file" if len(nodes) > 1 else ""
    if first.name.startswith("\ufeff"):
        return Found(
            place,
            f'the byte order mark is a part of the name "{first.name}" for httpd, which refuses to start{more}',
            help="Save the file as UTF-8 without a byte order mark.",
        )
    return Found(
        place,
        f'"{first.name}" is no directive, by its characters: httpd refuses to start{more}',
        help="Is this a text file, in UTF-8 or ASCII?",
    )


def _misspelt(key: str, nodes: list[Node]) -> Iterator[Found]:
    from hpatch.facts import directives

    if directives.find(key):
        return
    from hpatch.suggest import closest

    near = closest(key, (name for name in directives.names() if name.startswith(_OURS)), _NEAR)
    if near is None:
        return
    for node in nodes:
        yield Found(
            node.source.place(node.start, node.start + len(node.name)),
            f'"{node.name}" is no directive of httpd: if no other module has it, httpd refuses to start',
            help=f'Did you mean "{near}"?',
            confidence="medium",
        )
