"""The model of who answers a request, made once for all rules that ask it.

It is imported only where a configuration has directives that need it: a small lint stays quick.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from hpatch.lint.rules._shared.effective import server_of

if TYPE_CHECKING:
    from hpatch.conf.tree import Node
    from hpatch.lint.context import Context
    from hpatch.paths.hosts import Hosts
    from hpatch.paths.site import Site
    from hpatch.proxy.model import Mapping


@lru_cache(maxsize=1)
def site(context: Context) -> Site:
    """The configuration's hosts, sections and mappings."""
    from hpatch.paths.site import Site

    return Site(context.configuration, context.proxy, hosts=hosts(context))


@lru_cache(maxsize=1)
def hosts(context: Context) -> Hosts:
    """The configuration's virtual hosts."""
    from hpatch.paths import hosts

    return hosts.hosts(context.configuration)


def all_taken(context: Context, node: Node, path: str, host: Node | None) -> Mapping | None:
    """The ProxyPass that surely takes a path and everything below it in a virtual host, or the main server (None).

    None as well if an exclusion (`!`) may leave out a part of it.
    """
    from hpatch.paths.covering import below

    found = taken(context, node, below(path), host)
    start = path if path.endswith("/") else f"{path}/"
    if found is None or any(
        one.exclusion and (one.pattern or f"{one.path}/".startswith(start)) for one in context.passes_of(host)
    ):
        return None
    return found


def taken(context: Context, node: Node, paths: tuple[str, ...], host: Node | None = None) -> Mapping | None:
    """The ProxyPass that surely takes all of these paths in a line's server, or in a virtual host (`host`)."""
    server = host or server_of(node)
    if context.passing.isdisjoint((None, server)):
        return None
    from hpatch.paths.covering import taker

    known = site(context)
    return taker(known, known.host(server), paths, node.conditions)
