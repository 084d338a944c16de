"""Which sections hold for a path, in the order in which httpd merges them (httpd: server/request.c, core.c).

The lines of the main server and those of the virtual host come first. For a file, `<Directory>` sections follow, the
shorter path first, then those that are regular expressions, then `<Files>`. For a proxied request, `<Proxy>` sections
take their place. `<Location>` sections are last, in the order in which they are written, those of the main server
first, and `<If>` sections after them. Where two of them set the same, the later one counts.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from hpatch.paths.model import Disk, FileKind, UnknownError
from hpatch.paths.patterns import is_wildcard, regex, wildcard

if TYPE_CHECKING:
    from hpatch.conf.tree import Configuration, Node
    from hpatch.paths.hosts import Host

DIRECTORIES = ("<directory", "<directorymatch")
FILES = ("<files", "<filesmatch")
LOCATIONS = ("<location", "<locationmatch")
PROXIES = ("<proxy", "<proxymatch")
IFS = ("<if", "<elseif", "<else")

Test = Callable[[str], "bool | None"]
"""Whether an `<If>` expression holds; None: not known."""


class Layer(NamedTuple):
    """Lines that hold for a request: those of a section, or of a server outside of its sections (`node` None or a
    `<VirtualHost>`). `holds` is None where hpatch does not know whether they do."""

    node: Node | None
    lines: tuple[Node, ...]
    holds: bool | None = True

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


class FoundFile(NamedTuple):
    """A file as httpd finds it: the path as far as it exists, what it is (None: not known), and what follows."""

    path: str
    kind: FileKind | None
    rest: str = ""


class Sections:
    """The sections of a configuration by server."""

    def __init__(self, configuration: Configuration) -> None:
        self.main = ServerPart(None)
        self.parts: dict[int, ServerPart] = {}
        for node in configuration.nodes:
            if node.key == "<virtualhost":
                part = self.parts[id(node)] = ServerPart(node)
                for child in node.children or ():
                    _sort(part, child)
            else:
                _sort(self.main, node)

    def of(self, host: Host) -> list[ServerPart]:
        """The main server's part, and a virtual host's own after it."""
        return [self.main] if host.node is None else [self.main, self.parts[id(host.node)]]

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
        return _matching((node for part in self.of(host) for node in part.proxies), lambda node: _in_proxy(node, url))

    def directories(self, host: Host, found: FoundFile) -> list[Layer]:
        """The `<Directory>` and `<Files>` sections that hold for a file."""
        every = [node for part in self.of(host) for node in part.directories]
        folder = found.path if found.kind is FileKind.FOLDER else found.path.rpartition("/")[0] + "/"
        above = _above(folder)
        maybe = [] if found.kind is not None or found.path.endswith("/") else [_segments(found.path)]
        layers: list[Layer] = []
        expressions: list[Layer] = []
        for node in every:
            text, is_regex = argument(node)
            if is_regex:
                expressions += _matching([node], lambda node: _matches(argument(node)[0], found.path))
                continue
            holds = _is_above(text, [*above, *maybe])
            if holds and maybe and not _is_above(text, above):
                holds = None
            if holds is not False:
                layers.append(Layer(node, tuple(node.children or ()), None if node.conditions else holds))
        layers.sort(key=lambda layer: len(_segments(argument(layer.node)[0])) if layer.node is not None else 0)
        layers += expressions
        name = found.path.rpartition("/")[2] if found.kind is not FileKind.FOLDER else ""
        around = [*self.defaults(host), *layers]
        return layers + _nested(around, FILES, lambda node: in_files(node, name))

    def conditional(self, layers: list[Layer], test: Test) -> list[Layer]:
        """The `<If>`, `<ElseIf>` and `<Else>` sections in these that hold."""
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
                    inner = Layer(node, tuple(node.children or ()), holds)
                    found += [inner, *self.conditional([inner], test)]
        return found


def _and(one: bool | None, other: bool | None) -> bool | None:
    return False if one is False or other is False else None if one is None or other is None else True


def _or(one: bool | None, other: bool | None) -> bool | None:
    return True if one or other else None if one is None or other is None else False


def _sort(part: ServerPart, node: Node) -> None:
    if node.key in DIRECTORIES:
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


def argument(node: Node | None) -> tuple[str, bool]:
    """A section's path, and whether it is a regular expression."""
    words = [] if node is None else node.words
    if node is not None and node.key.endswith("match"):
        return (words or [""])[0], True
    if words[:1] == ["~"]:
        return words[1] if len(words) > 1 else "", True
    return (words or [""])[0], False


def _expression(node: Node) -> str:
    """The expression of an `<If>`."""
    text = node.argument
    return text[1:-1] if len(text) > 1 and text[0] == text[-1] == '"' else text


def _matches(pattern: str, text: str, *, whole: bool = False) -> bool | None:
    compiled = regex(pattern)
    return None if compiled is None else compiled.search(text) is not None


def in_location(node: Node, uri: str) -> bool | None:
    """Whether a `<Location>` holds for a decoded path; None: not known."""
    text, is_regex = argument(node)
    if is_regex:
        return _matches(text, uri)
    if "${" in text:
        return None
    if is_wildcard(text):
        pattern = wildcard(text, pathname=True)
        return None if pattern is None else pattern.match(uri) is not None
    return uri.startswith(text) and (text.endswith("/") or uri[len(text) :][:1] in ("", "/"))


def in_files(node: Node, name: str) -> bool | None:
    """Whether a `<Files>` holds for a file's name; None: not known."""
    text, is_regex = argument(node)
    if is_regex:
        return _matches(text, name)
    if "${" in text:
        return None
    if is_wildcard(text):
        pattern = wildcard(text, pathname=True)
        return None if pattern is None else pattern.match(name) is not None
    return text == name


def _in_proxy(node: Node, url: str) -> bool | None:
    text, is_regex = argument(node)
    text = text[6:] if text[:6].lower() == "proxy:" else text
    if is_regex:
        return _matches(text, url)
    if "${" in text:
        return None
    if is_wildcard(text):
        pattern = wildcard(text)
        return None if pattern is None else pattern.match(url) is not None
    return url.startswith(text)


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


def find(disk: Disk, path: str) -> FoundFile:
    """A file as httpd finds it on the disk, component by component."""
    parts = [part for part in path.split("/") if part]
    here = ""
    kind = disk.kind("/")
    for index, part in enumerate(parts):
        if kind is None:
            return FoundFile(path, None)
        here = f"{here}/{part}"
        kind = disk.kind(here)
        rest = "".join(f"/{each}" for each in parts[index + 1 :]) + ("/" if path.endswith("/") else "")
        if kind in (FileKind.FILE, FileKind.NOTHING):
            return FoundFile(here, kind, rest)
    if kind is None:
        return FoundFile(path, None)
    return FoundFile(f"{here}/" if path.endswith("/") or not here else here, kind)


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
        raise UnknownError(f'hpatch does not know whether "{doubt.name}" in line {doubt.line} counts', doubt)
    return found
