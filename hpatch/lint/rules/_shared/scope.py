"""The requests that a line in a section holds for, as far as the section's own words decide it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from hpatch.lint.rules._shared.access import below
from hpatch.lint.rules._shared.effective import in_server, server_of
from hpatch.lint.rules._shared.passes import covers, section_pattern
from hpatch.lint.rules._shared.passes import schemes as schemes_in
from hpatch.paths.holding import in_location

if TYPE_CHECKING:
    from hpatch.conf.tree import Node
    from hpatch.lint.context import Context
    from hpatch.proxy.model import Mapping

_LOCATIONS = ("<location", "<locationmatch")
_FILES = ("<directory", "<directorymatch", "<files", "<filesmatch")
_PROXIES = ("<proxy", "<proxymatch")
_CONDITIONS = ("<if", "<elseif", "<else")
HTTP = ("http", "https", "ws", "wss", "h2", "h2c")
"""The schemes of backends that speak HTTP."""


def section_of(node: Node) -> Node | None:
    """The innermost section for requests that a line stands in, `<If>` left out; None for a line of a server."""
    return node.inside(*_LOCATIONS, *_FILES, *_PROXIES)


def conditional(node: Node) -> bool:
    """Whether a line stands in an `<If>`, `<ElseIf>` or `<Else>`."""
    return node.inside(*_CONDITIONS) is not None


def holds(node: Node, host: Node | None, path: str) -> bool | None:
    """Whether a line is in effect for requests to a server (`host`) for a path; None if that is not known.

    An `<If>` around the line is taken to hold.
    """
    if server_of(node) not in (None, host):
        return False
    section = section_of(node)
    if section is None:
        return not node.frame.name.endswith(".htaccess") or None
    if section.key in _LOCATIONS:
        return in_location(section, path)
    if section.key in _PROXIES and section.words[:1] == ["*"]:
        return True
    return None


def proxied(context: Context, node: Node, *schemes: str) -> Iterator[Mapping]:
    """The mappings with requests that a line holds for, of these schemes only if any are given.

    A ProxyPass is not asked about `<Directory>` and `<Files>`: these do not hold for its requests.
    """
    host = server_of(node)
    section = section_of(node)
    for mapping in context.mappings if host is None else context.mappings_of(host):
        if mapping.target is None:
            continue
        if schemes and not schemes_in(mapping).intersection(schemes):
            continue
        if section is None or _meets(section, mapping):
            yield mapping


def counts(context: Context, node: Node, mapping: Mapping) -> bool:
    """Whether a line sets a value for a mapping's requests: no later line of its section does, and no line of the
    virtual host."""
    section = section_of(node)
    if section is None:
        return in_server(context, node.key, mapping.server.node or server_of(node)) is node
    return [one for one in section.children or () if one.key == node.key][-1:] in ([node], [])


def http(context: Context, node: Node) -> Mapping | None:
    """The first mapping to a backend that speaks HTTP with requests that a line holds for."""
    return next(proxied(context, node, *HTTP), None)


def _meets(section: Node, mapping: Mapping) -> bool:
    """Whether a section holds for some requests of a mapping, as far as that can be seen."""
    if section is mapping.section or section in mapping.node.ancestors():
        return True
    if section.key in _PROXIES:
        words = section.words[:1]
        return words == ["*"] or (
            mapping.target is not None and section.key == "<proxy" and words == [mapping.target.text]
        )
    if section.key in _FILES:
        return False
    taken = covers(mapping)
    if taken is None:
        return False
    if section.key == "<location" and not section_pattern(section) and section.words:
        where = section.words[0]
        return below(where, taken) or below(taken, where) or (taken.endswith("/") and where.startswith(taken))
    return taken == "/" or bool(in_location(section, sample(taken)))


def sample(taken: str) -> str:
    """A path that a mapping takes, and that no section is likely to name."""
    return f"{taken.rstrip('/')}/zz-other-page"
