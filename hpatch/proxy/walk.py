"""Read the proxy lines of a configuration, with their enclosing sections, in the order in which httpd runs them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Literal

from hpatch.conf import words as conf_words
from hpatch.conf.tree import Node
from hpatch.proxy import rewrite
from hpatch.proxy.model import Server
from hpatch.records import NamedTuple

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


Words = Sequence[tuple[int, str]]
"""Words with their numbers."""


class ProxyLine:
    """A proxy line: its target's text, if it has one, and the words after it."""

    __slots__ = ("action", "extras", "matching", "node", "path", "scope", "target")

    def __init__(
        self,
        action: Action,
        node: Node,
        scope: Scope,
        *,
        path: str = "",
        target: ProxyWord | None = None,
        extras: Words = (),
        matching: bool = False,
    ) -> None:
        self.action = action
        self.node = node
        self.scope = scope
        self.path = path
        self.target = target
        self.extras = extras
        self.matching = matching


Reader = Callable[[Node, Scope], ProxyLine | None]


class Walk:
    """Every proxy line of a configuration with its scope; `servers` are those that it has come to."""

    def __init__(self, main: Server) -> None:
        self.servers = [main]

    def lines(self, nodes: list[Node]) -> Iterator[ProxyLine]:
        """The lines of nodes and of everything in them, without recursion: nesting may be as deep as a file says."""
        readers = dict(_READERS)
        stack: list[tuple[Iterator[Node], Scope, Node | None]] = [
            (iter(nodes), Scope(self.servers[0], None, None), None)
        ]
        while stack:
            siblings, scope, section = stack[-1]
            for node in siblings:
                if node.children is not None:
                    inner = self._enter(node, scope)
                    stack.append((iter(node.children), inner, node))
                    if node.key in PROXIES:
                        yield ProxyLine("open", node, scope, path=inner.path)
                    break
                try:
                    reader = readers[node.key]
                except KeyError:
                    reader = readers[node.key] = _setting if node.key.startswith(_SETTINGS) else None
                if reader is not None:
                    line = reader(node, scope)
                    if line is not None:
                        yield line
            else:
                stack.pop()
                if section is not None and section.key in PROXIES and len(section.words) > 1:
                    yield _close(section, stack[-1][1])

    def _enter(self, node: Node, scope: Scope) -> Scope:
        key = node.key
        if key == "<virtualhost":
            server = Server(node, self.servers[0])
            self.servers.append(server)
            return Scope(server, None, None)
        if key in LOCATIONS or key in PROXIES:
            return Scope(scope.server, node, scope.forbidden, scope.limited)
        if key in _FORBIDDEN:
            return Scope(scope.server, node, node, scope.limited)
        if key in ("<limit", "<limitexcept"):
            return Scope(scope.server, scope.section, scope.forbidden, True)
        return scope


def _close(node: Node, scope: Scope) -> ProxyLine:
    """The arguments of `<Proxy url key=value>`."""
    words = node.words
    first = words[0][6:] if words[0][:6].lower() == "proxy:" else words[0]
    return ProxyLine(
        "close",
        node,
        scope,
        target=ProxyWord(first, 0),
        extras=list(enumerate(words))[1:],
        matching=node.key == "<proxymatch",
    )


def _proxy_pass(node: Node, scope: Scope) -> ProxyLine:
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
        return ProxyLine("pass", node, scope, matching=matching)
    extras = list(enumerate(words[at + 1 :], at + 1)) if len(words) > at + 1 else ()
    return ProxyLine("pass", node, scope, path=path, target=ProxyWord(words[at], at), extras=extras, matching=matching)


def _member(node: Node, scope: Scope) -> ProxyLine:
    """BalancerMember."""
    words = list(enumerate(node.words))
    plain = [word for word in words if "=" not in word[1]]
    path = scope.path if scope.section is not None else plain.pop(0)[1] if plain else ""
    target = ProxyWord(plain[0][1], plain[0][0]) if plain else None
    extras = [word for word in words if "=" in word[1] or word in plain[1:]]
    return ProxyLine("member", node, scope, path=conf_words.lower(path), target=target, extras=extras)


def _proxy_set(node: Node, scope: Scope) -> ProxyLine:
    """ProxySet."""
    words = list(enumerate(node.words))
    parent = node.parent
    if parent is not None and parent.key in PROXIES:
        first = parent.words[0] if parent.words else ""
        return ProxyLine(
            "set",
            node,
            scope,
            target=ProxyWord(first, -1),
            extras=words,
            matching=parent.key == "<proxymatch",
        )
    first = words[0][1] if words else ""
    return ProxyLine("set", node, scope, target=ProxyWord(first, 0), extras=words[1:])


def _handler(node: Node, scope: Scope) -> ProxyLine | None:
    """SetHandler, and AddHandler, which folds all to lower case."""
    text = "".join(node.words[:1])
    if node.key == "addhandler":
        text = conf_words.lower(text)
    if not text.startswith("proxy:"):
        return None
    location = scope.section is not None and scope.section.key in LOCATIONS
    path = scope.path if location else ""
    return ProxyLine("handler", node, scope, path=path, target=ProxyWord(text[6:], 0))


def _rewrite(node: Node, scope: Scope) -> ProxyLine | None:
    """RewriteRule with [P] and a target that is a URL."""
    if "p" not in node.args.rpartition("[")[2].lower():
        return None
    rule = rewrite.parse(node.args)
    if rule is None or not rule.proxied:
        return None
    text = rule.substitution
    if "://" not in text and text[:5].lower() != "unix:" and text[:1] not in ("$", "%"):
        return None
    return ProxyLine("rewrite", node, scope, path=rule.pattern, target=ProxyWord(text, 1))


def _reverse(node: Node, scope: Scope) -> ProxyLine:
    """ProxyPassReverse and its siblings for cookies."""
    return ProxyLine("reverse", node, scope)


def _server_name(node: Node, scope: Scope) -> None:
    """ServerName."""
    scope.server.named = node


def _setting(node: Node, scope: Scope) -> ProxyLine | None:
    """Any other Proxy… or Balancer… directive, at the server's level."""
    return ProxyLine("setting", node, scope) if scope.section is None else None


_READERS: dict[str, Reader | None] = {
    "proxypass": _proxy_pass,
    "proxypassmatch": _proxy_pass,
    "balancermember": _member,
    "proxyset": _proxy_set,
    "sethandler": _handler,
    "addhandler": _handler,
    "rewriterule": _rewrite,
    "servername": _server_name,
    **dict.fromkeys(_REVERSES, _reverse),
}
