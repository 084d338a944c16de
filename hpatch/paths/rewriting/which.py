"""Which rewrite rules run for a request.

The engine is on if the last RewriteEngine that holds for the request says so: that of the main server counts in a
virtual host, and so does that of a `<Location>`. The rules of the main server count in a virtual host only with
RewriteOptions Inherit or InheritDown. In sections, the rules of the last section that has any directive of mod_rewrite
count alone. httpd: `hook_uri2file`, `hook_fixup`, `config_server_merge`, `config_perdir_merge`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from hpatch.paths.layers import IFS, LOCATIONS, PROXIES, argument, last
from hpatch.paths.model import UnknownError
from hpatch.paths.rewriting.written import listed

if TYPE_CHECKING:
    from hpatch.conf.tree import Node
    from hpatch.paths.layers import Layer, ServerPart
    from hpatch.paths.rewriting.written import WrittenRule

KEYS = ("rewriteengine", "rewriteoptions", "rewritebase", "rewritecond", "rewriterule", "rewritemap")


@dataclass(frozen=True, eq=False)
class RuleList:
    """Rules that run for a request. `section` is the one that they stand in, None for those of a server; `base` is its
    RewriteBase, `bare` whether they run for its folder without a slash at the end (AllowNoSlash)."""

    rules: tuple[WrittenRule, ...]
    section: Node | None = None
    base: str | None = None
    bare: bool = False

    @property
    def section_is_location(self) -> bool:
        """Whether they stand in a `<Location>` or `<Proxy>`."""
        return self.section is not None and self.section.key in (*LOCATIONS, *PROXIES)

    @property
    def folder(self) -> str:
        """The section's path, name or pattern, with a slash at its end (`dconf->directory`).

        Without a slash at its beginning, none of a request's paths begins with it.
        """
        assert self.section is not None
        text = "*If" if self.section.key in IFS else argument(self.section)[0]
        return text if text.endswith("/") else f"{text}/"


def _options(lines: tuple[Node, ...] | list[Node]) -> set[str] | None:
    """The words of RewriteOptions in one context, in lower case; None without one."""
    nodes = [node for node in lines if node.key == "rewriteoptions"]
    return {word.lower() for node in nodes for word in node.words} if nodes else None


def _joined(base: list[WrittenRule], own: list[WrittenRule], above: set[str], options: set[str]) -> list[WrittenRule]:
    ignores = "ignoreinherit" in options
    if "inherit" in options or ("inheritdown" in above and not ignores):
        return [*own, *base]
    if "inheritbefore" in options or ("inheritdownbefore" in above and not ignores):
        return [*base, *own]
    return own


def on(layers: list[Layer]) -> bool:
    """Whether the engine is on for a request. Raises UnknownError."""
    node = last(layers, "rewriteengine")
    return node is not None and [word.lower() for word in node.words[:1]] == ["on"]


def of_server(parts: list[ServerPart]) -> RuleList:
    """The rules that run for a server's requests if the engine is on: those of `parts`, the main server first."""
    main = listed(parts[0].lines)
    if len(parts) == 1:
        return RuleList(tuple(main))
    host = parts[1]
    if not any(node.key in KEYS for node in host.node.walk()) if host.node is not None else True:
        return RuleList(())
    above = _options(parts[0].lines) or set()
    own = _options(host.lines)
    return RuleList(tuple(_joined(main, listed(host.lines), above, above if own is None else own)))


@dataclass(frozen=True, eq=False)
class _MergedRules:
    """What a section, or several, say to mod_rewrite. `options` is None without RewriteOptions."""

    section: Node | None
    rules: list[WrittenRule]
    options: set[str] | None
    base: str | None

    def then(self, new: _MergedRules) -> _MergedRules:
        """`config_perdir_merge`: with a later section's."""
        options = self.options if new.options is None else new.options
        words = options or set()
        base = new.base or self.base if "mergebase" in words else new.base
        rules = _joined(self.rules, new.rules, self.options or set(), words)
        return _MergedRules(new.section, rules, options, base)


def _merged(layer: Layer) -> _MergedRules:
    """What one section says."""
    if layer.node is None or layer.node.key == "<virtualhost":
        return _MergedRules(None, [], _options(layer.lines), None)
    bases = [node.words[0] for node in layer.lines if node.key == "rewritebase" and node.words]
    return _MergedRules(layer.node, listed(layer.lines), _options(layer.lines), bases[-1] if bases else None)


def of_sections(layers: list[Layer]) -> RuleList | None:
    """The rules that run in the fixups; None if no section has any directive of mod_rewrite, or the engine is off.

    Raises UnknownError if hpatch does not know whether a section with rules holds.
    """
    kinds: dict[int, _MergedRules] = {}
    for layer in layers:
        if not any(node.key in KEYS for node in layer.lines):
            continue
        if layer.holds is not True:
            raise UnknownError(f'hpatch does not know whether "{layer.title}" holds', layer.node)
        own = _merged(layer)
        kinds[layer.kind] = kinds[layer.kind].then(own) if layer.kind in kinds else own
    found: _MergedRules | None = None
    for kind in sorted(kinds):
        found = kinds[kind] if found is None else found.then(kinds[kind])
    if found is None or found.section is None or not on(layers):
        return None
    return RuleList(
        rules=tuple(found.rules),
        section=found.section,
        base=found.base,
        bare="allownoslash" in (found.options or ()),
    )
