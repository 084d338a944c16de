"""The names by which a backend and its redirects know the server."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import TYPE_CHECKING

from hpatch.lint.found import Found, Related
from hpatch.lint.rule import rule
from hpatch.lint.rules._shared.clients import open_hosts
from hpatch.lint.rules._shared.effective import in_server, is_on, of_mapping, server_of
from hpatch.lint.rules._shared.fronted import in_front
from hpatch.lint.rules._shared.headers import lines_named
from hpatch.lint.rules._shared.passes import schemes
from hpatch.lint.rules._shared.rewriting import rewrites

if TYPE_CHECKING:
    from hpatch.conf.tree import Node
    from hpatch.lint.context import Context
    from hpatch.proxy.model import Server

_PRESERVE = "https://httpd.apache.org/docs/2.4/mod/mod_proxy.html#proxypreservehost"
_NAMES = "https://httpd.apache.org/docs/2.4/vhosts/name-based.html"
_SERVER_NAME = "https://httpd.apache.org/docs/2.4/mod/core.html#servername"
_BY_NAME = ("http", "https", "h2", "h2c")
_TESTED = r"(?i)http_host|server_name|http:host|req:host|req\(.host.\)"


@rule("MP082", "default-host-any-name", "info", confidence="medium", references=(_PRESERVE, _NAMES))
def default_host_any_name(context: Context) -> Iterator[Found]:
    """The backend gets whatever Host a client sends.

    The first virtual host of an address answers requests for every name that no other host has. With
    `ProxyPreserveHost On`, their Host header goes on to the application, which may put it into links, mails for a new
    password, and pages that a cache stores.

    The rule is silent if the host has no ServerName, if a line of it looks at the Host, and if only a part of the
    configuration is known.

    Put a virtual host for all other names before it, or let the application check the Host.

    Fires on::

        Listen 80
        <VirtualHost "*:80">
            ServerName shop.example.com
            ProxyPreserveHost On
            ProxyPass "/" "http://10.0.0.5:8080/"
        </VirtualHost>

    Write instead::

        Listen 80
        <VirtualHost "*:80">
            ServerName other-names.example.com
            Redirect 404 "/"
        </VirtualHost>
        <VirtualHost "*:80">
            ServerName shop.example.com
            ProxyPreserveHost On
            ProxyPass "/" "http://10.0.0.5:8080/"
        </VirtualHost>

    Silent on (the backend gets its own name)::

        Listen 80
        <VirtualHost "*:80">
            ServerName shop.example.com
            ProxyPass "/" "http://shop.internal:8080/"
        </VirtualHost>

    Source: the ProxyPreserveHost documentation, "Name-based Virtual Host Support"; tested on httpd 2.4.71.
    """
    if not context.configuration.find("proxypreservehost"):
        return
    seen: set[Node] = set()
    checked: frozenset[Node | None] | None = None
    hosts = open_hosts(context)
    for mapping in context.mappings:
        host = mapping.server.node
        if host is None or host not in hosts or host in seen or mapping.target is None or mapping.server.named is None:
            continue
        if not schemes(mapping).intersection(_BY_NAME):
            continue
        line = of_mapping(context, "proxypreservehost", mapping)
        if line is None or not is_on(line):
            continue
        seen.add(host)
        if checked is None:
            checked = _checked(context)
        if None in checked or host in checked:
            continue
        yield Found(
            line.place,
            f'the virtual host "{mapping.server.name}" is the first of its address: the backend gets whatever Host a '
            "client sends",
            related=(Related(mapping.place, "the backend"),),
            help="Put a virtual host for all other names before it.",
        )


def _checked(context: Context) -> frozenset[Node | None]:
    """The servers in which a line looks at the Host."""
    lines = context.configuration.find("rewritecond", "<if", "<elseif", "require", "setenvif", "requestheader")
    return frozenset(
        server_of(node)
        for node in lines
        if re.search(_TESTED, node.args) or (node.key in ("setenvif", "requestheader") and "host" in _first(node))
    )


def _first(node: Node) -> list[str]:
    return [word.lower() for word in node.words[:2]]


@rule("MP083", "canonical-scheme", "info", advice=True, confidence="medium", references=(_SERVER_NAME,))
def canonical_scheme(context: Context) -> Iterator[Found]:
    """Redirects lead to http://, although clients come by https.

    A proxy in front ends TLS, so httpd itself is asked by http. ProxyPassReverse, a Redirect to a path and the redirect
    that adds a slash to a folder build a URL with httpd's own scheme and port.

    The rule reports servers that say that there is such a proxy (RemoteIPHeader, or a line about X-Forwarded-Proto). It
    is silent if a `Header edit Location` mends the URL.

    Name the scheme in ServerName: `ServerName https://www.example.com:443`.

    Fires on::

        <VirtualHost "*:80">
            ServerName www.example.com
            RemoteIPHeader X-Forwarded-For
            RemoteIPInternalProxy 10.0.0.2
            ProxyPass "/" "http://10.0.0.5:8080/"
            ProxyPassReverse "/" "http://10.0.0.5:8080/"
        </VirtualHost>

    Write instead::

        <VirtualHost "*:80">
            ServerName https://www.example.com:443
            RemoteIPHeader X-Forwarded-For
            RemoteIPInternalProxy 10.0.0.2
            ProxyPass "/" "http://10.0.0.5:8080/"
            ProxyPassReverse "/" "http://10.0.0.5:8080/"
        </VirtualHost>

    Silent on (a line mends the URL)::

        <VirtualHost "*:80">
            ServerName www.example.com
            RemoteIPHeader X-Forwarded-For
            RemoteIPInternalProxy 10.0.0.2
            ProxyPass "/" "http://10.0.0.5:8080/"
            ProxyPassReverse "/" "http://10.0.0.5:8080/"
            Header edit Location "^http:" "https:"
        </VirtualHost>

    Source: the ServerName documentation ("the scheme"), ap_construct_url (core.c); tested on httpd 2.4.71.
    """
    for server in context.proxy.servers:
        named = server.named
        if named is None or named.args.lstrip("\"' ").lower().startswith("https://"):
            continue
        makes = _makes_url(context, server)
        if makes is None or is_on(in_server(context, "sslengine", server.node)):
            continue
        front = in_front(context, server.node)
        if front is None or _edits_location(context, server.node):
            continue
        yield Found(
            named.place,
            f'redirects lead to "http://{server.name}", although a proxy in front ends TLS',
            related=(Related(front.place, "a proxy is in front"), Related(makes.place, "this makes the URL")),
            help=f'Write "ServerName https://{server.name}:443".',
        )


def _makes_url(context: Context, server: Server) -> Node | None:
    """The first line of a server that makes a redirect with httpd's own scheme: a reverse, or a redirect to a path."""
    if not server.mappings:
        return None
    from hpatch.paths.mapping import redirect  # only servers that say what is in front of them pay for it

    lines = [one.node for one in server.reverses if one.node.key == "proxypassreverse"]
    for key in ("redirect", "redirectmatch", "redirectpermanent", "redirecttemp"):
        for node in context.configuration.find_in(server.node, key):
            read = redirect(node)
            if read is not None and read.target is not None and read.target.startswith("/"):
                lines.append(node)
    lines += _redirecting(context).get(server.node, ())
    return min(lines, key=lambda line: (line.source.name, line.line), default=None)


@lru_cache(maxsize=1)
def _redirecting(context: Context) -> dict[Node | None, list[Node]]:
    """By server, the rules that redirect to a path."""
    found: dict[Node | None, list[Node]] = {}
    for one in rewrites(context):
        if one.rule.has("r", "redirect") and one.rule.substitution.startswith("/"):
            found.setdefault(server_of(one.node), []).append(one.node)
    return found


def _edits_location(context: Context, host: Node | None) -> bool:
    return any(lines_named(context, "header", host, "location"))
