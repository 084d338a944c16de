"""mod_cache: whether its answers reach only those who may have them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache
from operator import itemgetter
from typing import TYPE_CHECKING

from hpatch.lint.found import Found, Related
from hpatch.lint.rule import rule
from hpatch.lint.rules._shared.access import admits, below
from hpatch.lint.rules._shared.effective import in_server, is_on, may_lack, server_of
from hpatch.lint.rules._shared.guards import start
from hpatch.lint.rules._shared.headers import lines_named, response_lines
from hpatch.lint.rules._shared.passes import covers
from hpatch.lint.rules._shared.prefixes import Prefixes

if TYPE_CHECKING:
    from hpatch.conf.tree import Node
    from hpatch.lint.context import Context
    from hpatch.proxy.model import Mapping

_CACHE = "https://httpd.apache.org/docs/2.4/mod/mod_cache.html"
_CHOOSING = frozenset(("ip", "host", "local", "forward-dns", "env", "expr", "ssl", "ssl-verify-client"))
"""Providers of Require that choose among clients, without a password in each request."""
_HTTP_LOGIN = frozenset(("basic", "digest"))


@rule("CA005", "cache-before-access", "error", references=(f"{_CACHE}#cachequickhandler",))
def cache_before_access(context: Context) -> Iterator[Found]:
    """The cache answers before httpd asks whether the client may have the page.

    With `CacheQuickHandler On`, the default, mod_cache answers from its store before httpd has looked at any `Require`.
    What one allowed client has fetched is then given to everybody.

    The rule is silent about paths with an HTTP password (`AuthType Basic` or `Digest`): mod_cache does not store
    answers to requests with one, unless the backend says so. CacheEnable in a `<Location>` does not answer that early.

    Set `CacheQuickHandler Off`, or `CacheDisable` for the path.

    Fires on::

        CacheIgnoreHeaders Set-Cookie
        CacheEnable socache "/"
        ProxyPass "/" "http://10.0.0.5:8080/"
        <Location "/internal">
            Require ip 10.0.0.0/8
        </Location>

    Write instead::

        CacheQuickHandler Off
        CacheIgnoreHeaders Set-Cookie
        CacheEnable socache "/"
        ProxyPass "/" "http://10.0.0.5:8080/"
        <Location "/internal">
            Require ip 10.0.0.0/8
        </Location>

    Silent on (the path is not cached)::

        CacheEnable socache "/"
        CacheDisable "/internal"
        ProxyPass "/" "http://10.0.0.5:8080/"
        <Location "/internal">
            Require ip 10.0.0.0/8
        </Location>

    Silent on (nobody may have it)::

        CacheEnable socache "/"
        ProxyPass "/" "http://10.0.0.5:8080/"
        <Location "/internal">
            Require all denied
        </Location>

    Source: cache_quick_handler (mod_cache.c), the CacheQuickHandler documentation; tested on httpd 2.4.71.
    """
    enabled = _enabled(context)
    if not enabled:
        return
    sections = context.configuration.find("<location", "<locationmatch")
    protected: dict[Node | None, list[tuple[Node, str]]] = {}
    for section in sections:
        if path := _protected(section):
            protected.setdefault(server_of(section), []).append((section, path))
    paths = {server: _by_path(found) for server, found in protected.items()}
    everywhere = _by_path(one for found in protected.values() for one in found)
    for node, prefix in enabled:
        host = node.parent
        if not is_on(in_server(context, "cachequickhandler", host), default=True):
            continue
        disabled = [
            line.words[0]
            for line in context.lines_of(host, "cachedisable")
            if line.words and line.parent in (None, host)
        ]
        near = [everywhere] if host is None else [paths[server] for server in (None, host) if server in paths]
        for section, path in (one for found in near for _, one in found.around(prefix)):
            inner = path if path.startswith(prefix) else prefix if below(prefix, path) else None
            if inner is None or any(inner.startswith(one) for one in disabled):
                continue
            yield Found(
                node.place,
                f'the cache answers for "{inner}" before httpd looks at the access lines of {section.name} "{path}">: '
                "everybody gets what an allowed client has fetched",
                related=(Related(section.place, "the section that is not asked"),),
                help=f'Set CacheQuickHandler Off, or add CacheDisable "{path}".',
            )
            break


def _by_path(protected: Iterable[tuple[Node, str]]) -> Prefixes[tuple[Node, str]]:
    return Prefixes((path, (section, path)) for section, path in protected)


def _enabled(context: Context) -> list[tuple[Node, str]]:
    """The CacheEnable lines of servers, each with the path that it caches; none of a forward proxy."""
    found = []
    for node in context.configuration.find("cacheenable"):
        words = node.words
        if len(words) == 2 and words[1].startswith("/") and (node.parent is None or node.parent.key == "<virtualhost"):
            found.append((node, words[1]))
    return found


def _protected(section: Node) -> str | None:
    """The path of a section that lets some clients in and others not, as far as it says so itself."""
    where = start(section)
    if where is None or admits(section) != "some":
        return None
    lines = list(section.walk())
    login = next((line.args.strip().lower() for line in lines if line.key == "authtype"), None)
    for line in lines:
        if line.key in ("allow", "deny") and [word.lower() for word in line.words[1:]] != ["all"]:
            return where
        if line.key != "require" or not line.words:
            continue
        provider = line.words[0].lower()
        if provider in _CHOOSING or (login not in (None, "none", *_HTTP_LOGIN) and provider != "all"):
            return where
    return None


@rule("CA006", "cache-set-cookie", "warning", confidence="medium", references=(f"{_CACHE}#cacheignoreheaders",))
def cache_set_cookie(context: Context) -> Iterator[Found]:
    """The cache stores the application's cookies, and gives one client's cookie to the next.

    mod_cache stores all headers of a response. If the application sets a session cookie in a response that may be
    cached, every client that gets this response gets this session.

    The rule is silent where only a part of what is proxied is cached, such as `/static`, and where
    `Header unset Set-Cookie` takes the cookies away before the response is stored.

    Add `CacheIgnoreHeaders Set-Cookie`.

    Fires on::

        CacheEnable socache "/"
        ProxyPass "/" "http://10.0.0.5:8080/"

    Write instead::

        CacheEnable socache "/"
        CacheIgnoreHeaders Set-Cookie
        ProxyPass "/" "http://10.0.0.5:8080/"

    Silent on (a part of the application)::

        CacheEnable socache "/static"
        ProxyPass "/" "http://10.0.0.5:8080/"

    Source: the CacheIgnoreHeaders documentation; tested on httpd 2.4.71.
    """
    enabled = _enabled(context)
    if not enabled:
        return
    taken_away = {
        one.node.parent
        for one in lines_named(context, "header", None, "set-cookie")
        if one.action == "unset" and not one.always and one.sure
    }
    for node, prefix in enabled:
        host = node.parent
        ignored = in_server(context, "cacheignoreheaders", host)
        if may_lack(context, node) or (
            ignored is not None and "set-cookie" in [word.lower() for word in ignored.words]
        ):
            continue
        if host in taken_away:
            continue
        mapping = _taking_below(context, host, prefix)
        if mapping is not None:
            yield Found(
                node.place,
                f'the cache stores the cookies that the application behind "{mapping.path}" sets, and gives them to '
                "other clients",
                related=(Related(mapping.place, "the application"),),
                help="Add CacheIgnoreHeaders Set-Cookie.",
            )


def _taking_below(context: Context, host: Node | None, prefix: str) -> Mapping | None:
    """The first ProxyPass of a server that takes a path which begins with a text; of any, for the main server."""
    servers = _paths_taken(context)
    for server in servers if host is None else dict.fromkeys((None, host)):
        found = servers[server].starting(prefix) if server in servers else []
        if found:
            return min(found, key=itemgetter(0))[1]
    return None


@lru_cache(maxsize=1)
def _paths_taken(context: Context) -> dict[Node | None, Prefixes[Mapping]]:
    """By server, those that lead to a backend."""
    found: dict[Node | None, list[tuple[str, Mapping]]] = {}
    for mapping in context.passes:
        path = None if mapping.exclusion else covers(mapping)
        if path is not None:
            found.setdefault(mapping.server.node, []).append((path, mapping))
    return {server: Prefixes(items) for server, items in found.items()}


@rule("CA007", "cache-store-private", "warning", references=(f"{_CACHE}#cachestoreprivate",))
def cache_store_private(context: Context) -> Iterator[Found]:
    """The cache stores what the application marks as private.

    `CacheStorePrivate On` and `CacheStoreNoStore On` make mod_cache store responses with `Cache-Control: private` or
    `no-store`. An application marks pages of one user in this way. The cache gives them to other users.

    Remove the line.

    Fires on::

        CacheEnable socache "/"
        CacheStorePrivate On

    Fires on (what must not be stored at all)::

        CacheEnable socache "/"
        CacheStoreNoStore On

    Write instead::

        CacheEnable socache "/"

    Silent on (nothing is cached)::

        CacheStorePrivate On

    Source: the documentation of both directives, RFC 9111, 5.2.2; tested on httpd 2.4.71.
    """
    if not context.configuration.find("cacheenable"):
        return
    for node in context.configuration.find("cachestoreprivate", "cachestorenostore"):
        if is_on(node) and _stores(context, node):
            mark = "private" if node.key == "cachestoreprivate" else "no-store"
            yield Found(
                node.place,
                f'"{node.name} On" stores what the application marks as {mark}, and gives it to other clients',
                help="Remove the line.",
            )


def _stores(context: Context, node: Node) -> bool:
    """Whether a line sets the value where something is cached: no later one beside it does."""
    host = server_of(node)
    if host is not None and not context.lines_of(host, "cacheenable"):
        return False
    beside = context.configuration.find_in(host, node.key)
    return bool(node.conditions) or [one for one in beside if one.parent is node.parent][-1] is node


@rule(
    "CA011",
    "cache-no-root",
    "warning",
    references=("https://httpd.apache.org/docs/2.4/mod/mod_cache_disk.html#cacheroot",),
)
def cache_no_root(context: Context) -> Iterator[Found]:
    """`CacheEnable disk` without CacheRoot: nothing is stored, and the backend gets every request.

    There is no default folder. The log has AH00703, "Cannot cache files to disk without a CacheRoot specified", for
    each response.

    The rule is silent about a part of a configuration, because CacheRoot may stand in another file.

    Set CacheRoot to a folder that httpd's user may write to.

    Fires on::

        Listen 80
        CacheEnable disk "/static"
        ProxyPass "/" "http://10.0.0.5:8080/"

    Write instead::

        Listen 80
        CacheRoot "/var/cache/httpd"
        CacheEnable disk "/static"
        ProxyPass "/" "http://10.0.0.5:8080/"

    Silent on (it needs no folder)::

        Listen 80
        CacheEnable socache "/static"
        ProxyPass "/" "http://10.0.0.5:8080/"

    Source: create_entity and open_entity (mod_cache_disk.c); tested on httpd 2.4.71.
    """
    for node in context.configuration.find("cacheenable"):
        if node.words[:1] != ["disk"] or not context.configuration.whole:
            continue
        if not context.lines_of(server_of(node), "cacheroot"):
            yield Found(
                node.place,
                "nothing is stored: no CacheRoot says in which folder",
                help="Set CacheRoot to a folder that httpd's user may write to.",
            )


@rule("CA012", "cache-ignores-query", "warning", confidence="medium", references=(f"{_CACHE}#cacheignorequerystring",))
def cache_ignores_query(context: Context) -> Iterator[Found]:
    """The cache takes `/page?id=1` and `/page?id=2` for one page: clients get the answer to another question.

    With `CacheIgnoreQueryString On` mod_cache stores a response under the path alone.

    The rule is silent where only a part of what is proxied is cached, such as `/static`.

    Remove the line.

    Fires on::

        CacheEnable socache "/"
        CacheIgnoreHeaders Set-Cookie
        CacheIgnoreQueryString On
        ProxyPass "/" "http://10.0.0.5:8080/"

    Write instead::

        CacheEnable socache "/"
        CacheIgnoreHeaders Set-Cookie
        ProxyPass "/" "http://10.0.0.5:8080/"

    Silent on (a part of the application)::

        CacheEnable socache "/static"
        CacheIgnoreQueryString On
        ProxyPass "/" "http://10.0.0.5:8080/"

    Source: cache_generate_key_default (cache_storage.c); tested on httpd 2.4.71.
    """
    if not context.configuration.find("cacheignorequerystring"):
        return
    told = set()
    for node, prefix in _enabled(context):
        line = in_server(context, "cacheignorequerystring", node.parent)
        if line is None or line in told or not is_on(line) or not line.certain:
            continue
        mapping = _taking_below(context, node.parent, prefix)
        if mapping is not None:
            told.add(line)
            yield Found(
                line.place,
                f'the application behind "{mapping.path}" is asked once for each path, whatever the query is',
                related=(Related(node.place, "this path is cached"), Related(mapping.place, "the application")),
                help="Remove the line.",
            )


@rule("CA015", "cache-vary-unset", "warning", references=(f"{_CACHE}#cacheenable", "RFC 9111, 4.1"))
def cache_vary_unset(context: Context) -> Iterator[Found]:
    """Header takes Vary away before the response is stored: the cache gives one client's language to the next.

    The application says with Vary which headers of the request its answer depends on, such as Accept-Language or
    Cookie. mod_headers runs before mod_cache stores the response. Without Vary there is one answer for all.

    The rule is silent where only a part of what is proxied is cached, such as `/static`.

    Remove the line.

    Fires on::

        CacheEnable socache "/"
        CacheIgnoreHeaders Set-Cookie
        Header unset Vary
        ProxyPass "/" "http://10.0.0.5:8080/"

    Write instead::

        CacheEnable socache "/"
        CacheIgnoreHeaders Set-Cookie
        ProxyPass "/" "http://10.0.0.5:8080/"

    Silent on (a part of the application)::

        CacheEnable socache "/static"
        Header unset Vary
        ProxyPass "/" "http://10.0.0.5:8080/"

    Source: ap_headers_output_filter (mod_headers.c), cache_save_filter (mod_cache.c); tested on httpd 2.4.71.
    """
    enabled = _enabled(context)
    told = set()
    for node, prefix in enabled:
        host = node.parent
        for one in lines_named(context, "header", host, "vary"):
            line = one.node
            if one.action != "unset" or one.always or not one.sure or line in told or not line.certain:
                continue
            mapping = _taking_below(context, host, prefix) if line.parent in (None, host) else None
            if mapping is not None:
                told.add(line)
                yield Found(
                    line.place,
                    f'the cache stores one answer for all clients, whatever the application behind "{mapping.path}" '
                    "says in Vary",
                    related=(Related(node.place, "this path is cached"),),
                    help="Remove the line.",
                )


@rule(
    "CA016",
    "cache-control-replaced",
    "warning",
    confidence="medium",
    references=("https://httpd.apache.org/docs/2.4/mod/mod_headers.html#header", "RFC 9111, 5.2.2"),
)
def cache_control_replaced(context: Context) -> Iterator[Found]:
    """Header tells every cache to keep all pages, those that the application marks as private included.

    `Header set Cache-Control "public, …"` replaces what the application says. mod_cache here, a CDN or a proxy of the
    client then gives the page of one user to the next.

    The rule reports lines for all paths of a server whose backend has sessions, as far as the configuration tells:
    translated cookies, a cookie in a Header line, a login, or mod_cache for the same paths. It is silent about
    `Header setifempty`, and about lines in a section.

    Write `Header setifempty`, or put the line into a `<Location>` for the files that are the same for all.

    Fires on::

        ProxyPass "/" "http://10.0.0.5:8080/"
        ProxyPassReverseCookieDomain "app.internal" "www.example.com"
        Header set Cache-Control "public, max-age=3600"

    Write instead::

        ProxyPass "/" "http://10.0.0.5:8080/"
        ProxyPassReverseCookieDomain "app.internal" "www.example.com"
        Header setifempty Cache-Control "public, max-age=3600"

    Silent on (the same files for all)::

        ProxyPass "/" "http://10.0.0.5:8080/"
        ProxyPassReverseCookieDomain "app.internal" "www.example.com"
        <Location "/static">
            Header set Cache-Control "public, max-age=3600"
        </Location>

    Silent on (nothing tells of sessions)::

        ProxyPass "/" "http://10.0.0.5:8080/"
        Header set Cache-Control "public, max-age=3600"

    Source: RFC 9111, 5.2.2.9 (public), the Header documentation; tested on httpd 2.4.71.
    """
    for one in response_lines(context):
        line = one.node
        if one.name != "cache-control" or one.action != "set" or not one.sure or not line.certain:
            continue
        if "public" not in one.value.lower() or line.parent is not server_of(line):
            continue
        host = line.parent
        mapping = _taking_below(context, host, "/")
        told = _sessions(context, host) if mapping is not None and covers(mapping) == "/" else None
        if mapping is not None and told is not None:
            yield Found(
                line.place,
                f'"{one.value}" is what every page behind "{mapping.path}" gets, those of one user included',
                related=(Related(told.place, "the application has sessions"),),
                help="Write Header setifempty, or put the line into a <Location> for files that are the same for all.",
            )


def _sessions(context: Context, host: Node | None) -> Node | None:
    """A line that says that the application of a server knows its users, or that httpd stores its pages."""
    found = context.lines_of(host, "proxypassreversecookiedomain", "proxypassreversecookiepath", "authtype")
    if found:
        return found[0]
    for one in lines_named(context, "header", host, "set-cookie"):
        return one.node
    cached = [node for node, prefix in _enabled(context) if prefix == "/" and node.parent in (None, host)]
    return cached[0] if cached else None
