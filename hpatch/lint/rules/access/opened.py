"""Restricted paths that a later section opens."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from operator import itemgetter
from typing import TYPE_CHECKING

from hpatch.lint.found import Found, Related
from hpatch.lint.rule import rule
from hpatch.lint.rules._shared.access import admits, below, lines, merges, path, restricts
from hpatch.lint.rules._shared.answering import all_taken
from hpatch.lint.rules._shared.effective import server_of
from hpatch.lint.rules._shared.guards import covering, kept
from hpatch.lint.rules._shared.prefixes import Prefixes

if TYPE_CHECKING:
    from hpatch.conf.tree import Node
    from hpatch.lint.context import Context

_MERGING = "https://httpd.apache.org/docs/2.4/sections.html#merging"


@rule("AC051", "location-opened-later", "error", references=(_MERGING,))
def location_opened_later(context: Context) -> Iterator[Found]:
    """A later `<Location>` with `Require all granted` opens the path that this one restricts.

    httpd merges all `<Location>` sections for a path in the order of the file, whatever is the longer path, and those
    of a virtual host after those of the main server. The last one with a Require decides.

    The rule is silent where another section behind restricts the path again, and where both rules are not of the same
    kind (`Require`, and `Order` with `Allow` and `Deny`).

    Put the section for the shorter path first.

    Fires on::

        <Location "/admin">
            Require ip 10.0.0.0/8
        </Location>
        <Location "/">
            Require all granted
        </Location>

    Fires on (in the main server, as in the files of modules)::

        # options: --modules all
        <Location "/server-status">
            SetHandler server-status
            Require local
        </Location>
        <VirtualHost *:80>
            ServerName www.example.com
            <Location "/">
                Require all granted
            </Location>
        </VirtualHost>

    Write instead::

        <Location "/">
            Require all granted
        </Location>
        <Location "/admin">
            Require ip 10.0.0.0/8
        </Location>

    Silent on (the inner path is open on purpose)::

        <Location "/admin">
            Require ip 10.0.0.0/8
        </Location>
        <Location "/admin/public">
            Require all granted
        </Location>

    Source: ap_location_walk (server/request.c), "How the sections are merged"; tested on httpd 2.4.71.
    """
    lines_for_all = [node for node in context.configuration.find("require") if "all" in node.args.lower()]
    perhaps = {node.inside("<location") for node in lines_for_all}
    granting = [
        one
        for one in context.configuration.find("<location")
        if one in perhaps
        and one.certain
        and path(one) is not None
        and not merges(one)
        and _requires(one)
        and admits(one) == "all"
    ]
    if not granting:
        return
    told: set[Node] = set()
    order = {section: number for number, section in enumerate(context.configuration.by_key["<location"])}
    for section in granting:
        host, outer = server_of(section), path(section) or "/"
        servers = [None] if host is None else [None, host]
        found = [one for server in servers for one in _restricted(context, server).starting(outer)]
        for _, inner in sorted(found, key=itemgetter(0)):
            if inner in told or inner is section:
                continue
            where = path(inner) or "/"
            if not below(where, outer):
                continue
            if server_of(inner) is host and order[inner] > order[section]:
                continue
            if not _decides(context, host, where, section) or kept(context, host, where):
                continue
            if all_taken(context, section, where, host) is not None and _has_handler(inner):
                continue
            told.add(inner)
            yield Found(
                section.place,
                f'this section opens "{where}": it comes later, and replaces the Require of that path',
                related=(Related(inner.place, "this rule no longer holds"),),
                help="Put the section for the shorter path first."
                if server_of(inner) is host
                else f'Repeat the rule for "{where}" behind this section.',
            )
            break


@lru_cache(maxsize=2)
def _restricted(context: Context, server: Node | None) -> Prefixes[Node]:
    """The sections of a server that keep somebody out by a Require, by their paths."""
    found = ((path(one), one) for one in context.configuration.find_in(server, "<location"))
    return Prefixes(
        (where, one)
        for where, one in found
        if where is not None and one.certain and _requires(one) and restricts(one, limits=False)
    )


def _requires(section: Node) -> bool:
    """Whether all access lines of a section are Require."""
    found = list(lines(section))
    return bool(found) and all(line.key == "require" and line.certain for line in found)


def _decides(context: Context, host: Node | None, where: str, section: Node) -> bool:
    """Whether a section is the last one with access lines for a path."""
    last = None
    for one, _ in covering(context, host, where):
        last = one
    return last is section


def _has_handler(section: Node) -> bool:
    return any(one.key == "sethandler" for one in section.children or ())
