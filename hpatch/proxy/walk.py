"""Collect the proxy lines of a configuration, with their enclosing sections, in the order in which httpd runs them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Literal, NamedTuple

from hpatch.conf import words as conf_words
from hpatch.conf.tree import Node
from hpatch.proxy import rewrite
from hpatch.proxy.model import Server

LOCATIONS = ("<location", "<locationmatch")
PROXIES = ("<proxy", "<proxymatch")
_FORBIDDEN = ("<directory", "<directorymatch", "<files", "<filesmatch", "<if", "<elseif", "<else")
_REVERSES = ("proxypassreverse", "proxypassreversecookiedomain", "proxypassreversecookiepath")
_SETTINGS = ("proxy", "balancer", "sslproxy", "noproxy", "allowconnect")

Action = Literal["pass", "member", "set", "open", "close", "handler", "rewrite", "reverse", "setting"]


class Scope:
    """The context of a directive: its server, its section, and whether mod_proxy allows mappings there."""

    __slots__ = ("forbidden", "limited", "section", "server")

    def __init__(self, server: Server, section: Node | None, forbidden: Node | None, limited: bool = False) -> None:
        self.server = server
        self.section = section
        self.forbidden = forbidden
        self.limited = limited

    @property
    def path(self) -> str:
        """httpd's `cmd->path`; "" in no section."""
        if self.section is None:
            return ""
        words = self.section.words
        path = words[0] if words else ""
        if path == "~" and len(words) > 1:
            path = words[1]
        return path[6:] if self.section.key in PROXIES and path[:6].lower() == "proxy:" else path


class ProxyWord(NamedTuple):
    """A word of a line, and its index among the line's words."""

    text: str
    nth: int


Words = list[tuple[int, str]]
"""Words with their numbers."""


class ProxyLine(NamedTuple):
    """A proxy line: its target's text, if it has one, and the words after it."""

    action: Action
    node: Node
    scope: Scope
    path: str
    target: ProxyWord | None
    extras: Words
    matching: bool = False


