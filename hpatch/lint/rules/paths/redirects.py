"""Redirects whose host is not only what the line says."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from hpatch.lint.found import Found, Severity
from hpatch.lint.rule import rule
from hpatch.lint.rules._shared import edits
from hpatch.lint.rules._shared.clients import Filled, any_host, guarded, is_server_name, passing_maps, rewritten
from hpatch.lint.rules._shared.environment import brought
from hpatch.lint.rules._shared.scope import conditional, section_of
from hpatch.proxy.clients import Inserted, by_client, inserted
from hpatch.records import NamedTuple

if TYPE_CHECKING:
    from hpatch.conf.tree import Node
    from hpatch.lint.context import Context

_REDIRECT = "https://httpd.apache.org/docs/2.4/mod/mod_alias.html#redirect"
_REWRITE = "https://httpd.apache.org/docs/2.4/mod/mod_rewrite.html#rewriterule"
_CANONICAL = "https://httpd.apache.org/docs/2.4/mod/core.html#usecanonicalname"
_KEYS = ("redirect", "redirectpermanent", "redirecttemp", "redirectmatch")
_STATUS = r"permanent|temp|seeother|[3]\d\d"
_ORIGIN = r"(?i)[a-z][a-z0-9+.-]*://[^/?#]+\Z"


class RedirectLine(NamedTuple):
    """A Redirect or RedirectMatch: the path or pattern ("" in a section), the URL, and the URL's word."""

    node: Node
    path: str
    url: str
    word: int


def redirects(context: Context) -> Iterator[RedirectLine]:
    """The lines of mod_alias that redirect somewhere."""
    for node in context.configuration.find(*_KEYS):
        words = node.words
        status = node.key in ("redirect", "redirectmatch") and re.fullmatch(_STATUS, "".join(words[:1]).lower())
        at = 1 if status and len(words) > 1 else 0
        rest = words[at:]
        if len(rest) == 2 and (rest[0][:1] == "/" or node.key == "redirectmatch"):
            yield RedirectLine(node, rest[0], rest[1], at + 1)
        elif len(rest) == 1 and (section_of(node) is not None or conditional(node)):
            yield RedirectLine(node, "", rest[0], at)


@rule("MP050", "redirect-target-no-slash", "error", references=(_REDIRECT, _REWRITE), fix="unsafe")
def redirect_target_no_slash(context: Context) -> Iterator[Found]:
    """The redirect puts the rest of the path directly behind the host: it leads to another host.

    Redirect removes its path from the requested one and appends the rest to the target. With `/` and
    `https://www.example.com`, a request for `/page` is redirected to `https://www.example.compage`, and a link to
    `/.other.example/` leads visitors of your site to `www.example.com.other.example`. A `$1` that does not begin with a
    slash does the same.

    If the target has a path, the client gets a wrong path; the severity is warning.

    End both the path and the target with a slash, or neither.

    Fires on::

        Redirect "/" "https://www.example.com"

    Fires on (`$1` begins with no slash)::

        RedirectMatch "^/(.*)$" "https://www.example.com$1"

    Fires on (in a RewriteRule)::

        RewriteEngine On
        RewriteRule "^/?(.*)$" "https://www.example.com$1" [R=301,L]

    Write instead::

        Redirect "/" "https://www.example.com/"

    Silent on (the rest begins with a slash)::

        Redirect "/old" "https://www.example.com"

    Silent on (so does REQUEST_URI)::

        RewriteEngine On
        RewriteRule "^" "https://www.example.com%{REQUEST_URI}" [R=301,L]

    Source: the Redirect documentation, fixup_redir and try_alias_list (mod_alias.c); tested on httpd 2.4.71.
    """
    for one in redirects(context):
        place = one.node.word_place(one.word)
        if one.node.key != "redirectmatch":
            found = one.path.endswith("/") and not one.url.endswith(("/", "=")) and "?" not in one.url
            origin = re.match(_ORIGIN, one.url) is not None
            if not found or not (origin or one.url.startswith("/") or "://" in one.url):
                continue
            if not origin and re.search(r"\.[a-z0-9]{2,5}\Z|[-_.#]\Z", one.url):
                # A page to which all requests go, whatever follows.
                continue
            severity: Severity | None = None if origin else "warning"
            yield Found(
                place,
                f'"{one.path}" ends with a slash, but "{one.url}" does not: a request for "{one.path}page" is '
                f'redirected to "{one.url}page"',
                help="End both with a slash, or neither.",
                fix=edits.fix("end the target with a slash", edits.word(one.node, one.word, f"{one.url}/")),
                severity=severity,
                confidence=None if origin else "medium",
            )
            continue
        filled = Filled(one.path)
        for text in inserted(one.url, "match", filled.slashed):
            if _glued(text, filled):
                yield Found(place, _behind(text), help=f'Write a slash before "{text.text}".')
                break
    for line in rewritten(context):
        if line.rewrite.rule.proxied:
            continue
        for text in line.texts:
            if text.kind != "variable" and _glued(text, line.filled):
                yield Found(line.rewrite.node.place, _behind(text), help=f'Write a slash before "{text.text}".')
                break


def _glued(text: Inserted, filled: Filled) -> bool:
    """Whether a text stands directly behind a host or port that is written out, and may go on with it."""
    if text.part not in ("host", "port") or text.after or not text.before or text.before.endswith(("-", "_", ".", ":")):
        return False
    return not re.search(r"[$%]", text.before) and not filled.words(text) and not filled.chosen(text)


