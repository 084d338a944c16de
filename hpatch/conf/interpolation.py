"""Lines of mod_proxy whose `${name}` httpd replaces at each request (`interpolate`), not while it reads them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hpatch.conf.tree import Configuration, Node

_LINES = (
    "proxypass", "proxypassmatch", "proxypassreverse", "proxypassreversecookiedomain", "proxypassreversecookiepath",
)  # fmt: skip
_PARAMETER = re.compile(r"\w+=")


def replaced_later(configuration: Configuration) -> set[tuple[str, int, str]]:
    """What httpd replaces at each request: file, first line and name, as `${name}` on that line.

    Such a line says `interpolate`, and ProxyPassInterpolateEnv is on in its server. Its parameters are not replaced
    (`proxy_trans` and `ap_proxy_interpolate` in mod_proxy.c; tested on httpd 2.4.71).
    """
    switches = configuration.by_key.get("proxypassinterpolateenv", ())
    states = {id(_server(node)): node.args.strip().strip("\"'").lower() == "on" for node in switches}
    if True not in states.values():
        return set()
    general = states.get(id(None), False)
    found: set[tuple[str, int, str]] = set()
    for node in configuration.find(*_LINES):
        if states.get(id(_server(node)), general):
            place = node.place
            found.update((place.file, place.line, name) for name in _names(node))
    return found


def _server(node: Node) -> Node | None:
    return node.inside("<virtualhost")


def _names(node: Node) -> Iterator[str]:
    words = node.words
    if "interpolate" not in (word.lower() for word in words):
        return
    given = {name for word in words if _PARAMETER.match(word) for name in _in(word)}
    for word in words:
        for name in _in(word):
            if name not in given:
                yield name


def _in(word: str) -> list[str]:
    return re.findall(r"\$\{([^}]*)\}", word[: word.rfind("}") + 1])
