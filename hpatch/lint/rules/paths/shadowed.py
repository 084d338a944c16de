"""Lines of other modules whose requests a ProxyPass takes first."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from hpatch.lint.found import Found, Related
from hpatch.lint.rule import rule
from hpatch.lint.rules._shared.answering import site, taken
from hpatch.lint.rules._shared.effective import server_of
from hpatch.lint.rules._shared.guards import start

if TYPE_CHECKING:
    from hpatch.conf.tree import Node
    from hpatch.lint.context import Context
    from hpatch.proxy.model import Mapping

_ALIAS = "https://httpd.apache.org/docs/2.4/mod/mod_alias.html"
_ORDER = "https://httpd.apache.org/docs/2.4/mod/mod_proxy.html#proxypass"
_WELL_KNOWN = "/.well-known/acme-challenge"
_LOCATIONS = ("<location", "<locationmatch")
_ALIASES = ("alias", "scriptalias", "aliasmatch", "scriptaliasmatch")
_REDIRECTS = ("redirect", "redirectmatch", "redirectpermanent", "redirecttemp")
_LITERAL = r"\^?((?:[\w/~%,=@-]|\\[./~-])*)"
_SECTIONS = (
    "<directory",
    "<directorymatch",
    "<files",
    "<filesmatch",
    "<if",
    "<elseif",
    "<else",
    "<proxy",
    "<proxymatch",
)
_HANDLERS = ("none", "default-handler", "")


@rule("MP035", "alias-shadowed", "error", references=(f"{_ALIAS}#alias", _ORDER))
def alias_shadowed(context: Context) -> Iterator[Found]:
    """A ProxyPass takes the path of an Alias: the backend is asked, and no file is served.

    httpd asks mod_proxy before mod_alias. `ProxyPass "/"` takes every path, wherever it is written, and so the Alias
    never comes up: the backend usually answers with 404.

    The rule is silent where a `ProxyPass ... !` leaves the path out, where `no-proxy` may be set for it, and for an
    Alias of the main server whose path only a virtual host's ProxyPass takes. The path of an ACME challenge is
    acme-shadowed.

    Exclude the path above the ProxyPass that takes it.

    Fires on::

        Alias "/static" "/srv/static"
        ProxyPass "/" "http://127.0.0.1:8000/"

    Fires on (a pattern, in a virtual host)::

        <VirtualHost *:80>
            ProxyPass "/app" "http://127.0.0.1:8000/app"
            AliasMatch "^/app/media/(.*)" "/srv/media/$1"
        </VirtualHost>

    Write instead::

        Alias "/static" "/srv/static"
        ProxyPass "/static" "!"
        ProxyPass "/" "http://127.0.0.1:8000/"

    Silent on (the paths differ)::

        Alias "/static" "/srv/static"
        ProxyPass "/stat" "http://127.0.0.1:8000/"

    Silent on (a Location leaves it out)::

        Alias "/static" "/srv/static"
        ProxyPass "/" "http://127.0.0.1:8000/"
        <Location "/static">
            ProxyPass "!"
        </Location>

    Source: `proxy_trans` runs in translate_name as APR_HOOK_FIRST, `translate_alias_redir` as APR_HOOK_MIDDLE; tested
    on httpd 2.4.71.
    """
    for node, path, mapping in _aliases(context):
        if not _is_challenge(path):
            yield Found(
                node.place,
                f'no request reaches this {node.name}: {mapping.kind} "{mapping.path}" takes "{path}" first',
                related=(Related(mapping.place, "takes the path: httpd asks mod_proxy before mod_alias"),),
                help=f'Write ProxyPass "{path}" "!" above it.',
            )


@rule("MP036", "redirect-shadowed", "error", references=(f"{_ALIAS}#redirect", _ORDER))
def redirect_shadowed(context: Context) -> Iterator[Found]:
    """A ProxyPass takes the path of a Redirect: the client gets the backend's page, and is not redirected.

    httpd asks mod_proxy before the Redirect lines of a server. A Redirect in a `<Location>` is asked later, and works
    for proxied requests too.

    The rule is silent where a `ProxyPass ... !` leaves the path out, and for patterns that do not begin with a plain
    path.

    Write the Redirect in a `<Location>`, or exclude its path above the ProxyPass.

    Fires on::

        Redirect "/old" "https://www.example.com/new"
        ProxyPass "/" "http://127.0.0.1:8000/"

    Fires on (a pattern)::

        ProxyPass "/" "http://127.0.0.1:8000/"
        RedirectMatch "^/$" "/app/"

    Write instead::

        ProxyPass "/" "http://127.0.0.1:8000/"
        <Location "/old">
            Redirect "https://www.example.com/new"
        </Location>

    Silent on (only a part of the redirected paths is proxied)::

        Redirect "/" "https://www.example.com/"
        ProxyPass "/app" "http://127.0.0.1:8000/"

    Source: `proxy_trans`, `translate_alias_redir` and `fixup_redir` (mod_proxy.c, mod_alias.c); tested on httpd 2.4.71.
    """
    for node in context.configuration.find(*_REDIRECTS) if context.passes else ():
        from hpatch.paths.covering import below
        from hpatch.paths.mapping import redirect

        one = redirect(node)
        if one is None or one.path is None or _inside(node, *_LOCATIONS, *_SECTIONS):
            continue
        paths = _matched(one.path) if one.pattern else below(one.path) if one.path.startswith("/") else ()
        mapping = taken(context, node, paths)
        if mapping is not None:
            yield Found(
                node.place,
                f'nobody is redirected: {mapping.kind} "{mapping.path}" takes "{one.path}", and the backend answers',
                related=(Related(mapping.place, "takes the path: httpd asks mod_proxy before mod_alias"),),
                help="Write the Redirect in a <Location>, which is asked for proxied requests too.",
            )


@rule(
    "MP037", "handler-shadowed", "warning", references=(_ORDER, "https://httpd.apache.org/docs/2.4/mod/mod_status.html")
)
def handler_shadowed(context: Context) -> Iterator[Found]:
    """A ProxyPass takes the path of a page such as server-status: the backend is asked for it.

    SetHandler does not change what mod_proxy has taken. `/server-status` and `/balancer-manager` under `ProxyPass "/"`
    show the backend's 404.

    The rule is silent where a `ProxyPass ... !` leaves the path out, and for a `<Location>` of the main server whose
    path only a virtual host's ProxyPass takes.

    Exclude the path above the ProxyPass, or in its `<Location>`.

    Fires on::

        <Location "/server-status">
            SetHandler server-status
            Require local
        </Location>
        ProxyPass "/" "http://127.0.0.1:8000/"

    Write instead::

        <Location "/server-status">
            ProxyPass "!"
            SetHandler server-status
            Require local
        </Location>
        ProxyPass "/" "http://127.0.0.1:8000/"

    Silent on (another path is proxied)::

        <Location "/server-status">
            SetHandler server-status
            Require local
        </Location>
        ProxyPass "/app" "http://127.0.0.1:8000/"

    Source: `proxy_handler` is asked first, and answers what `proxy_trans` has taken (mod_proxy.c); tested on httpd
    2.4.71.
    """
    for node in context.configuration.find("sethandler") if context.passes else ():
        words = node.words
        section = node.parent
        if not words or section is None or words[0].lower() in _HANDLERS or words[0].lower().startswith("proxy:"):
            continue
        path = start(section)
        if path is None:
            continue
        mapping = taken(context, node, (path,))
        if mapping is not None and mapping.section is not section:
            yield Found(
                node.place,
                f'"{words[0]}" never answers at "{path}": {mapping.kind} "{mapping.path}" takes it first',
                related=(Related(mapping.place, "takes the path"),),
                help='Write ProxyPass "!" in this <Location>.',
            )


@rule(
    "MP038",
    "errordocument-proxied",
    "warning",
    references=("https://httpd.apache.org/docs/2.4/mod/core.html#errordocument",),
)
def errordocument_proxied(context: Context) -> Iterator[Found]:
    """The page for a dead backend is asked from that backend.

    httpd gets a local ErrorDocument by an internal request. If a ProxyPass takes its path, then httpd asks the backend
    that has just failed, and the client sees httpd's own short page with a second error in it.

    The rule looks at 500, 502, 503 and 504. It is silent where a `ProxyPass ... !` leaves the page out, and where a
    ProxyPass for a part of the paths leads to another server, which may have the page.

    Exclude the page's path above the ProxyPass.

    Fires on::

        ErrorDocument 503 /errors/503.html
        ProxyPass "/" "http://127.0.0.1:8000/"

    Write instead::

        ErrorDocument 503 /errors/503.html
        ProxyPass "/errors" "!"
        ProxyPass "/" "http://127.0.0.1:8000/"

    Silent on (a text, and an error of the client)::

        ErrorDocument 503 "We will be back soon."
        ErrorDocument 404 /errors/404.html
        ProxyPass "/" "http://127.0.0.1:8000/"

    Source: `ap_die_r` (modules/http/http_request.c), `proxy_trans` (mod_proxy.c); tested on httpd 2.4.71.
    """
    for node in context.configuration.find("errordocument"):
        words = node.words
        if len(words) < 2 or words[0] not in ("500", "502", "503", "504") or not words[1].startswith("/"):
            continue
        if _inside(node, *_SECTIONS):
            continue
        path = words[1].partition("?")[0]
        mapping = taken(context, node, (path,))
        if mapping is None or _may_be_another(context, mapping):
            continue
        yield Found(
            node.place,
            f'the page "{path}" is asked from the backend that has failed: {mapping.kind} "{mapping.path}" takes it',
            related=(Related(mapping.place, "takes the path"),),
            help=f'Write ProxyPass "{path}" "!" above it.',
        )


@rule("MP039", "acme-shadowed", "error", references=(f"{_ALIAS}#alias", _ORDER))
def acme_shadowed(context: Context) -> Iterator[Found]:
    """A ProxyPass takes the path of ACME challenges: the certificate is not renewed.

    The certificate authority asks for `/.well-known/acme-challenge/`. An Alias shows the client's files there, but a
    ProxyPass for `/` takes the request first, and the backend answers with 404.

    An Alias of the main server is meant for all virtual hosts: the rule looks at those with port 80 as well, for there
    the authority asks. mod_md needs no exclusion: it answers before mod_proxy is asked.

    Exclude the path above the ProxyPass.

    Fires on::

        Alias "/.well-known/acme-challenge/" "/var/www/acme/"
        ProxyPass "/" "http://127.0.0.1:8000/"

    Fires on (the Alias of the main server)::

        Alias "/.well-known/acme-challenge/" "/var/www/acme/"
        <VirtualHost *:80>
            ServerName shop.example.com
            ProxyPass "/" "http://127.0.0.1:8000/"
        </VirtualHost>

    Write instead::

        Alias "/.well-known/acme-challenge/" "/var/www/acme/"
        ProxyPass "/.well-known/acme-challenge/" "!"
        ProxyPass "/" "http://127.0.0.1:8000/"

    Silent on (a virtual host for TLS alone)::

        Alias "/.well-known/acme-challenge/" "/var/www/acme/"
        <VirtualHost *:443>
            ServerName shop.example.com
            ProxyPass "/" "http://127.0.0.1:8000/"
        </VirtualHost>

    Source: as for alias-shadowed; `md_http_challenge_pr` (mod_md.c) runs in post_read_request. Tested on httpd 2.4.71.
    """
    found: set[int] = set()
    for node, path, mapping in _aliases(context):
        if _is_challenge(path):
            found.add(id(node))
            yield _challenge(node, path, mapping)
    for node in context.configuration.find("alias", "aliasmatch") if context.passes else ():
        from hpatch.paths.covering import below
        from hpatch.paths.mapping import alias

        read = alias(node)
        if read is None or read.path is None or node.parent is not None or id(node) in found:
            continue
        paths = _matched(read.path) if read.pattern else below(read.path)
        if not paths or not _is_challenge(paths[0]):
            continue
        for host in site(context).hosts.virtual:
            asked = any(one.port in (80, 0) for one in host.addresses)
            taker = taken(context, node, paths, host.node) if asked else None
            if taker is not None:
                yield _challenge(node, _begins(paths) if read.pattern else read.path, taker)
                break


def _challenge(node: Node, path: str, mapping: Mapping) -> Found:
    return Found(
        node.place,
        f'ACME challenges fail: {mapping.kind} "{mapping.path}" takes "{path}", and the backend is asked',
        related=(Related(mapping.place, "takes the path: httpd asks mod_proxy before mod_alias"),),
        help=f'Write ProxyPass "{_WELL_KNOWN}" "!" above it.',
    )


def _aliases(context: Context) -> Iterator[tuple[Node, str, Mapping]]:
    """The aliases whose requests a ProxyPass of their own server takes, with a path of theirs."""
    for node in context.configuration.find(*_ALIASES) if context.passes else ():
        from hpatch.conf.wildcards import is_wildcard
        from hpatch.paths.covering import below
        from hpatch.paths.layers import argument
        from hpatch.paths.mapping import alias

        read = alias(node)
        if read is None or _inside(node, *_SECTIONS):
            continue
        path: str | None = read.path
        if path is None:
            section = node.inside(*_LOCATIONS)
            path, is_regex = argument(section)
            if is_regex or is_wildcard(path):
                continue
        paths = _matched(path) if read.pattern else below(path) if path.startswith("/") else ()
        mapping = taken(context, node, paths)
        if mapping is not None:
            yield node, _begins(paths) if read.pattern else path, mapping


def _is_challenge(path: str) -> bool:
    return path.startswith(_WELL_KNOWN) or path.rstrip("/") == "/.well-known"


def _inside(node: Node, *keys: str) -> bool:
    return node.inside(*keys) is not None


def _matched(pattern: str) -> tuple[str, ...]:
    """Paths that a pattern matches, which begin as its plain beginning; () if none is known."""
    from hpatch.paths.covering import below
    from hpatch.paths.patterns import regex

    compiled = regex(pattern)
    start = re.match(_LITERAL, pattern)
    if compiled is None or start is None or not pattern.startswith("^/") or "|" in pattern:
        return ()
    path = start[1].replace("\\", "")
    if pattern[start.end() :][:1] in ("?", "*", "{"):
        path = path[:-1]
    tried = [each for each in (path, *below(path)) if each and compiled.search(each)]
    return tuple(dict.fromkeys(tried))


def _begins(paths: tuple[str, ...]) -> str:
    """What all paths that a pattern matches begin with, as far as it is plain."""
    return paths[0].partition("zz-other")[0]


def _may_be_another(context: Context, mapping: Mapping) -> bool:
    """Whether a ProxyPass for a part of the paths leads to another server than the others, which may have the page."""
    if mapping.path == "/" or mapping.pattern:
        return False
    server = server_of(mapping.node)
    others = [one for one in context.passes if one.target is not None and server_of(one.node) in (None, server)]
    return any(_origin(one) != _origin(mapping) for one in others)


def _origin(mapping: Mapping) -> tuple[str, int | None, str | None]:
    target = mapping.target
    return ("", None, None) if target is None else (target.host, target.port, target.socket)
