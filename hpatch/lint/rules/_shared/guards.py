"""Whether access lines keep clients from a path, all sections for it taken together."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from operator import itemgetter
from typing import TYPE_CHECKING

from hpatch.lint.rules._shared.access import OLD, Client, admits, below, lines, merges, path, restricts, speaks
from hpatch.lint.rules._shared.effective import in_server, server_of
from hpatch.lint.rules._shared.passes import paths_above, section_pattern
from hpatch.paths.holding import in_location
from hpatch.paths.starts import ByStart, start_of

if TYPE_CHECKING:
    from hpatch.conf.tree import Node
    from hpatch.lint.context import Context

_LITERAL_START = r"\^((?:/[\w~%@-]*(?:\\?\.[\w-]+)*)+)(?:\(?\.\*\)?)?\$?"
_ANYBODY = Client()
_AT = itemgetter(0)
_FEW = 8
"""As many sections are looked at faster than an index of them is made."""


def url_sections(context: Context, host: Node | None) -> list[Node]:
    """The sections for URLs that a server's requests may meet, in httpd's order."""
    return context.lines_of(host, "<location", "<locationmatch")


def start(section: Node) -> str | None:
    """The path for which a section for URLs surely holds: that of a plain one, or the words that a pattern begins with.

    None if there is no such path.
    """
    if not section_pattern(section):
        return path(section)
    return literal_start(section.words[-1]) if section.words else None


def literal_start(pattern: str) -> str | None:
    """A path that a pattern surely matches: its text, if that is plain but for a `.*` at the end; None for others."""
    found = re.fullmatch(_LITERAL_START, pattern)
    return None if found is None else found[1].replace("\\", "")


class _Index:
    """The sections with access lines of a server that has many, or patterns, to find those that cover a path."""

    __slots__ = ("_by_path", "_others")

    def __init__(self, sections: list[tuple[Node, str | None]]) -> None:
        self._by_path: dict[str, list[tuple[int, Node]]] = {}
        self._others: ByStart[tuple[int, Node]] = ByStart()
        for at, (section, where) in enumerate(sections):
            if where is not None:
                self._by_path.setdefault(where, []).append((at, section))
            else:
                is_pattern = section_pattern(section) and bool(section.words)
                self._others.add(start_of(section.words[-1]) if is_pattern else None, (at, section))

    def covering(self, where: str) -> Iterable[tuple[Node, bool | None]]:
        """The sections that cover a path, in httpd's order, each with whether it surely does (None: it may)."""
        by_path = self._by_path
        found: list[tuple[int, Node, bool | None]]
        found = [(at, section, True) for above in paths_above(where) for at, section in by_path.get(above, ())]
        found += [(at, section, in_location(section, where)) for at, section in self._others.find(where)]
        return [(section, covered) for _, section, covered in sorted(found, key=_AT) if covered is not False]


@lru_cache(maxsize=1)
def _speaking(context: Context) -> dict[Node | None, list[tuple[Node, str]] | _Index]:
    """The sections for URLs with access lines of each server that has one: each with its path, if there are few."""
    found: dict[Node | None, list[tuple[Node, str | None]]] = {}
    for section in context.configuration.find("<location", "<locationmatch"):
        if speaks(section):
            where = None if section_pattern(section) else path(section)
            found.setdefault(server_of(section), []).append((section, where))
    known: dict[Node | None, list[tuple[Node, str]] | _Index] = {}
    for host, sections in found.items():
        plain = [(section, where) for section, where in sections if where is not None]
        known[host] = plain if len(plain) == len(sections) <= _FEW else _Index(sections)
    return known


def covering(context: Context, host: Node | None, where: str) -> Iterator[tuple[Node, bool | None]]:
    """The sections for URLs with access lines that cover a path of a server, in httpd's order; None: it may."""
    known = _speaking(context)
    for server in (None,) if host is None else (None, host):
        sections = known.get(server, ())
        if isinstance(sections, _Index):
            yield from sections.covering(where)
        else:
            yield from [(section, True) for section, above in sections if below(where, above)]


@lru_cache(maxsize=4)
def restricted(context: Context, host: Node | None) -> tuple[tuple[Node, str], ...]:
    """The sections for URLs of a server that keep somebody out, each with the path for which it surely holds."""
    found = ((section, start(section)) for section in url_sections(context, host))
    return tuple((section, where) for section, where in found if where is not None and restricts(section))


def kept(context: Context, host: Node | None, where: str, client: Client = _ANYBODY) -> bool:
    """Whether the sections for URLs of a server keep somebody from a path, or may.

    The last section that covers the path and has a `Require` counts, as does the last one with an `Order`, `Allow` or
    `Deny`.
    """
    in_ifs = _restricted_by_if(context)
    if in_ifs and not in_ifs.isdisjoint((None, host)):
        return True
    return _last(covering(context, host, where), client)


@lru_cache(maxsize=1)
def _restricted_by_if(context: Context) -> frozenset[Node | None]:
    """The servers with an `<If>` that keeps somebody out."""
    return frozenset(server_of(one) for one in context.configuration.by_key.get("<if", ()) if restricts(one))


def folder_kept(context: Context, host: Node | None, where: str) -> bool:
    """Whether a `<Directory>` keeps somebody from the file that a path leads to below the DocumentRoot, or may."""
    root = in_server(context, "documentroot", host)
    top = root.words[0].rstrip("/") if root is not None and root.words else None
    folders = _folders(context, host)
    above = dict.fromkeys(one.rstrip("/") for one in paths_above("/" if top is None else top + where))
    found = sorted(one for each in above for one in folders.get(each, ()))
    asked = (
        (one, one.words[0] == "/" or (top is not None and below(top + where, one.words[0]))) for _, _, one in found
    )
    return _last(asked, _ANYBODY)


@lru_cache(maxsize=4)
def _folders(context: Context, host: Node | None) -> dict[str, list[tuple[int, int, Node]]]:
    """The `<Directory>` sections of a server by their paths; each with its place in the order of merging."""
    found: dict[str, list[tuple[int, int, Node]]] = {}
    for at, one in enumerate(context.lines_of(host, "<directory")):
        if len(one.words) == 1:
            folder = one.words[0].rstrip("/")
            found.setdefault(folder, []).append((folder.count("/"), at, one))
    return found


def _last(sections: Iterator[tuple[Node, bool | None]], client: Client) -> bool:
    """Whether the lines that count keep somebody out: those of the last section that covers the request, by kind."""
    new = old = False
    for section, covered in sections:
        if covered is False:
            continue
        kinds = {line.key in OLD for line in lines(section)}
        if not kinds:
            continue
        out = admits(section, client) in ("some", "none")
        if covered is None:
            # Whether it holds for the request is not known.
            new, old = new or out, old or out
            continue
        if False in kinds:
            new = out or (new and merges(section))
        if True in kinds:
            old = out
    return new or old
