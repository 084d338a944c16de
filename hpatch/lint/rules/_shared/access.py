"""What the access lines of one section say by themselves: `Require`, and `Order`, `Allow`, `Deny`, `Satisfy`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hpatch.conf.tree import Configuration, Node

_PATTERN = re.compile(r"[*?\[$%]")
_CONTAINERS = ("<requireall", "<requireany", "<requirenone", "<limit", "<limitexcept")
OLD = ("order", "allow", "deny", "satisfy")
"""The directives of mod_access_compat."""


def lines(section: Node, *, limits: bool = True) -> Iterator[Node]:
    """The access lines of a section: in it, in its containers of Require, and in `<Limit>` unless `limits` is False."""
    for node in section.children or ():
        if node.key in ("require", *OLD):
            yield node
        elif node.key in _CONTAINERS and (limits or not node.key.startswith("<limit")):
            yield from lines(node, limits=limits)


def words(node: Node) -> list[str]:
    """The words of an access line, in lower case."""
    return [word.lower() for word in node.words]


def grants_all(node: Node) -> bool:
    """Whether a line lets everybody in, alone: `Require all granted`, `Allow from all`."""
    return (node.key, *words(node)) in (("require", "all", "granted"), ("allow", "from", "all"))


def restricts(section: Node, *, limits: bool = True) -> bool:
    """Whether a section keeps somebody out, or may.

    A `Require` that is not `all granted` does, and a `Deny`. An `Order allow,deny` without an `Allow` does, too.
    """
    found = list(lines(section, limits=limits))
    keys = {node.key for node in found}
    if any(node.key == "require" and not grants_all(node) for node in found) or "deny" in keys:
        return True
    return any(node.key == "order" and words(node)[:1] == ["allow,deny"] for node in found) and "allow" not in keys


def speaks(section: Node) -> bool:
    """Whether a section has access lines, so that it takes the place of those of the sections around it."""
    return next(lines(section), None) is not None


def path(section: Node) -> str | None:
    """The path of a plain `<Location "/path">`; None if it is a pattern, or holds a variable."""
    found = section.words
    if section.key != "<location" or len(found) != 1 or not found[0].startswith("/"):
        return None
    return None if _PATTERN.search(found[0]) else found[0]


def below(inner: str, outer: str) -> bool:
    """Whether a path lies in the `<Location>` of another."""
    return inner == outer or inner.startswith(outer if outer.endswith("/") else f"{outer}/")


def locations(configuration: Configuration, host: Node | None) -> Iterator[tuple[Node, str]]:
    """The plain `<Location>` sections of a server, each with its path, in httpd's order: the main server's first."""
    for server in dict.fromkeys((None, host)):
        for node in configuration.find_in(server, "<location"):
            where = path(node)
            if where is not None:
                yield node, where


def merges(section: Node) -> bool:
    """Whether AuthMerging keeps the rules of the sections around it."""
    return any(node.key == "authmerging" and words(node)[:1] != ["off"] for node in section.children or ())
