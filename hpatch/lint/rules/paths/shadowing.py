"""ProxyPass lines that no request reaches."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from hpatch.lint.finding import Confidence, Found, Related
from hpatch.lint.rule import rule
from hpatch.lint.rules._shared.passes import WEBSOCKET, same_result
from hpatch.lint.rules._shared.takers import takers

if TYPE_CHECKING:
    from hpatch.lint.context import Context

_ORDER = "https://httpd.apache.org/docs/2.4/mod/mod_proxy.html#proxypass"


@rule("MP003", "pass-shadowed", "error", references=(_ORDER,))
def pass_shadowed(context: Context) -> Iterator[Found]:
    """A ProxyPass that no request reaches, because another takes them all.

    In a server, ProxyPass and ProxyPassMatch are asked in the order in which they are written, and the first that
    matches wins: `/` before `/api` takes everything. In a virtual host those of the main server come first, wherever
    they are written; ProxyPassInherit does not change that.

    Location sections are the other way round: the **last** one that matches wins, the most specific does not. And a
    ProxyPass in a Location is asked before those of the server, so `<Location "/">` takes what `ProxyPass "/api"`
    was to have.

    Silent where both lead to the same URL, where a condition decides which of them is read, and for patterns that are
    no plain prefix.

    Fires on::

        ProxyPass "/" "http://10.0.0.5/"
        ProxyPass "/api" "http://10.0.0.6/api"

    Write instead::

        ProxyPass "/api" "http://10.0.0.6/api"
        ProxyPass "/" "http://10.0.0.5/"

    Source: the manual of ProxyPass, "Ordering ProxyPass Directives"; `proxy_trans`, `merge_proxy_config` and
    `merge_proxy_dir_config` in mod_proxy.c, `ap_location_walk` in server/request.c. Each case tried on 2.4.71 (the
    manual's "the most specific location will take precedence" is not what it does).
    """
    fallback = not context.configuration.find("proxywebsocketfallbacktoproxyhttp")
    for mapping, taker in takers(context.proxy):
        if mapping.target is None or same_result(taker.mapping, mapping):
            continue
        confidence: Confidence | None = None
        target = taker.mapping.target
        if target is not None and target.scheme in WEBSOCKET and mapping.target.scheme not in WEBSOCKET:
            if not fallback:
                continue
            confidence = "medium"
        what = "excludes" if target is None else "takes"
        yield Found(
            mapping.place,
            f'no request reaches this {mapping.kind} "{mapping.path}": the one of "{taker.mapping.path}" {what} all',
            related=(Related(taker.mapping.place, f"{taker.why}: it {what} them"),),
            help=taker.help,
            confidence=confidence,
        )
