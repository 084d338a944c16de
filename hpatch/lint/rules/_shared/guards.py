"""Whether access lines keep clients from a path, all sections for it taken together."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from operator import itemgetter
from typing import TYPE_CHECKING

from hpatch.lint.rules._shared.access import OLD, Client, admits, below, lines, merges, path, restricts, speaks
from hpatch.lint.rules._shared.effective import in_server, server_of
from hpatch.lint.rules._shared.passes import covers, paths_above, section_pattern
from hpatch.lint.rules._shared.scope import matches

if TYPE_CHECKING:
    from hpatch.conf.tree import Node
    from hpatch.lint.context import Context
    from hpatch.proxy.model import Mapping

_LITERAL_START = r"\^((?:/[\w~%@-]*(?:\\?\.[\w-]+)*)+)(?:\(?\.\*\)?)?\$?"
_ANYBODY = Client()


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
    """The path for which a pattern surely holds: the words that it begins with; None if it has others."""
    found = re.fullmatch(_LITERAL_START, pattern)
    return None if found is None else found[1].replace("\\", "")


class _Speaking:
    """The sections for URLs of a server that have access lines, to find those that cover a path."""

    def __init__(self, context: Context, host: Node | None) -> None:
        self._plain: dict[str, list[tuple[int, Node]]] = {}
        self._others: list[tuple[int, Node]] = []
        for at, section in enumerate(url_sections(context, host)):
            if speaks(section):
                where = None if section_pattern(section) else path(section)
                (self._others if where is None else self._plain.setdefault(where, [])).append((at, section))

    def covering(self, where: str) -> Iterator[tuple[Node, bool | None]]:
        """The sections that cover a path, in httpd's order, each with whether it surely does (None: it may)."""
        found: list[tuple[int, Node, bool | None]] = []
        for above in paths_above(where):
            found += [(at, section, True) for at, section in self._plain.get(above, ())]
        found += [(at, section, matches(section, where)) for at, section in self._others]
        for _, section, covered in sorted(found, key=itemgetter(0)):
            if covered is not False:
                yield section, covered


@lru_cache(maxsize=4)
def _speaking(context: Context, host: Node | None) -> _Speaking:
    return _Speaking(context, host)


def covering(context: Context, host: Node | None, where: str) -> Iterator[tuple[Node, bool | None]]:
    """The sections for URLs with access lines that cover a path of a server, in httpd's order; None: it may."""
    return _speaking(context, host).covering(where)


@lru_cache(maxsize=4)
def restricted(context: Context, host: Node | None) -> tuple[tuple[Node, str], ...]:
    """The sections for URLs of a server that keep somebody out, each with the path for which it surely holds."""
    found = ((section, start(section)) for section in url_sections(context, host))
    return tuple((section, where) for section, where in found if where is not None and restricts(section))


@lru_cache(maxsize=4)
def taken_paths(context: Context, host: Node | None) -> tuple[tuple[Mapping, str | None], ...]:
    """The ProxyPass lines and the rules that a server's requests may meet, each with the path of which it takes all."""
    return tuple((one, covers(one)) for one in context.mappings_of(host) if one.kind != "SetHandler")


def kept(context: Context, host: Node | None, where: str, client: Client = _ANYBODY) -> bool:
    """Whether the sections for URLs of a server keep somebody from a path, or may.

    The last section that covers the path and has a `Require` counts, as does the last one with an `Order`, `Allow` or
    `Deny`.
    """
    for one in context.configuration.by_key.get("<if", ()):
        if server_of(one) in (None, host) and restricts(one):
            return True
    return _last(covering(context, host, where), client)


def folder_kept(context: Context, host: Node | None, where: str) -> bool:
    """Whether a `<Directory>` keeps somebody from the file that a path leads to below the DocumentRoot, or may."""
    root = in_server(context, "documentroot", host)
    top = root.words[0].rstrip("/") if root is not None and root.words else None
    found = [one for one in context.lines_of(host, "<directory") if len(one.words) == 1]
    found.sort(key=lambda one: one.words[0].rstrip("/").count("/"))
    asked = ((one, one.words[0] == "/" or (top is not None and below(top + where, one.words[0]))) for one in found)
    return _last(asked, _ANYBODY)


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