class Walk:
    """The first step: every proxy line with its scope, and all texts that are to be parsed."""

    def __init__(self, main: Server) -> None:
        self.main = main
        self.servers = [main]
        self.lines: list[ProxyLine] = []
        self.targets: list[str] = []
        self.extras: set[str] = set()
        self._kinds: dict[str, Callable[[Walk, Node, Scope], None] | None] = dict(_KINDS)

    def run(self, nodes: list[Node]) -> None:
        """Walk nodes and everything in them, without recursion: nesting may be as deep as a file says."""
        kinds = self._kinds
        stack: list[tuple[Iterator[Node], Scope, Node | None]] = [(iter(nodes), Scope(self.main, None, None), None)]
        while stack:
            siblings, scope, section = stack[-1]
            for node in siblings:
                key = node.key
                if node.children is not None:
                    stack.append((iter(node.children), self._enter(node, scope), node))
                    break
                try:
                    kind = kinds[key]
                except KeyError:
                    kind = kinds[key] = Walk.setting if key.startswith(_SETTINGS) else None
                if kind is not None:
                    kind(self, node, scope)
            else:
                stack.pop()
                if section is not None and section.key in PROXIES:
                    self._close_proxy(section, stack[-1][1])

    def _enter(self, node: Node, scope: Scope) -> Scope:
        key = node.key
        if key == "<virtualhost":
            server = Server(node, self.main)
            self.servers.append(server)
            return Scope(server, None, None)
        if key in LOCATIONS:
            return Scope(scope.server, node, scope.forbidden, scope.limited)
        if key in _FORBIDDEN:
            return Scope(scope.server, node, node, scope.limited)
        if key in PROXIES:
            inner = Scope(scope.server, node, scope.forbidden, scope.limited)
            self.lines.append(ProxyLine(action="open", node=node, scope=scope, path=inner.path, target=None, extras=[]))
            return inner
        if key in ("<limit", "<limitexcept"):
            return Scope(scope.server, scope.section, scope.forbidden, True)
        return scope

    def _add(self, line: ProxyLine) -> None:
        self.lines.append(line)
        if line.target is not None:
            self.targets.append(line.target.text)
        if line.extras:
            self.extras.update([text for _, text in line.extras])

    def _close_proxy(self, node: Node, scope: Scope) -> None:
        words = node.words
        if len(words) > 1:
            first = words[0][6:] if words[0][:6].lower() == "proxy:" else words[0]
            extras = list(enumerate(words))[1:]
            self._add(
                ProxyLine(
                    action="close",
                    node=node,
                    scope=scope,
                    path="",
                    target=ProxyWord(first, 0),
                    extras=extras,
                    matching=node.key == "<proxymatch",
                )
            )

    def proxy_pass(self, node: Node, scope: Scope) -> None:
        """ProxyPass, ProxyPassMatch."""
        words = node.words
        matching = node.key == "proxypassmatch"
        path = None if scope.section is None else scope.path
        at = 0
        while path is None and at < len(words):
            if words[at] != "~":
                path = words[at]
            elif node.key == "proxypassmatch":
                break
            else:
                matching = True
            at += 1
        if path is None or at >= len(words):
            self.lines.append(
                ProxyLine(action="pass", node=node, scope=scope, path="", target=None, extras=[], matching=matching)
            )
            return
        target, extras = words[at], words[at + 1 :]
        self.targets.append(target)
        self.extras.update(extras)
        self.lines.append(
            ProxyLine(
                action="pass",
                node=node,
                scope=scope,
                path=path,
                target=ProxyWord(target, at),
                extras=list(enumerate(extras, at + 1)),
                matching=matching,
            )
        )

    def member(self, node: Node, scope: Scope) -> None:
        """BalancerMember."""
        words = list(enumerate(node.words))
        plain = [word for word in words if "=" not in word[1]]
        path = scope.path if scope.section is not None else plain.pop(0)[1] if plain else ""
        target = ProxyWord(plain[0][1], plain[0][0]) if plain else None
        extras = [word for word in words if "=" in word[1] or word in plain[1:]]
        self._add(
            ProxyLine(
                action="member", node=node, scope=scope, path=conf_words.lower(path), target=target, extras=extras
            )
        )

    def proxy_set(self, node: Node, scope: Scope) -> None:
        """ProxySet."""
        words = list(enumerate(node.words))
        parent = node.parent
        if parent is not None and parent.key in PROXIES:
            first = parent.words[0] if parent.words else ""
            line = ProxyLine(
                action="set",
                node=node,
                scope=scope,
                path="",
                target=ProxyWord(first, -1),
                extras=words,
                matching=parent.key == "<proxymatch",
            )
        else:
            first = words[0][1] if words else ""
            line = ProxyLine(
                action="set", node=node, scope=scope, path="", target=ProxyWord(first, 0), extras=words[1:]
            )
        self._add(line)

    def handler(self, node: Node, scope: Scope) -> None:
        """SetHandler, and AddHandler, which folds all to lower case."""
        text = conf_words.get_word(node.args)[0]
        if node.key == "addhandler":
            text = conf_words.lower(text)
        if text.startswith("proxy:"):
            location = scope.section is not None and scope.section.key in LOCATIONS
            self._add(
                ProxyLine(
                    action="handler",
                    node=node,
                    scope=scope,
                    path=scope.path if location else "",
                    target=ProxyWord(text[6:], 0),
                    extras=[],
                )
            )

    def rewrite(self, node: Node, scope: Scope) -> None:
        """RewriteRule with [P] and a target that is a URL."""
        if "p" not in node.args.rpartition("[")[2].lower():
            return
        rule = rewrite.parse(node.args)
        if rule is None or not rule.proxied:
            return
        text = rule.substitution
        if "://" in text or text[:5].lower() == "unix:" or text[:1] in ("$", "%"):
            self._add(
                ProxyLine(
                    action="rewrite", node=node, scope=scope, path=rule.pattern, target=ProxyWord(text, 1), extras=[]
                )
            )

    def reverse(self, node: Node, scope: Scope) -> None:
        """ProxyPassReverse and its siblings for cookies."""
        self.lines.append(ProxyLine(action="reverse", node=node, scope=scope, path="", target=None, extras=[]))

    def server_name(self, node: Node, scope: Scope) -> None:
        """ServerName."""
        scope.server.named = node

    def setting(self, node: Node, scope: Scope) -> None:
        """Any other Proxy… or Balancer… directive, at the server's level."""
        if scope.section is None:
            self.lines.append(ProxyLine(action="setting", node=node, scope=scope, path="", target=None, extras=[]))


_KINDS: dict[str, Callable[[Walk, Node, Scope], None] | None] = {
    "proxypass": Walk.proxy_pass,
    "proxypassmatch": Walk.proxy_pass,
    "balancermember": Walk.member,
    "proxyset": Walk.proxy_set,
    "sethandler": Walk.handler,
    "addhandler": Walk.handler,
    "rewriterule": Walk.rewrite,
    "servername": Walk.server_name,
    **dict.fromkeys(_REVERSES, Walk.reverse),
}
