"""map_to_storage: the sections that hold for the file, or for the backend's URL."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hpatch.paths import sections
from hpatch.paths.model import FileKind, UnknownError

if TYPE_CHECKING:
    from hpatch.paths.sections import FoundFile, Layer
    from hpatch.paths.walk import RequestWalk


def storage(walk: RequestWalk) -> None:
    """map_to_storage: which sections hold."""
    site = walk.site
    defaults = site.sections.defaults(walk.host)
    if walk.proxy is not None:
        layers = [*defaults, *site.sections.proxies(walk.host, walk.proxy[0])]
    else:
        walk.found = sections.find(site.disk, walk.filename)
        walk.filename = walk.found.path
        layers = [*defaults, *site.sections.directories(walk.host, walk.found)]
        _htaccess(walk, layers, walk.found)
    layers += site.sections.locations(walk.host, walk.uri)
    walk.layers = [*layers, *site.sections.conditional(layers, walk.facts.holds)]


def _htaccess(walk: RequestWalk, layers: list[Layer], found: FoundFile) -> None:
    """.htaccess files, which hpatch does not read."""
    allowed = sections.last(layers, "allowoverride", "allowoverridelist")
    if allowed is None or [word.lower() for word in allowed.words] == ["none"]:
        return
    parts = found.path.strip("/").split("/")
    folders = ["/" + "/".join(parts[:count]) for count in range(len(parts) + (found.kind is FileKind.FOLDER))]
    names = [name.rstrip("/") + "/.htaccess" for name in folders]
    kinds = [site_kind for name in names if (site_kind := walk.disk.kind(name)) is not FileKind.NOTHING]
    if FileKind.FILE in kinds:
        raise UnknownError(f'a .htaccess file counts, by "{allowed.name} {allowed.args}"', allowed)
    if kinds:
        walk.unseen.append(f'.htaccess files, which "{allowed.name} {allowed.args}" lets count')
