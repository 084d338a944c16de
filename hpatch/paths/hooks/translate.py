"""pre_translate_name and translate_name: from the path of the URL to a file, or to a backend."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hpatch.paths import mapping, uri
from hpatch.paths.hooks import alias, proxy, rewrite
from hpatch.paths.layers import lines
from hpatch.paths.model import UnknownError

if TYPE_CHECKING:
    from hpatch.paths.walk import RequestWalk

_FOREIGN = ("wsgiscriptalias", "wsgiscriptaliasmatch", "jkmount", "jkmountfile", "jkmountcopy", "jkautoalias")


def translate(walk: RequestWalk) -> None:
    """What the path is mapped to. Raises RefusedError and UnknownError."""
    merge = walk.setting("mergeslashes", "on") != "off"
    # A path that begins with several slashes would be read as a host; httpd drops all but one (ap_parse_uri).
    walk.raw = "/" + walk.request.path.lstrip("/") if walk.request.path.startswith("/") else walk.request.path
    walk.uri = uri.normalized(walk.raw, merge=merge)
    if not walk.sub:
        proxy.variables(walk)
    walk.layers = walk.url_layers()
    if proxy.proxied(walk, before=True):
        # The path stays encoded, but the rules still run, over the backend's URL.
        before = walk.uri
        if (rewrite.rewritten(walk) and not walk.filename.startswith("proxy:")) or walk.uri != before:
            raise UnknownError("a rewrite rule changes what a ProxyPass with mapping= has taken")
        return
    slashes = walk.own_setting("allowencodedslashes", "off")
    if slashes not in ("off", "on", "nodecode"):
        slashes = "off"
    walk.uri = uri.decoded(walk.uri, slashes)  # type: ignore[arg-type]  # one of the three
    walk.layers = walk.url_layers()
    _map(walk)


def _map(walk: RequestWalk) -> None:
    """The translate_name hooks."""
    if rewrite.rewritten(walk):
        return
    if not walk.uri.startswith("/"):
        walk.status(400, f'a rewrite rule makes "{walk.uri}" of the path, which is no path')
    if proxy.proxied(walk, before=False):
        return
    _foreign(walk)
    if alias.redirected(walk, "translate") or alias.aliased(walk):
        return
    _user_folders(walk)
    path = walk.uri
    root = walk.root
    if root is None:
        raise UnknownError("no DocumentRoot is set: the one that is built into httpd counts")
    walk.filename = root.rstrip("/") + "/" + path.lstrip("/")
    walk.step("translate", "core", "takes", f'the path below DocumentRoot: "{walk.filename}"', walk.root_line())


def _foreign(walk: RequestWalk) -> None:
    """Modules that take requests by themselves, after mod_proxy."""
    for node, _ in lines(walk.site.sections.defaults(walk.host), *_FOREIGN):
        words = node.words
        if node.key.startswith("jk") or not words or mapping.prefixes(words[0], walk.uri) is not False:
            raise UnknownError(f'"{node.name} {node.args}" may answer', node)


def _user_folders(walk: RequestWalk) -> None:
    """mod_userdir and mod_vhost_alias, which name files by the request."""
    defaults = walk.site.sections.defaults(walk.host)
    for node, _ in lines(defaults, "virtualdocumentroot", "virtualscriptalias", "virtualdocumentrootip"):
        if node.words[:1] != ["none"]:
            raise UnknownError(f'"{node.name} {node.args}" names the file by the request', node)
    if walk.uri.startswith("/~") and len(walk.uri) > 2:
        for node, _ in lines(defaults, "userdir"):
            if node.words[:1] != ["disabled"]:
                raise UnknownError(f'"{node.name} {node.args}" names the file by the user', node)
