"""Rules on their way over a request (mod_rewrite.c: `apply_rewrite_list`, `apply_rewrite_rule`, `do_expand`)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Protocol

from hpatch.paths.model import Reply, UnknownError
from hpatch.paths.patterns import regex
from hpatch.paths.rewriting.comparing import by_number, ordered
from hpatch.text import whole_number

if TYPE_CHECKING:
    from hpatch.conf.tree import Node
    from hpatch.paths.rewriting.which import RuleList
    from hpatch.paths.rewriting.written import RewriteCondition, WrittenRule

_SCHEME = r"(?:ajp|balancer|fcgi|ftp|gopher|http|https|h2|h2c|ldap|mailto|news|nntp|scgi|unix|ws|wss):"
_ROUNDS = 10_000


class Asking(Protocol):
    """What a rule can ask of a request. Every method gives None for what is not known."""

    def variable(self, name: str, filename: str) -> str | None:
        """The value of `%{NAME}`."""

    def is_file(self, kind: str, path: str) -> bool | None:
        """Whether a file test (`-f`) holds."""

    def holds(self, expression: str) -> bool | None:
        """Whether an expression holds."""

    def itself(self) -> str:
        """The scheme, name and port by which httpd names itself: `http://www.example.com:8080`."""

    @property
    def sub(self) -> bool:
        """Whether it is a sub-request."""


def absolute(text: str) -> bool:
    """Whether it is a URL with a scheme that mod_rewrite knows."""
    return re.match(_SCHEME, text, re.IGNORECASE) is not None


class Engine:
    """Rules on their way over a request."""

    def __init__(self, rules: RuleList, filename: str, query: str | None, facts: Asking, rest: str = "") -> None:
        self.rules = rules
        self.filename = filename
        self.query = query
        self.facts = facts
        self.rest = rest
        self.changed: WrittenRule | None = None
        self.passed = False
        self.status = 302
        self.redirects = False
        self.answer: Reply | None = None
        self.handler: tuple[str, Node] | None = None
        self.steps: list[tuple[Node, str]] = []
        self.sets: list[tuple[str, Node]] = []
        self.ended = False
        self.matched: re.Match[str] | None = None
        self.compared: re.Match[str] | None = None

    def run(self) -> None:
        """`apply_rewrite_list`."""
        every = self.rules.rules
        at, rounds = 0, 0
        while at < len(every):
            one = every[at]
            at += 1
            if self.facts.sub and one.has("ns", "r"):
                continue
            if not self._apply(one):
                while at <= len(every) and every[at - 1].has("c"):
                    at += 1
                continue
            if self.answer is not None:
                return
            if one.has("pt"):
                self.passed = True
                return
            if one.has("end"):
                self.ended = True
                return
            if one.has("p", "l"):
                return
            if one.has("n"):
                rounds += 1
                limit = whole_number(one.flags["n"]) if one.flags["n"].isdigit() else 32000
                if rounds + 1 >= min(limit, _ROUNDS):
                    self.answer = Reply(
                        kind="status", text="the rule's [N] starts too many rounds", status=500, node=one.node
                    )
                    return
                at = 0
                continue
            if one.has("s"):
                at += whole_number(one.flags["s"]) if one.flags["s"].isdigit() else 0

    def _apply(self, one: WrittenRule) -> bool:
        """`apply_rewrite_rule`: whether a rule matched."""
        if not one.node.certain:
            raise UnknownError(f'hpatch does not know whether httpd reads "{one.node.name} {one.node.args}"', one.node)
        proxied = self.filename.startswith("proxy:")
        uri = self.filename
        inside = self.rules.section is not None
        if inside:
            uri += self.rest
            if not proxied and uri.startswith(self.rules.folder):
                uri = uri[len(self.rules.folder) :]
        self.matched = self.compared = None
        match = self._search(one.node, one.pattern, uri, nocase=one.has("nc"))
        if (match is not None) is one.negated:
            return False
        self.matched = match
        if not self._conditions(one):
            return False
        text = f'"{one.node.name} {one.node.args}" matches'
        keeps = one.substitution == "-" or one.status is not None
        new = "" if keeps else self._expand(one.substitution, one)
        if "e" in one.flags:
            self.sets.append((one.flags["e"], one.node))
        if one.has("h") and one.flags["h"]:
            self.handler = (self._expand(one.flags["h"], None), one.node)
        self.steps.append((one.node, text))
        if one.status is not None:
            self.answer = Reply(kind="status", text=text, status=one.status, node=one.node)
            return True
        if keeps:
            return True
        self._substitute(one, new)
        return True

    def _substitute(self, one: WrittenRule, new: str) -> None:
        """What a rule makes of the path."""
        inside = self.rules.section is not None
        self.changed = one
        added = False
        if not self.filename.startswith("proxy:") and not new.startswith("/") and not absolute(new):
            if inside:
                new, added = self.rules.folder + new, True
            elif not one.has("p", "r"):
                new, added = f"/{new}", True
        self.filename = new
        if one.has("dpi") and inside:
            self.rest = ""
        self._query(one)
        if one.has("p", "r"):
            if not absolute(self.filename):
                slash = "" if self.filename.startswith("/") else "/"
                self.filename = f"{self.facts.itself()}{slash}{self.filename}"
            self.filename = f"proxy:{self.filename}" if one.has("p") else self.filename
            self.status = one.redirect
            self.redirects = self.redirects or one.has("r")
            return
        self._reduce()
        if absolute(self.filename):
            self.status = 302
            self.redirects = True
        elif not added and not one.has("unc") and one.substitution[:2] != "//":
            while self.filename.startswith("//"):
                self.filename = self.filename[1:]

    def _reduce(self) -> None:
        """`reduce_uri`: a URL of this very server becomes a path. Only by the name that the client used."""
        itself = self.facts.itself()
        if self.filename.lower().startswith(itself.lower()) and self.filename[len(itself) :][:1] in ("", "/"):
            self.filename = self.filename[len(itself) :] or "/"

    def _query(self, one: WrittenRule) -> None:
        """`splitout_queryargs`."""
        text = one.substitution
        if (text.endswith("?") and not one.has("qsa")) or (one.has("qsd") and "?" not in text):
            self.query = None
            if text.endswith("?"):
                self.filename = self.filename.removesuffix("?")
            return
        if absolute(self.filename) and "://" not in self.filename:
            self.query = None
            return
        if one.has("qsd"):
            self.query = None
        last = one.has("qsl") or (text.endswith("?") and one.has("qsa"))
        at = self.filename.rfind("?") if last else self.filename.find("?")
        if at < 0:
            return
        given = self.filename[at + 1 :]
        self.filename = self.filename[:at]
        if one.has("qsa"):
            if given:
                self.query = f"{given}&{self.query or ''}"
        else:
            self.query = given
        if self.query is not None:
            self.query = None if not self.query else self.query.removesuffix("&")

    def _search(self, node: Node, pattern: str, text: str, *, nocase: bool) -> re.Match[str] | None:
        compiled = regex(pattern, nocase=nocase)
        if compiled is None:
            raise UnknownError(f'hpatch cannot tell whether "{pattern}" matches', node)
        return compiled.search(text)

    def _conditions(self, one: WrittenRule) -> bool:
        """Whether all conditions hold; of those that `OR` joins, one. Raises UnknownError if an unknown one decides."""
        unknown: UnknownError | None = None
        for group in _alternatives(one.conditions):
            doubt: UnknownError | None = None
            for alternative in group:
                try:
                    if self._condition(alternative):
                        break
                except UnknownError as error:
                    doubt = doubt or error
            else:
                if group[-1].joins:
                    # httpd takes a last condition with OR for one that holds.
                    continue
                if doubt is None:
                    return False
                unknown = unknown or doubt
        if unknown is not None:
            raise unknown
        return True

    def _condition(self, each: RewriteCondition) -> bool:
        node = each.node
        if not node.certain:
            raise UnknownError(f'hpatch does not know whether httpd reads "{node.name} {node.args}"', node)
        pattern = each.pattern
        nocase = "nc" in each.flags or "nocase" in each.flags
        if each.test.lower() == "expr":
            found = self.facts.holds(pattern)
            if found is None:
                raise UnknownError(f'hpatch cannot tell whether "{pattern}" holds', node)
            return found is not each.negated
        value = self._expand(each.test, None, node)
        if re.fullmatch(r"-[a-zA-Z]", pattern):
            kind = self.facts.is_file(pattern[1:], value)
            if kind is None:
                raise UnknownError(f'"{node.name} {node.args}" depends on a file', node)
            return kind is not each.negated
        number = re.fullmatch(r"-(eq|ne|ge|gt|le|lt)(.*)", pattern)
        if number is not None:
            return by_number(number[1], value, number[2]) is not each.negated
        if pattern[:1] == "=" or pattern[:1] in ("<", ">"):
            return ordered(pattern, value, nocase) is not each.negated
        match = self._search(node, pattern, value, nocase=nocase)
        if match is not None and not each.negated:
            self.compared = match
        return (match is not None) is not each.negated

    def _expand(self, text: str, one: WrittenRule | None, node: Node | None = None) -> str:
        """`do_expand`: `$1`, `%1`, `%{NAME}`, and a backslash before what is no variable."""
        found: list[str] = []
        at = 0
        node = node or (None if one is None else one.node)
        while at < len(text):
            char, after = text[at], text[at + 1 : at + 2]
            if char == "\\" and after:
                found.append(after)
                at += 2
            elif char in "$%" and after and after in "0123456789":
                found.append(self._capture(char, int(after), one))
                at += 2
            elif char in "$%" and after == "{":
                end = text.find("}", at)
                if char == "$" or end < 0 or "{" in text[at + 2 : end]:
                    raise UnknownError(f'"{text}" depends on what hpatch does not know', node)
                name = text[at + 2 : end]
                value = self.facts.variable(name, self.filename)
                if value is None:
                    option = " (--header)" if name[:4].upper() == "HTTP" else ""
                    raise UnknownError(f'the value of "%{{{name}}}" is not known{option}', node)
                found.append(value)
                at = end + 1
            else:
                found.append(char)
                at += 1
        return "".join(found)

    def _capture(self, sign: str, number: int, one: WrittenRule | None) -> str:
        match = self.matched if sign == "$" else self.compared
        value = "" if match is None or number > match.re.groups else match.group(number) or ""
        if one is not None and one.has("b") and value:
            from urllib.parse import quote

            only = one.flags["b"]
            if only:
                return "".join(f"%{ord(char):02x}" if char in only else char for char in value)
            kept = quote(value, safe="", errors="surrogateescape")
            for plain in "-.~":
                kept = kept.replace(plain, f"%{ord(plain):02x}")
            kept = re.sub("%[0-9A-F]{2}", lambda m: m[0].lower(), kept)
            return kept if one.has("bnp") else kept.replace("%20", "+")
        if "?" in value and one is not None and not one.has("unsafeallow3f") and "?" not in one.substitution:
            self.answer = Reply(kind="status", text="a capture has a question mark", status=403, node=one.node)
        return value


def _alternatives(conditions: tuple[RewriteCondition, ...]) -> list[list[RewriteCondition]]:
    """The conditions, those that `OR` joins together."""
    groups: list[list[RewriteCondition]] = []
    joins = False
    for each in conditions:
        if joins:
            groups[-1].append(each)
        else:
            groups.append([each])
        joins = each.joins
    return groups
