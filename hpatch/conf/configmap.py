"""The files in a Kubernetes ConfigMap: block texts below `data:`, each under the name of its file.

Only the usual form of YAML is understood: keys on lines of their own, texts as `KEY: |`.
"""

from __future__ import annotations

import errno
import os
import re
import stat
from collections.abc import Iterator, Mapping
from functools import cached_property
from itertools import pairwise

from hpatch.conf.view import View
from hpatch.records import NamedTuple
from hpatch.text import Source

_KIND = re.compile(r"^([ \t]*(?:- )?)kind:[ \t]*[\"']?ConfigMap[\"']?[ \t\r]*(?:#.*)?$", re.M)
_TOP = re.compile(r"^kind:[ \t]*[\"']?(\w*)", re.M)
_ITEMS = re.compile(r"^(?:items|objects):[ \t\r]*(?:#.*)?\n(?:[ \t]*(?:#.*)?\r?\n)*([ ]*-[ ]+)\S", re.M)
_ENTRY = re.compile(r"^([ ]*-[ ]+)\S", re.M)
_DOCUMENT = re.compile(r"^---(?:[ \t\r].*)?\n", re.M)
_DATA = re.compile(r"^( *)data:[ \t]*(?:#.*)?$")
_KEY = re.compile(
    r"^( *)(?:\"([^\"\n]+)\"|'([^'\n]+)'|([^\s\"'#:&*!|>{}\[\]%@`,][^\n]*?)):[ \t]+[|>][-+0-9]*[ \t]*(?:#.*)?$"
)
_HTTPD = re.compile(
    r"^[ \t]*(?:Listen[ \t]+[\d*\[]|(?:<(?:VirtualHost|Directory|Location|Proxy|IfModule|Files)|ProxyPass|ServerName"
    r"|ServerRoot|LoadModule|DocumentRoot|RewriteEngine|Include(?:Optional)?)\b)",
    re.I | re.M,
)


class Excerpt(Source):
    """A part of a file, whole lines of it. Every place is one in the whole file."""

    __slots__ = ("_whole",)

    def __init__(self, whole: Source, start: int, end: int) -> None:
        super().__init__(whole.name, whole.text[start:end], whole.position(start)[0] - 1)
        self._whole = whole

    @property
    def whole(self) -> Source:
        """The whole file."""
        return self._whole


class ConfigMapFile(NamedTuple):
    """A file in a ConfigMap: its name, and its text."""

    name: str
    text: Source

    @property
    def is_httpds(self) -> bool:
        """Whether it looks like a configuration of httpd."""
        return _HTTPD.search(self.text.text) is not None


def files(source: Source) -> dict[str, ConfigMapFile]:
    """The files in the ConfigMaps of a YAML file, by name; of two with one name, the first."""
    if _KIND.search(source.text) is None:
        return {}
    found: dict[str, ConfigMapFile] = {}
    at = 0
    for end in (*(mark.end() for mark in _DOCUMENT.finditer(source.text)), len(source.text)):
        for start, item, indent in _config_maps(source.text[at:end]):
            for name, first, last in _blocks(item, indent):
                found.setdefault(name, ConfigMapFile(name, Excerpt(source, at + start + first, at + start + last)))
        at = end
    return found


def _config_maps(document: str) -> Iterator[tuple[int, str, int]]:
    """The ConfigMaps of a document: itself, or those of its list, which may hold Secrets, too.

    Each with its start, its text, and the column of its keys.
    """
    kind = _KIND.search(document)
    top = _TOP.findall(document)
    if kind is None or "Secret" in top:
        return
    if "ConfigMap" in top:
        yield 0, document, 0
        return
    listed = _ITEMS.search(document)
    indent = len(kind[1] if listed is None else listed[1])
    starts = [entry.start() for entry in _ENTRY.finditer(document) if len(entry[1]) == indent]
    for first, last in pairwise((*starts, len(document)) if starts else (0, len(document))):
        item = document[first:last]
        own = re.search(rf"^(?:[ \t]{{{indent}}}|[ ]*-[ ]+)kind:[ \t]*[\"']?(\w*)", item, re.M)
        if own is not None and own[1] == "ConfigMap":
            yield first, item, indent


def _blocks(document: str, indent: int) -> list[tuple[str, int, int]]:
    """The block texts below `data:`: name, start and end."""
    found: list[tuple[str, int, int]] = []
    at, inside = 0, False
    column: int | None = None  # of the names below `data:`, as the first one tells
    opened: tuple[str, int] | None = None
    for line in document.splitlines(keepends=True):
        begin, at = at, at + len(line)
        bare = line.rstrip("\r\n")
        here = len(bare) - len(bare.lstrip(" "))
        if not bare.strip() or (column is not None and here > column):
            continue
        if opened is not None:
            found.append((*opened, begin))
            opened = None
        if here == indent and _DATA.match(bare) is not None:
            inside, column = True, None
        elif here <= indent and not bare.lstrip().startswith("#"):
            inside = False
        elif inside and column in (None, here) and (key := _KEY.match(bare)) is not None:
            column, opened = here, (key[2] or key[3] or key[4], at)
    if opened is not None:
        found.append((*opened, at))
    return found


class Mounted(View):
    """What a container sees of a ConfigMap, wherever it is mounted: a file of any folder by its name alone.

    `main` is the name of the file that is read first; no wildcard finds it, nor a file that is not httpd's.
    """

    def __init__(self, yaml: str, main: str, mounted: Mapping[str, ConfigMapFile]) -> None:
        super().__init__()
        self.root = yaml
        self._main = main
        self._mounted = mounted

    @cached_property
    def _names(self) -> list[str]:
        """Only wildcards ask for them, and a ConfigMap may have as many main files as files."""
        found = (one.name for one in self._mounted.values() if one.is_httpds and one.name != self._main)
        return sorted(found, key=os.fsencode)

    def inner(self, path: str) -> str | None:
        """Every path is one in the container."""
        return path

    def host(self, path: str) -> str:
        """The YAML file."""
        return self.root

    def written(self, path: str) -> str:
        """The name of the file, below the YAML file's."""
        return f"{self.root}/{os.path.basename(path)}"  # noqa: PTH119 - the path stays text, as written

    def stat(self, path: str) -> os.stat_result:
        """A regular file, if a file has this name. Raises FileNotFoundError."""
        self._text(path)
        return os.stat_result((stat.S_IFREG | 0o444, 0, 0, 1, 0, 0, 0, 0, 0, 0))

    def names(self, folder: str) -> list[str]:
        """The same names in every folder: those of httpd's files."""
        return self._names

    def is_entry_folder(self, folder: str, name: str) -> bool:
        """There are no folders in a ConfigMap."""
        return False

    def is_folder(self, path: str) -> bool:
        """Whether a file does not have the name: any folder may be in the container."""
        return os.path.basename(path) not in self._mounted  # noqa: PTH119 - the path stays text, as written

    def read(self, path: str, name: str, *, stream: bool = False) -> Source:
        """The text of the file with this name. Raises FileNotFoundError."""
        return self._text(path)

    def _text(self, path: str) -> Source:
        found = self._mounted.get(os.path.basename(path))  # noqa: PTH119 - the path stays text, as written
        if found is None:
            raise FileNotFoundError(errno.ENOENT, "not in the ConfigMap", path)
        return found.text
