"""mod_dir's fixup: DirectorySlash, DirectoryIndex, FallbackResource."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from hpatch.paths import uri
from hpatch.paths.layers import last, lines
from hpatch.paths.model import FileKind, Reply, UnknownError

if TYPE_CHECKING:
    from hpatch.conf.tree import Node
    from hpatch.paths.disk import FoundFile
    from hpatch.paths.walk import RequestWalk


def folder(walk: RequestWalk, found: FoundFile) -> None:
    """mod_dir."""
    if walk.site.has_module("dir") is False:
        return
    if found.kind is FileKind.NOTHING and walk.handler is None and walk.internal is None and walk.proxy is None:
        _fallback(walk)
    if found.kind is not FileKind.FOLDER or found.rest:
        return
    if not walk.uri.endswith("/"):
        slash = last(walk.layers, "directoryslash")
        if slash is not None and slash.words[:1] and slash.words[0].lower() == "off":
            return
        target = uri.encoded(walk.uri) + "/" + ("" if walk.query is None else f"?{walk.query}")
        text = f'"{found.path}" is a folder, and the path has no slash at its end'
        walk.step("fixups", "mod_dir", "takes", text, slash)
        walk.end(Reply(kind="redirect", text=text, target=target, status=301, node=slash))
    checks = last(walk.layers, "directorycheckhandler")
    if walk.internal is None and (walk.handler is None or checks is None or checks.words[:1] != ["on"]):
        _index(walk)


def _index(walk: RequestWalk) -> None:
    """DirectoryIndex."""
    names: list[str] = []
    line: Node | None = None
    for node, sure in lines(walk.layers, "directoryindex"):
        if not sure:
            raise UnknownError(f'hpatch does not know whether "{node.name} {node.args}" counts', node)
        if line is None or line.parent is not node.parent:
            names = []
        words = node.words
        disabled = len(words) == 1 and words[0].lower() == "disabled"
        names, line = ([] if disabled else [*names, *words]), node
    if line is None:
        names = ["index.html"]
    failed: int | None = None
    for name in names:
        found = _try(walk, name, line, "DirectoryIndex")
        if found == 200:
            return
        if found is not None and len(names) == 1 and found == 401:
            walk.status(found, f'access to the DirectoryIndex "{name}"', line)
        failed = found or failed
    if failed is not None:
        walk.status(failed, "no DirectoryIndex may be used", line)


def _fallback(walk: RequestWalk) -> None:
    """FallbackResource, where there is no such file."""
    node = last(walk.layers, "fallbackresource")
    if node is None or (node.words or ["disabled"])[0].lower() == "disabled":
        return
    failed = _try(walk, node.words[0], node, "FallbackResource")
    if failed not in (None, 200):
        walk.status(failed, "the FallbackResource may not be used", node)


def _try(walk: RequestWalk, name: str, node: Node | None, what: str) -> int | None:
    """A sub-request of mod_dir: 200 if a file or mod_proxy would answer it, which the request then goes on with.

    Otherwise the status of an error, None for what is not found.
    """
    if walk.depth > walk.most:
        walk.status(500, "httpd follows no more than 10 internal redirects", node)
    path = name if name.startswith("/") else uri.encoded(walk.uri.rpartition("/")[0]) + "/" + name
    before, mark, query = path.partition("?")
    request = replace(walk.request, path=before, query=query if mark else walk.query, method="GET")
    inner = walk.inner(request, sub=True)
    found = inner.looked_up()
    # A SetHandler takes the place of mod_proxy's mark, by which mod_dir knows a proxied request.
    proxied = inner.proxy is not None and inner.handler is None
    if found is None and (proxied or (inner.found is not None and inner.found.kind is FileKind.FILE)):
        walk.step("fixups", "mod_dir", "changes", f'{what} asks "{path}"', node)
        _adopt(walk, inner)
        return 200
    if found is not None and found.kind == "redirect":
        if what == "FallbackResource":
            raise UnknownError(f'{what} "{path}" leads to a redirection', node)
        walk.inside(inner, found)
    walk.step("fixups", "mod_dir", "declines", f'{what} "{path}": nothing answers there', node)
    return None if found is None or found.status in (None, 200, 404) else found.status


def _adopt(walk: RequestWalk, inner: RequestWalk) -> None:
    """Go on with what a sub-request has found (`ap_internal_fast_redirect`)."""
    walk.steps += inner.steps
    walk.unseen += inner.unseen
    walk.uri, walk.query, walk.filename = inner.uri, inner.query, inner.filename
    walk.layers, walk.access, walk.found, walk.proxy = inner.layers, inner.access, inner.found, inner.proxy
    walk.handler, walk.forced, walk.internal = inner.handler, inner.forced, inner.internal
