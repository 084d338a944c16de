"""Which sections hold for a path, in the order in which httpd merges them (httpd: server/request.c, core.c).

The lines of the main server and those of the virtual host come first. For a file, `<Directory>` sections follow, the
shorter path first, then those that are regular expressions, then `<Files>`. For a proxied request, `<Proxy>` sections
take their place. `<Location>` sections are last, in the order in which they are written, those of the main server
first, and `<If>` sections after them. Where two of them set the same, the later one counts.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from hpatch.conf.wildcards import is_wildcard
from hpatch.paths.holding import in_directory_match, in_files, in_location, in_proxy
from hpatch.paths.layers import DIRECTORIES, FILES, IFS, LOCATIONS, PROXIES, Layer, ServerPart, argument
from hpatch.paths.model import FileKind, UnknownError
from hpatch.paths.options import options
from hpatch.paths.patterns import wildcard

if TYPE_CHECKING:
    from hpatch.conf.tree import Configuration, Node
    from hpatch.paths.disk import FoundFile
    from hpatch.paths.hosts import Host

Test = Callable[[str], "bool | None"]
"""Whether an `<If>` expression holds; None: not known."""


OwnFile = Callable[[list[Layer], str], "Layer | None"]
"""What a folder's .htaccess file says, by the sections that hold so far and the folder; None: httpd reads none."""


class Sections:
    """The sections of a configuration by server."""

    def __init__(self, configuration: Configuration) -> None:
        self.main = ServerPart(None)
        self._parts: dict[Node, ServerPart] = {}
        for node in configuration.nodes:
            if node.key != "<virtualhost":
                _sort(self.main, node)

    def of(self, host: Host) -> list[ServerPart]:
        """The main server's part, and a virtual host's own after it."""
        if host.node is None:
            return [self.main]
        part = self._parts.get(host.node)
        if part is None:
            part = self._parts[host.node] = ServerPart(host.node)
            for node in host.node.children or ():
                _sort(part, node)
        return [self.main, part]

    def defaults(self, host: Host) -> list[Layer]:
        """The lines outside of sections."""
        return [part.layer for part in self.of(host)]

    def locations(self, host: Host, uri: str) -> list[Layer]:
        """The `<Location>` sections that hold for a decoded path, whose slashes are merged."""
        uri = re.sub("//+", "/", uri)
        return _matching(
            (node for part in self.of(host) for node in part.locations), lambda node: in_location(node, uri)
        )

    def proxies(self, host: Host, url: str) -> list[Layer]:
        """The `<Proxy>` sections that hold for a backend's URL."""
        return _matching((node for part in self.of(host) for node in part.proxies), lambda node: in_proxy(node, url))

    def directories(
        self, host: Host, found: FoundFile, kept: list[Layer] | None = None, own: OwnFile | None = None
    ) -> list[Layer]:
        """The `<Directory>` and `<Files>` sections that hold for a file; `kept` are the `<Directory>` sections, if they
        are known. `own` gives what a folder's own file adds to the sections that hold so far."""
        around = self.defaults(host)
        layers = self._walk(around, host, found, own) if kept is None else kept
        name = found.path.rpartition("/")[2]
        return layers + _nested([*around, *layers], FILES, lambda node: in_files(node, name))

    def _walk(self, around: list[Layer], host: Host, found: FoundFile, own: OwnFile | None) -> list[Layer]:
        """The `<Directory>` sections that hold for a file."""
        every = [node for part in self.of(host) for node in part.directories]
        folder = found.path if found.kind is FileKind.FOLDER else found.path.rpartition("/")[0] + "/"
        above, itself = _above(folder), [_segments(found.path)]
        layers: list[Layer] = []
        named: list[Layer] = []
        alone = not (found.rest or found.path.endswith("/"))
        for node in every:
            text, is_regex = argument(node)
            if is_regex:
                continue
            layer = Layer(node, tuple(node.children or ()), None if node.conditions else True)
            if (holds := _is_above(text, above)) is not False:
                layers.append(layer if holds else layer._replace(holds=None))
            elif alone and (holds := _is_above(text, itself)) is not False:
                named.append(layer if holds else layer._replace(holds=None))
        layers.sort(key=lambda layer: len(_segments(argument(layer.node)[0])))
        if own is not None:
            layers = _with_own(around, layers, above, own)
        layers += _of_file([*around, *layers], named, found)
        return layers + _matching(
            (node for node in every if argument(node)[1]), lambda node: in_directory_match(node, found.path)
        )

    def conditional(self, layers: list[Layer], test: Test) -> list[Layer]:
        """The `<If>`, `<ElseIf>` and `<Else>` sections in these that hold; those in an `<If>` come after all others."""
        found: list[Layer] = []
        inner = _conditional(layers, test)
        while inner:
            found += inner
            inner = _conditional(inner, test)
        return found


