"""The handler: mod_proxy's, one that the configuration names, mod_autoindex, or httpd's own for files."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from hpatch.paths import mapping
from hpatch.paths.layers import last
from hpatch.paths.model import FileKind, Reply, UnknownError
from hpatch.paths.options import options

if TYPE_CHECKING:
    from hpatch.conf.tree import Node
    from hpatch.paths.disk import FoundFile
    from hpatch.paths.walk import RequestWalk

_FOR_GET = ("server-status", "server-info", "ldap-status")
"""Handlers that leave other methods than GET to httpd's own."""


def handle(walk: RequestWalk) -> None:
    """What the handler answers."""
    if walk.proxy is not None:
        url, node = walk.proxy
        _by_proxy(walk, url, node, f'"{node.name} {node.args}" hands it to mod_proxy')
    if walk.internal is not None:
        _again(walk, *walk.internal)
    found = walk.found
    assert found is not None
    handler = walk.forced or walk.handler
    if handler is not None and not (handler[0] in _FOR_GET and walk.request.method != "GET"):
        _by_handler(walk, handler, found)
    _file(walk, found)


def _by_proxy(walk: RequestWalk, url: str, node: Node, text: str) -> None:
    if mapping.bad_port(url):
        whole = walk.query is not None and any(word.lower() == "nocanon" for word in node.words)
        walk.status(
            400 if whole else 500, f'"{url}" has no valid port: a slash is missing at the end of the target', node
        )
    if walk.query is not None:
        url = f"{url}{'&' if '?' in url else '?'}{walk.query}"
    walk.end(Reply(kind="proxy", text=text, target=url, node=node))


def _again(walk: RequestWalk, path: str, node: Node) -> None:
    """An internal redirect: the request goes through all hooks again with another path."""
    if walk.depth >= walk.most:
        walk.status(500, "httpd follows no more than 10 internal redirects", node)
    walk.step("handler", "mod_rewrite", "changes", f'asks "{path}" anew', node)
    before, mark, more = path.partition("?")
    query = walk.query if not mark else more if walk.query is None else f"{more}?{walk.query}"
    inner = walk.inner(replace(walk.request, path=before, query=query))
    found = inner.looked_up()
    walk.inside(inner, inner.handled() if found is None else found)


def _by_handler(walk: RequestWalk, handler: tuple[str, Node], found: FoundFile) -> None:
    name, node = handler
    if name.lower() in ("default-handler", "httpd/unix-directory"):
        return
    text = f'"{node.name} {node.args}" names the handler'
    if found.kind is None:
        walk.unseen_file(found.path)
    if name.startswith("proxy:"):
        _by_proxy(walk, mapping.url(name[6:] + found.path), node, text)
    if name.lower() in ("cgi-script", "fcgid-script", "wsgi-script"):
        if found.kind is FileKind.NOTHING:
            walk.status(404, f'there is no "{found.path}"', node)
        walk.end(Reply(kind="script", text=text, target=found.path, node=node))
    walk.end(Reply(kind="handler", text=text, target=name.lower(), node=node))


def _file(walk: RequestWalk, found: FoundFile) -> None:
    """mod_autoindex, and httpd's own handler."""
    method = "GET" if walk.request.method == "HEAD" else walk.request.method
    index = walk.site.has_module("autoindex")
    if found.kind is FileKind.FOLDER and index is None:
        raise UnknownError(f'whether httpd has mod_autoindex, which lists the folder "{found.path}"')
    if found.kind is FileKind.FOLDER and index and method == "GET" and walk.handler is None:
        if "indexes" in options(walk.layers):
            walk.end(Reply(kind="handler", text="mod_autoindex lists the folder", target="httpd/unix-directory"))
        walk.status(403, f'"{found.path}" is a folder without an index, and Options has no Indexes')
    if method == "OPTIONS":
        walk.status(200, "httpd answers OPTIONS itself")
    dav = last(walk.layers, "dav")
    if dav is not None and method != "GET" and [word.lower() for word in dav.words[:1]] != ["off"]:
        raise UnknownError(f'"{dav.name} {dav.args}" answers "{method}"', dav)
    if method not in ("GET", "POST"):
        walk.status(405, f'httpd serves no files to "{method}"')
    if found.kind is FileKind.NOTHING:
        _lenient(walk, found)
        walk.status(404, f'there is no "{found.path}"')
    if found.kind is FileKind.FOLDER:
        walk.status(404, f'"{found.path}" is a folder, and nothing lists it')
    if found.rest:
        node = last(walk.layers, "acceptpathinfo")
        if node is None or (node.words or [""])[0].lower() != "on":
            walk.status(404, f'"{found.path}" is a file, and more of the path follows', node)
    if found.kind is None:
        walk.unseen_file(found.path)
        if last(walk.layers, "fallbackresource") is not None:
            walk.unseen.append("FallbackResource answers if it is nothing")
    walk.end(Reply(kind="file", text=f'the file "{found.path}"', target=found.path))


def _lenient(walk: RequestWalk, found: FoundFile) -> None:
    """Modules that serve another file than the one that was asked for."""
    if "multiviews" in options(walk.layers):
        raise UnknownError(f'Options MultiViews may find another file for "{found.path}"')
    spelling = last(walk.layers, "checkspelling")
    if spelling is not None and [word.lower() for word in spelling.words[:1]] == ["on"]:
        raise UnknownError(f'CheckSpelling may find another file for "{found.path}"', spelling)
