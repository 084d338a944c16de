"""ProxyPass in sections: where httpd allows it, and what it does there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from hpatch.lint.found import Fix, Found, Related
from hpatch.lint.rule import rule
from hpatch.lint.rules._shared.edits import removed
from hpatch.lint.rules._shared.passes import pattern, section_pattern

if TYPE_CHECKING:
    from hpatch.lint.context import Context
    from hpatch.proxy.model import Mapping, Refusal

_PASS = "https://httpd.apache.org/docs/2.4/mod/mod_proxy.html#proxypass"
_MATCH = "https://httpd.apache.org/docs/2.4/mod/mod_proxy.html#proxypassmatch"
DIRECTIVES = ("proxypass", "proxypassmatch", "proxypassreverse")
"""The directives that `pass_bad_context` checks."""
_EXPRESSION = r"^\^/|\(\.[*+]\)|\.\*\$$"
_SIGNS = "^(*"
"""Characters of which each such expression has one."""
"""Text that only a regular expression contains, never a request's path."""
_META = r"[\^$()|+]|\.\*"
_LOCATIONS = ("<location", "<locationmatch")
_PROXY_SECTIONS = ("<proxy", "<proxymatch")


@rule("MP006", "location-two-args", "error", references=(_PASS,), fix="safe")
def location_two_args(context: Context) -> Iterator[Found]:
    """A directive in a Location repeats the path as an argument.

    httpd refuses to start. In `<Location>` the section gives the path; ProxyPass, ProxyPassMatch and ProxyPassReverse
    take only the URL there.

    Remove the path.

    Fires on::

        <Location "/app">
            ProxyPass "/app" "http://10.0.0.5/app"
        </Location>

    Write instead::

        <Location "/app">
            ProxyPass "http://10.0.0.5/app"
        </Location>

    Source: `add_pass` and `add_pass_reverse` in mod_proxy.c ("can not have a path when defined in a location"). Tested
    on httpd 2.4.71.
    """
    for refusal in context.proxy.refusals:
        node = refusal.node
        if not two_arguments(refusal) or node.inside(*_PROXY_SECTIONS):
            continue
        section = node.inside(*_LOCATIONS)
        words = node.words
        path = words[0] if words else ""
        where = "its section" if section is None else f"{section.name} {section.args}"
        edits = removed(node, 0)
        same = section is not None and bool(section.words) and path.rstrip("/") == section.words[-1].rstrip("/")
        yield Found(
            node.word_place(0),
            f'{node.name} in {where} must not have a path, but has "{path}": httpd does not start',
            help="Remove the path; the section gives it.",
            fix=Fix("remove the path", edits, safe=same) if edits else None,
        )


def two_arguments(refusal: Refusal) -> bool:
    """Whether httpd refuses a line because it repeats the path of its section."""
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
    """httpd does not allow the directive in this section, or never uses it there.

    ProxyPass, ProxyPassMatch and ProxyPassReverse may stand in a server, a virtual host and a Location.

    - In Directory, Files, If, Limit and the like, httpd refuses to start.
    - In a `.htaccess` file, httpd answers every request there with 500.
    - In a `<Proxy>` section, httpd refuses a path as the first argument. Without one, httpd starts but never uses the
      ProxyPass. It takes the section's URL for the path of a ProxyPassReverse: in `<Proxy "http://h:8080">`, the
      redirect `http://h:8080/login` becomes `http://h:8080login`. Both are warnings.

    Move the directive into the server, or into a Location with the path.

    Fires on::

        <Directory "/srv/www/app">
            ProxyPass "http://10.0.0.5/"
        </Directory>

    Write instead::

        <Location "/app/">
            ProxyPass "http://10.0.0.5/"
        </Location>

    Source: the ProxyPass documentation; `add_pass` in mod_proxy.c, `ap_check_cmd_context` in server/core.c. Tested on
    httpd 2.4.71.
    """
    for refusal in context.proxy.refusals:
        node = refusal.node
        if node.key not in DIRECTIVES or not (refusal.kind == "context" or _path_in_proxy(refusal)):
            continue
        section = node.parent
        where = "here" if section is None else f"in {section.name}>"
        yield Found(
            node.place,
            f"{node.name} is not allowed {where}: httpd does not start",
            related=() if section is None else (Related(section.place, "the section"),),
            help="Move it into the server, or into a <Location> with the path.",
        )
    if context.configuration.root.rpartition("/")[2] == ".htaccess":
        for node in context.configuration.find(*DIRECTIVES):
            yield Found(
                node.place,
                f"{node.name} is not allowed in a .htaccess file: every request there gets 500",
                help="Move it into the server or a <Location>, or write a RewriteRule with [P] here.",
            )
    for mapping in context.sectioned:
        if mapping.section is not None and mapping.section.key in _PROXY_SECTIONS:
            yield Found(
                mapping.place,
                f"httpd never uses a {mapping.node.name} in {mapping.section.name}>",
                help="Move it into the server, or into a <Location>.",
                severity="warning",
            )
    for reverse in context.reverses:
        section = reverse.section
        if reverse.node.key == "proxypassreverse" and section is not None and reverse.in_proxy:
            yield Found(
                reverse.node.place,
                f"httpd takes the URL of {section.name}> for the path of this {reverse.node.name}: it makes wrong "
                "addresses of redirects",
                related=(Related(section.place, "the section"),),
                help="Move it into the server, with the path of the ProxyPass.",
                severity="warning",
            )


