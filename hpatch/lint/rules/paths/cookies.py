"""Cookies whose path is the backend's."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import TYPE_CHECKING

from hpatch.lint.found import Fix, Found, Related
from hpatch.lint.rule import rule
from hpatch.lint.rules._shared import edits
from hpatch.lint.rules._shared.access import below
from hpatch.lint.rules._shared.effective import server_of
from hpatch.lint.rules._shared.passes import covers, schemes
from hpatch.lint.rules._shared.prefixes import Prefixes

if TYPE_CHECKING:
    from hpatch.conf.tree import Node
    from hpatch.lint.context import Context
    from hpatch.proxy.model import Mapping, Reverse, Server

_COOKIE = "https://httpd.apache.org/docs/2.4/mod/mod_proxy.html#proxypassreversecookiepath"

_DOMAIN = "https://httpd.apache.org/docs/2.4/mod/mod_proxy.html#proxypassreversecookiedomain"


@rule("MP075", "cookie-path", "warning", confidence="medium", references=(_COOKIE,), fix="unsafe")
def cookie_path(context: Context) -> Iterator[Found]:
    """The backend's cookies have a path that clients never ask for, so that no session lasts.

    A servlet container sets `Path=/app` on its cookies, the path of the application. If clients ask for `/`, they do
    not send such a cookie back.

    It is a warning for AJP backends, which set such paths, and an info for others. It is a warning where
    ProxyPassReverseCookiePath gives the cookies a path that no ProxyPass of the server has.

    Add ProxyPassReverseCookiePath, or give the application the same path on both sides.

    Fires on::

        ProxyPass "/" "ajp://127.0.0.1:8009/app/"

    Fires on (clients ask for `/shop`)::

        ProxyPass "/shop" "http://10.0.0.5:8080/"
        ProxyPassReverseCookiePath "/" "/store"

    Write instead::

        ProxyPass "/" "ajp://127.0.0.1:8009/app/"
        ProxyPassReverseCookiePath "/app" "/"

    Silent on (the same path)::

        ProxyPass "/app" "ajp://127.0.0.1:8009/app"

    Source: the ProxyPassReverseCookiePath documentation; tested on httpd 2.4.71.
    """
    lines = context.configuration.find("proxypassreversecookiepath")
    changed = {server_of(node) for node in lines if len(node.words) > 1}
    for mapping in context.passes:
        inner, outer = _paths(mapping)
        if inner is None or outer is None or inner == "/":
            continue
        # A client sends a cookie to the paths below the cookie's own.
        if outer == inner or outer.startswith(f"{inner}/") or not _has_cookies(mapping):
            continue
        if not changed.isdisjoint((None, mapping.server.node)):
            continue
        servlet = "ajp" in schemes(mapping)
        yield Found(
            mapping.place,
            f'cookies with "Path={inner}" from the backend are not sent back by clients, who ask for "{outer}"',
            help=f'Add ProxyPassReverseCookiePath "{inner}" "{outer}".',
            fix=_translated(mapping, inner, outer),
            severity=None if servlet else "info",
        )
    yield from _never_sent(context)


def _translated(mapping: Mapping, inner: str, outer: str) -> Fix | None:
    if mapping.node.parent is not mapping.server.node or re.search(r"[\s\"'%$\\]", inner + outer):
        return None
    line = f'ProxyPassReverseCookiePath "{inner}" "{outer}"'
    return edits.fix("translate the cookies' paths", edits.line_beside(mapping.node, line, above=False))


def _never_sent(context: Context) -> Iterator[Found]:
    """The lines that give cookies a path that clients send to no backend."""
    for server in context.proxy.servers if context.configuration.find("proxypassreversecookiepath") else ():
        written = [one for one in server.reverses if one.node.key == "proxypassreversecookiepath"]
        if not written:
            continue
        mappings = context.mappings if server.parent is None else context.mappings_of(server.node)
        taken = [covers(one) for one in mappings if not one.exclusion]
        paths = Prefixes((path.rstrip("/") or "/", path) for path in taken if path is not None)
        if not paths or len(paths) < len(taken):
            continue
        for one in written:
            if len(one.node.words) != 2 or one.in_proxy or _swapped(server, one) is not None:
                continue
            _, public = _written(one)
            if not public.startswith("/") or "$" in public or "%" in public:
                continue
            near = (path for _, path in paths.around(public))
            if not any(below(path, public) or below(public, path.rstrip("/") or "/") for path in near):
                yield Found(
                    one.node.place,
                    f'clients send cookies with "Path={public}" for paths below it only, and no ProxyPass takes one',
                    help="Write the public path of the ProxyPass in the second place.",
                )


@rule("MP076", "cookie-path-swapped", "error", references=(_COOKIE,), fix="unsafe")
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
            mapping = _swapped(server, reverse)
            if mapping is not None:
                first, second = _written(reverse)
                yield Found(
                    reverse.node.place,
                    f'no cookie of the backend has "Path={first}": the backend\'s path comes first',
                    related=(Related(mapping.place, f'the backend\'s path is "{second}"'),),
                    help=f'Write {reverse.node.name} "{second}" "{first}".',
                    fix=edits.fix("swap the arguments", _swap(reverse.node)),
                )


@rule("MP100", "cookie-domain-swapped", "error", references=(_DOMAIN,), fix="unsafe")
def cookie_domain_swapped(context: Context) -> Iterator[Found]:
    """The arguments of ProxyPassReverseCookieDomain are swapped: the backend's cookies keep its own domain.

    The first argument is the backend's domain, the second one the public domain. Browsers refuse a cookie for a domain
    that is not the one they asked.

    Swap them.

    Fires on::

        ProxyPass "/shop" "http://app.internal:8080/shop"
        ProxyPassReverse "/shop" "http://app.internal:8080/shop"
        ProxyPassReverseCookieDomain "www.example.com" "app.internal"

    Write instead::

        ProxyPass "/shop" "http://app.internal:8080/shop"
        ProxyPassReverse "/shop" "http://app.internal:8080/shop"
        ProxyPassReverseCookieDomain "app.internal" "www.example.com"

    Silent on (the name that the backend has for itself)::

        ProxyPass "/shop" "http://10.0.0.5:8080/shop"
        ProxyPassReverseCookieDomain "app.internal" "www.example.com"

    Source: ap_proxy_cookie_reverse_map (proxy_util.c), the documentation of the directive; tested on httpd 2.4.71.
    """
    if not context.configuration.find("proxypassreversecookiedomain"):
        return
    for server in context.proxy.servers:
        for reverse in server.reverses:
            words = reverse.node.words
            if reverse.node.key != "proxypassreversecookiedomain" or len(words) < 2:
                continue
            first, second = (word.partition(";")[0].lower().lstrip(".") for word in words[:2])
            mapping = _backends(server).get(second)
            if mapping is not None and first != second and first not in _backends(server):
                yield Found(
                    reverse.node.place,
                    f'no cookie of the backend has the domain "{first}": the backend\'s domain comes first',
                    related=(Related(mapping.place, f'the backend is "{second}"'),),
                    help=f'Write {reverse.node.name} "{words[1]}" "{words[0]}".',
                    fix=edits.fix("swap the arguments", _swap(reverse.node)),
                )


@lru_cache(maxsize=1)
def _backends(server: Server) -> dict[str, Mapping]:
    """The hosts that the ProxyPass lines of a server lead to, each with the first such line."""
    found: dict[str, Mapping] = {}
    for mapping in server.passes:
        if mapping.target is not None and not mapping.target.variables and not mapping.target.balancer:
            found.setdefault(mapping.target.host, mapping)
    return found


def _swap(node: Node) -> edits.Edits:
    first, second = node.words[:2]
    return edits.both(edits.word(node, 0, second), edits.word(node, 1, first))


def _written(reverse: Reverse) -> tuple[str, str]:
    """The backend's path and the public one of a line, without a slash at the end and without attributes."""
    first, second = (word.partition(";")[0].rstrip("/") or "/" for word in reverse.node.words[:2])
    return first, second


def _swapped(server: Server, reverse: Reverse) -> Mapping | None:
    """The ProxyPass that shows that a line's paths stand in the wrong order."""
    first, second = _written(reverse)
    pairs = _pairs(server)
    return None if first == second or (first, second) in pairs else pairs.get((second, first))


@lru_cache(maxsize=1)
def _pairs(server: Server) -> dict[tuple[str | None, str | None], Mapping]:
    """The ProxyPass lines of a server by the backend's path and the public one; the first one of each."""
    found: dict[tuple[str | None, str | None], Mapping] = {}
    for mapping in server.passes:
        if _has_cookies(mapping):
            found.setdefault(_paths(mapping), mapping)
    return found


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
