"""ProxyErrorOverride: whose error pages clients get."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from hpatch.lint.found import Found
from hpatch.lint.rule import rule
from hpatch.lint.rules._shared.effective import may_lack, server_of
from hpatch.lint.rules._shared.scope import counts, proxied

if TYPE_CHECKING:
    from hpatch.conf.tree import Node
    from hpatch.lint.context import Context

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
