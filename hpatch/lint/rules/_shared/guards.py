"""Whether access lines keep clients from a path, all sections for it taken together."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from hpatch.lint.rules._shared.access import OLD, Client, admits, below, lines, merges, path, restricts
from hpatch.lint.rules._shared.effective import in_server, server_of
from hpatch.lint.rules._shared.passes import section_pattern
from hpatch.lint.rules._shared.scope import matches

if TYPE_CHECKING:
    from hpatch.conf.tree import Node
    from hpatch.lint.context import Context

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
    found = re.fullmatch(_LITERAL_START, section.words[-1]) if section.words else None
    return None if found is None else found[1].replace("\\", "")


def kept(context: Context, host: Node | None, where: str, client: Client = _ANYBODY) -> bool:
    """Whether the sections for URLs of a server keep somebody from a path, or may.

    The last section that covers the path and has a `Require` counts, as does the last one with an `Order`, `Allow` or
    `Deny`.
    """
    for one in context.configuration.by_key.get("<if", ()):
        if server_of(one) in (None, host) and restricts(one):
            return True
    return _last(((one, matches(one, where)) for one in url_sections(context, host)), client)


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
