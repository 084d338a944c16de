"""ErrorDocument and ProxyErrorOverride: which error pages clients get."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from hpatch.lint.found import Found
from hpatch.lint.rule import rule
from hpatch.lint.rules._shared.effective import may_lack, server_of
from hpatch.lint.rules._shared.scope import counts, proxied

if TYPE_CHECKING:
    from hpatch.conf.tree import Node
    from hpatch.lint.context import Context

_DOCUMENT = "https://httpd.apache.org/docs/2.4/mod/core.html#errordocument"
_OVERRIDE = "https://httpd.apache.org/docs/2.4/mod/mod_proxy.html#proxyerroroverride"


@rule("MP072", "erroroverride-without-pages", "warning", confidence="medium", references=(_OVERRIDE,))
def erroroverride_without_pages(context: Context) -> Iterator[Found]:
    """ProxyErrorOverride replaces the backend's error pages, and no ErrorDocument says by what.

    Clients get httpd's own short pages for every status from 400 on. What the application had to say, in JSON or in its
    own design, is lost.

    The rule is silent if status codes are listed, if an ErrorDocument holds for the line, and if nothing is proxied
    there.

    Add ErrorDocument lines, list the codes, or remove the line.

    Fires on::

        ProxyPass "/" "http://10.0.0.5:8080/"
        ProxyErrorOverride On

    Write instead::

        ProxyPass "/" "http://10.0.0.5:8080/"
        ProxyErrorOverride On 502 503
        ErrorDocument 503 "The shop is closed for a moment."

    Source: the ProxyErrorOverride documentation; tested on httpd 2.4.71.
    """
    for node in _switched_on(context):
        host = server_of(node)
        if may_lack(context, node):
            continue
        if len(node.words) == 1 and not context.lines_of(host, "errordocument"):
            yield Found(
                node.place,
                "clients get httpd's own short pages instead of the application's errors: no ErrorDocument is set",
                help="Add ErrorDocument lines, list the codes, or remove the line.",
            )


@rule("MP073", "erroroverride-all", "info", references=(_OVERRIDE,), advice=True)
def erroroverride_all(context: Context) -> Iterator[Found]:
    """ProxyErrorOverride without a list of codes replaces the answers of APIs, too.

    A client of an API reads what is wrong in the body of a 400, 409 or 422. WebDAV and Git clients need the body of 401
    and 404. They get a page of httpd instead.

    List the codes that have pages: `ProxyErrorOverride On 502 503 504`.

    Fires on::

        ProxyPass "/" "http://10.0.0.5:8080/"
        ProxyErrorOverride On
        ErrorDocument 503 "/sorry.html"

    Write instead::

        ProxyPass "/" "http://10.0.0.5:8080/"
        ProxyErrorOverride On 503
        ErrorDocument 503 "The shop is closed for a moment."

    Source: the ProxyErrorOverride documentation (codes: 2.4.47 and later); tested on httpd 2.4.71.
    """
    for node in _switched_on(context):
        if len(node.words) == 1:
            yield Found(
                node.place,
                f'"{node.name} On" replaces the bodies of all errors, those of APIs, too',
                help="List the codes that have pages.",
            )


def _switched_on(context: Context) -> Iterator[Node]:
    for node in context.configuration.find("proxyerroroverride"):
        if "".join(node.words[:1]).lower() == "on" and any(
            counts(context, node, mapping) for mapping in proxied(context, node)
        ):
            yield node


_FILE = re.compile(r"[\w.~-]+(?:/[\w.~-]+)*\.(?:s?html?|php|txt|json|xml|cgi|pl|py|jsp|aspx?|svg|png|jpe?g|gif)")


@rule("MP094", "errordocument-text", "error", references=(_DOCUMENT,))
def errordocument_text(context: Context) -> Iterator[Found]:
    """The name of the error page is sent as it is written: clients see the words `404.html`.

    ErrorDocument takes for a path what begins with a slash, and for a redirect what is a URL. Everything else is the
    text of the page.

    The rule reports a single word that is a file's name.

    Write the path by which clients would ask for the page.

    Fires on::

        ErrorDocument 404 404.html

    Fires on (in a folder)::

        ErrorDocument 503 "errors/down.html"

    Write instead::

        ErrorDocument 404 /404.html

    Silent on (a text)::

        ErrorDocument 503 "The shop is closed for a moment. See status.html."

    Source: set_error_document (server/core.c); tested on httpd 2.4.71.
    """
    for node in context.configuration.find("errordocument"):
        words = node.words
        if len(words) == 2 and _FILE.fullmatch(words[1]) is not None:
            yield Found(
                node.word_place(1),
                f'clients see the text "{words[1]}", and no page: a path begins with a slash',
                help=f'Write "/{words[1]}", the path by which clients would ask for the page.',
                node=node,
            )


@rule("MP095", "errordocument-401-url", "warning", references=(_DOCUMENT,))
def errordocument_401_url(context: Context) -> Iterator[Found]:
    """httpd ignores an ErrorDocument for 401 that is a URL: clients get its own page.

    A redirect cannot carry the header with which a browser asks for the password. httpd says so in a notice when it
    starts, AH00113, and goes on without the line.

    Write a path of this server, and let everybody read that page.

    Fires on::

        ErrorDocument 401 https://www.example.com/login.html

    Write instead::

        ErrorDocument 401 /login.html

    Silent on (another status)::

        ErrorDocument 403 https://www.example.com/login.html

    Source: set_error_document (server/core.c); tested on httpd 2.4.71.
    """
    for node in context.configuration.find("errordocument"):
        words = node.words
        if len(words) == 2 and words[0] == "401" and re.match(r"[A-Za-z][A-Za-z0-9+.-]*://", words[1]) is not None:
            yield Found(
                node.word_place(1),
                f'httpd ignores this line: "{words[1]}" is a URL, and a redirect cannot ask for a password',
                help="Write a path of this server.",
                node=node,
            )
