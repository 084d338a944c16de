"""map_to_storage: the sections that hold for the file, or for the backend's URL."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hpatch.paths.disk import find
from hpatch.paths.htaccess import NAME, allows
from hpatch.paths.model import FileKind, UnknownError

if TYPE_CHECKING:
    from hpatch.paths.disk import FoundFile
    from hpatch.paths.layers import Layer
    from hpatch.paths.walk import RequestWalk


def storage(walk: RequestWalk) -> None:
    """map_to_storage: which sections hold."""
    site = walk.site
    defaults = site.sections.defaults(walk.host)
    if walk.proxy is not None:
        layers = [*defaults, *site.sections.proxies(walk.host, walk.plain)]
    else:
        walk.found = find(site.disk, walk.filename)
        walk.filename = walk.found.path
        walk.walked = site.sections.directories(
            walk.host, walk.found, kept=_kept(walk), own=lambda layers, folder: _own_file(walk, layers, folder)
        )
        layers = [*defaults, *walk.walked]
        _unseen_files(walk, layers, walk.found)
    layers += site.sections.locations(walk.host, walk.uri)
    walk.layers = [*layers, *site.sections.conditional(layers, walk.facts.holds)]
    inner = next((layer for layer in walk.layers if layer.depth), None)
    if inner is not None and walk.outer is not None and any(layer.depth for layer in walk.outer.layers):
        # It keeps what it merged for the request before, and may not look into the outer <If> again.
        raise UnknownError(f'hpatch does not know whether httpd asks "{inner.title}" for an inner request', inner.node)


def _own_file(walk: RequestWalk, layers: list[Layer], folder: str) -> Layer | None:
    """What a folder's .htaccess file says; httpd answers with an error for what it refuses."""
    own = walk.site.htaccess.in_folder(layers, folder)
    if own is None:
        return None
    if own.refused is not None:
        walk.step("storage", "core", "denies", own.refused, own.node)
        walk.status(own.status, own.refused, own.node)
    return own.layer


def _unseen_files(walk: RequestWalk, layers: list[Layer], found: FoundFile) -> None:
    """The .htaccess files of which hpatch does not know whether they are there."""
    allowed = allows(layers)
    if allowed is None or allowed.node is None:
        return
    parts = found.path.strip("/").split("/")
    folders = ["/" + "/".join(parts[:count]) for count in range(len(parts) + (found.kind is FileKind.FOLDER))]
    files = [f"{name.rstrip('/')}/{NAME}" for name in folders]
    if any(walk.disk.kind(file) is None and walk.disk.odd(file) is None for file in files):
        walk.unseen.append(f'.htaccess files, which "{allowed.node.name} {allowed.node.args}" lets count')


def _kept(walk: RequestWalk) -> list[Layer] | None:
    """The sections for folders that httpd keeps from the request before this one, if it finds the file in its folder.

    Also those that hold for the other file only (`ap_directory_walk`). None: it looks for them.
    """
    outer, found = walk.outer, walk.found
    while outer is not None and outer.found is None:
        outer = outer.outer
    if outer is None or outer.found is None or found is None or found.rest:
        return None
    if found.kind not in (FileKind.FILE, FileKind.FOLDER) or outer.found.kind is None:
        return None
    folder = _folder(found.path) if found.kind is FileKind.FILE else found.path.rstrip("/") + "/"
    return [layer for layer in outer.walked if layer.kind == 1] if folder == _folder(outer.found.path) else None


def _folder(path: str) -> str:
    return path.rpartition("/")[0] + "/"
