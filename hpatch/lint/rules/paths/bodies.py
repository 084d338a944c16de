"""Filters that are to change the backend's pages."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from hpatch.lint.found import Found, Related
from hpatch.lint.rule import rule
from hpatch.lint.rules._shared.effective import in_server, is_on, server_of

if TYPE_CHECKING:
    from hpatch.conf.tree import Node
    from hpatch.lint.context import Context

_SUBSTITUTE = "https://httpd.apache.org/docs/2.4/mod/mod_substitute.html"
_HTML = "https://httpd.apache.org/docs/2.4/mod/mod_proxy_html.html"
_REWRITING = ("substitute", "sed", "proxy-html")
_FILTERS = ("setoutputfilter", "addoutputfilter", "addoutputfilterbytype", "filterprovider", "filterchain")


@rule("MP080", "filter-on-gzip", "warning", confidence="medium", references=(_SUBSTITUTE, _HTML))
def filter_on_gzip(context: Context) -> Iterator[Found]:
    """The filter changes nothing in pages that the backend sends compressed.

    Browsers say that they accept gzip, and httpd passes that on. mod_substitute, mod_sed and mod_proxy_html then see
    compressed bytes and find nothing in them.

    The rule is silent where Accept-Encoding is taken away or set, and where INFLATE unpacks the pages first. It is
    silent about ProxyHTMLEnable without ProxyHTMLLinks, which `proxyhtml-no-links` reports.

    Add `RequestHeader unset Accept-Encoding`.

    Fires on::

        # options: --modules all
        <Location "/app">
            ProxyPass "http://10.0.0.5:8080/app"
            AddOutputFilterByType SUBSTITUTE text/html
            Substitute "s|http://10.0.0.5:8080|https://shop.example|n"
        </Location>

    Write instead::

        # options: --modules all
        <Location "/app">
            ProxyPass "http://10.0.0.5:8080/app"
            RequestHeader unset Accept-Encoding
            AddOutputFilterByType SUBSTITUTE text/html
            Substitute "s|http://10.0.0.5:8080|https://shop.example|n"
        </Location>

    Silent on (INFLATE unpacks, DEFLATE packs again)::

        # options: --modules all
        <Location "/app">
            ProxyPass "http://10.0.0.5:8080/app"
            SetOutputFilter INFLATE;SUBSTITUTE;DEFLATE
            Substitute "s|http://10.0.0.5:8080|https://shop.example|n"
        </Location>

    Source: the documentation of mod_proxy_html ("ProxyHTMLEnable") and of mod_deflate ("Output Decompression"); tested
    on httpd 2.4.71.
    """
    seen: set[tuple[int, int]] = set()
    for node in _rewriting(context):
        host = server_of(node)
        place = (id(node.parent), id(host))
        if place in seen or not any(
            not _unpacked(context, server) for server in dict.fromkeys(_proxied(context, node))
        ):
            continue
        seen.add(place)
        yield Found(
            node.place,
            f'"{node.name}" changes nothing in pages that the backend sends compressed',
            help="Add RequestHeader unset Accept-Encoding.",
        )


def _rewriting(context: Context) -> Iterator[Node]:
    """The lines that let a filter look into bodies."""
    for node in context.configuration.find(*_FILTERS):
        words = [word.lower() for word in node.words]
        names = words[1:] if node.key in ("filterprovider", "filterchain") else words[:1]
        if any(name in _REWRITING for word in names for name in re.split(r"[;+]", word.lstrip("+=-"))):
            yield node
    if _without_links(context):
        return
    for node in context.configuration.find("proxyhtmlenable"):
        if is_on(node):
            yield node


def _without_links(context: Context) -> bool:
    """Whether mod_proxy_html changes nothing at all, because no attribute is a link for it."""
    return context.configuration.whole and not context.configuration.find("proxyhtmllinks")


def _proxied(context: Context, node: Node) -> Iterator[Node | None]:
    """The servers in which backends over HTTP or AJP answer where a line holds."""
    section = node.parent
    host = server_of(node)
    for mapping in context.mappings if host is None else context.mappings_of(host):
        if mapping.target is None or mapping.target.scheme in ("fcgi", "uwsgi", "scgi", "ws", "wss"):
            continue
        if section is None or section.key == "<virtualhost" or mapping.section is section:
            yield mapping.server.node or host
            continue
        path = section.words[0] if section.key == "<location" and section.words else None
        if (
            path is not None
            and mapping.path.startswith("/")
            and (path.startswith(mapping.path) or mapping.path.startswith(path))
        ):
            yield mapping.server.node or host


def _unpacked(context: Context, host: Node | None) -> bool:
    """Whether pages come unpacked, or may, in a server."""
    for line in context.lines_of(host, "requestheader"):
        words = [word.lower() for word in line.words]
        if words[:1] == ["early"]:
            words = words[1:]
        if "accept-encoding" in words[1:2] and words[0] in ("unset", "set", "edit", "edit*"):
            return True
    return any("inflate" in line.args.lower() for line in context.lines_of(host, *_FILTERS))


@rule("MP081", "proxyhtml-no-links", "error", references=(f"{_HTML}#proxyhtmllinks",))
def proxyhtml_no_links(context: Context) -> Iterator[Found]:
    """ProxyHTMLEnable is on and no ProxyHTMLLinks says which attributes are links: no link is rewritten.

    httpd has no list of its own. The one that comes with it is in the file `proxy-html.conf`, which must be included.

    The rule is silent in a part of a configuration.

    Include httpd's `proxy-html.conf`, or add ProxyHTMLLinks lines.

    Fires on::

        # options: --modules all
        <Location "/app">
            ProxyPass "http://10.0.0.5:8080/app"
            ProxyHTMLEnable On
            ProxyHTMLURLMap "http://10.0.0.5:8080/app" "/app"
        </Location>

    Write instead::

        # options: --modules all
        ProxyHTMLLinks a href
        ProxyHTMLLinks img src
        <Location "/app">
            ProxyPass "http://10.0.0.5:8080/app"
            RequestHeader unset Accept-Encoding
            ProxyHTMLEnable On
            ProxyHTMLURLMap "http://10.0.0.5:8080/app" "/app"
        </Location>

    Source: the ProxyHTMLLinks documentation; tested on httpd 2.4.71.
    """
    if not _without_links(context):
        return
    for node in context.configuration.find("proxyhtmlenable"):
        if is_on(node):
            maps = in_server(context, "proxyhtmlurlmap", server_of(node))
            yield Found(
                node.place,
                "no link is rewritten: no ProxyHTMLLinks says which attributes are links",
                related=() if maps is None else (Related(maps.place, "this map is not used"),),
                help="Include httpd's proxy-html.conf, or add ProxyHTMLLinks lines.",
            )
