"""Lines that hold for a request together: those of a section, or of a server outside of its sections."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from hpatch.records import NamedTuple

if TYPE_CHECKING:
    from hpatch.conf.tree import Node

DIRECTORIES = ("<directory", "<directorymatch")
FILES = ("<files", "<filesmatch")
LOCATIONS = ("<location", "<locationmatch")
PROXIES = ("<proxy", "<proxymatch")
IFS = ("<if", "<elseif", "<else")


class Layer(NamedTuple):
    """Lines that hold for a request: those of a section, or of a server outside of its sections (`node` None or a
    `<VirtualHost>`). `holds` is None where hpatch does not know whether they do. `depth` is how many `<If>` sections an
    `<If>` stands in."""

    node: Node | None
    lines: tuple[Node, ...]
    holds: bool | None = True
    depth: int = 0

    @property
    def kind(self) -> int:
        """The kind of section, in the order in which httpd merges the kinds; sections of a kind are merged before."""
        key = "" if self.node is None else self.node.key
        kinds = ((*DIRECTORIES, *PROXIES), FILES, LOCATIONS, IFS)
        return next((index for index, keys in enumerate(kinds, 1) if key in keys), 0) + self.depth

    @property
    def title(self) -> str:
        """How to name it to people."""
        if self.node is None:
            return "the main server"
        return f"{self.node.name} {self.node.argument}".rstrip() + ">"


@dataclass(frozen=True, eq=False)
class ServerPart:
    """A server's own lines and sections, in their order."""

    node: Node | None
    lines: list[Node] = field(default_factory=list)
    directories: list[Node] = field(default_factory=list)
    locations: list[Node] = field(default_factory=list)
    proxies: list[Node] = field(default_factory=list)

    @property
    def layer(self) -> Layer:
        """Its lines outside of sections."""
        return Layer(self.node, tuple(self.lines))


def argument(node: Node | None) -> tuple[str, bool]:
    """A section's path, and whether it is a regular expression."""
    words = [] if node is None else node.words
    if node is not None and node.key.endswith("match"):
        return (words or [""])[0], True
    if words[:1] == ["~"]:
        return words[1] if len(words) > 1 else "", True
    return (words or [""])[0], False


def lines(layers: Iterable[Layer], *keys: str) -> Iterator[tuple[Node, bool]]:
    """The lines with these keys in sections that hold, in the order of merging, and whether httpd surely uses them."""
    for layer in layers:
        for node in layer.lines:
            if node.key in keys:
                yield node, layer.holds is True and node.certain


def last(layers: list[Layer], *keys: str) -> Node | None:
    """The line that sets one of these directives. Raises UnknownError if a line that may count comes after it."""
    found: Node | None = None
    doubt: Node | None = None
    for node, sure in lines(layers, *keys):
        found, doubt = (node, None) if sure else (found, node)
    if doubt is not None:
        from hpatch.paths.model import UnknownError  # a lint needs only the sections

        raise UnknownError(f'hpatch does not know whether "{doubt.name}" in line {doubt.line} counts', doubt)
    return found
