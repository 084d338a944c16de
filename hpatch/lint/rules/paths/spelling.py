"""Paths that are written in a way in which httpd never sees them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from hpatch.lint.found import Found
from hpatch.lint.rule import rule
from hpatch.lint.rules._shared.spelling import ENCODED, QUERY

if TYPE_CHECKING:
    from hpatch.conf.tree import Node
    from hpatch.lint.context import Context

_ALIAS = "https://httpd.apache.org/docs/2.4/mod/mod_alias.html#order"
_PASS = "https://httpd.apache.org/docs/2.4/mod/mod_proxy.html#proxypass"
_KEYS = ("proxypass", "alias", "scriptalias", "redirect", "redirectpermanent", "redirecttemp")


@rule("MP096", "path-never-asked", "error", references=(_PASS, _ALIAS))
def path_never_asked(context: Context) -> Iterator[Found]:
    """No request meets this line: httpd compares the decoded path, without the query.

    The path `/my%20app` of a request is `/my app` for ProxyPass, Alias and Redirect, and `?id=1` is no part of it.

    The rule is silent about `%2F`, which stays as it is with `AllowEncodedSlashes NoDecode`, and about the encoded path
    of a ProxyPass with `mapping=`.

    Write the decoded path in quotes; use a RewriteCond on `%{QUERY_STRING}` for the query.

    Fires on::

        ProxyPass "/my%20app" "http://10.0.0.5:8080/app"

    Fires on (a query)::

        Redirect "/old?id=1" "/new"

    Write instead::

        ProxyPass "/my app" "http://10.0.0.5:8080/app"

    Silent on (encoded in the target)::

        Redirect "/old" "/my%20page?id=1"

    Source: alias_matches (mod_alias.c), ap_proxy_trans_match (mod_proxy.c); tested on httpd 2.4.71.
    """
    written = context.written(*_KEYS)
    if ENCODED.search(written) is None and QUERY.search(written) is None:
        return
    for node in context.configuration.find(*_KEYS):
        words = node.words
        at = 1 if node.key == "redirect" and len(words) == 3 else 0
        if len(words) < at + 2 or not words[at].startswith("/") or "$" in words[at]:
            continue
        found = (None if _as_sent(node) else ENCODED.search(words[at])) or QUERY.search(words[at])
        if found is not None:
            what = "the query" if found[0].startswith("?") else f'"{found[0]}"'
            yield Found(
                node.word_place(at),
                f'no request meets "{words[at]}": httpd compares the decoded path, in which {what} never stands',
                help="Use a RewriteCond on %{QUERY_STRING}." if what == "the query" else "Write the decoded path.",
                node=node,
            )


def _as_sent(node: Node) -> bool:
    """Whether a line is compared with the path as the client sent it."""
    return node.key == "proxypass" and any(word.lower().startswith("mapping=") for word in node.words[2:])
