"""RewriteEngine, RewriteOptions, RewriteCond and RewriteRule as mod_rewrite runs them.

The engine is on if the last RewriteEngine that holds for the request says so: that of the main server counts in a
virtual host, and so does that of a `<Location>`. The rules of the main server count in a virtual host only with
RewriteOptions Inherit or InheritDown. In sections, the rules of the last section that has any directive of mod_rewrite
count alone. httpd: `hook_uri2file`, `hook_fixup`, `apply_rewrite_list`, `config_server_merge`, `config_perdir_merge`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Protocol

from hpatch.conf.words import SPACE, rewrite_argument
from hpatch.paths import uri as uris
from hpatch.paths.model import Reply, UnknownError
from hpatch.paths.patterns import regex
from hpatch.paths.sections import FILES, IFS, LOCATIONS, PROXIES, argument
from hpatch.proxy.rewrite import parse_condition

if TYPE_CHECKING:
    from hpatch.conf.tree import Node
    from hpatch.paths.sections import Layer, ServerPart

KEYS = ("rewriteengine", "rewriteoptions", "rewritebase", "rewritecond", "rewriterule", "rewritemap")
_LONG = {
    "backrefescaping": "b", "backrefernoplus": "bnp", "chain": "c", "cookie": "co", "discardpath": "dpi", "env": "e",
    "end": "end", "forbidden": "f", "gone": "g", "handler": "h", "last": "l", "next": "n", "nocase": "nc",
    "noescape": "ne", "nosubreq": "ns", "proxy": "p", "passthrough": "pt", "qsappend": "qsa", "qsdiscard": "qsd",
    "qslast": "qsl", "redirect": "r", "skip": "s", "type": "t",
}  # fmt: skip
_STATUS = {"permanent": 301, "temp": 302, "seeother": 303, "": 302}
_SCHEME = r"(?:ajp|balancer|fcgi|ftp|gopher|http|https|h2|h2c|ldap|mailto|news|nntp|scgi|unix|uwsgi|ws|wss):"
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
        return _STATUS[value] if value in _STATUS else int(value) if value.isdigit() else 302


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


@dataclass
class Rewritten:
    """What rules make of a request. At most one of `answer`, `proxy` (a URL and the rule) and `file` is there; none of
    them: the request goes on with `uri` and `query`. `passed` is whether a rule with PT made the path, `ended` whether
    the END flag ended all rewriting."""

    uri: str
    query: str | None
    answer: Reply | None = None
    proxy: tuple[str, Node] | None = None
    file: tuple[str, Node, str] | None = None
    handler: tuple[str, Node] | None = None
    steps: list[tuple[Node, str]] = field(default_factory=list)
    sets: list[tuple[str, Node]] = field(default_factory=list)
    passed: bool = False
    ended: bool = False


@dataclass(frozen=True, eq=False)
class RuleList:
    """Rules that run for a request. `section` is the one that they stand in, None for those of a server; `base` is its
    RewriteBase."""

    rules: tuple[WrittenRule, ...]
    section: Node | None = None
    base: str | None = None

    @property
    def section_is_location(self) -> bool:
        """Whether they stand in a `<Location>` or `<Proxy>`."""
        return self.section is not None and self.section.key in (*LOCATIONS, *PROXIES)

    @property
    def folder(self) -> str:
        """The section's path, with a slash at its end (`dconf->directory`)."""
        text = argument(self.section)[0]
        return text if text.endswith("/") else f"{text}/"

    def run(self, uri: str, query: str | None, facts: Asking) -> Rewritten:
        """The rules of a server, for a decoded path. Raises UnknownError."""
        done = _Run(self, uri, query, facts)
        done.run()
        result = done.result
        changed = done.changed
        if result.answer is not None or changed is None:
            return replace(result, uri=uri, query=query if changed is None else done.query)
        text = done.filename
        if done.passed:
            result.uri, result.passed = text, True
        elif text.startswith("proxy:"):
            result.proxy = (_escaped(text[6:], changed), changed.node)
        elif _absolute(text):
            result.answer = done.redirection(changed, query)
        else:
            result.file = (text, changed.node, changed.substitution)
        result.query = done.query
        return result

    def run_inside(
        self, uri: str, query: str | None, facts: Asking, filename: str, rest: str, root: str | None
    ) -> Rewritten:
        """The rules of a section. `filename` is the file, `rest` what follows it, or `proxy:` and the backend's URL.

        A `file` in the result is the path of an internal redirect. Raises UnknownError.
        """
        done = _Run(self, filename, query, facts, rest)
        done.run()
        result, changed = done.result, done.changed
        if result.answer is not None or changed is None:
            return replace(result, uri=uri, query=query if changed is None else done.query)
        text = done.filename
        result.uri, result.query = uri, done.query
        if text.startswith("proxy:"):
            result.proxy = (_escaped(text[6:], changed), changed.node)
        elif _absolute(text):
            result.answer = done.redirection(changed, query)
        elif text != filename:
            result.file = (self._as_path(text, root), changed.node, changed.substitution)
        return result

    def _as_path(self, text: str, root: str | None) -> str:
        """A file's path as the path of a URL: without the section's path, or DocumentRoot."""
        if self.base is not None:
            if text.startswith(self.folder):
                return self.base.rstrip("/") + "/" + text[len(self.folder) :]
        elif root is not None and text.startswith(root.rstrip("/") + "/"):
            return text[len(root.rstrip("/")) :]
        return text


def _absolute(text: str) -> bool:
    return re.match(_SCHEME, text, re.IGNORECASE) is not None