def _path_in_proxy(refusal: Refusal) -> bool:
    """Whether a line has a path in a `<Proxy>` section. To remove it would not mend it: httpd never uses the line."""
    return refusal.kind == "location-path" and refusal.node.inside(*_PROXY_SECTIONS) is not None


@rule("MP008", "locationmatch-pass", "warning", confidence="medium", references=(_PASS, _MATCH))
def locationmatch_pass(context: Context) -> Iterator[Found]:
    """ProxyPass does not use this path as the regular expression that it looks like.

    In `<LocationMatch>`, ProxyPass uses the section's pattern as its path.

    - If the pattern contains no `*`, `?` or `[…]`, httpd compares it with the path letter by letter. No request's path
      begins with `^/app`, so nothing is proxied and clients get 404. This is an error.
    - If the pattern contains one of them, httpd uses it as a regular expression. Without `$1` in the target it appends
      the whole path to the target: with `^/app/(.*)` and `http://h/app`, a request for `/app/1` asks the backend for
      `/app/app/1`. A `<Location>` with a wildcard behaves the same.
    - Outside sections, ProxyPass always compares the path letter by letter.

    The rule is silent for targets with `$1`, and for targets without a path, where ProxyPass works as ProxyPassMatch
    would.

    Write ProxyPassMatch.

    Fires on::

        <LocationMatch "^/app">
            ProxyPass "http://10.0.0.5"
        </LocationMatch>

    Write instead::

        <LocationMatch "^/app">
            ProxyPassMatch "http://10.0.0.5"
        </LocationMatch>

    Source: the ProxyPass documentation ("ProxyPass does not interpret the regexp as such"); `add_pass`
    (`apr_fnmatch_test`) in mod_proxy.c, the same from 2.4.1 on. Each case tested on httpd 2.4.71.
    """
    expression = re.compile(_EXPRESSION).search
    written = context.written("proxypass")
    for mapping in context.passes if any(sign in written for sign in _SIGNS) else context.sectioned:
        section = mapping.section
        if mapping.kind != "ProxyPass":
            continue
        if section is None:
            if not mapping.pattern and expression(mapping.path):
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
    does = "never matches" if mapping.target is not None else "excludes nothing"
    return Found(
        mapping.place,
        f'this ProxyPass {does}: it compares "{mapping.path}" with the path letter by letter',
        related=related,
        help="Write ProxyPassMatch, which uses the path as a regular expression.",
        severity="error",
        confidence="high",
    )


def _whole_path(mapping: Mapping) -> Found | None:
    target = mapping.target
    if target is None or "$" in target.text or target.path in ("", "/") or target.scheme in ("fcgi", "scgi", "uwsgi"):
        return None
    section = mapping.section
    related = () if section is None else (Related(section.place, "httpd uses this as a regular expression"),)
    return Found(
        mapping.place,
        f'httpd appends the whole path of the request to "{target.text}", not only the part after "{mapping.path}"',
        related=related,
        help='Write ProxyPassMatch with a target that says where the path goes, such as "http://host/app/$1".',
    )


@rule("MP009", "multiple-in-location", "error", references=(_PASS,))
def multiple_in_location(context: Context) -> Iterator[Found]:
    """Only the last of several ProxyPass directives in a Location takes effect.

    A Location has only one ProxyPass: the last one replaces those before it, and httpd does not say so.

    Keep one, or give each its own Location.

    Fires on::

        <Location "/app">
            ProxyPass "ws://10.0.0.5/app"
            ProxyPass "http://10.0.0.5/app"
        </Location>

    Write instead::

        <Location "/app">
            ProxyPass "http://10.0.0.5/app" upgrade=websocket
        </Location>

    Source: the ProxyPass documentation ("Only one ProxyPass directive can be placed in a Location block"); `add_pass`
    in mod_proxy.c. Tested on httpd 2.4.71.
    """
    last: dict[int, Mapping] = {}
    for mapping in context.sectioned:
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
            f'the ProxyPass to "{_text(before)}" is never used: a later one in the same section replaces it',
            related=(Related(mapping.place, f'httpd uses "{_text(mapping)}"'),),
            help="Keep one, or give each its own <Location>.",
        )


def _text(mapping: Mapping) -> str:
    return "!" if mapping.target is None else mapping.target.text
