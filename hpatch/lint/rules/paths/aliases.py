"""Alias and ScriptAlias: whether the paths fit together."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from hpatch.lint.found import Found
from hpatch.lint.rule import rule
from hpatch.lint.rules._shared import edits

if TYPE_CHECKING:
    from hpatch.lint.context import Context

_ALIAS = "https://httpd.apache.org/docs/2.4/mod/mod_alias.html#alias"


@rule("MP070", "alias-slash", "error", references=(_ALIAS,), fix="unsafe")
def alias_slash(context: Context) -> Iterator[Found]:
    """The URL of an Alias ends with a slash and the folder does not: httpd looks for `/srv/statica.css`.

    httpd replaces the beginning of the path by the folder, letter by letter. `/static/a.css` becomes the folder's name
    and `a.css` in one word, and the client gets 404.

    The rule is silent about a name that ends with a sign such as `-`: it is the beginning of the files' names.

    Write both with the slash, or both without it.

    Fires on::

        Alias "/static/" "/srv/static"

    Write instead::

        Alias "/static" "/srv/static"

    Silent on (two slashes are one)::

        Alias "/static" "/srv/static/"

    Source: try_alias_list (mod_alias.c), the Alias documentation; tested on httpd 2.4.71.
    """
    for node in context.configuration.find("alias", "scriptalias"):
        words = node.words
        if len(words) != 2 or not words[0].endswith("/") or words[1].endswith("/") or "%{" in words[1]:
            continue
        if words[0] == "/" or "${" in words[1] or not words[1][-1].isalnum():
            continue
        yield Found(
            node.word_place(1),
            f'"{words[0]}page" leads to "{words[1]}page": the folder has no slash at its end',
            help=f'Write {node.name} "{words[0].rstrip("/")}" "{words[1]}".',
            fix=edits.fix("remove the slash of the path", edits.word(node, 0, words[0].rstrip("/"))),
        )