def _with_own(around: list[Layer], layers: list[Layer], above: list[tuple[str, ...]], own: OwnFile) -> list[Layer]:
    """Sections for folders, after those of each folder its own file."""
    found: list[Layer] = []
    for parts in above:
        found += [layer for layer in layers if len(_segments(argument(layer.node)[0])) == len(parts)]
        layer = own([*around, *found], "/" + "/".join(parts))
        if layer is not None:
            found.append(layer)
    return found


def _of_file(layers: list[Layer], named: list[Layer], found: FoundFile) -> list[Layer]:
    """Those `<Directory>` sections that name the file itself, if they hold.

    They do where httpd need not look for symbolic links on the way, and so takes a file that exists for a folder too.
    """
    if not named or found.kind in (FileKind.FOLDER, FileKind.NOTHING):
        return []
    try:
        words = options(layers)
    except UnknownError:
        words = None
    if words is not None and ("followsymlinks" not in words or "symlinksifownermatch" in words):
        return []
    if found.kind is None or words is None:
        return [layer._replace(holds=None) for layer in named]
    return named


def _conditional(layers: list[Layer], test: Test) -> list[Layer]:
    """The conditional sections that stand in these themselves, and hold."""
    found: list[Layer] = []
    for layer in layers:
        before: bool | None = None
        for node in layer.lines:
            if node.key not in IFS:
                continue
            if node.key == "<if":
                holds = before = test(_expression(node))
            else:
                own = True if node.key == "<else" else test(_expression(node))
                holds = False if before else own if before is False else None if own is not False else False
                before = _or(before, own)
            holds = _and(holds, layer.holds)
            if holds is not False:
                depth = layer.depth + 1 if layer.node is not None and layer.node.key in IFS else 0
                found.append(Layer(node, tuple(node.children or ()), holds, depth))
    return found


def _and(one: bool | None, other: bool | None) -> bool | None:
    return False if one is False or other is False else None if one is None or other is None else True


def _or(one: bool | None, other: bool | None) -> bool | None:
    return True if one or other else None if one is None or other is None else False


def _sort(part: ServerPart, node: Node) -> None:
    if node.children is None:
        part.lines.append(node)
    elif node.key in DIRECTORIES:
        part.directories.append(node)
    elif node.key in LOCATIONS:
        part.locations.append(node)
    elif node.key in PROXIES:
        part.proxies.append(node)
    else:
        part.lines.append(node)


def _matching(nodes: Iterable[Node], matches: Callable[[Node], bool | None]) -> list[Layer]:
    found = []
    for node in nodes:
        holds = matches(node)
        if holds is not False:
            holds = None if node.conditions and holds else holds
            found.append(Layer(node, tuple(node.children or ()), holds))
    return found


def _nested(layers: list[Layer], keys: tuple[str, ...], matches: Callable[[Node], bool | None]) -> list[Layer]:
    found: list[Layer] = []
    for layer in layers:
        for inner in _matching((node for node in layer.lines if node.key in keys), matches):
            found.append(inner if layer.holds else inner._replace(holds=None))
    return found


def _expression(node: Node) -> str:
    """The expression of an `<If>`: httpd takes its first word."""
    return (node.words or [""])[0]


def _segments(path: str) -> tuple[str, ...]:
    return tuple(part for part in path.split("/") if part)


def _above(folder: str) -> list[tuple[str, ...]]:
    """A folder and all above it."""
    parts = _segments(folder)
    return [parts[:count] for count in range(len(parts) + 1)]


def _is_above(text: str, above: list[tuple[str, ...]]) -> bool | None:
    if "${" in text:
        return None
    parts = _segments(text)
    for path in above:
        if len(path) != len(parts):
            continue
        if is_wildcard(text):
            patterns = [wildcard(part, pathname=True) for part in parts]
            if None in patterns:
                return None
            return all(one is not None and one.match(part) for one, part in zip(patterns, path, strict=True))
        return path == parts
    return False
