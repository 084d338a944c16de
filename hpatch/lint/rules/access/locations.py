"""Restricted paths, and the requests that get past the section."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import takewhile
from typing import TYPE_CHECKING

from hpatch.lint.found import Found, Related
from hpatch.lint.rule import rule
from hpatch.lint.rules._shared.access import OTHER, Client, admits, below, lines, merges, restricts, speaks, words
from hpatch.lint.rules._shared.effective import server_of
from hpatch.lint.rules._shared.guards import covering, kept, start
from hpatch.lint.rules._shared.taking import taking

if TYPE_CHECKING:
    from hpatch.conf.tree import Node
    from hpatch.lint.context import Context

_SECTIONS = "https://httpd.apache.org/docs/2.4/sections.html"
_MERGING = "https://httpd.apache.org/docs/2.4/mod/mod_authz_core.html#authmerging"
_SIGNS = re.compile(r"[*?\[\\$%]")
_LIMIT = "https://httpd.apache.org/docs/2.4/mod/core.html#limit"


@rule("AC022", "location-slash-only", "warning", confidence="medium", references=(f"{_SECTIONS}#location",))
def location_slash_only(context: Context) -> Iterator[Found]:
    """The restricted `<Location "/x/">` does not hold for `/x`, which the backend gets.

    A `<Location>` with a slash at its end, or a `<LocationMatch "^/x/">`, holds for what is below, not for the path
    without the slash. ProxyPass takes both. It is an info if ProxyPass is for a path above: many backends then only
    redirect to the path with the slash.

    Write the Location without the slash.

    Fires on::

        ProxyPass "/admin" "http://10.0.0.5:8080/admin"
        <Location "/admin/">
            Require ip 10.0.0.0/8
        </Location>

    Write instead::

        ProxyPass "/admin" "http://10.0.0.5:8080/admin"
        <Location "/admin">
            Require ip 10.0.0.0/8
        </Location>

    Silent on (ProxyPass has the slash, too)::

        ProxyPass "/admin/" "http://10.0.0.5:8080/admin/"
        <Location "/admin/">
            Require ip 10.0.0.0/8
        </Location>

    Source: ap_location_walk (server/request.c), the Location documentation; tested on httpd 2.4.71.
    """
    for section in context.configuration.find("<location", "<locationmatch"):
        where = start(section)
        if where is None or where == "/" or not where.endswith("/") or not restricts(section):
            continue
        host = server_of(section)
        bare = where.rstrip("/")
        for mapping, taken in taking(context, host, bare):
            if mapping.section is section or taken is None:
                continue
            if mapping.exclusion:
                break
            if kept(context, host, bare):
                break
            yield Found(
                section.word_place(len(section.words) - 1),
                f'"{bare}" without the slash reaches the backend without this section\'s rule',
                related=(Related(mapping.place, "this line takes both"),),
                help=f'Write <Location "{bare}">.' if section.key == "<location" else 'Write "(/|$)" for the slash.',
                severity=None if taken.rstrip("/") == bare else "info",
            )
            break


@rule("AC023", "nested-require-replaces", "warning", confidence="medium", references=(_MERGING,))
def nested_require_replaces(context: Context) -> Iterator[Found]:
    """The `Require` of an inner path takes the place of the outer one: who the client is no longer matters.

    httpd does not add the `Require` lines of an inner `<Location>` to those of the outer one. The inner ones replace
    them, unless the inner section has `AuthMerging And`. The same holds for `<Directory>`. A section with `Require
    method GET` opens its path to everybody who uses GET.

    The rule reports an inner section that looks only at the method.

    Add `AuthMerging And` to the inner section, or repeat the outer rule there.

    Fires on::

        <Location "/app">
            Require ip 10.0.0.0/8
        </Location>
        <Location "/app/api">
            Require method GET POST
        </Location>

    Write instead::

        <Location "/app">
            Require ip 10.0.0.0/8
        </Location>
        <Location "/app/api">
            AuthMerging And
            Require method GET POST
        </Location>

    Silent on (everybody is let in on purpose)::

        <Location "/app">
            Require ip 10.0.0.0/8
        </Location>
        <Location "/app/api">
            Require all granted
        </Location>

    Source: the AuthMerging documentation; tested on httpd 2.4.71.
    """
    about_methods = filter(_looks_at_method, context.configuration.find("require"))
    for inner in dict.fromkeys(line.inside("<location", "<locationmatch", "<directory") for line in about_methods):
        if inner is None:
            continue
        found = list(lines(inner, limits=False))
        if not found or not all(map(_looks_at_method, found)):
            continue
        where = _where(inner)
        if where is None or merges(inner):
            continue
        host = server_of(inner)
        outer: Node | None = None
        for section in _around(context, host, inner, where):
            if _where(section) != where and any(line.key == "require" for line in lines(section)):
                outer = section if restricts(section) else None
        if outer is not None:
            yield Found(
                found[0].place,
                f'this line replaces the rule of {outer.name} "{outer.words[-1]}">: this method is all that it wants',
                related=(Related(outer.place, "this rule is gone for the inner path"),),
                help="Add AuthMerging And to the inner section, or repeat the outer rule.",
            )


def _where(section: Node) -> str | None:
    """The folder or the path that a section holds for; None if it is not plain."""
    if section.key != "<directory":
        return start(section)
    return section.words[0].rstrip("/") or "/" if len(section.words) == 1 else None


def _around(context: Context, host: Node | None, inner: Node, where: str) -> list[Node]:
    """The sections of the same kind around this one that httpd merges before it, in its order."""
    if inner.key == "<directory":
        found = [one for one in context.lines_of(host, "<directory") if len(one.words) == 1 and one is not inner]
        return sorted(
            (one for one in found if below(where, one.words[0].rstrip("/") or "/")), key=lambda one: len(one.words[0])
        )
    sections = (one for one, covered in covering(context, host, where) if covered)
    return list(takewhile(lambda one: one is not inner, sections))


def _looks_at_method(node: Node) -> bool:
    if node.key != "require" or "method" not in node.args.lower():
        return False
    found = words(node)
    return found[0] == "method" or (
        found[0] == "expr" and "request_method" in node.args.lower() and "&&" not in node.args
    )


@rule("AC024", "limit-methods", "error", references=(_LIMIT,))
def limit_methods(context: Context) -> Iterator[Found]:
    """A rule in `<Limit>` holds for the methods that it names only: with any other word a client gets in.

    `<Limit GET POST>` around a `Require` leaves PUT, DELETE, PATCH and words of the client's own choosing open. Many
    backends answer an unknown method like GET.

    `<LimitExcept PUT>` around a `Require` leaves PUT open, and restricts GET.

    The rule is silent where reading is open on purpose: about `<Limit>` that restricts writing methods only, such as
    PUT and DELETE, and about `<LimitExcept GET>`. It is silent about `<LimitExcept OPTIONS>`, because browsers ask
    with OPTIONS before they log in.

    Remove `<Limit>`, or use `<LimitExcept>`.

    Fires on::

        <Location "/admin">
            <Limit GET POST>
                Require ip 10.0.0.0/8
            </Limit>
        </Location>

    Fires on (the rule holds for reading, and not for what it excepts)::

        <Location "/admin">
            <LimitExcept PUT DELETE>
                Require ip 10.0.0.0/8
            </LimitExcept>
        </Location>

    Write instead::

        <Location "/admin">
            Require ip 10.0.0.0/8
        </Location>

    Silent on (reading is open on purpose)::

        <Location "/dav">
            <Limit PUT DELETE>
                Require ip 10.0.0.0/8
            </Limit>
        </Location>

    Silent on (the other methods are denied)::

        <Location "/admin">
            <Limit GET POST>
                Require ip 10.0.0.0/8
            </Limit>
            <LimitExcept GET POST>
                Require all denied
            </LimitExcept>
        </Location>

    Source: the Limit documentation; tested on httpd 2.4.71.
    """
    yield from _excepted(context)
    for node in context.configuration.find("<limit"):
        methods = [word.upper() for word in node.words]
        outer = node.parent
        if "GET" not in methods or outer is None or not speaks(node):
            continue
        if admits(outer) not in ("some", "none") or admits(outer, Client(OTHER)) not in ("all", None):
            continue
        yield Found(
            node.place,
            f"the rule holds for {', '.join(methods)} only: a client gets in with any other method",
            help="Remove <Limit>, or use <LimitExcept>.",
        )


def _excepted(context: Context) -> Iterator[Found]:
    """The sections that restrict reading and leave other methods open."""
    for node in context.configuration.find("<limitexcept"):
        methods = [word.upper() for word in node.words]
        outer = node.parent
        if outer is None or not speaks(node) or {"GET", "HEAD"}.intersection(methods):
            continue
        if admits(outer) not in ("some", "none"):
            continue
        left = [one for one in methods if one != "OPTIONS" and admits(outer, Client(one)) in ("all", None)]
        if left:
            yield Found(
                node.place,
                f"the rule holds for all methods but {', '.join(left)}: a client gets in with {left[0]}",
                help=f"Write <LimitExcept OPTIONS>, or remove {node.name}."
                if "OPTIONS" in methods
                else "Remove <LimitExcept>, and leave what is in it.",
            )


@rule("AC056", "location-one-level", "error", references=(f"{_SECTIONS}#location",))
def location_one_level(context: Context) -> Iterator[Found]:
    """The `*` of a restricted `<Location "/admin*">` stands for no slash: `/admin/users` is open.

    A `<Location>` with a wildcard is compared with the whole path, and `*` and `?` never match a slash. Without the
    wildcard a Location holds for all paths below.

    The rule is silent if another section restricts the paths below.

    Write the path without the star.

    Fires on::

        <Location "/admin*">
            Require ip 10.0.0.0/8
        </Location>

    Fires on (`/admin/users/1` is open)::

        <Location "/admin/*">
            Require ip 10.0.0.0/8
        </Location>

    Write instead::

        <Location "/admin">
            Require ip 10.0.0.0/8
        </Location>

    Silent on (a pattern, whose `.*` matches slashes)::

        <LocationMatch "^/admin.*">
            Require ip 10.0.0.0/8
        </LocationMatch>

    Source: ap_location_walk (server/request.c), apr_fnmatch with APR_FNM_PATHNAME; tested on httpd 2.4.71.
    """
    for section in context.configuration.find("<location"):
        text = section.words[0] if len(section.words) == 1 else ""
        plain = text.rstrip("*")
        if plain == text or not section.certain or _SIGNS.search(plain) is not None or not plain.startswith("/"):
            continue
        deeper = f"{plain}x/y" if plain.endswith("/") else f"{plain}/x"
        if restricts(section) and not kept(context, server_of(section), deeper):
            yield Found(
                section.word_place(0),
                f'"{deeper}" is open: the star in "{text}" matches no slash',
                help=f'Write <Location "{plain.rstrip("/") or "/"}">.',
                node=section,
            )
