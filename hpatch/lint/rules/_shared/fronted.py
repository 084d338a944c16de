"""Proxies in front of httpd, as far as the configuration tells of them."""

from __future__ import annotations

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
    for node in context.configuration.find("setenvif", "setenvifnocase", "rewritecond", "<if"):
        if server_of(node) in (None, host) and "x-forwarded-proto" in node.args.lower():
            return node
    return None
