"""ProxyPass in sections: where it may stand, and what it means there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from hpatch.lint.finding import Fix, Found, Related
from hpatch.lint.rule import rule
from hpatch.lint.rules._shared.edits import removed
from hpatch.lint.rules._shared.passes import pattern, section_pattern

if TYPE_CHECKING:
    from hpatch.lint.context import Context
    from hpatch.proxy.model import Mapping, Refusal

_PASS = "https://httpd.apache.org/docs/2.4/mod/mod_proxy.html#proxypass"
_MATCH = "https://httpd.apache.org/docs/2.4/mod/mod_proxy.html#proxypassmatch"
DIRECTIVES = ("proxypass", "proxypassmatch", "proxypassreverse")
"""What `pass_bad_context` is about."""
_EXPRESSION = re.compile(r"^\^/|\(\.[*+]\)|\.\*\$$")
"""What only a regular expression has: no request's path does."""
_META = r"[\^$()|+]|\.\*"
_LOCATIONS = ("<location", "<locationmatch")
_PROXY_SECTIONS = ("<proxy", "<proxymatch")


@rule("MP006", "location-two-args", "error", references=(_PASS,))
def location_two_args(context: Context) -> Iterator[Found]:
    """A path argument inside a Location.

    In `<Location>` the path comes from the section; ProxyPass, ProxyPassMatch and ProxyPassReverse take the URL
    alone there. httpd refuses to start.

    Fires on::

        <Location "/app">
            ProxyPass "/app" "http://10.0.0.5/app"
        </Location>

    Write instead::

        <Location "/app">
            ProxyPass "http://10.0.0.5/app"
        </Location>

    Source: `add_pass` and `add_pass_reverse` in mod_proxy.c ("can not have a path when defined in a location").
    Tried on 2.4.71.
    """
    for refusal in context.proxy.refusals:
        if not two_arguments(refusal):
            continue
        node = refusal.node
        section = node.inside(*_LOCATIONS)
        words = node.words
        path = words[0] if words else ""
        where = "its section" if section is None else f"{section.name} {section.args}"
        edits = removed(node, 0)
        same = section is not None and bool(section.words) and path.rstrip("/") == section.words[-1].rstrip("/")
        yield Found(
            node.word_place(0),
            f'{node.name} has the path "{path}" although it stands in {where}: httpd does not start',
            help="Leave the path out: the section gives it.",
            fix=Fix("Take the path out", edits, safe=same) if edits else None,
        )


def two_arguments(refusal: Refusal) -> bool:
    """Whether httpd refuses a line because of a path that its section gives already."""
    node = refusal.node
    return refusal.kind == "location-path" or (
        refusal.kind == "arguments"
        and node.key in DIRECTIVES
        and node.inside(*_LOCATIONS) is not None
        and _path_first(node.words)
    )


def _path_first(words: list[str]) -> bool:
    """Whether a line has a path before its target."""
    return len(words) > 1 and "://" not in words[0] and (words[1] == "!" or "://" in words[1])


@rule("MP007", "pass-bad-context", "error", references=(_PASS,))
def pass_bad_context(context: Context) -> Iterator[Found]:
    """A ProxyPass where none may stand, or where it is never asked.

    ProxyPass, ProxyPassMatch and ProxyPassReverse may stand in a server, a virtual host and a Location. In
    Directory, Files, If, Limit and the like httpd refuses to start; with a `.htaccess` that has one it answers 500.
    In a `<Proxy>` section httpd starts, but never asks a ProxyPass there: a warning.

    Fires on::

        <Directory "/srv/www/app">
            ProxyPass "http://10.0.0.5/"
        </Directory>

    Write instead::

        <Location "/app/">
            ProxyPass "http://10.0.0.5/"
        </Location>

    Source: the manual of ProxyPass; `add_pass` in mod_proxy.c, `ap_check_cmd_context` in server/core.c. Tried on
    2.4.71.
    """
    for refusal in context.proxy.refusals:
        node = refusal.node
        if refusal.kind != "context" or node.key not in DIRECTIVES:
            continue
        section = node.parent
        where = "here" if section is None else f"in {section.name}>"
        yield Found(
            node.place,
            f"{node.name} is not allowed {where}: httpd does not start",
            related=() if section is None else (Related(section.place, "the section"),),
            help="Put it into the server, or into a <Location> with the path.",
        )
    if context.configuration.root.rpartition("/")[2] == ".htaccess":
        for node in context.configuration.find(*DIRECTIVES):
            yield Found(
                node.place,
                f"{node.name} is not allowed in a .htaccess file: every request there ends in 500",
                help="Put it into the server, or into a <Location>; a .htaccess can have a RewriteRule with [P].",
            )
    for mapping in context.passes:
        if mapping.section is not None and mapping.section.key in _PROXY_SECTIONS:
            yield Found(
                mapping.place,
                f"{mapping.node.name} in {mapping.section.name}> is never asked",
                help="Put it into the server, or into a <Location>.",
                severity="warning",
            )


