"""Quotation marks that httpd takes for a part of a path."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from hpatch.lint.found import Found
from hpatch.lint.rule import rule
from hpatch.lint.rules._shared import edits

if TYPE_CHECKING:
    from hpatch.lint.context import Context

_SECTIONS = ("<directory", "<files", "<location", "<proxy")
_DIRECTIVES = ("alias", "documentroot", "proxypass", "proxypassreverse", "redirect", "scriptalias")


@rule(
    "CF018",
    "stray-quote",
    "warning",
    references=("https://httpd.apache.org/docs/2.4/configuring.html#syntax",),
    fix="unsafe",
)
def stray_quote(context: Context) -> Iterator[Found]:
    """A quotation mark ends a path that does not begin with one.

    httpd reads it as a character of the path. Such a section, alias or mapping meets no request. What the section
    should forbid stays open.

    Fires on::

        <Directory /srv/private">
            Require all denied
        </Directory>

    Write instead::

        <Directory "/srv/private">
            Require all denied
        </Directory>

    Silent on::

        <Files "notes.txt">
            Require all denied
        </Files>

    Source: server/util.c `ap_getword_conf`; tested on httpd 2.4.71.
    """
    for key in (*_SECTIONS, *_DIRECTIVES):
        for node in context.configuration.by_key.get(key, ()):
            if node.args.count('"') % 2 == 0 and node.args.count("'") % 2 == 0:
                continue  # marks in pairs
            words = node.words
            if key.startswith("<") and words[:1] == ["~"]:
                continue
            for index, word in enumerate(words):
                if len(word) > 1 and word[-1] in "\"'" and word.count(word[-1]) == 1 and "=" not in word:
                    yield Found(
                        node.word_place(index),
                        f"the path of {node.name}{'>' if key.startswith('<') else ''} ends with a quotation mark: "
                        f"httpd takes it for a part of the path, and no request matches",
                        help=f"Write the path as {word[-1]}{word}, or without the mark.",
                        fix=edits.fix("remove the mark", edits.word(node, index, word[:-1]) if word.isascii() else ()),
                    )
