"""Restricted files that other lines open."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from operator import itemgetter
from typing import TYPE_CHECKING

from hpatch.lint.found import Found, Related
from hpatch.lint.rule import rule
from hpatch.lint.rules._shared.access import admits, below, lines, locations, merges, path, restricts
from hpatch.lint.rules._shared.answering import all_taken
from hpatch.lint.rules._shared.effective import in_server, server_of
from hpatch.lint.rules._shared.guards import kept
from hpatch.lint.rules._shared.passes import covers, lies_under
from hpatch.lint.rules._shared.prefixes import Prefixes
from hpatch.lint.rules._shared.scope import sample
from hpatch.paths.holding import in_location

if TYPE_CHECKING:
    from hpatch.conf.tree import Node
    from hpatch.lint.context import Context
    from hpatch.proxy.model import Mapping

_SECTIONS = "https://httpd.apache.org/docs/2.4/sections.html"
_SCRIPT = ("fcgi", "uwsgi", "scgi")


@rule("AC020", "files-rule-not-for-proxied", "error", confidence="medium", references=(f"{_SECTIONS}#proxy",))
def files_rule_not_for_proxied(context: Context) -> Iterator[Found]:
    """A `<Directory>` or `<Files>` section restricts files whose requests ProxyPass takes: nobody asks it.

    ProxyPass and ProxyPassMatch take a request by its path, before httpd looks for a file. `<Directory>`, `<Files>` and
    .htaccess hold for files only. `ProxyPassMatch "^/(.*\\.php)$"` hands a script to PHP-FPM although its folder is
    restricted.

    The rule knows a `<Directory>` that the target of ProxyPassMatch lies above, a `<Files>` for names that end like
    ProxyPassMatch's pattern, and a `<Directory>` in a virtual host whose ProxyPass takes the path that leads there.

    Use `<FilesMatch>` with `SetHandler "proxy:..."`, which is asked with the file, or restrict a `<Location>`.

    Fires on::

        ProxyPassMatch "^/(.*\\.php)$" "fcgi://127.0.0.1:9000/var/www/$1"
        <Directory "/var/www/admin">
            Require ip 10.0.0.0/8
        </Directory>

    Fires on (a file's name)::

        ProxyPassMatch "^/(.*\\.php)$" "fcgi://127.0.0.1:9000/var/www/$1"
        <Files "config.php">
            Require all denied
        </Files>

    Fires on (a folder whose path is proxied)::

        <VirtualHost "*:80">
            DocumentRoot "/var/www"
            ProxyPass "/admin" "http://10.0.0.5:8080/admin"
            <Directory "/var/www/admin">
                Require ip 10.0.0.0/8
            </Directory>
        </VirtualHost>

    Write instead::

        <Directory "/var/www/admin">
            Require ip 10.0.0.0/8
        </Directory>
        <FilesMatch "\\.php$">
            SetHandler "proxy:fcgi://127.0.0.1:9000"
        </FilesMatch>

    Silent on (a Location restricts the same path)::

        ProxyPassMatch "^/(.*\\.php)$" "fcgi://127.0.0.1:9000/var/www/$1"
        <Directory "/var/www/admin">
            Require ip 10.0.0.0/8
        </Directory>
        <Location "/admin">
            Require ip 10.0.0.0/8
        </Location>

    Source: proxy_map_location and proxy_trans (mod_proxy.c), "Proxy Containers" in the documentation of sections;
    tested on httpd 2.4.71.
    """
    sections = context.configuration.find("<directory", "<files", "<filesmatch")
    if not sections:
        return
    patterns = [
        one
        for one in context.mappings
        if one.pattern and one.target is not None and one.target.scheme in _SCRIPT and one.kind != "SetHandler"
    ]
    for section in sections:
        if not section.words or not restricts(section):
            continue
        host = server_of(section)
        name = section.words[0]
        mapping = next((one for one in patterns if _taken(context, one, section, host)), None)
        if mapping is None and section.key == "<directory" and (host is not None or not _has_hosts(context)):
            where = _url_path(context, name, host)
            # Who denies all files of a server that proxies all of its requests closes what nobody is to ask for.
            closed = where == "/" and admits(section) == "none"
            mapping = None if where is None or closed else all_taken(context, section, where, host)
        if mapping is None or _in_folder(mapping) or _restricted_by_path(context, mapping.server.node, name):
            continue
        yield Found(
            section.place,
            f'{mapping.kind} takes requests for what this section restricts ("{name}"): the section is not asked',
            related=(Related(mapping.place, "this line takes them"),),
            help='Use <FilesMatch> with SetHandler "proxy:…", or restrict a <Location>.',
        )


def _has_hosts(context: Context) -> bool:
    """Whether virtual hosts may use the main server's sections for other requests."""
    return "<virtualhost" in context.configuration.by_key or not context.configuration.main


def _taken(context: Context, mapping: Mapping, section: Node, host: Node | None) -> bool:
    """Whether a ProxyPassMatch, or a RewriteRule of a server, hands files of a section to a FastCGI backend."""
    server = mapping.server.node
    if host is not None and server is not None and host is not server:
        return False
    target = mapping.target
    if target is None:
        return False
    name = section.words[0]
    if section.key == "<directory":
        root = target.path.partition("$")[0].rstrip("/")
        if not root or not name.startswith("/") or not below(name.rstrip("/") or "/", root):
            return False
        return not _excepted(context, mapping, name[len(root) :].rstrip("/"))
    ending = ".php"
    return ending in mapping.path.replace("\\", "") and name.lower().rstrip("$)").endswith("php")


def _excepted(context: Context, mapping: Mapping, where: str) -> bool:
    """Whether an exclusion above a line takes the requests for a folder, or may."""
    for one in context.passes_of(mapping.server.node):
        if one is mapping:
            return False
        if one.exclusion:
            taken = lies_under(one)
            if taken is None or below(where, taken) or below(taken, where):
                return True
    return False


def _url_path(context: Context, name: str, host: Node | None) -> str | None:
    """The path of a URL that leads to a folder below DocumentRoot; None for others, or if an Alias may lead there."""
    root = in_server(context, "documentroot", host)
    top = root.words[0].rstrip("/") if root is not None and root.words else ""
    folder = name.rstrip("/")
    if not top or not below(folder, top) or re.search(r"[*?\[]|\$\{", name) is not None:
        return None
    near = (target for _, target in _aliased(context, host).around(folder))
    if any(below(folder, target) or below(target, folder) for target in near):
        return None
    return folder[len(top) :] or "/"


@lru_cache(maxsize=4)
def _aliased(context: Context, host: Node | None) -> Prefixes[str]:
    """The folders to which a server's Alias lines lead."""
    lines = context.lines_of(host, "alias", "aliasmatch", "scriptalias", "scriptaliasmatch")
    targets = ((line.words[-1:] or [""])[0].partition("$")[0].rstrip("/") for line in lines)
    return Prefixes((target or "/", target) for target in targets)


def _in_folder(mapping: Mapping) -> bool:
    """Whether a RewriteRule stands in a section for files, or in one for URLs: it runs after the access rules."""
    return mapping.kind == "RewriteRule" and mapping.node.parent is not mapping.server.node


def _restricted_by_path(context: Context, host: Node | None, name: str) -> bool:
    """Whether a Location restricts a path that ends like a folder, or all paths."""
    folder = name.rstrip("/").rpartition("/")[2]
    for section, where in locations(context.configuration, host):
        if restricts(section) and (where == "/" or folder in where.split("/")):
            return True
    return any(restricts(section) for section in context.configuration.find("<locationmatch", "<if"))


@rule("AC021", "location-grants-over-files", "error", confidence="medium", references=(f"{_SECTIONS}#merging",))
def location_grants_over_files(context: Context) -> Iterator[Found]:
    """`<Location "/">` with `Require all granted` lets everybody in where `<Files>` or `<Directory>` keep them out.

    httpd merges `<Location>` after `<Directory>` and `<Files>`, and the last section with a `Require` decides. So
    `<Location "/"> Require all granted` opens every file that the server has below its DocumentRoot: `.htpasswd`, which
    httpd's stock configuration denies by `<Files ".ht*">`, and restricted folders.

    The rule reports a server that has a DocumentRoot and does not proxy everything.

    Put `Require all granted` into the `<Directory>` of the DocumentRoot.

    Fires on::

        DocumentRoot "/var/www"
        <Files ".ht*">
            Require all denied
        </Files>
        <Location "/">
            Require all granted
        </Location>

    Write instead::

        DocumentRoot "/var/www"
        <Files ".ht*">
            Require all denied
        </Files>
        <Directory "/var/www">
            Require all granted
        </Directory>

    Silent on (all is proxied)::

        DocumentRoot "/var/www"
        <Files ".ht*">
            Require all denied
        </Files>
        <Location "/">
            ProxyPass "http://10.0.0.5:8080/"
            Require all granted
        </Location>

    Source: ap_process_request_internal (server/request.c), "How the sections are merged" in the documentation; tested
    on httpd 2.4.71.
    """
    if not context.configuration.find("documentroot"):
        return
    granting = [
        section
        for section in context.configuration.find("<location", "<locationmatch")
        if not merges(section) and admits(section) == "all" and any(node.key == "require" for node in lines(section))
    ]
    proxied = {mapping.section for mapping in context.passes}
    everything = {one.server.node for one in context.passes if not one.exclusion and covers(one) == "/"}
    for section in granting:
        host = server_of(section)
        root = in_server(context, "documentroot", host)
        if root is None or section in proxied or not everything.isdisjoint((None, host)):
            continue
        candidates = _closed_files(context, host).starting(path(section) or "")
        closed = min((one for one in candidates if in_location(section, one[1][0])), key=itemgetter(0), default=None)
        if closed is not None:
            _, (_, files) = closed
            yield Found(
                section.place,
                f'this section lets everybody in, also where <{files.name[1:]} "{files.words[0]}"> keeps them out',
                related=(Related(files.place, "this section no longer holds"),),
                help=f'Move the Require into <Directory "{root.words[0] if root.words else "…"}">.',
            )


@lru_cache(maxsize=4)
def _closed_files(context: Context, host: Node | None) -> Prefixes[tuple[str, Node]]:
    """Paths below a server's DocumentRoot out of which a section for files keeps somebody, and none for URLs does."""
    root = in_server(context, "documentroot", host)
    assert root is not None
    found: dict[str, Node] = {}
    for one in (*_restricting(context, None), *(() if host is None else _restricting(context, host))):
        if _serves(one, root):
            top = "/" if one.key != "<directory" else one.words[0].rstrip("/")[len(root.words[0].rstrip("/")) :] or "/"
            found.setdefault(sample(top), one)
    return Prefixes((where, (where, one)) for where, one in found.items() if not kept(context, host, where))


@lru_cache(maxsize=2)
def _restricting(context: Context, server: Node | None) -> tuple[Node, ...]:
    """The sections for files inside a virtual host, or inside none, that keep somebody out."""
    return tuple(
        one
        for one in context.configuration.find_in(server, "<files", "<filesmatch", "<directory")
        # Order, Allow and Deny stay in force beside a Require.
        if one.words and any(line.key == "require" for line in lines(one)) and admits(one) in ("some", "none")
    )


def _serves(section: Node, root: Node) -> bool:
    """Whether files of a section are below a DocumentRoot."""
    if section.key != "<directory":
        return True
    return bool(root.words) and below(section.words[0].rstrip("/"), root.words[0].rstrip("/"))
