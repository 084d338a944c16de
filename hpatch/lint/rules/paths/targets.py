"""Targets that are no URL for a backend."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from hpatch.lint.finding import Found
from hpatch.lint.rule import rule
from hpatch.lint.rules._shared.passes import encoded

if TYPE_CHECKING:
    from hpatch.lint.context import Context

_MANUAL = "https://httpd.apache.org/docs/2.4/mod/mod_proxy.html#proxypass"


@rule("MP010", "target-query", "warning", references=(_MANUAL,))
def target_query(context: Context) -> Iterator[Found]:
    """A query string in a target.

    mod_proxy takes what follows the host for a path and escapes it: `http://h/x?y=1` asks the backend for
    `/x%3Fy=1`. Use a RewriteRule with the flag `P`. Silent with `nocanon` or `mapping=`, which pass the text on
    as it is.

    Fires on::

        ProxyPass "/search" "http://10.0.0.5/find?lang=en"

    Write instead::

        RewriteEngine On
        RewriteRule "^/search$" "http://10.0.0.5/find?lang=en" [P,QSA]

    Source: the manual of ProxyPass ("cannot include a query string"); `ap_proxy_canonenc_ex` in proxy_util.c.
    Tried on 2.4.71 with ProxyPass and ProxyPassMatch.
    """
    for mapping in context.passes:
        target = mapping.target
        if target is None or "?" not in target.path or "nocanon" in mapping.flags or encoded(mapping):
            continue
        yield Found(
            target.place,
            f'the backend is asked for "%3F" where "{target.text}" has its "?"',
            help="A ProxyPass takes no query string: write a RewriteRule with [P,QSA].",
        )


@rule("MP011", "target-not-absolute", "error", references=(_MANUAL,))
def target_not_absolute(context: Context) -> Iterator[Found]:
    """A target that is not a whole URL.

    A target needs a scheme and a host: `http://10.0.0.5:8080/`; a Unix socket needs one behind its path, such as
    `unix:/run/app.sock|http://app/`. httpd refuses to start.

    Fires on::

        ProxyPass "/app" "10.0.0.5:8080"

    Write instead::

        ProxyPass "/app" "http://10.0.0.5:8080"

    Source: `ap_proxy_define_worker_ex` and `ap_proxy_de_socketfy` in proxy_util.c ("URL must be absolute!",
    "Unable to parse URL"). Tried on 2.4.71.
    """
    for refusal in context.proxy.refusals:
        if refusal.kind == "url":
            yield Found(
                refusal.place,
                refusal.message,
                help="Write scheme, host and path: http://host/, or unix:/path|http://host/.",
            )