def _escaped(url: str, rule: WrittenRule) -> str:
    """The URL with its path encoded, unless the rule has NE."""
    if rule.has("ne"):
        return url
    start = url.find("/", url.find("://") + 3) if "://" in url else -1
    if start < 0:
        return f"{url}/" if "://" in url else url
    return url[:start] + uris.encoded(url[start:])


class _Run:
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
        self.result = Rewritten(uri=filename, query=query)
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
            if self.result.answer is not None:
                return
            if one.has("pt"):
                self.passed = True
                return
            if one.has("end"):
                self.result.ended = True
                return
            if one.has("p", "l"):
                return
            if one.has("n"):
                rounds += 1
                limit = int(one.flags["n"]) if one.flags["n"].isdigit() else 32000
                if rounds + 1 >= min(limit, _ROUNDS):
                    self.result.answer = Reply(
                        kind="status", text="the rule's [N] starts too many rounds", status=500, node=one.node
                    )
                    return
                at = 0
                continue
            if one.has("s"):
                at += int(one.flags["s"]) if one.flags["s"].isdigit() else 0

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
            self.result.sets.append((one.flags["e"], one.node))
        if one.has("h") and one.flags["h"]:
            self.result.handler = (self._expand(one.flags["h"], None), one.node)
        self.result.steps.append((one.node, text))
        if one.status is not None:
            self.result.answer = Reply(kind="status", text=text, status=one.status, node=one.node)
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
        if not self.filename.startswith("proxy:") and not new.startswith("/") and not _absolute(new):
            if inside:
                new, added = self.rules.folder + new, True
            elif not one.has("p", "r"):
                new, added = f"/{new}", True
        self.filename = new
        if one.has("dpi") and inside:
            self.rest = ""
        self._query(one)
        if one.has("p", "r"):
            if not _absolute(self.filename):
                slash = "" if self.filename.startswith("/") else "/"
                self.filename = f"{self.facts.itself()}{slash}{self.filename}"
            self.filename = f"proxy:{self.filename}" if one.has("p") else self.filename
            self.status = one.redirect
            return
        self._reduce()
        if _absolute(self.filename):
            self.status = 302
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
        if _absolute(self.filename) and "://" not in self.filename:
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
            return _compared(number[1], _atoi(value), _atoi(number[2])) is not each.negated
        if pattern[:1] == "=" or pattern[:1] in ("<", ">"):
            return _ordered(pattern, value, nocase) is not each.negated
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
                    raise UnknownError(f'the value of "%{{{name}}}" is not known', node)
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
            self.result.answer = Reply(kind="status", text="a capture has a question mark", status=403, node=one.node)
        return value

    def _based(self, url: str) -> str:
        """A URL whose path begins with the section's: RewriteBase takes its place."""
        base, start = self.rules.base, url.find("/", url.find("://") + 3)
        if base is None or start < 0 or not url[start:].startswith(self.rules.folder):
            return url
        return url[:start] + base.rstrip("/") + "/" + url[start + len(self.rules.folder) :]

    def redirection(self, one: WrittenRule, before: str | None) -> Reply:
        """The redirection to what the rules made."""
        target = _escaped(self._based(self.filename), one)
        if self.query is not None:
            kept = one.has("ne") or self.query == before
            target += "?" + (self.query if kept else uris.encoded(self.query))
        text = f'"{one.node.name} {one.node.args}" matches'
        return Reply(kind="redirect", text=text, target=target, status=self.status, node=one.node)


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


def _atoi(text: str) -> int:
    match = re.match(r"\s*([+-]?[0-9]+)", text)
    return int(match[1][:18]) if match else 0


def _compared(name: str, one: int, other: int) -> bool:
    return {
        "eq": one == other, "ne": one != other, "ge": one >= other, "gt": one > other, "le": one <= other,
        "lt": one < other,
    }[name]  # fmt: skip


def _ordered(pattern: str, value: str, nocase: bool) -> bool:
    """`=text`, `<text`, `>=text` and their like, in the order of bytes."""
    sign = pattern[: 2 if pattern[:2] in ("<=", ">=") else 1]
    text = pattern[len(sign) :]
    if sign == "=" and len(text) > 1 and text == '""':
        text = ""
    if nocase:
        value, text = value.lower(), text.lower()
    if sign == "=":
        return value == text
    one, other = (len(value), value), (len(text), text)
    if nocase:
        return {"<": value < text, ">": value > text, "<=": value <= text, ">=": value >= text}[sign]
    return {"<": one < other, ">": one > other, "<=": one <= other, ">=": one >= other}[sign]


# Which rules run.


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
    from hpatch.paths.sections import last

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


def of_sections(layers: list[Layer]) -> RuleList | None:
    """The rules that run in the fixups; None if no section has any directive of mod_rewrite, or the engine is off.

    Raises UnknownError if hpatch does not know whether a section with rules holds.
    """
    rules: list[WrittenRule] = []
    above: set[str] = set()
    section: Node | None = None
    base: str | None = None
    for layer in layers:
        if layer.node is None or layer.node.key == "<virtualhost":
            above = _options(layer.lines) or above
            continue
        if not any(node.key in KEYS for node in layer.lines):
            continue
        if layer.holds is not True:
            raise UnknownError(f'hpatch does not know whether "{layer.title}" holds', layer.node)
        own = _options(layer.lines)
        rules = _joined(rules, listed(layer.lines), above, above if own is None else own)
        above = above if own is None else own
        section = layer.node
        bases = [node.words[0] for node in layer.lines if node.key == "rewritebase" and node.words]
        base = bases[-1] if bases else base if "mergebase" in above else None
    if section is None or not on(layers):
        return None
    if rules and (section.key in IFS or section.key in FILES or argument(section)[1]):
        raise UnknownError(f'hpatch does not follow the rules in "{section.name} {section.args}"', section)
    return RuleList(tuple(rules), section, base)
