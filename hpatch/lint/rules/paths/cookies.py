"""Cookies whose path is the backend's."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from hpatch.lint.found import Found, Related
from hpatch.lint.rule import rule
from hpatch.lint.rules._shared.passes import covers, schemes
from hpatch.lint.rules._shared.passes import passes as passes_in

if TYPE_CHECKING:
    from hpatch.lint.context import Context
    from hpatch.proxy.model import Mapping

_COOKIE = "https://httpd.apache.org/docs/2.4/mod/mod_proxy.html#proxypassreversecookiepath"


@rule("MP075", "cookie-path", "warning", confidence="medium", references=(_COOKIE,))
def cookie_path(context: Context) -> Iterator[Found]:
    """The backend's cookies have a path that clients never ask for, so that no session lasts.

    A servlet container sets `Path=/app` on its cookies, the path of the application. If clients ask for `/`, they do
    not send such a cookie back.

    It is a warning for AJP backends, which set such paths, and an info for others.

    Add ProxyPassReverseCookiePath, or give the application the same path on both sides.

    Fires on::

        ProxyPass "/" "ajp://127.0.0.1:8009/app/"

    Write instead::

        ProxyPass "/" "ajp://127.0.0.1:8009/app/"
        ProxyPassReverseCookiePath "/app" "/"

    Silent on (the same path)::

        ProxyPass "/app" "ajp://127.0.0.1:8009/app"

    Source: the ProxyPassReverseCookiePath documentation; tested on httpd 2.4.71.
    """
    for mapping in context.passes:
        inner, outer = _paths(mapping)
        if inner is None or outer is None or inner == "/":
            continue
        # A client sends a cookie to the paths below the cookie's own.
        if outer == inner or outer.startswith(f"{inner}/") or not _has_cookies(mapping):
            continue
        if any(one.node.key == "proxypassreversecookiepath" for one in mapping.server.reverses) or _in_main(context):
            continue
        servlet = "ajp" in schemes(mapping)
        yield Found(
            mapping.place,
            f'cookies with "Path={inner}" from the backend are not sent back by clients, who ask for "{outer}"',
            help=f'Add ProxyPassReverseCookiePath "{inner}" "{outer}".',
            severity=None if servlet else "info",
        )


@rule("MP076", "cookie-path-swapped", "error", references=(_COOKIE,))
def cookie_path_swapped(context: Context) -> Iterator[Found]:
    """The arguments of ProxyPassReverseCookiePath are swapped: it changes no cookie.

    The first argument is the backend's path, the second one the public path.

    Swap them.

    Fires on::

        ProxyPass "/shop" "http://10.0.0.5:8080/app"
        ProxyPassReverseCookiePath "/shop" "/app"

    Write instead::

        ProxyPass "/shop" "http://10.0.0.5:8080/app"
        ProxyPassReverse "/shop" "http://10.0.0.5:8080/app"
        ProxyPassReverseCookiePath "/app" "/shop"

    Source: ap_proxy_cookie_reverse_map (proxy_util.c), the documentation of the directive; tested on httpd 2.4.71.
    """
    if not context.configuration.find("proxypassreversecookiepath"):
        return
    for server in context.proxy.servers:
        for reverse in server.reverses:
            if reverse.node.key != "proxypassreversecookiepath" or len(reverse.node.words) < 2:
                continue
            first, second = (word.rstrip("/") or "/" for word in reverse.node.words[:2])
            if first == second:
                continue
            passes = [mapping for mapping in passes_in(server) if _has_cookies(mapping)]
            pairs = [_paths(mapping) for mapping in passes]
            if (second, first) in pairs and (first, second) not in pairs:
                mapping = next(one for one in passes if _paths(one) == (second, first))
                yield Found(
                    reverse.node.place,
                    f'no cookie of the backend has "Path={first}": the backend\'s path comes first',
                    related=(Related(mapping.place, f'the backend\'s path is "{second}"'),),
                    help=f'Write {reverse.node.name} "{second}" "{first}".',
                )


def _paths(mapping: Mapping) -> tuple[str | None, str | None]:
    """The backend's path and the public one, without a slash at the end; None where it is not known."""
    target = mapping.target
    if target is None or mapping.pattern or target.variables or "$" in target.path:
        return None, None
    outer = covers(mapping)
    if outer is None:
        return None, None
    return target.path.partition("?")[0].rstrip("/") or "/", outer.rstrip("/") or "/"


def _has_cookies(mapping: Mapping) -> bool:
    """Whether a backend of a mapping speaks a protocol in which mod_proxy changes cookies."""
    return not schemes(mapping).isdisjoint(("http", "https", "ajp"))


def _in_main(context: Context) -> bool:
    return any(one.node.key == "proxypassreversecookiepath" for one in context.proxy.servers[0].reverses)
