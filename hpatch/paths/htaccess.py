"""The .htaccess file of a folder: whether httpd reads it, and what it says (`ap_parse_htaccess`, server/config.c).

AllowOverride counts as the sections for the folder and those above it set it, without patterns and what stands in other
kinds of sections. A directive that it does not allow ends the request with 500, unless `Nonfatal` says otherwise. Where
nothing sets AllowOverride, httpd reads the file and allows nothing in it (`OR_UNSET`). A folder, a socket, a device or
a loop of links of that name ends the request with 403, and a pipe lets it wait (`ap_pcfg_openfile`, server/util.c;
tried on httpd 2.4.71).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hpatch.conf.load import Options, load_source
from hpatch.conf.modules import Modules
from hpatch.conf.tree import Frame, Node, node_of
from hpatch.facts import directives
from hpatch.paths.layers import Layer, last
from hpatch.paths.model import PIPE, FileKind, UnknownError
from hpatch.records import NamedTuple
from hpatch.text import Source

if TYPE_CHECKING:
    from collections.abc import Iterable

    from hpatch.conf.tree import Configuration
    from hpatch.paths.model import Disk

NAME = ".htaccess"


class Allowed(NamedTuple):
    """What AllowOverride allows: words such as `fileinfo` in lower case, or `all`; what is ignored instead of refused
    (`override`, `unknown`, `all`); and the line, None if there is none."""

    words: frozenset[str] = frozenset()
    ignored: frozenset[str] = frozenset()
    node: Node | None = None

    @property
    def everything(self) -> bool:
        """Whether any directive that may stand in such a file is allowed."""
        return "all" in self.words

    def ignores(self, kind: str) -> bool:
        """Whether httpd skips directives of a kind that it would refuse."""
        return bool(self.ignored & {kind, "all"})


class HtaccessLayer(NamedTuple):
    """A file as one more section for its folder; why httpd refuses the request, the line, and the status for that."""

    layer: Layer
    refused: str | None
    node: Node | None
    status: int = 500


class HtaccessFiles:
    """The files of a configuration's folders, each read once."""

    def __init__(self, configuration: Configuration, disk: Disk) -> None:
        known = configuration.modules
        modules = Modules({*known.names, *known.loaded_at}, complete=known.complete, static=known.static)
        self._options = Options(version=configuration.version, modules=modules, mpm=configuration.mpm)
        self._modules = modules
        self._disk = disk
        self._named = configuration.by_key.get("accessfilename", [])
        self._read: dict[str, Configuration] = {}

    def in_folder(self, layers: list[Layer], folder: str) -> HtaccessLayer | None:
        """The file of a folder, if httpd reads one there. `layers` hold so far. Raises UnknownError."""
        allowed = allows(layers)
        if allowed is None:
            return None
        path = f"{folder.rstrip('/')}/{NAME}"
        kind = self._disk.kind(path)
        if self._named and kind is not FileKind.NOTHING:
            raise UnknownError("hpatch does not follow AccessFileName", self._named[0])
        if kind is FileKind.NOTHING:
            return None
        odd = self._disk.odd(path) if kind is None else None
        if kind is None and odd is None:
            return None
        if odd == PIPE:
            raise UnknownError(f'"{path}" is {PIPE}: httpd waits until something is written to it')
        section = node_of("<Directory", "<directory", f'"{folder}">', Frame(path, Source(path, "")), 0, 0, None, ())
        if kind is FileKind.FOLDER:
            odd = "a folder"
        if odd is not None:
            return HtaccessLayer(Layer(section, ()), f'"{path}" is {odd}, not a file', None, status=403)
        configuration = self._configuration(path)
        nodes = configuration.nodes
        node = next((node for node in _every(nodes) if self._refuses(node, allowed)), None)
        name = None if node is None else node.name
        if node is None and allowed.node is None and configuration.conditions:
            # Without an AllowOverride, <IfModule> and its like are not allowed either.
            name = configuration.conditions[0].text
        refused = None if name is None else f'"{name}" is not allowed in the {NAME} file of "{folder}"'
        section.children = kept = [node for node in nodes if not self._fault(node, allowed)]
        for one in kept:
            one.parent = section
        return HtaccessLayer(Layer(section, tuple(kept)), refused, node)

    def _configuration(self, path: str) -> Configuration:
        found = self._read.get(path)
        if found is None:
            text = self._disk.text(path)
            if text is None:
                raise UnknownError(f'"{path}" cannot be read')
            found = self._read[path] = load_source(Source(path, text), self._options)
        if found.problems:
            raise UnknownError(f'"{path}": {found.problems[0].message}')
        return found

    def _refuses(self, node: Node, allowed: Allowed) -> bool:
        fault = self._fault(node, allowed)
        return fault != "" and not allowed.ignores(fault)

    def _fault(self, node: Node, allowed: Allowed) -> str:
        """Why httpd does not take a line: `unknown`, `override`; "" for one that it takes. Raises UnknownError."""
        rows = directives.find(node.key, self._options.version)
        loaded = [row for row in rows if self._modules.has(f"{row.module}.c") is not False]
        if not rows and not self._modules.complete:
            raise UnknownError(f'hpatch does not know "{node.name}"', node)
        why = "" if loaded else "unknown"
        if loaded:
            here = [row for row in loaded if row.allowed_in("htaccess")]
            words = {word.lower() for row in here for word in row.override}
            if not here or not (allowed.everything or words & allowed.words):
                why = "override"
            elif node.key == "options" and not allowed.everything and "options=" in allowed.words:
                raise UnknownError(f'hpatch does not know whether AllowOverride allows "{node.args}"', node)
        if why and not node.certain:
            raise UnknownError(f'hpatch does not know whether httpd reads "{node.name} {node.args}"', node)
        return why


def allows(layers: list[Layer]) -> Allowed | None:
    """What sections allow in .htaccess files; None for nothing: httpd does not look for them. Raises UnknownError."""
    listed = last(layers, "allowoverridelist")
    if listed is not None and [word.lower() for word in listed.words] != ["none"]:
        raise UnknownError("hpatch does not follow AllowOverrideList", listed)
    node = last(layers, "allowoverride")
    if node is None:
        return Allowed()
    found: set[str] = set()
    ignored: set[str] = set()
    for word in (word.lower() for word in node.words):
        name, _, value = word.partition("=")
        if name == "nonfatal":
            ignored.update(value.split(","))
        elif word in ("none", "all"):
            found = {word} - {"none"}
            ignored = set()
        elif word.startswith("options="):
            found |= {"options", "options="}
        else:
            found.add(word)
    return Allowed(frozenset(found), frozenset(ignored), node) if found or ignored else None


def _every(nodes: Iterable[Node]) -> Iterable[Node]:
    for node in nodes:
        yield from node.walk()