def _behind(text: Inserted) -> str:
    return (
        f'"{text.text}" stands directly behind the host "{text.before}" and need not begin with a slash: a request can '
        "be redirected to another host"
    )


@rule("MP051", "redirect-to-client-host", "warning", confidence="medium", references=(_REWRITE, _CANONICAL))
def redirect_to_client_host(context: Context) -> Iterator[Found]:
    """The client chooses the host to which it is redirected.

    `%{HTTP_HOST}` is the Host header, and `%{SERVER_NAME}` is the same unless `UseCanonicalName On`. The first virtual
    host of an address answers for every name. A cache in front can store such a redirect and send others there. A `$1`
    in the place of the host makes every link to your site a link to anywhere. A variable that SetEnvIf or the flag E
    fills from the request is the same as the text that it is filled with.

    The severity is info if the URL has the Host header or SERVER_NAME itself, as in `https://%{HTTP_HOST}$1`: a client
    that names your site stays there, and only a cache that mixes up hosts sends others elsewhere.

    The rule is silent if the virtual host answers only for its own names, if a condition allows certain hosts, and if
    only a part of the configuration is known.

    Write the name out, or use `%{SERVER_NAME}` with `UseCanonicalName On`.

    Fires on::

        Listen 80
        <VirtualHost "*:80">
            ServerName www.example.com
            RewriteEngine On
            RewriteRule "^" "https://%{HTTP_HOST}%{REQUEST_URI}" [R=301,L]
        </VirtualHost>

    Fires on (a link to anywhere)::

        RewriteEngine On
        RewriteRule "^/go/(.*)$" "https://$1" [R,L]

    Fires on (by way of a variable)::

        Listen 80
        <VirtualHost "*:80">
            ServerName www.example.com
            SetEnvIf Host "^([^:]+)" host=$1
            <Location "/">
                Redirect permanent "https://%{env:host}/"
            </Location>
        </VirtualHost>

    Write instead::

        Listen 80
        <VirtualHost "*:80">
            ServerName www.example.com
            RewriteEngine On
            RewriteRule "^" "https://www.example.com%{REQUEST_URI}" [R=301,L]
        </VirtualHost>

    Silent on (another virtual host answers for other names)::

        Listen 80
        <VirtualHost "*:80">
            ServerName default.example.com
            DocumentRoot "/srv/empty"
        </VirtualHost>
        <VirtualHost "*:80">
            ServerName www.example.com
            RewriteEngine On
            RewriteRule "^" "https://%{HTTP_HOST}%{REQUEST_URI}" [R=301,L]
        </VirtualHost>

    Silent on (a condition)::

        Listen 80
        RewriteEngine On
        RewriteCond "%{HTTP_HOST}" "^(www\\.)?example\\.com$"
        RewriteRule "^" "https://%{HTTP_HOST}%{REQUEST_URI}" [R=301,L]

    Source: the documentation of UseCanonicalName and of name-based virtual hosts; tested on httpd 2.4.71.
    """
    for one in redirects(context):
        around = one.node.inside("<if", "<elseif")
        if one.path or (around is not None and "HTTP_HOST" in around.args.upper()):
            continue
        for text in inserted(one.url, "expression"):
            if _by_host(context, one.node, text):
                yield _chosen(one.node, text)
                break
    maps: frozenset[str] | None = None
    for line in rewritten(context):
        rewrite = line.rewrite.rule
        if rewrite.proxied or guarded(line.rewrite):
            continue
        for text in line.texts:
            if text.part not in ("host", "scheme") or line.filled.words(text) or line.filled.chosen(text):
                continue
            if text.kind == "capture":
                whole = text.part == "scheme" and not text.before and not text.after and rewrite.has("r", "redirect")
                if (whole or (text.part == "host" and not text.before)) and not line.filled.slashed(text):
                    yield _chosen(line.rewrite.node, text)
                    break
                continue
            if text.part != "host":
                continue
            if maps is None:
                maps = passing_maps(context)
            if text.kind != "variable" and line.filled.written(text, maps) and _of_host(text, line.filled):
                hit = any_host(context, line.rewrite.node) is True
            else:
                hit = text.kind == "variable" and _by_host(context, line.rewrite.node, text)
            if hit:
                yield _chosen(line.rewrite.node, text)
                break


def _of_host(text: Inserted, filled: Filled) -> bool:
    """Whether a capture of a condition, or a map, holds the client's Host without much check."""
    if text.kind == "map":
        return "HTTP_HOST" in text.name.upper()
    return "HTTP" in filled.compared.tested.upper() and "." not in text.after


def _by_host(context: Context, node: Node, text: Inserted) -> bool:
    """Whether a variable stands for the host, and holds what the client wrote."""
    if text.kind != "variable" or text.part != "host":
        return False
    if text.header == "host" or is_server_name(context, node, text.name):
        return any_host(context, node) is True
    return by_client(text.name) or any(
        not taken.filled.words(taken.text)
        and not taken.filled.chosen(taken.text)
        and (not taken.by_host or any_host(context, node) is True)
        for taken in brought(context, node, text)
    )


def _chosen(node: Node, text: Inserted) -> Found:
    return Found(
        node.place,
        f'"{text.text}" lets the client choose the host to which it is redirected',
        help="Write the name out.",
        severity="info" if text.header == "host" or text.name.upper() == "SERVER_NAME" else None,
    )
