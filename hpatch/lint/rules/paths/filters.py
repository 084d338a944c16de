"""Filters that are set up and do not run."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from hpatch.conf.walk.names import strangers
from hpatch.facts import providers
from hpatch.lint.found import Found
from hpatch.lint.rule import rule
from hpatch.lint.rules._shared.effective import is_on
from hpatch.suggest import closest

if TYPE_CHECKING:
    from hpatch.conf.tree import Node
    from hpatch.lint.context import Context

_SUBSTITUTE = "https://httpd.apache.org/docs/2.4/mod/mod_substitute.html#substitute"
_HTML = "https://httpd.apache.org/docs/2.4/mod/mod_proxy_html.html#proxyhtmlenable"
_CORE = "https://httpd.apache.org/docs/2.4/mod/core.html#setoutputfilter"
_SETTING = ("setoutputfilter", "addoutputfilter", "addoutputfilterbytype", "filterprovider", "filterchain")
_RULES = {"substitute": "SUBSTITUTE", "outputsed": "SED", "proxyhtmlurlmap": "proxy-html"}


@rule("MP092", "filter-not-set", "warning", references=(_SUBSTITUTE, _HTML))
def filter_not_set(context: Context) -> Iterator[Found]:
    """The line says what a filter is to change, but no line sets the filter: pages go out unchanged.

    Substitute needs the filter SUBSTITUTE, OutputSed needs SED, and ProxyHTMLURLMap needs `ProxyHTMLEnable On`.

    The rule is silent about a part of a configuration: the filter may be set in another file.

    Fires on::

        <Location "/app">
            ProxyPass "http://10.0.0.5:8080/app"
            RequestHeader unset Accept-Encoding
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

    Silent on (the filter by its name)::

        # options: --modules all
        <Location "/app">
            ProxyPass "http://10.0.0.5:8080/app"
            RequestHeader unset Accept-Encoding
            SetOutputFilter proxy-html
            ProxyHTMLLinks a href
            ProxyHTMLURLMap "http://10.0.0.5:8080" ""
        </Location>

    Source: the manual's pages of mod_substitute, mod_sed and mod_proxy_html; tested on httpd 2.4.71.
    """
    configuration = context.configuration
    if not configuration.whole or configuration.templates:
        return
    for key, name in _RULES.items():
        lines = configuration.by_key.get(key)
        if lines is None or _named(context, name) or (key == "proxyhtmlurlmap" and _enabled(context)):
            continue
        cure = "Add ProxyHTMLEnable On." if name == "proxy-html" else f"Add AddOutputFilterByType {name} text/html."
        yield Found(lines[0].place, f"no line sets the filter {name}: {lines[0].name} changes nothing", help=cure)


def _named(context: Context, name: str) -> bool:
    return any(
        name.lower() in word.lower() or "$" in word
        for node in context.configuration.find(*_SETTING)
        for word in node.words
    )


def _enabled(context: Context) -> bool:
    return any(is_on(node) or "$" in node.args for node in context.configuration.find("proxyhtmlenable"))


@rule("MP093", "filter-unknown", "warning", references=(_CORE,))
def filter_unknown(context: Context) -> Iterator[Found]:
    """httpd has no filter of this name: it goes on without it.

    The log has AH00082, "an unknown filter was not added", for each request. `httpd -t` says "Syntax OK".

    The rule looks for names that are nearly one of httpd's. It is silent if a module is loaded that is not httpd's.

    Fires on::

        SetOutputFilter DEFALTE

    Write instead::

        SetOutputFilter DEFLATE

    Silent on (a filter of one's own)::

        ExtFilterDefine DEFALTE cmd="/usr/bin/tr a b"
        SetOutputFilter DEFALTE

    Source: add_any_filter (server/util_filter.c); tested on httpd 2.4.71.
    """
    lines = context.configuration.find("setoutputfilter", "addoutputfilter")
    if not lines or strangers(context.configuration):
        return
    known = {name.lower(): name for name in providers.names("filter")}
    own = {
        word.lower()
        for node in context.configuration.find("extfilterdefine", "filterdeclare", "luaoutputfilter", "filterprovider")
        for word in node.words
    }
    for node in lines:
        for name in _names(node):
            if name.lower() in known or name.lower() in own or not name.replace("-", "").replace("_", "").isalnum():
                continue
            near = closest(name.lower(), known, 0.8)
            if near is not None:
                yield Found(
                    node.place,
                    f'httpd has no filter "{name}", and goes on without it',
                    help=f'Did you mean "{known[near]}"?',
                    node=node,
                    subject=name,
                )


def _names(node: Node) -> list[str]:
    return [name for name in (node.words[0].split(";") if node.words else ()) if name]
