"""Targets that are not the URL of a backend."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from hpatch.lint.found import Found
from hpatch.lint.rule import rule
from hpatch.lint.rules._shared.passes import encoded

if TYPE_CHECKING:
    from hpatch.lint.context import Context

_MANUAL = "https://httpd.apache.org/docs/2.4/mod/mod_proxy.html#proxypass"


@rule("MP010", "target-query", "warning", references=(_MANUAL,))
def target_query(context: Context) -> Iterator[Found]:
    """The target contains a query string.

    mod_proxy takes everything after the host for a path and escapes the `?`: with `http://h/x?y=1` it asks the backend
    for `/x%3Fy=1`.

    The rule is silent with `nocanon` or `mapping=`, which pass the text on unchanged.

    Write a RewriteRule with the flag `P` instead.

    Fires on::

        ProxyPass "/search" "http://10.0.0.5/find?lang=en"

    Write instead::

        RewriteEngine On
        RewriteRule "^/search$" "http://10.0.0.5/find?lang=en" [P,QSA]

    Silent on (`nocanon` passes the `?` on unchanged)::

        ProxyPass "/search/" "http://10.0.0.5/find?q=" nocanon

    Source: the ProxyPass documentation ("cannot include a query string"); `ap_proxy_canonenc_ex` in proxy_util.c.
    Tested on httpd 2.4.71 with ProxyPass and ProxyPassMatch.
    """
    for mapping in context.passes:
        target = mapping.target
        if target is None or "?" not in target.path or "nocanon" in mapping.flags or encoded(mapping):
            continue
        yield Found(
            target.place,
            f'httpd sends the "?" of "{target.text}" to the backend as "%3F"',
            help="Write a RewriteRule with [P,QSA]; ProxyPass does not accept a query string.",
        )


@rule("MP011", "target-not-absolute", "error", references=(_MANUAL,))
def target_not_absolute(context: Context) -> Iterator[Found]:
    """The target is not a complete URL.

    httpd refuses to start. A target needs a scheme and a host, e.g. `http://10.0.0.5:8080/`. A Unix socket needs a URL
    after its path, e.g. `unix:/run/app.sock|http://app/`.

    Fires on::

        ProxyPass "/app" "10.0.0.5:8080"

    Write instead::

        ProxyPass "/app" "http://10.0.0.5:8080"

    Source: `ap_proxy_define_worker_ex` and `ap_proxy_de_socketfy` in proxy_util.c ("URL must be absolute!", "Unable to
    parse URL"). Tested on httpd 2.4.71.
    """
    for refusal in context.proxy.refusals:
        if refusal.kind == "url":
            yield Found(
                refusal.place,
                refusal.message,
                help='Write scheme, host and path, e.g. "http://host/" or "unix:/path|http://host/".',
            )
