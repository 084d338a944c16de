"""Which ProxyPass takes a path before anything else of its server is asked, for whatever request.

`who` answers for one request; this is for rules, which ask about all requests for a path and below.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hpatch.paths import mapping
from hpatch.paths.holding import in_location
from hpatch.paths.model import UnknownError

if TYPE_CHECKING:
    from hpatch.conf.tree import Condition
    from hpatch.paths.hosts import Host
    from hpatch.paths.site import Site
    from hpatch.proxy.model import Mapping

_BELOW = ("zz-other", "zz-other/page.html", "a.css")
"""Paths that no configuration is likely to name; what takes them all takes all."""


def below(path: str) -> tuple[str, ...]:
    """Some paths of requests for a path and below it."""
    start = path if path.endswith("/") else f"{path}/"
    return (*(() if path.endswith("/") else (path,)), *(start + each for each in _BELOW))


def taker(site: Site, host: Host, paths: tuple[str, ...], read: tuple[Condition, ...] = ()) -> Mapping | None:
    """The ProxyPass that takes all of these paths at a server; None if none does, or hpatch does not know.

    `read` are the conditions under which the question is asked: a ProxyPass counts if they imply its own. A ProxyPass
    in a `<Location>` is asked first, the last one that holds for the path; then those of the server. Any `no-proxy` in
    the server leaves everything open.
    """
    if not paths or site.no_proxy(host):
        return None
    found: Mapping | None = None
    for path in paths:
        one = _first(site, host, path, read)
        if one is None or one.target is None:
            return None
        found = found or one
    return found


def _first(site: Site, host: Host, path: str, read: tuple[Condition, ...]) -> Mapping | None:
    """The ProxyPass that httpd finds for a path; None if there is none, or hpatch does not know."""
    inside: Mapping | None = None
    for section, one in site.located_for(host, path):
        holds = in_location(section, path)
        if holds is None or (holds and not set(section.conditions) <= set(read)):
            return None
        inside = one if holds else inside
    asked = [*([inside] if inside is not None else []), *site.passes_for(host, path)]
    # mod_proxy has a pass of its own for mapping=, before the others.
    for one in sorted(asked, key=lambda one: all(param.key.lower() != "mapping" for param in one.params)):
        try:
            if mapping.matches(one, path):
                return one if set(one.node.conditions) <= set(read) else None
        except UnknownError:
            return None
    return None
