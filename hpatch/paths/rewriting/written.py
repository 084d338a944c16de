"""RewriteRule and RewriteCond as they are written: patterns, substitutions, flags."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from hpatch.conf.words import SPACE, rewrite_argument
from hpatch.proxy.rewrite import parse_condition
from hpatch.text import whole_number

if TYPE_CHECKING:
    from hpatch.conf.tree import Node

_LONG = {
    "backrefescaping": "b", "backrefernoplus": "bnp", "chain": "c", "cookie": "co", "discardpath": "dpi", "env": "e",
    "end": "end", "forbidden": "f", "gone": "g", "handler": "h", "last": "l", "next": "n", "nocase": "nc",
    "noescape": "ne", "nosubreq": "ns", "proxy": "p", "passthrough": "pt", "qsappend": "qsa", "qsdiscard": "qsd",
    "qslast": "qsl", "redirect": "r", "skip": "s", "type": "t",
}  # fmt: skip
_STATUS = {"permanent": 301, "temp": 302, "seeother": 303, "": 302}


@dataclass(frozen=True, eq=False)
class RewriteCondition:
    """A RewriteCond: `test` is what it looks at, `pattern` without its `!`."""

    node: Node
    test: str
    pattern: str
    negated: bool
    flags: frozenset[str]

    @property
    def joins(self) -> bool:
        """Whether it is one alternative, and the next condition another."""
        return not self.flags.isdisjoint(("or", "ornext"))


@dataclass(frozen=True, eq=False)
class WrittenRule:
    """A RewriteRule with the conditions before it. `flags` are the short names, in lower case, with their values."""

    node: Node
    pattern: str
    negated: bool
    substitution: str
    flags: dict[str, str]
    conditions: tuple[RewriteCondition, ...] = ()

    def has(self, *names: str) -> bool:
        """Whether it has one of these flags."""
        return any(name in self.flags for name in names)

    @property
    def status(self) -> int | None:
        """The status that it answers with, no redirection; None if it does not."""
        if self.has("f"):
            return 403
        if self.has("g"):
            return 410
        if self.has("r"):
            status = self.redirect
            return None if 300 <= status < 400 else status
        return None

    @property
    def redirect(self) -> int:
        """The status of its redirection."""
        value = self.flags.get("r", "").lower()
        return _STATUS[value] if value in _STATUS else whole_number(value) if value.isdigit() else 302


def flags(text: str) -> dict[str, str]:
    """The flags of a rule or condition (`[R=301,L]`): their short names, in lower case, and their values."""
    if not (text.startswith("[") and text.endswith("]")):
        return {}
    found: dict[str, str] = {}
    for part in text[1:-1].split(","):
        name, _, value = part.strip(SPACE).partition("=")
        key = name.lower()
        found[_LONG.get(key, key)] = value
    return found


def rule(node: Node, conditions: tuple[RewriteCondition, ...] = ()) -> WrittenRule | None:
    """Read a RewriteRule; None if it has too few arguments."""
    pattern, at = rewrite_argument(node.args, 0)
    if at > len(node.args):
        return None
    substitution, at = rewrite_argument(node.args, at)
    given, _ = rewrite_argument(node.args, at)
    return WrittenRule(
        node=node,
        pattern=pattern.removeprefix("!"),
        negated=pattern.startswith("!"),
        substitution=substitution,
        flags=flags(given),
        conditions=conditions,
    )


def condition(node: Node) -> RewriteCondition | None:
    """Read a RewriteCond; None if it has too few arguments."""
    read = parse_condition(node.args)
    if read is None:
        return None
    return RewriteCondition(
        node=node,
        test=read.test,
        pattern=read.pattern.removeprefix("!"),
        negated=read.pattern.startswith("!"),
        flags=frozenset(read.flags),
    )


def listed(lines: tuple[Node, ...] | list[Node]) -> list[WrittenRule]:
    """The rules among the lines of one context, each with its conditions."""
    found: list[WrittenRule] = []
    waiting: list[RewriteCondition] = []
    for node in lines:
        if node.key == "rewritecond":
            read = condition(node)
            if read is not None:
                waiting.append(read)
        elif node.key == "rewriterule":
            one = rule(node, tuple(waiting))
            waiting = []
            if one is not None:
                found.append(one)
    return found
