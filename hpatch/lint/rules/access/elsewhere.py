"""Restricted paths to which another path or another port leads, without the restriction."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import TYPE_CHECKING

from hpatch.lint.found import Found, Related
from hpatch.lint.rule import rule
from hpatch.lint.rules._shared.access import below, restricts
from hpatch.lint.rules._shared.effective import server_of
from hpatch.lint.rules._shared.guards import kept, start
from hpatch.lint.rules._shared.passes import covers, one_slash, paths_above
from hpatch.lint.rules._shared.taking import taking

if TYPE_CHECKING:
    from hpatch.conf.tree import Node
    from hpatch.lint.context import Context
    from hpatch.proxy.model import Mapping, Server

_SECTIONS = "https://httpd.apache.org/docs/2.4/sections.html"
_INSIDE = r"127\.|10\.|192\.168\.|172\.(?:1[6-9]|2\d|3[01])\.|\[?::1|\[?f[cd]|localhost"
_FEW = 3

_Backend = tuple[str, str, int | None, str | None]


@rule("AC057", "location-other-way", "error", confidence="medium", references=(f"{_SECTIONS}#location",))
def location_other_way(context: Context) -> Iterator[Found]:
    """Another ProxyPass leads to what this `<Location>` restricts, under a path that is open.

    A `<Location>` is for the path that the client asks for, not for the backend's page. If `/x/` is the backend's `/`,
    a request for `/x/admin` gets its `/admin`, and the section for `/admin` is not asked.

    The rule is silent if the other path is restricted or excluded, too.

    Restrict the other path as well, or exclude it: `ProxyPass "/x/admin" "!"`.

    Fires on::

        ProxyPass "/x/" "http://10.0.0.5:8080/"
        ProxyPass "/admin" "http://10.0.0.5:8080/admin"
        <Location "/admin">
            Require ip 10.0.0.0/8
        </Location>

    Write instead::

        ProxyPass "/x/" "http://10.0.0.5:8080/"
        ProxyPass "/admin" "http://10.0.0.5:8080/admin"
        <Location "/admin">
            Require ip 10.0.0.0/8
        </Location>
        <Location "/x/admin">
            Require ip 10.0.0.0/8
        </Location>

    Silent on (both ProxyPass lead there by one path)::

        ProxyPass "/admin/api" "http://10.0.0.5:8080/admin/api"
        ProxyPass "/" "http://10.0.0.5:8080/"
        <Location "/admin">
            Require ip 10.0.0.0/8
        </Location>

    Source: ap_location_walk (server/request.c), the documentation of Location; tested on httpd 2.4.71.
    """
    twice = _twice(context)
    for section in context.configuration.find("<location", "<locationmatch") if twice else ():
        host = server_of(section)
        if host not in twice and None not in twice:
            continue
        where = start(section)
        if where is None or not section.certain or not restricts(section, limits=False):
            continue
        asked = _asked(context, host, where)
        if asked is None:
            continue
        mapping, backend, page = asked
        for other, outer in _leading(context, host, backend, page):
            if other is mapping or below(outer, where) or kept(context, host, outer):
                continue
            taker = _asked(context, host, outer)
            if taker is not None and taker[0] is other:
                yield Found(
                    section.place,
                    f'"{outer}" leads to the same page of the backend as "{where}", and is open',
                    related=(Related(other.place, f'a request for "{outer}" takes this way'),),
                    help=f'Restrict <Location "{outer}">, too, or exclude it from this ProxyPass.',
                )
                break


@rule("AC058", "location-other-port", "error", confidence="medium", references=(f"{_SECTIONS}#virtualhost",))
def location_other_port(context: Context) -> Iterator[Found]:
    """The virtual host of the same name at another port leads to the same backend, and does not restrict the path.

    A section in `<VirtualHost *:443>` does not hold for `<VirtualHost *:80>`: whoever writes http:// for https:// gets
    the page.

    The rule is silent if the other virtual host redirects or rewrites requests, if it has a private or loopback
    address, and if it restricts the path itself.

    Redirect the other virtual host to https, or put the section into both.

    Fires on::

        <VirtualHost *:80>
            ServerName shop.example.com
            ProxyPass "/" "http://127.0.0.1:8080/"
        </VirtualHost>
        <VirtualHost *:443>
            ServerName shop.example.com
            <Location "/admin">
                Require ip 10.0.0.0/8
            </Location>
            ProxyPass "/" "http://127.0.0.1:8080/"
        </VirtualHost>

    Write instead::

        <VirtualHost *:80>
            ServerName shop.example.com
            Redirect permanent "/" "https://shop.example.com/"
        </VirtualHost>
        <VirtualHost *:443>
            ServerName shop.example.com
            <Location "/admin">
                Require ip 10.0.0.0/8
            </Location>
            ProxyPass "/" "http://127.0.0.1:8080/"
        </VirtualHost>

    Silent on (for those who come from inside)::

        <VirtualHost 10.0.0.1:80>
            ServerName shop.example.com
            ProxyPass "/" "http://127.0.0.1:8080/"
        </VirtualHost>
        <VirtualHost *:443>
            ServerName shop.example.com
            <Location "/admin">
                Require ip 10.0.0.0/8
            </Location>
            ProxyPass "/" "http://127.0.0.1:8080/"
        </VirtualHost>

    Source: the documentation of sections ("Virtual Hosts"); tested on httpd 2.4.71.
    """
    twins: dict[str, list[Server]] = {}
    for server in context.proxy.servers:
        if server.node is not None and server.named is not None and server.named.words:
            twins.setdefault(_name(server), []).append(server)
    for servers in twins.values():
        if len(servers) < 2:
            continue
        for server in servers:
            yield from _unlike(context, server, [one for one in servers[:_FEW] if one is not server])


def _name(server: Server) -> str:
    """The name that clients ask for, without a scheme and a port."""
    assert server.named is not None
    return server.named.words[0].lower().rpartition("://")[2].partition(":")[0]


def _unlike(context: Context, server: Server, others: list[Server]) -> Iterator[Found]:
    """The sections of a virtual host that restrict what another one of its name leaves open."""
    for section in context.configuration.find_in(server.node, "<location", "<locationmatch"):
        where = start(section)
        if where is None or not section.certain or not restricts(section, limits=False):
            continue
        asked = _asked(context, server.node, where)
        for other in others if asked is not None else ():
            assert other.node is not None
            if set(other.addresses).intersection(server.addresses) or not other.node.certain:
                continue
            if any(re.match(_INSIDE, word) for word in other.addresses) or _otherwise(context, other.node):
                continue
            # Who opens all of a host by TLS, and only there, may mean it.
            if where == "/" and not any(word.endswith(":80") for word in other.addresses):
                continue
            open_way = _asked(context, other.node, where)
            if open_way is None or asked is None or open_way[1:] != asked[1:] or kept(context, other.node, where):
                continue
            yield Found(
                section.place,
                f'"{where}" is open at {" ".join(other.addresses)}: that virtual host has the same name and backend',
                related=(Related(open_way[0].place, "leads to the same page"),),
                help="Redirect that virtual host to https, or put the section into both.",
            )
            break


_REWRITING = ("rewriterule", "redirect", "redirectmatch", "sslrequiressl", "<if", "redirectpermanent", "redirecttemp")


def _otherwise(context: Context, host: Node) -> bool:
    """Whether a virtual host may send clients elsewhere before a backend is asked."""
    return bool(context.lines_of(host, *_REWRITING))


def _asked(context: Context, host: Node | None, where: str) -> tuple[Mapping, _Backend, str] | None:
    """The ProxyPass that takes a path, the backend, and the path that it is asked for; None if that is not sure."""
    found = next(iter(taking(context, host, where)), None)
    if found is None or found.taken is None or found.mapping.kind == "RewriteRule":
        return None
    backend = _backend(found.mapping)
    if backend is None:
        return None
    return found.mapping, backend, _page(found.mapping, found.taken, where)


def _backend(mapping: Mapping) -> _Backend | None:
    """What tells a ProxyPass's backend from others; None if it depends on the request."""
    target = mapping.target
    if target is None or target.variables or mapping.pattern or re.search(r"[?$]", target.path):
        return None
    return target.scheme, target.host, target.port, target.socket


