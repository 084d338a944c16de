"""The rules of mod_rewrite, each with its conditions, and where they are in force."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import TYPE_CHECKING

from hpatch.conf.regexes import group
from hpatch.conf.wildcards import is_wildcard
from hpatch.lint.rules._shared.access import below
from hpatch.lint.rules._shared.effective import server_of
from hpatch.proxy.rewrite import RewriteCond, RewriteRule, parse, parse_condition
from hpatch.records import NamedTuple

if TYPE_CHECKING:
    from hpatch.conf.tree import Node
    from hpatch.lint.context import Context

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


def every_rewrite(context: Context) -> tuple[Rewrite, ...]:
    """Every RewriteRule that httpd can read, in the order of lines."""
    return _rewrites(context) if "rewriterule" in context.configuration.by_key else ()


def rewrites(context: Context) -> tuple[Rewrite, ...]:
    """Every RewriteRule that httpd can read, without those that `RewriteEngine Off` surely switches off."""
    return _running(context) if "rewriterule" in context.configuration.by_key else ()


@lru_cache(maxsize=1)
def _running(context: Context) -> tuple[Rewrite, ...]:
    every = _rewrites(context)
    if all(map(switched_on, context.configuration.by_key.get("rewriteengine", ()))):
        return every
    found: dict[int, bool] = {}
    for one in every:
        if id(one.section) not in found:
            switches = list(switches_of(context, one))
            found[id(one.section)] = not switches or any(map(switched_on, switches))
    return tuple(one for one in every if found[id(one.section)])


def switched_on(switch: Node) -> bool:
    """Whether a RewriteEngine line switches mod_rewrite on, or may: it is in an undecided conditional."""
    return "".join(switch.words[:1]).lower() != "off" or bool(switch.conditions)


@lru_cache(maxsize=1)
def _switches(context: Context) -> dict[Node | None, list[Node]]:
    """The RewriteEngine lines by the section that they stand in."""
    found: dict[Node | None, list[Node]] = {}
    for line in context.configuration.by_key.get("rewriteengine", ()):
        found.setdefault(line.parent, []).append(line)
    return found


def switches_of(context: Context, one: Rewrite) -> Iterator[Node]:
    """The RewriteEngine lines that may hold for a rule: that of its section, or else those around and above it."""
    host = server_of(one.node)
    own = _switches(context).get(one.section, [])
    if own:
        yield from own if any(line.conditions for line in own) else own[-1:]
        return
    around = {id(section) for section in one.node.ancestors()}
    for line in context.lines_of(host, "rewriteengine"):
        section = line.parent
        if section is None or id(section) in around:
            yield line
        elif one.in_server or section.key == "<virtualhost" or server_of(line) not in (None, host):
            continue
        elif not _beside(section, one.section):
            # A section for a folder above, or for the same folder once more.
            yield line


def _beside(section: Node, other: Node | None) -> bool:
    """Whether two sections are for two folders of which the first does not hold the second."""
    if other is None or not section.key == other.key == "<directory":
        return False
    if len(section.words) != 1 or len(other.words) != 1 or any(map(is_wildcard, (section.words[0], other.words[0]))):
        return False
    return not below(other.words[0].rstrip("/"), section.words[0].rstrip("/") or "/")


def captured(one: Rewrite) -> tuple[Node, RewriteCond] | None:
    """The condition that `%1` comes from: the last one with a pattern that has to match."""
    for node, condition in reversed(one.conditions):
        if _captures(condition) and condition.test.lower() != "expr":
            return node, condition
    return None


def sources(one: Rewrite) -> Iterator[RewriteCond]:
    """The conditions that `%1` may come from: the last one that has to match, and those joined to it by OR."""
    groups: list[list[RewriteCond]] = [[]]
    for _, condition in one.conditions:
        groups[-1].append(condition)
        if not {"or", "ornext"}.intersection(condition.flags):
            groups.append([])
    for joined in filter(None, reversed(groups)):
        capturing = [condition for condition in joined if _captures(condition)]
        yield from capturing
        if len(capturing) == len(joined):
            return


def holds(condition: RewriteCond, number: int) -> bool:
    """Whether a condition has a group of this number, or may have: an expression's is not known."""
    return condition.test.lower() == "expr" or group(condition.pattern, number) is not None


def _captures(condition: RewriteCond) -> bool:
    """Whether a condition leaves captures when it holds: it is a pattern that has to match."""
    return re.match(r"!|[=<>]|-(?:[A-Za-z]+$|eq|ge|gt|le|lt|ne)", condition.pattern) is None


@lru_cache(maxsize=1)
def _rewrites(context: Context) -> tuple[Rewrite, ...]:
    keys = context.configuration.by_key
    above: dict[int, tuple[tuple[Node, RewriteCond], ...]] = {}
    if "rewritecond" in keys:
        parents = {id(node.parent): node.parent for node in keys["rewritecond"]}
        for parent in parents.values():
            siblings = context.configuration.nodes if parent is None else parent.children or []
            above.update(_conditions(siblings))
    found = []
    for node in keys["rewriterule"]:
        rule = parse(node.args)
        if rule is not None:
            found.append(Rewrite(node, rule, above.get(id(node), ())))
    return tuple(found)


def _conditions(siblings: list[Node]) -> Iterator[tuple[int, tuple[tuple[Node, RewriteCond], ...]]]:
    """The conditions of each rule among the lines of a section, by the rule's identity."""
    waiting: list[tuple[Node, RewriteCond]] = []
    for node in siblings:
        if node.key == "rewritecond":
            condition = parse_condition(node.args)
            if condition is not None:
                waiting.append((node, condition))
        elif node.key == "rewriterule":
            yield id(node), tuple(waiting)
            waiting = []


def harmless(pattern: str, number: int) -> bool:
    """Whether a capture (`$1`) surely holds no blank, `%`, `&`, `?` or other sign that a URL has to escape."""
    text = group(pattern, number)
    return text is not None and re.fullmatch(_SAFE, text) is not None
