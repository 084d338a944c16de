"""Names of virtual hosts that no client sends."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from hpatch.lint.found import Found
from hpatch.lint.rule import rule

if TYPE_CHECKING:
    from hpatch.lint.context import Context

_CORE = "https://httpd.apache.org/docs/2.4/mod/core.html"
_PORT = re.compile(r"[^:\[\]]+:\d+")
_MARKS = {"servername": ",/", "serveralias": ",/:"}
"""By directive, the characters that no sound name has; a name without them has no fault that is reported."""


@rule("VH005", "vhost-name-unmatched", "warning", references=(f"{_CORE}#serveralias", f"{_CORE}#servername"))
def vhost_name_unmatched(context: Context) -> Iterator[Found]:
    """No request has this name: it holds a comma, a slash, a scheme or a port.

    Blanks divide the names of ServerAlias. httpd takes `b.example,` with its comma for the name, and a request for
    `b.example` goes to the first virtual host of that address. ServerName may have a scheme and a port, ServerAlias
    neither. `httpd -t` says nothing about it.

    Write the bare names, with blanks between them.

    Fires on::

        <VirtualHost *:80>
            ServerName a.example
            ServerAlias b.example, c.example
        </VirtualHost>

    Fires on (a port)::

        <VirtualHost *:80>
            ServerName a.example
            ServerAlias b.example:8080
        </VirtualHost>

    Write instead::

        <VirtualHost *:80>
            ServerName a.example
            ServerAlias b.example c.example
        </VirtualHost>

    Silent on::

        <VirtualHost *:80>
            ServerName https://a.example:443
            ServerAlias *.b.example
        </VirtualHost>

    Source: set_server_alias (server/core.c), matches_aliases (server/vhost.c); tested on httpd 2.4.71.
    """
    suspect = [key for key, marks in _MARKS.items() if any(mark in context.written(key) for mark in marks)]
    for node in context.configuration.find(*suspect):
        for index, word in enumerate(node.words):
            why = _why(node.key, word)
            if why is not None:
                yield Found(
                    node.word_place(index),
                    f'no request has the name "{word}": {why}',
                    help="Write the bare name, and blanks between names.",
                    node=node,
                    subject=word,
                )


def _why(key: str, word: str) -> str | None:
    if "$" in word or "%" in word or "@" in word:
        return None
    if key == "servername":
        word = word.partition("://")[2] or word
    if "," in word:
        return "httpd takes the comma for a part of it"
    if "://" in word:
        return "ServerAlias has no scheme"
    if "/" in word:
        return "httpd takes the slash for a part of it"
    if key == "serveralias" and _PORT.fullmatch(word):
        return "ServerAlias has no port"
    return None