def _page(mapping: Mapping, taken: str, where: str) -> str:
    assert mapping.target is not None
    return one_slash(f"{mapping.target.path.rstrip('/')}/{where[len(taken.rstrip('/')) :].lstrip('/')}")


def _twice(context: Context) -> set[Node | None]:
    """The servers with several mappings to one host, or to one that the main server's mappings lead to."""
    found: set[Node | None] = set()
    main = {one.target.host for one in context.proxy.servers[0].mappings if one.target is not None}
    for server in context.proxy.servers:
        hosts = [one.target.host for one in server.mappings if one.target is not None]
        if len({*hosts}) < len(hosts) or (main and not main.isdisjoint(hosts)):
            found.add(server.node)
    return found


def _leading(context: Context, host: Node | None, backend: _Backend, page: str) -> Iterator[tuple[Mapping, str]]:
    """The ProxyPass lines of a server that lead to a page of a backend, each with the path that does so."""
    known = _ways(context)
    for server in (None,) if host is None else (None, host):
        paths = known.get((server, backend), {})
        for above in dict.fromkeys(one.rstrip("/") for one in paths_above(page)):
            for mapping, taken in paths.get(above, ()):
                yield mapping, f"{taken.rstrip('/')}{page[len(above) :]}"


@lru_cache(maxsize=1)
def _ways(context: Context) -> dict[tuple[Node | None, _Backend], dict[str, list[tuple[Mapping, str]]]]:
    """The ProxyPass lines by server and backend, and by the path of their targets."""
    found: dict[tuple[Node | None, _Backend], dict[str, list[tuple[Mapping, str]]]] = {}
    for mapping in context.passes:
        backend, taken = _backend(mapping), covers(mapping)
        if backend is not None and taken is not None and mapping.target is not None:
            paths = found.setdefault((mapping.server.node, backend), {})
            beside = paths.setdefault(mapping.target.path.rstrip("/"), [])
            if len(beside) < _FEW:
                beside.append((mapping, taken))
    return found
