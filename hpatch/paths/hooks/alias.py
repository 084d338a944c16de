"""mod_alias' hooks: redirections, in translate_name and in the fixups, and aliases."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hpatch.paths import mapping
from hpatch.paths.model import Reply, UnknownError

if TYPE_CHECKING:
    from hpatch.conf.tree import Node
    from hpatch.paths.walk import RequestWalk


def redirected(walk: RequestWalk, phase: str) -> bool:
    """mod_alias' redirections: in `translate` those of the server, in `fixups` those of sections."""
    found: list[tuple[mapping.Redirect, bool]] = []
    every = mapping.of(walk.layers, *mapping.REDIRECTS)
    read = [(one, sure) for node, sure in every if (one := mapping.redirect(node)) is not None]
    inside = [(one, sure) for one, sure in read if _in_section(one.node)]
    whole = [(one, sure) for one, sure in inside if one.path is None]
    found += sorted(whole, key=lambda pair: _order(walk, pair[0].node))[-1:]
    if phase == "translate":
        found += [(one, sure) for one, sure in read if not _in_section(one.node)]
    else:
        found += [(one, sure) for one, sure in inside if one.path is not None]
    asked = None
    for one, sure in found:
        target = one.maps(walk.uri)
        if target is None:
            asked = one.node
            continue
        if not sure:
            raise UnknownError(f'hpatch does not know whether "{one.node.name} {one.node.args}" counts', one.node)
        text = f'"{one.node.name} {one.node.args}" takes it'
        walk.step(phase, "mod_alias", "takes", text, one.node)
        if one.target is None or not 300 <= one.status < 400:
            walk.status(one.status, text, one.node)
        if walk.query is not None and "?" not in target:
            target = f"{target}?{walk.query}"
        walk.end(Reply(kind="redirect", text=text, target=target, status=one.status, node=one.node))
    if asked is not None:
        walk.step(phase, "mod_alias", "declines", "the path matches none of its redirections", asked)
    return False


def _order(walk: RequestWalk, node: Node) -> int:
    """Where a line's section stands in the order of merging."""
    for index, layer in enumerate(walk.layers):
        if node in layer.lines:
            return index
    return -1


def aliased(walk: RequestWalk) -> bool:
    """mod_alias' aliases."""
    asked = None
    every = [(mapping.alias(node), sure) for node, sure in mapping.of(walk.layers, *mapping.ALIASES)]
    inside = [(one, sure) for one, sure in every if one is not None and one.path is None]
    whole = sorted(inside, key=lambda pair: _order(walk, pair[0].node))[-1:]
    for one, sure in [*whole, *((one, sure) for one, sure in every if one is not None and one.path is not None)]:
        target = one.maps(walk.uri)
        if target is None:
            asked = one.node
            continue
        if not sure:
            raise UnknownError(f'hpatch does not know whether "{one.node.name} {one.node.args}" counts', one.node)
        walk.filename = walk.path(target)
        walk.alias = None if one.path is None or one.pattern else (one.path, walk.path(one.target))
        walk.script = one.node if one.script else None
        text = f'"{one.node.name} {one.node.args}" takes it: "{walk.filename}"'
        walk.step("translate", "mod_alias", "takes", text, one.node)
        return True
    if asked is not None:
        walk.step("translate", "mod_alias", "declines", "the path matches none of its aliases", asked)
    return False


def _in_section(node: Node) -> bool:
    return node.parent is not None and node.parent.key != "<virtualhost"
