"""Proxy directives that httpd refuses as they are written."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from hpatch.lint.found import Found
from hpatch.lint.rule import rule
from hpatch.lint.rules._shared import edits
from hpatch.lint.rules.paths.locations import DIRECTIVES, two_arguments
from hpatch.lint.rules.workers.units import SIZE
from hpatch.text import whole_number

if TYPE_CHECKING:
    from hpatch.lint.context import Context
    from hpatch.proxy.model import Refusal

_MANUAL = "https://httpd.apache.org/docs/2.4/mod/mod_proxy.html"
_NUMBER = r"\s*([+-]?[0-9]+)"
LEAST = {"proxytimeout": 1, "proxyiobuffersize": 512, "proxyreceivebuffersize": 512}
"""Directives whose number the rule below holds, and the least that httpd accepts."""


@rule("CF011", "directive-refused", "error", references=(_MANUAL,), fix="safe")
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
            yield Found(
                refusal.place,
                f"{refusal.message}: httpd refuses to start",
                help=_help(refusal),
                fix=edits.fix("move the comment to its own line", edits.comment_moved(refusal.node), safe=True),
            )
    for key, least in LEAST.items():
        for node in context.configuration.by_key.get(key, ()):
            text = next(iter(node.words), "")
            number = re.match(_NUMBER, text)
            value = whole_number(number[1]) if number else 0
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
