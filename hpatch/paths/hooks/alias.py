"""mod_alias' hooks: redirections, in translate_name and in the fixups, and aliases."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from hpatch.paths import mapping
from hpatch.paths.model import Reply, UnknownError

if TYPE_CHECKING:
    from hpatch.conf.tree import Node
    from hpatch.paths.walk import RequestWalk


_LineT = TypeVar("_LineT", mapping.Alias, mapping.Redirect)


def redirected(walk: RequestWalk, phase: str) -> bool:
    """mod_alias' redirections: in `translate` those of the server, in `fixups` those of sections."""
    every = mapping.of(walk.layers, *mapping.REDIRECTS)
    read = [(one, sure) for node, sure in every if (one := mapping.redirect(node)) is not None]
    inside = [(one, sure) for one, sure in read if _in_section(one.node)]
    found = _for_all_paths(walk, inside)
    if phase == "translate":
        found += [(one, sure) for one, sure in read if not _in_section(one.node)]
    else:
        found += [(one, sure) for one, sure in inside if one.path is not None]
    taker = _taker(walk, phase, found, "redirections")
    if taker is not None:
        one, target = taker
        text = f'"{one.node.name} {one.node.args}" takes it'
        walk.step(phase, "mod_alias", "takes", text, one.node)
        if one.target is None or not 300 <= one.status < 400:
            walk.status(one.status, text, one.node)
        if walk.query is not None and "?" not in target:
            target = f"{target}?{walk.query}"
        walk.end(Reply(kind="redirect", text=text, target=target, status=one.status, node=one.node))
    return False


def aliased(walk: RequestWalk) -> bool:
    """mod_alias' aliases."""
    every = mapping.of(walk.layers, *mapping.ALIASES)
    read = [(one, sure) for node, sure in every if (one := mapping.alias(node)) is not None]
    found = [*_for_all_paths(walk, read), *((one, sure) for one, sure in read if one.path is not None)]
    taker = _taker(walk, "translate", found, "aliases")
    if taker is None:
        return False
    one, target = taker
    walk.filename = walk.path(target)
    walk.alias = None if one.path is None or one.pattern else (one.path, walk.path(one.target))
    walk.script = one.node if one.script else None
    text = f'"{one.node.name} {one.node.args}" takes it: "{walk.filename}"'
    walk.step("translate", "mod_alias", "takes", text, one.node)
    return True


def _for_all_paths(walk: RequestWalk, lines: list[tuple[_LineT, bool]]) -> list[tuple[_LineT, bool]]:
    """The line without a path of its own that counts: that of the section that httpd merges last."""
    whole = [(one, sure) for one, sure in lines if one.path is None]
    return sorted(whole, key=lambda pair: _order(walk, pair[0].node))[-1:]


def _order(walk: RequestWalk, node: Node) -> int:
    """Where a line's section stands in the order of merging."""
    for index, layer in enumerate(walk.layers):
        if node in layer.lines:
            return index
    return -1


def _taker(walk: RequestWalk, phase: str, lines: list[tuple[_LineT, bool]], what: str) -> tuple[_LineT, str] | None:
    """The first line that takes the path, and where it leads. If there are lines and none does, a step says so."""
    asked = None
    for one, sure in lines:
        target = one.maps(walk.uri)
        if target is None:
            asked = one.node
        elif not sure:
            raise UnknownError(f'hpatch does not know whether "{one.node.name} {one.node.args}" counts', one.node)
        else:
            return one, target
    if asked is not None:
        walk.step(phase, "mod_alias", "declines", f"the path matches none of its {what}", asked)
    return None


def _in_section(node: Node) -> bool:
    return node.parent is not None and node.parent.key != "<virtualhost"
