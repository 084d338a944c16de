"""Proxies in front of httpd, as far as the configuration tells of them."""

from __future__ import annotations

from functools import lru_cache
from operator import itemgetter
from typing import TYPE_CHECKING

from hpatch.lint.rules._shared.effective import in_server, server_of

if TYPE_CHECKING:
    from hpatch.conf.tree import Node
    from hpatch.lint.context import Context


def in_front(context: Context, host: Node | None) -> Node | None:
    """A line that says that a proxy in front of a server ends TLS."""
    remote = in_server(context, "remoteipheader", host)
    if remote is not None:
        return remote
    told = _told(context)
    found = [told[server] for server in (None, host) if server in told]
    return min(found, key=itemgetter(0))[1] if found else None


@lru_cache(maxsize=1)
def _told(context: Context) -> dict[Node | None, tuple[int, Node]]:
    """By server, the first line that reads the protocol in a header; with its place among all."""
    found: dict[Node | None, tuple[int, Node]] = {}
    for at, node in enumerate(context.configuration.find("setenvif", "setenvifnocase", "rewritecond", "<if")):
        if "x-forwarded-proto" in node.args.lower():
            found.setdefault(server_of(node), (at, node))
    return found
