"""The line that sets a directive for a server, or for a section of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hpatch.text import whole_number

if TYPE_CHECKING:
    from hpatch.conf.tree import Node
    from hpatch.lint.context import Context
    from hpatch.proxy.model import Mapping

_HOST = "<virtualhost"


def server_of(node: Node) -> Node | None:
    """The `<VirtualHost>` that a line stands in; None for the main server."""
    return node.inside(_HOST)


def in_server(context: Context, key: str, host: Node | None, *, inherited: bool = True) -> Node | None:
    """The line that sets a directive (`key` in lower case) for a server, outside of its sections; None if none does.

    The last line of a server counts. Without one, the main server's holds if the directive is `inherited`. `host` is
    the `<VirtualHost>`, None for the main server.
    """
    for server in (host, None) if inherited else (host,):
        for node in reversed(context.configuration.find_in(server, key)):
            if node.parent is server:
                return node
    return None


def of_mapping(context: Context, key: str, mapping: Mapping) -> Node | None:
    """The line that sets a directive for what a mapping hands on: that of its own section, or else its server's."""
    if mapping.section is not None:
        own = [line for line in context.configuration.by_key.get(key, ()) if line.parent is mapping.section]
        if own:
            return own[-1]
    return in_server(context, key, mapping.server.node)


def may_lack(context: Context, node: Node) -> bool:
    """Whether lines that are not there may still come: the file is a template, which fills them in."""
    return node.source.name in context.configuration.templates


def is_on(node: Node | None, *, default: bool = False) -> bool:
    """Whether a flag is on; the default if nothing sets it."""
    words = [] if node is None else node.words
    return words[0].lower() == "on" if words else default


def number(node: Node | None, default: int) -> int | None:
    """A directive's whole number; None if its word is none."""
    if node is None:
        return default
    text = node.words[0] if node.words else ""
    return whole_number(text) if text.isascii() and text.isdigit() else None


def secured(context: Context, node: Node) -> bool:
    """Whether a line surely holds for a server with SSLEngine on: never in a part of a configuration."""
    host = server_of(node)
    if not node.certain or not context.configuration.whole:
        return False
    if host is not None or "<virtualhost" not in context.configuration.by_key:
        return is_on(in_server(context, "sslengine", host))
    return any(is_on(one) for one in context.configuration.find("sslengine"))