@rule("MP008", "locationmatch-pass", "warning", confidence="medium", references=(_PASS, _MATCH))
def locationmatch_pass(context: Context) -> Iterator[Found]:
    """A plain ProxyPass whose path is a pattern.

    In `<LocationMatch>` a ProxyPass takes the section's pattern for its path. Where the pattern holds no `*`, `?`
    or `[…]`, httpd compares it letter by letter: `^/app` is no request's path, nothing is proxied, and clients
    get 404 (an error). Where it holds one, httpd uses it as a regular expression and, without `$1` in the target,
    puts the **whole** path behind the target: with `^/app/(.*)` and `http://h/app` a request for `/app/1` asks
    the backend for `/app/app/1`. So it is for a `<Location>` with a wildcard. Outside of sections a path is compared
    letter by letter in any case.

    Silent for targets with `$1`, and for those without a path, with which it works as ProxyPassMatch would.

    Fires on::

        <LocationMatch "^/app">
            ProxyPass "http://10.0.0.5"
        </LocationMatch>

    Write instead::

        <LocationMatch "^/app">
            ProxyPassMatch "http://10.0.0.5"
        </LocationMatch>

    Source: the manual of ProxyPass ("ProxyPass does not interpret the regexp as such"); `add_pass`
    (`apr_fnmatch_test`) in mod_proxy.c, the same from 2.4.1 on. Each case tried on 2.4.71.
    """
    for mapping in context.passes:
        section = mapping.section
        if mapping.kind != "ProxyPass":
            continue
        if section is None:
            if not mapping.pattern and _EXPRESSION.search(mapping.path):
                yield _compared(mapping)
            continue
        if not section.key.startswith("<location"):
            continue
        found = _literal(mapping) if pattern(mapping) is None else _whole_path(mapping)
        if found is not None:
            yield found


def _literal(mapping: Mapping) -> Found | None:
    section = mapping.section
    if section is None or not section_pattern(section) or not re.search(_META, mapping.path):
        return None
    return _compared(mapping, Related(section.place, "the pattern"))


def _compared(mapping: Mapping, *related: Related) -> Found:
    does = "is never asked" if mapping.target is not None else "excludes nothing"
    return Found(
        mapping.place,
        f'this ProxyPass {does}: it compares "{mapping.path}" with the path letter by letter',
        related=related,
        help="Write ProxyPassMatch: it takes the pattern for one.",
        severity="error",
        confidence="high",
    )


def _whole_path(mapping: Mapping) -> Found | None:
    target = mapping.target
    if target is None or "$" in target.text or target.path in ("", "/") or target.scheme in ("fcgi", "scgi", "uwsgi"):
        return None
    section = mapping.section
    related = () if section is None else (Related(section.place, "taken for a regular expression"),)
    return Found(
        mapping.place,
        f'"{target.text}" is followed by the whole path of the request, not by what follows "{mapping.path}"',
        related=related,
        help="Write ProxyPassMatch with a target that says where the path goes, such as http://host/app/$1.",
    )


@rule("MP009", "multiple-in-location", "error", references=(_PASS,))
def multiple_in_location(context: Context) -> Iterator[Found]:
    """Two ProxyPass in one Location.

    A Location holds one ProxyPass: the last one replaces those before it, silently.

    Fires on::

        <Location "/app">
            ProxyPass "ws://10.0.0.5/app"
            ProxyPass "http://10.0.0.5/app"
        </Location>

    Write instead::

        <Location "/app">
            ProxyPass "http://10.0.0.5/app" upgrade=websocket
        </Location>

    Source: the manual of ProxyPass ("Only one ProxyPass directive can be placed in a Location block"); `add_pass` in
    mod_proxy.c. Tried on 2.4.71.
    """
    last: dict[int, Mapping] = {}
    for mapping in context.passes:
        if mapping.section is None or mapping.section.key in _PROXY_SECTIONS:
            continue
        before = last.get(id(mapping.section))
        last[id(mapping.section)] = mapping
        if before is None or not set(mapping.node.conditions) <= set(before.node.conditions):
            continue
        if _text(before) == _text(mapping):
            continue
        yield Found(
            before.place,
            f'the ProxyPass to "{_text(before)}" is never used: another in the same section replaces it',
            related=(Related(mapping.place, f'"{_text(mapping)}" is used'),),
            help="Keep one, or give each a <Location> of its own.",
        )


def _text(mapping: Mapping) -> str:
    return "!" if mapping.target is None else mapping.target.text
