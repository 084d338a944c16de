"""Folders that are served, and that the access rules of a folder above keep closed."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import TYPE_CHECKING

from hpatch.conf.paths import resolve
from hpatch.conf.wildcards import is_wildcard
from hpatch.lint.found import Found, Related
from hpatch.lint.rule import rule
from hpatch.lint.rules._shared.access import OLD, admits, lines, path, speaks
from hpatch.lint.rules._shared.addresses import answering_servers
from hpatch.lint.rules._shared.answering import all_taken
from hpatch.lint.rules._shared.effective import in_server, server_of
from hpatch.lint.rules._shared.passes import paths_above
from hpatch.lint.rules._shared.prefixes import Prefixes

if TYPE_CHECKING:
    from hpatch.conf.tree import Node
    from hpatch.lint.context import Context

_HOWTO = "https://httpd.apache.org/docs/2.4/howto/access.html"
_ELSEWHERE = (
    "alias", "aliasmatch", "scriptalias", "scriptaliasmatch", "redirect", "redirectmatch", "redirectpermanent",
    "redirecttemp", "rewriterule", "rewritemap", "virtualdocumentroot", "virtualdocumentrootip", "sethandler",
    "fallbackresource", "userdir", "h2push",
)  # fmt: skip
"""Directives that give a request another answer than a file below DocumentRoot."""
_SAYING = frozenset((*OLD, "require", "allowoverride", "allowoverridelist"))
"""Lines that say who gets in, or that .htaccess files may say so."""


@rule("AC048", "folder-denied", "error", references=(_HOWTO,))
def folder_denied(context: Context) -> Iterator[Found]:
    """A line serves a folder that `<Directory "/">` keeps closed: httpd answers every request for it with 403.

    `Require all denied` for a folder holds for all folders below it, until a section for one of them says otherwise.
    The log has AH01630, "client denied by server configuration".

    The rule knows the folders of Alias and ScriptAlias, and the DocumentRoot of a server that has nothing but files.
    It is silent about a part of a configuration, where a `<Location>`, `<Files>`, `<If>`, a pattern, or a section for a
    folder inside may let somebody in, where .htaccess files may, and where ProxyPass takes the path.

    Add `<Directory>` with `Require all granted` for the folder.

    Fires on::

        Listen 80
        <Directory "/">
            Require all denied
        </Directory>
        Alias "/files" "/srv/files"

    Fires on (the DocumentRoot itself)::

        Listen 80
        DocumentRoot "/var/www"
        <Directory "/">
            AllowOverride None
            Require all denied
        </Directory>
        <Directory "/srv/www">
            Require all granted
        </Directory>

    Write instead::

        Listen 80
        <Directory "/">
            Require all denied
        </Directory>
        Alias "/files" "/srv/files"
        <Directory "/srv/files">
            Require all granted
        </Directory>

    Silent on (the Location lets clients in)::

        Listen 80
        <Directory "/">
            Require all denied
        </Directory>
        Alias "/files" "/srv/files"
        <Location "/files">
            Require ip 10.0.0.0/8
        </Location>

    Source: ap_directory_walk (server/request.c), the howto about access control; tested on httpd 2.4.71.
    """
    configuration = context.configuration
    if not configuration.whole or not any(admits(one) == "none" for one in configuration.find("<directory")):
        return
    aliases = configuration.find("alias", "scriptalias")
    for node in aliases:
        url, target = _alias(node)
        if not node.certain or not url or not target:
            continue
        host = server_of(node)
        closed = closing(context, host, resolve(configuration.server_root, target))
        if closed is None or _let_in(context, host, url) or all_taken(context, node, url, host) is not None:
            continue
        yield _found(node, target, closed)
    roots: dict[Node, Node] = {}
    for host in answering_servers(configuration):
        root = in_server(context, "documentroot", host)
        if root is None or not root.certain or not root.words or "${" in root.words[0]:
            continue
        if context.mappings_of(host) or context.lines_of(host, *_ELSEWHERE):
            continue
        closed = closing(context, host, resolve(configuration.server_root, root.words[0]))
        if closed is not None and not _let_in(context, host, "/"):
            roots.setdefault(root, closed)
    for root, closed in roots.items():
        yield _found(root, root.words[0], closed)


def _found(node: Node, folder: str, closed: Node) -> Found:
    return Found(
        node.place,
        f'everybody gets 403: <Directory "{closed.words[0]}"> denies "{folder}", and no section lets anybody in',
        related=(Related(closed.place, "this section holds for it"),),
        help=f'Add <Directory "{folder.rstrip("/")}"> with Require all granted, or with who may have it.',
        node=node,
    )


def _alias(node: Node) -> tuple[str, str]:
    """The path and the folder of an Alias; empty for what is not plain."""
    words = node.words
    section = node.inside("<location", "<locationmatch")
    if section is not None:
        return (path(section) or "", words[0]) if len(words) == 1 and "%{" not in words[0] else ("", "")
    if len(words) != 2 or "${" in node.args or not words[0].startswith("/"):
        return "", ""
    return words[0], words[1]


class _Folders:
    """The `<Directory>` sections of a server by folder, and whether others may hold for any folder."""

    __slots__ = ("below", "by_folder", "unknown")

    def __init__(self, sections: list[Node]) -> None:
        self.by_folder: dict[str, list[Node]] = {}
        self.unknown = False
        self.below: Prefixes[Node] = Prefixes(())
        inner: list[tuple[str, Node]] = []
        for section in sections:
            if not _says(section):
                continue
            words = section.words
            plain = (
                section.key == "<directory" and len(words) == 1 and not is_wildcard(words[0]) and "$" not in words[0]
            )
            if not plain or not section.certain or _parted(section):
                self.unknown = self.unknown or admits(section) != "none" or not section.certain or _parted(section)
                continue
            folder = words[0].rstrip("/") or "/"
            self.by_folder.setdefault(folder, []).append(section)
            if admits(section) != "none":
                inner.append((folder, section))
        self.below = Prefixes(inner)


def _says(section: Node) -> bool:
    """Whether a section says who gets in, or lets something in it say so."""
    return any(node.key in _SAYING for node in section.walk())


def _parted(section: Node) -> bool:
    """Whether an undecided conditional, or an `<If>` inside, decides about a section's access lines."""
    return any(
        (node.conditions and (node.key in (*OLD, "require", "allowoverride") or node.key.startswith("<require")))
        or node.key in ("<if", "<elseif", "<else")
        or (node.key in ("<files", "<filesmatch") and admits(node) not in (None, "none"))
        for node in section.walk()
    )


