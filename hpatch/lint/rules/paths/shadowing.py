"""ProxyPass lines that no request reaches."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from hpatch.lint.found import Confidence, Found, Related
from hpatch.lint.rule import rule
from hpatch.lint.rules._shared import edits
from hpatch.lint.rules._shared.passes import WEBSOCKET, same_result
from hpatch.lint.rules._shared.takers import Taker, moved, takers

if TYPE_CHECKING:
    from hpatch.lint.context import Context
    from hpatch.proxy.model import Mapping

_ORDER = "https://httpd.apache.org/docs/2.4/mod/mod_proxy.html#proxypass"


@rule("MP003", "pass-shadowed", "error", references=(_ORDER,), fix="unsafe")
def pass_shadowed(context: Context) -> Iterator[Found]:
    """No request reaches this ProxyPass, because another one takes them all.

    - In a server, httpd tries ProxyPass and ProxyPassMatch in the order in which they are written, and the first match
      wins: `/` before `/api` takes everything.
    - In a virtual host, the main server's lines come first, wherever they are written. ProxyPassInherit does not change
      that.
    - Among Location sections the last match wins, not the most specific one.
    - httpd tries a ProxyPass in a Location before those of the server, so `<Location "/">` takes the requests of
      `ProxyPass "/api"`.

    The rule is silent when both lead to the same URL, when a condition decides which of them is read, and for patterns
    that are more than a plain prefix.

    Write the longer path first; among Location sections, write it last.

    Fires on::

        ProxyPass "/" "http://10.0.0.5/"
        ProxyPass "/api" "http://10.0.0.6/api"

    Fires on (among Location sections the last match wins)::

        <Location "/api">
            ProxyPass "http://10.0.0.6/api"
        </Location>
        <Location "/">
            ProxyPass "http://10.0.0.5/"
        </Location>

    Write instead::

        ProxyPass "/api" "http://10.0.0.6/api"
        ProxyPass "/" "http://10.0.0.5/"

    Silent on (`/api` is not below `/ap`)::

        ProxyPass "/ap" "http://10.0.0.5"
        ProxyPass "/api" "http://10.0.0.6"

    Source: the ProxyPass documentation, "Ordering ProxyPass Directives"; `proxy_trans`, `merge_proxy_config` and
    `merge_proxy_dir_config` in mod_proxy.c, `ap_location_walk` in server/request.c. Each case tested on httpd 2.4.71,
    which does not follow the documentation's "the most specific location will take precedence".
    """
    for mapping, taker, confidence in shadowed(context):
        does = "excludes" if taker.mapping.target is None else "takes"
        yield Found(
            mapping.place,
            f'no request reaches this {mapping.kind} "{mapping.path}": the one for "{taker.mapping.path}" {does} them '
            "all",
            related=(Related(taker.mapping.place, f"{does} them: {taker.why}"),),
            help=taker.help,
            confidence=confidence,
            fix=edits.fix("move the line above that one", moved(mapping, taker.mapping)),
        )


def shadowed(context: Context) -> Iterator[tuple[Mapping, Taker, Confidence | None]]:
    """Every mapping that no request reaches, the one that takes its requests, and how sure that is (None: high)."""
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
        yield mapping, taker, confidence
