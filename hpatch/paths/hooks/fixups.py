"""The fixups, in their order: the handler's name, mod_rewrite, mod_alias, mod_dir."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hpatch.paths import mapping
from hpatch.paths.hooks import alias, folders, rewrite
from hpatch.paths.layers import lines
from hpatch.paths.model import FileKind
from hpatch.paths.rewriting import which

if TYPE_CHECKING:
    from hpatch.conf.tree import Node
    from hpatch.paths.walk import RequestWalk


def fixups(walk: RequestWalk) -> None:
    """The fixups that decide who answers."""
    walk.handler = _handler(walk)
    _set_variables(walk)
    rules = which.of_sections(walk.layers)
    if rules is not None and not walk.ended:
        rewrite.rewritten_inside(walk, rules)
    alias.redirected(walk, "fixups")
    if walk.found is not None:
        folders.folder(walk, walk.found)


def _set_variables(walk: RequestWalk) -> None:
    """mod_env's `no-proxy`, which comes too late for this request, and holds for its sub-requests."""
    for node, sure in lines(walk.layers, "setenv", "unsetenv"):
        if "no-proxy" in (node.words[:1] if node.key == "setenv" else node.words):
            walk.no_proxy = (node.key == "setenv" if sure else None, node)


def _handler(walk: RequestWalk) -> tuple[str, Node] | None:
    """The handler that the configuration names."""
    handler = mapping.handler(walk.layers, walk.facts.text)
    if handler is not None or walk.found is None:
        return handler
    if walk.script is not None:
        return "cgi-script", walk.script
    if walk.found.kind is FileKind.FOLDER:
        return None
    return mapping.added_handler(walk.layers, walk.found.path.rpartition("/")[2])
