"""mod_proxy's hooks that map a path to a backend, and `no-proxy`, which keeps them from it (`proxy_trans`)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hpatch.paths import mapping
from hpatch.paths.layers import LOCATIONS, lines
from hpatch.paths.model import UnknownError

if TYPE_CHECKING:
    from hpatch.conf.tree import Node
    from hpatch.paths.walk import RequestWalk


def variables(walk: RequestWalk) -> None:
    """What SetEnvIf and its kin set before anything is mapped, for `no-proxy`."""
    for node, sure in lines(
        walk.site.sections.defaults(walk.host), "setenvif", "setenvifnocase", "browsermatch", "browsermatchnocase",
        "setenvifexpr",
    ):  # fmt: skip
        sets = [word for word in node.words if word.lower().lstrip("!").partition("=")[0] == "no-proxy"]
        if not sets:
            continue
        holds = walk.facts.set_if(node, walk.raw) if sure else None
        if holds is False:
            continue
        walk.no_proxy = (None if holds is None else not sets[-1].startswith("!"), node)


def proxied(walk: RequestWalk, *, before: bool) -> bool:
    """mod_proxy's hooks: before the path is decoded, those with `mapping=`, after it the others."""
    site = walk.site
    phase = "pre" if before else "translate"
    raw = walk.uri if before else walk.raw
    asked: list[Node] = []
    inside = [
        (one, layer.holds)
        for layer in walk.layers
        if layer.node is not None and layer.node.key in LOCATIONS
        for one in site.located(layer.node)
    ]
    one = None
    if inside:
        one, holds = inside[-1]
        if holds is not True:
            raise UnknownError("hpatch does not know whether the section around this ProxyPass holds", one.node)
    for each in [*([one] if one is not None else []), *site.passes(walk.host)]:
        encoded = any(param.key.lower() == "mapping" for param in each.params)
        if encoded is not before:
            continue
        result = mapping.proxied(each, walk.uri, raw)
        if result is None:
            asked.append(each.node)
            continue
        if walk.no_proxy[0] is None:
            raise UnknownError("no-proxy depends on the request", walk.no_proxy[1])
        if walk.no_proxy[0]:
            walk.step(phase, "mod_proxy", "declines", "no-proxy is set", walk.no_proxy[1])
            return False
        if result.url is None:
            text = f'"{each.node.name} {each.node.args}" leaves the path out of mod_proxy\'s mappings'
            walk.step(phase, "mod_proxy", "declines", text, each.node)
            return False
        text = f'"{each.node.name} {each.node.args}" takes it'
        walk.step(phase, "mod_proxy", "takes", text, each.node)
        kept = walk.own_setting("allowencodedslashes", "off") == "nodecode"
        walk.hand_on(result.url.replace("%252F", "%2F") if kept else result.url, each.node, result.plain)
        return True
    if asked:
        text = (
            f"the path matches none of its {len(asked)} mappings"
            if len(asked) > 1
            else "its mapping is for another path"
        )
        walk.step(phase, "mod_proxy", "declines", text, asked[0])
    return False
