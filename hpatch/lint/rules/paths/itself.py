"""Redirects that lead back to the place where they stand."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from hpatch.lint.found import Found
from hpatch.lint.rule import rule
from hpatch.lint.rules._shared.effective import in_server, is_on, server_of
from hpatch.lint.rules._shared.rewriting import rewrites
from hpatch.lint.rules._shared.scope import conditional, section_of
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
