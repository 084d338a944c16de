"""Redirects that lead back to the place where they stand."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from hpatch.lint.found import Found
from hpatch.lint.rule import rule
from hpatch.lint.rules._shared.access import below
from hpatch.lint.rules._shared.effective import in_server, is_on, server_of
from hpatch.lint.rules._shared.rewriting import rewrites
from hpatch.lint.rules._shared.scope import conditional, section_of
from hpatch.lint.rules._shared.taking import taking
from hpatch.lint.rules.paths.redirects import redirects

if TYPE_CHECKING:
    from hpatch.conf.tree import Node
    from hpatch.lint.context import Context

_REDIRECT = "https://httpd.apache.org/docs/2.4/mod/mod_alias.html#redirect"
_URL = re.compile(r"(https?)://([^/:?#$%]+|%\{(?:HTTP_HOST|SERVER_NAME)\})(?::(\d+))?(/.*|[$%].*|)", re.I)
_EVERYTHING = re.compile(r"\^|\^?(?:/\??)?(?:\(\.\*\)|\.\*)\$?")
_SAME_PATH = re.compile(r"/?(?:\$[01]|%\{REQUEST_URI\})")
_PORTS = {"http": "80", "https": "443"}


@rule("MP091", "redirect-to-itself", "error", references=(_REDIRECT,))
def redirect_to_itself(context: Context) -> Iterator[Found]:
    """The redirect leads to the virtual host in which it stands: browsers say that the page redirects too often.

    The client asks for the new URL, the same virtual host answers with the same redirect, and so on. Often a redirect
    from http to https stands in the virtual host for https, too, or one to the name with `www.` in the virtual host
    that has this name.

    The rule knows a Redirect of a whole virtual host, and a RedirectMatch and a RewriteRule that match every path,
    without a condition. It is silent where a port or the name is not certain, and where a ProxyPass for `/` comes
    first.

    Put the redirect into a virtual host of its own, for the other port or the other name.

    Fires on::

        <VirtualHost *:443>
            ServerName www.example.com
            SSLEngine on
            SSLCertificateFile "/etc/ssl/www.pem"
            Redirect permanent "/" "https://www.example.com/"
        </VirtualHost>

    Fires on (whatever the name)::

        <VirtualHost *:443>
            ServerName www.example.com
            SSLEngine on
            SSLCertificateFile "/etc/ssl/www.pem"
            RewriteEngine On
            RewriteRule "^/?(.*)$" "https://%{HTTP_HOST}/$1" [R=301,L]
        </VirtualHost>

    Write instead::

        <VirtualHost *:80>
            ServerName www.example.com
            Redirect permanent "/" "https://www.example.com/"
        </VirtualHost>

    Silent on (another name)::

        <VirtualHost *:443>
            ServerName example.com
            SSLEngine on
            SSLCertificateFile "/etc/ssl/www.pem"
            Redirect permanent "/" "https://www.example.com/"
        </VirtualHost>

    Source: the Redirect documentation; tested on httpd 2.4.71.
    """
    for line in redirects(context):
        host = server_of(line.node)
        if host is None or section_of(line.node) is not None or conditional(line.node):
            continue
        if line.node.key == "redirectmatch":
            url = _URL.fullmatch(line.url) if _EVERYTHING.fullmatch(line.path) is not None else None
            if url is not None and _SAME_PATH.fullmatch(url[4]) is not None:
                yield from _found(context, line.node, host, line.url)
        elif line.path == "/":
            yield from _found(context, line.node, host, line.url)
    for one in rewrites(context):
        if (
            one.section is None
            or one.section.key != "<virtualhost"
            or one.conditions
            or not one.rule.has("r", "redirect")
        ):
            continue
        if _EVERYTHING.fullmatch(one.rule.pattern) is None:
            continue
        url = _URL.fullmatch(one.rule.substitution)
        if url is not None and _SAME_PATH.fullmatch(url[4]) is not None:
            yield from _found(context, one.node, one.section, one.rule.substitution)


def _found(context: Context, node: Node, host: Node, target: str) -> Iterator[Found]:
    url = _URL.fullmatch(target)
    if url is None or not node.certain or any(one.path == "/" for one in context.passes_of(host)):
        return
    scheme, name = url[1].lower(), url[2].lower()
    if scheme != _scheme(context, host) or {url[3] or _PORTS[scheme]} != _ports(host):
        return
    if name.startswith("%") or name in _names(context, host):
        yield Found(
            node.place,
            f'"{target}" leads to this virtual host, where the same redirect answers: the redirects never end',
            help="Put the redirect into a virtual host of its own, for the other port or name.",
        )


def _scheme(context: Context, host: Node) -> str | None:
    """What a virtual host speaks, if that is certain."""
    engine = in_server(context, "sslengine", host)
    if engine is not None:
        return ("https" if is_on(engine) else "http") if engine.certain else None
    return "http" if _ports(host) == {"80"} else None


def _ports(host: Node) -> set[str]:
    return {word.rpartition(":")[2] for word in host.words}


def _names(context: Context, host: Node) -> set[str]:
    """The names that a virtual host has, without those with wildcards."""
    lines = context.configuration.find_in(host, "servername", "serveralias")
    return {word.lower().rpartition("//")[2].partition(":")[0] for line in lines for word in line.words}


@rule("MP101", "redirect-below-itself", "error", references=(_REDIRECT,))
def redirect_below_itself(context: Context) -> Iterator[Found]:
    """The redirect leads to a path that the same line redirects again: `/app/v2`, `/app/v2/v2`, and so on.

    Redirect takes every path that begins with its own. Browsers give up and say that the page redirects too often.

    The rule knows a Redirect to a path of the same server, and a RewriteRule for every path that is the first one of
    its server and has no condition. It is silent where a ProxyPass, a RewriteRule or another redirect may take the new
    path before.

    Write `RedirectMatch` with `^` and `$` for the one path that is meant, or a condition that leaves out the new path.

    Fires on::

        Redirect "/app" "/app/v2"

    Fires on (in a RewriteRule)::

        RewriteEngine On
        RewriteRule "^/(.*)$" "/app/$1" [R=302,L]

    Write instead::

        RedirectMatch "^/app/?$" "/app/v2"

    Silent on (a ProxyPass takes the new path first)::

        Redirect "/" "/app/"
        ProxyPass "/app" "http://10.0.0.5:8080/app"

    Silent on (a RewriteRule above ends the rewriting for the new path)::

        RewriteEngine On
        RewriteRule "^/app/" "-" [L]
        RewriteRule "^/(.*)$" "/app/$1" [R=302,L]

    Source: fixup_redir and try_alias_list (mod_alias.c), the Redirect documentation; tested on httpd 2.4.71.
    """
    lines = [line for line in redirects(context) if line.node.key in _OF_PREFIXES and line.url.startswith("/")]
    for line in lines:
        node, host = line.node, server_of(line.node)
        if not line.path or section_of(node) is not None or conditional(node) or not node.certain:
            continue
        if not below(line.url, line.path.rstrip("/") or "/") or re.search(r"[$%]", line.path + line.url):
            continue
        if len(context.lines_of(host, *_REDIRECTING)) > 1 or context.lines_of(host, "rewriterule", "<if"):
            continue
        if next(iter(taking(context, host, line.url)), None) is None:
            yield Found(
                node.place,
                f'"{line.url}" begins with "{line.path}", so that the same line redirects it again, without an end',
                help='Write RedirectMatch with "^" and "$" for the one path that is meant.',
            )
    seen: set[Node | None] = set()
    for one in rewrites(context):
        first = one.section not in seen
        seen.add(one.section)
        if not first or not one.in_server or one.conditions or not one.rule.has("r", "redirect"):
            continue
        target = one.rule.substitution
        if (
            one.node.certain
            and re.fullmatch(r"/[^/$%][^$%]*(?:\$1)?", target)
            and _EVERYTHING.fullmatch(one.rule.pattern)
        ):
            yield Found(
                one.node.place,
                f'"{one.rule.pattern}" takes "{target}", too: the same rule redirects it again, without an end',
                help="Add a RewriteCond that leaves out the new path.",
            )


_OF_PREFIXES = ("redirect", "redirectpermanent", "redirecttemp")
_REDIRECTING = (*_OF_PREFIXES, "redirectmatch")
