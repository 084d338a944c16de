"""Proxy directives that httpd refuses as they are written."""

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
    """httpd refuses the arguments of this proxy directive.

    httpd refuses to start. The usual causes:

    - Blanks around the `=` of a parameter, or a comment after the arguments. A parameter is one word, `key=value`;
      httpd reads a blank or a comment as the start of another argument.
    - ProxyPass outside a Location without a path and a target.
    - BalancerMember without a balancer.
    - ProxyTimeout without a number of seconds.

    The rule is silent about faults of a single parameter, which have their own rules.

    Fires on::

        ProxyPass "/" "http://10.0.0.5:8080/" timeout = 5

    Write instead::

        ProxyPass "/" "http://10.0.0.5:8080/" timeout=5

    Source: add_pass, add_member, set_proxy_param, proxysection, set_proxy_timeout and set_io_buffer_size (mod_proxy.c);
    tested on httpd 2.4.71.
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
                f'httpd refuses to start with "{node.name} {text}": the value must be at least {least}'
                if text
                else f"{node.name} needs a number: httpd refuses to start",
            )


def _elsewhere(refusal: Refusal) -> bool:
    """Whether another rule reports the refusal."""
    return (refusal.kind == "context" and refusal.node.key in DIRECTIVES) or two_arguments(refusal)


def _help(refusal: Refusal) -> str | None:
    words = refusal.node.words
    if any(word.startswith("#") for word in words):
        return "Move the comment to its own line."
    if "key=value" in refusal.message:
        return "Write key=value, without blanks around the equals sign."
    return None


@rule("CF012", "directive-unknown", "error", references=("https://httpd.apache.org/docs/2.4/mod/quickreference.html",))
def directive_unknown(context: Context) -> Iterator[Found]:
    """httpd does not know this directive: its name is misspelt or garbled.

    httpd refuses to start. A byte order mark, or another character that no directive name contains, makes a directive
    unknown; so does a file in UTF-16.

    Another module may provide a name that hpatch does not know. Of these names, the rule reports only those that are
    almost the name of a mod_proxy directive, with medium confidence.

    Fires on::

        ProxyPas "/" "http://10.0.0.5:8080/"

    Write instead::

        ProxyPass "/" "http://10.0.0.5:8080/"

    Source: server/config.c ("Invalid command"); tested on httpd 2.4.71.
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
    more = f" ({len(nodes)} such lines in this file)" if len(nodes) > 1 else ""
    if first.name.startswith("\ufeff"):
        return Found(
            place,
            f'httpd reads the byte order mark as part of the name "{first.name}" and refuses to start{more}',
            help="Save the file as UTF-8 without a byte order mark.",
        )
    return Found(
        place,
        f'"{first.name}" contains characters that no directive name has: httpd refuses to start{more}',
        help="Check that this is a text file, in UTF-8 or ASCII.",
    )


def _misspelt(key: str, nodes: list[Node]) -> Iterator[Found]:
    from hpatch.facts import names

    if names.lines(key):
        return
    from hpatch.suggest import closest

    near = closest(key, (name for name in names.everything() if name.startswith(_OURS)), _NEAR)
    if near is None:
        return
    for node in nodes:
        yield Found(
            node.source.place(node.start, node.start + len(node.name)),
            f'"{node.name}" is not a directive of httpd: unless another module provides it, httpd refuses to start',
            help=f'Did you mean "{near}"?',
            confidence="medium",
        )
