"""access_checker, check_user_id and auth_checker: the access rules."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hpatch.paths import access

if TYPE_CHECKING:
    from hpatch.paths.layers import Layer
    from hpatch.paths.walk import RequestWalk


def check(walk: RequestWalk) -> None:
    """The access rules. In a sub-request with the same sections they are not asked again."""
    if walk.sub and walk.outer is not None and _nodes(walk.layers) == _nodes(walk.outer.layers):
        walk.access = walk.outer.access
        return
    walk.access = access.access(walk.layers, walk.request, walk.facts.holds)
    access.require_unknown(walk.access)
    if walk.access.status is not None:
        walk.step("access", "mod_authz_core", "denies", walk.access.text, walk.access.node)
        walk.status(walk.access.status, walk.access.text, walk.access.node)
    walk.step("access", "mod_authz_core", "allows", walk.access.text, walk.access.node)


def _nodes(layers: list[Layer]) -> list[int]:
    return [id(layer.node) for layer in layers]
