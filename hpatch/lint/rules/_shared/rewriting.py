"""The rules of mod_rewrite, each with its conditions, and where they are in force."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from hpatch.conf.regexes import group
from hpatch.proxy.rewrite import RewriteCond, RewriteRule, parse, parse_condition

if TYPE_CHECKING:
    from hpatch.conf.tree import Node
    from hpatch.lint.context import Context

_KEYS = ("rewriterule", "rewritecond")
_FOLDERS = ("<directory", "<directorymatch")

_SAFE = r"(?:(?:\\[dw.\-/]|\[(?!\^)(?:\\[dw.\-/_]|[\w\-./])+\]|[\w\-/|])(?:[+*?]|\{\d*,?\d*\})?)+"
"""A group that holds only letters, digits and signs that mean nothing in a URL."""


class Rewrite(NamedTuple):
    """A RewriteRule and the conditions above it. `section` is what it stands in: None for the main server."""

    node: Node
    rule: RewriteRule
    conditions: tuple[tuple[Node, RewriteCond], ...]

    @property
    def section(self) -> Node | None:
        """The section that it stands in."""
        return self.node.parent

    @property
    def in_server(self) -> bool:
        """Whether it is asked with the URL's path, before httpd looks for a file."""
        return self.section is None or self.section.key == "<virtualhost"

    @property
    def changes_start(self) -> bool:
        """Whether it may leave a path that does not begin with a slash, for the rules after it."""
        text = self.rule.substitution
        return text != "-" and not text.startswith("/") and "://" not in text[:12]

    @property
    def in_folder(self) -> bool:
        """Whether it is asked with a file's path below the folder of its section."""
        return self.section is not None and self.section.key in _FOLDERS


def rewrites(context: Context) -> Iterator[Rewrite]:
    """Every RewriteRule that httpd can read, in the order of lines."""
    found = context.configuration.by_key
    if "rewriterule" not in found:
        return
    conditions: dict[int, list[Node]] = {}
    for node in found.get("rewritecond", ()):
        conditions.setdefault(id(node.parent), []).append(node)
    for node in found["rewriterule"]:
        rule = parse(node.args)
        if rule is not None:
            yield Rewrite(node, rule, tuple(_above(node, conditions.get(id(node.parent), []), context)))


def _above(node: Node, conditions: list[Node], context: Context) -> Iterator[tuple[Node, RewriteCond]]:
    """The conditions directly above a rule, those of other rules left out."""
    if not conditions:
        return
    siblings = context.configuration.nodes if node.parent is None else node.parent.children or []
    at = _index(siblings, node)
    above: list[Node] = []
    while at > 0 and siblings[at - 1].key != "rewriterule":
        at -= 1
        if siblings[at].key == "rewritecond":
            above.append(siblings[at])
    for condition in reversed(above):
        parsed = parse_condition(condition.args)
        if parsed is not None:
            yield condition, parsed


def _index(siblings: list[Node], node: Node) -> int:
    for index, one in enumerate(siblings):
        if one is node:
            return index
    return 0


def harmless(pattern: str, number: int) -> bool:
    """Whether a capture (`$1`) surely holds no blank, `%`, `&`, `?` or other sign that a URL has to escape."""
    text = group(pattern, number)
    return text is not None and re.fullmatch(_SAFE, text) is not None
