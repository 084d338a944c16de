"""`.htaccess` files that httpd reads and refuses."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import TYPE_CHECKING

from hpatch.conf.paths import resolve
from hpatch.lint.found import Found, Related
from hpatch.lint.rule import rule
from hpatch.lint.rules._shared.addresses import answering_servers
from hpatch.lint.rules._shared.answering import all_taken, site
from hpatch.lint.rules._shared.effective import in_server, server_of

if TYPE_CHECKING:
    from hpatch.conf.tree import Node
    from hpatch.lint.context import Context

_MOST = 3
"""How many other folders a finding names."""


@rule(
    "AC043",
    "htaccess-refused",
    "info",
    references=("https://httpd.apache.org/docs/2.4/mod/core.html#allowoverride",),
)
def htaccess_refused(context: Context) -> Iterator[Found]:
    """No AllowOverride counts for the DocumentRoot: a line in a `.htaccess` file there makes httpd answer 500.

    Where no section sets AllowOverride, httpd does not ignore `.htaccess` files. It looks for one in each folder above
    a file, and allows nothing in it: the first line, `<IfModule>` included, ends every request below that folder with
    500. Its documentation says that the default is `None`, which would ignore them.

    With `--httpd`, the rule also reads the `.htaccess` files of each DocumentRoot itself on this machine. One that
    httpd refuses is an error, whatever AllowOverride says.

    The rule is silent about a part of a configuration, because another file may set AllowOverride, and about a server
    that proxies or redirects everything, or that no request reaches, since virtual hosts answer at all ports.

    Write `AllowOverride None` into the section of the folder, or list there what its `.htaccess` files may say.

    Fires on::

        DocumentRoot "/var/www"
        <Directory "/var/www">
            Require all granted
        </Directory>

    Write instead::

        DocumentRoot "/var/www"
        <Directory "/var/www">
            AllowOverride None
            Require all granted
        </Directory>

    Silent on (a section for a folder above sets it)::

        DocumentRoot "/var/www"
        <Directory "/">
            AllowOverride None
        </Directory>
        <Directory "/var/www">
            Require all granted
        </Directory>

    Silent on (all is proxied)::

        DocumentRoot "/var/www"
        ProxyPass "/" "http://10.0.0.5:8080/"

    Source: create_core_dir_config (server/core.c), where AllowOverride is not `None` but unset; tested on httpd 2.4.71.
    """
    configuration = context.configuration
    if not configuration.find("documentroot") or not configuration.whole:
        return
    unset: dict[Node, str] = {}
    refused: dict[tuple[Node, str], Found] = {}
    for host in answering_servers(configuration):
        root = in_server(context, "documentroot", host)
        if root is None or not root.certain or not root.words or "${" in root.words[0]:
            continue
        folder = resolve(configuration.server_root, root.words[0]).rstrip("/") or "/"
        if _all_redirected(context, host) or all_taken(context, root, "/", host) is not None:
            continue
        found = _read(context, host, root, folder) if configuration.check_files else None
        if found is not None:
            refused[root, found.message] = found
        elif not _may_be_set(context, host, folder):
            unset[root] = folder
    yield from refused.values()
    if unset:
        yield _unset(unset)


def _all_redirected(context: Context, host: Node | None) -> bool:
    """Whether a Redirect surely answers every request to a server: it comes before any file is looked for.

    mod_rewrite comes before it, and may lead a request to a file. Tried on httpd 2.4.71.
    """
    configuration = context.configuration
    return any(
        line.certain and server_of(line) is line.parent and _path(line) == "/"
        for server in (None, host)
        for line in configuration.find_in(server, "redirect", "redirectpermanent", "redirecttemp")
    ) and not any(configuration.find_in(server, "rewriterule") for server in (None, host))


def _path(redirect: Node) -> str:
    """The path of a Redirect in a server, which its status may stand before."""
    words = redirect.words
    return next((word for word in words[:2] if word.startswith("/")), "")


def _unset(folders: dict[Node, str]) -> Found:
    (root, folder), *others = folders.items()
    more = len(others) - _MOST
    related = [Related(other.word_place(0), "nor for this one") for other, _ in others[:_MOST]]
    if more > 0:
        related[-1] = Related(related[-1].place, f"nor for this one, and {more} more")
    return Found(
        root.word_place(0),
        f'no AllowOverride counts for "{folder}": a line in a .htaccess file there or below makes httpd answer 500',
        related=tuple(related),
        help=f'Write AllowOverride None into <Directory "{folder}">, or what its .htaccess files may say.',
        node=root,
    )


def _read(context: Context, host: Node | None, root: Node, folder: str) -> Found | None:
    """What httpd makes of the folder's file on this machine; None if it takes it, or if that is not known."""
    from hpatch.paths.disk import FoundFile, Machine
    from hpatch.paths.htaccess import NAME, HtaccessFiles
    from hpatch.paths.layers import argument
    from hpatch.paths.model import FileKind, UnknownError

    disk = Machine()
    if disk.kind(f"{folder.rstrip('/')}/{NAME}") is FileKind.NOTHING:
        return None
    known = site(context)
    server = known.host(host)
    inside = FoundFile(f"{folder.rstrip('/')}/", FileKind.FOLDER)
    layers = [*known.sections.defaults(server), *known.sections.directories(server, inside)]
    # httpd merges the sections with regular expressions after .htaccess files.
    before = [layer for layer in layers if layer.node is None or not argument(layer.node)[1]]
    try:
        own = HtaccessFiles(context.configuration, disk).in_folder(before, folder)
    except UnknownError:
        return None
    if own is None or own.refused is None:
        return None
    return Found(
        root.word_place(0),
        f"{own.refused}: every request below it gets {own.status}",
        help="Allow it by AllowOverride, or remove the file.",
        severity="error",
        node=root,
    )


def _may_be_set(context: Context, host: Node | None, folder: str) -> bool:
    """Whether a section for a folder, or for one above it, sets AllowOverride, or may."""
    parts = [part for part in folder.split("/") if part]
    above = {"/".join(parts[:count]) for count in range(len(parts) + 1)}
    for server in (None, host):
        overriding = _overriding(context, server)
        if None in overriding or not overriding.isdisjoint(above):
            return True
    return False


@lru_cache(maxsize=2)
def _overriding(context: Context, server: Node | None) -> frozenset[str | None]:
    """The folders whose sections set AllowOverride, their parts joined by slashes; None for one with wildcards.

    In a section with a regular expression it has no effect, and `AllowOverrideList None` by itself allows what no
    AllowOverride allows (tried on httpd 2.4.71).
    """
    from hpatch.conf.wildcards import is_wildcard
    from hpatch.paths.layers import argument

    found: set[str | None] = set()
    for line in context.configuration.find_in(server, "allowoverride", "allowoverridelist"):
        section = line.inside("<directory")
        text, pattern = argument(section)
        if section is None or pattern or (line.key == "allowoverridelist" and line.args.lower() == "none"):
            continue
        plain = text.startswith("/") and not is_wildcard(text) and "${" not in text
        found.add("/".join(part for part in text.split("/") if part) if plain else None)
    return frozenset(found)