def _overrides(section: Node) -> bool:
    """Whether .htaccess files may have access lines in a section's folder."""
    return any(
        node.key == "allowoverridelist" or (node.key == "allowoverride" and any(_allows(word) for word in node.words))
        for node in section.children or ()
    )


def _allows(word: str) -> bool:
    return word.lower().partition("=")[0] in ("all", "authconfig", "limit") or "$" in word


@lru_cache(maxsize=2)
def _folders(context: Context, host: Node | None) -> _Folders:
    return _Folders(context.configuration.find_in(host, "<directory", "<directorymatch"))


@lru_cache(maxsize=1)
def _every_folder(context: Context) -> _Folders:
    return _Folders(context.configuration.find("<directory", "<directorymatch"))


def closing(context: Context, host: Node | None, folder: str) -> Node | None:
    """The section that surely keeps everybody out of a folder, and of all folders in it; None if there may be a way."""
    if "$" in folder or "%" in folder:
        return None
    folder = folder.rstrip("/") or "/"
    # The main server's lines hold in the virtual hosts, whose sections may open the folder.
    known = [_every_folder(context)] if host is None else [_folders(context, None), _folders(context, host)]
    if any(one.unknown or one.below.starting(f"{folder}/") for one in known):
        return None
    above = dict.fromkeys(one.rstrip("/") or "/" for one in paths_above(folder))
    covering = [section for at in sorted(above, key=len) for one in known for section in one.by_folder.get(at, ())]
    new: Node | None = None
    old: Node | None = None
    for section in covering:
        if _overrides(section):
            return None
        for is_old in {line.key in OLD for line in lines(section)}:
            if is_old:
                old = section
            else:
                new = section
    closed = [one for one in (new, old) if one is not None and admits(one) == "none"]
    both = new is not None and old is not None
    return None if not closed or (both and _satisfied(covering)) else closed[0]


def _satisfied(sections: list[Node]) -> bool:
    return any(line.key == "satisfy" for section in sections for line in lines(section))


def _let_in(context: Context, host: Node | None, url: str) -> bool:
    """Whether a section that httpd merges after those for folders may let somebody in below a path."""
    later = _merged_later(context)
    if None in later or host in later or (host is None and later):
        return True
    known = [_every_opened(context)] if host is None else [_opened(context, None), _opened(context, host)]
    return any(one.around(url) for one in known)


@lru_cache(maxsize=1)
def _merged_later(context: Context) -> frozenset[Node | None]:
    """The servers with a section that may let somebody in whatever the path is."""
    sections = context.configuration.find(
        "<files", "<filesmatch", "<if", "<elseif", "<else", "<location", "<locationmatch"
    )
    return frozenset(
        server_of(one)
        for one in sections
        if speaks(one) and admits(one) != "none" and path(one) is None and one.inside("<directory") is None
    )


@lru_cache(maxsize=2)
def _opened(context: Context, server: Node | None) -> Prefixes[Node]:
    """The sections for URLs of a server that let somebody in, by their paths."""
    return _letting_in(context.configuration.find_in(server, "<location"))


@lru_cache(maxsize=1)
def _every_opened(context: Context) -> Prefixes[Node]:
    return _letting_in(context.configuration.find("<location"))


def _letting_in(sections: list[Node]) -> Prefixes[Node]:
    return Prefixes((path(one) or "/", one) for one in sections if speaks(one) and admits(one) != "none")
