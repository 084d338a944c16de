"""Whether a request is let in: Require and its containers, AuthMerging, and Order, Allow, Deny and Satisfy.

httpd: mod_authz_core.c (`apply_authz_sections`, `merge_authz_core_dir_config`), mod_access_compat.c (without a merger:
the last section that has one of its directives counts alone), server/request.c.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from hpatch.conf.expressions import occurrences
from hpatch.paths.addresses import is_in
from hpatch.paths.layers import last, lines
from hpatch.paths.model import UnknownError
from hpatch.records import NamedTuple

if TYPE_CHECKING:
    from hpatch.conf.tree import Node
    from hpatch.paths.layers import Layer
    from hpatch.paths.model import ClientRequest

Verdict = Literal["granted", "denied", "login", "neutral", "unknown"]
"""What a rule says: `login` may be granted once the client has logged in, `neutral` says nothing."""

CONTAINERS = ("<requireall", "<requireany", "<requirenone")
LIMITS = ("<limit", "<limitexcept")
COMPAT = ("order", "allow", "deny", "satisfy")
_LOGIN = ("user", "valid-user", "group", "file-owner", "file-group", "dbm-group", "dbd-group", "dbd-login")
_KNOWN_METHODS = frozenset(
    "GET HEAD POST PUT DELETE CONNECT OPTIONS TRACE PATCH PROPFIND PROPPATCH MKCOL COPY MOVE LOCK UNLOCK".split()
)

Expression = Callable[[str], "bool | None"]


@dataclass(frozen=True)
class Access:
    """What becomes of a request: `verdict`, the status that httpd answers with if it is not let in, and the line that
    says so (None: no rule)."""

    verdict: Verdict
    status: int | None
    node: Node | None
    text: str


def access(layers: list[Layer], request: ClientRequest, holds: Expression) -> Access:
    """Whether a request that these sections hold for is let in. `holds` evaluates an expression."""
    compat = _compat(layers, request)
    section = _merged(layers)
    verdict, node = _apply(section, request, holds) if section is not None else ("granted", None)
    if any(layer.holds is not True for layer in layers if _rules(layer.lines)):
        verdict = "unknown"
    satisfy = _satisfy(layers, request)
    if compat is not None and "unknown" in (compat[0], satisfy):
        return Access(
            verdict="unknown",
            status=None,
            node=compat[1],
            text=_open(compat[1], request),
        )
    if compat is not None and compat[0] == "denied" and satisfy != "any":
        return Access(verdict="denied", status=403, node=compat[1], text=_said(compat[1], "denies"))
    if satisfy == "any" and (compat is None or compat[0] == "granted"):
        return Access(
            verdict="granted",
            status=None,
            node=None if compat is None else compat[1],
            text="Satisfy Any, and Allow lets it in",
        )
    return _by_rules(layers, request, verdict, node)


def _by_rules(layers: list[Layer], request: ClientRequest, verdict: Verdict, node: Node | None) -> Access:
    """What mod_authz_core does with the verdict of its rules."""
    if verdict == "unknown":
        return Access(verdict="unknown", status=None, node=node, text=_open(node, request))
    if verdict == "granted" and node is None:
        return _without_rules(layers)
    if verdict == "granted":
        return Access(verdict="granted", status=None, node=node, text=_said(node, "lets it in"))
    if verdict == "login":
        return _by_login(layers, node)
    return Access(verdict="denied", status=403, node=node, text=_said(node, "denies"))


def _by_login(layers: list[Layer], node: Node | None) -> Access:
    """How httpd asks for a login."""
    kind = _auth_type(layers)
    named = "none" if kind is None else kind.words[0].lower()
    if named not in ("none", "basic", "digest"):
        return Access(
            verdict="unknown", status=None, node=kind, text=f'AuthType "{named}" decides how it asks for a login'
        )
    if named == "none":
        return Access(
            verdict="denied", status=500, node=node, text=_said(node, "asks for a login, and no AuthType says how")
        )
    return Access(verdict="login", status=401, node=node, text=_said(node, "asks for a login"))


def _without_rules(layers: list[Layer]) -> Access:
    """Nothing asks mod_authz_core, which httpd takes for a fault beside an AuthType (AH01627)."""
    asks = _auth_type(layers)
    if asks is None:
        return Access(verdict="granted", status=None, node=None, text="no access rule")
    return Access(verdict="denied", status=500, node=asks, text=_said(asks, "is set, and no Require is there"))


def _auth_type(layers: list[Layer]) -> Node | None:
    """The AuthType that counts; None for `None`."""
    kind = last([layer._replace(lines=_flat(layer.lines)) for layer in layers], "authtype")
    return None if kind is None or not kind.words or kind.words[0].lower() == "none" else kind


def _flat(nodes: tuple[Node, ...]) -> tuple[Node, ...]:
    """A section's lines with those in its containers for rules, where httpd takes an AuthType as well."""
    found: list[Node] = []
    for node in nodes:
        found.append(node)
        if node.key in (*CONTAINERS, *LIMITS):
            found += _flat(tuple(node.children or ()))
    return tuple(found)


def _open(node: Node | None, request: ClientRequest) -> str:
    """What an access rule depends on."""
    if node is None:
        return "an access rule depends on what hpatch does not know"
    rule = f'the access rule "{node.name.lstrip("<")} {node.args}"'
    words = {word.lower() for word in node.words}
    if request.client is None and (node.key in COMPAT or not words.isdisjoint(("ip", "local"))):
        return f"{rule} depends on the client's address (--client IP)"
    return f"{rule} depends on what hpatch does not know"


def _said(node: Node | None, does: str) -> str:
    return does if node is None else f'"{node.name.lstrip("<")} {node.args}" {does}'


# Require and its containers.


@dataclass(frozen=True, eq=False)
class _Rule:
    """A container (`parts`) or a Require line. `every` tells that none of the parts may fail (RequireAll)."""

    node: Node | None
    parts: tuple[_Rule, ...] | None = None
    every: bool = False
    negated: bool = False
    methods: frozenset[str] | None = None
    excepted: bool = False

    def limited_to_others(self, method: str) -> bool:
        """Whether it stands in a `<Limit>` that leaves this method out."""
        if self.methods is None:
            return False
        return (method in self.methods) is self.excepted


def _rules(nodes: tuple[Node, ...] | list[Node]) -> tuple[_Rule, ...]:
    """The rules among a section's lines."""
    found: list[_Rule] = []
    for node in nodes:
        if node.key == "require":
            found.append(_Rule(node=node, negated=node.words[:1] == ["not"]))
        elif node.key in CONTAINERS:
            none = node.key == "<requirenone"
            parts = _rules(node.children or [])
            if parts:
                found.append(_Rule(node=node, parts=parts, every=node.key == "<requireall", negated=none))
        elif node.key in LIMITS:
            methods = frozenset(_method(word) for word in node.words)
            for rule in _rules(node.children or []):
                found.append(
                    _Rule(
                        node=rule.node,
                        parts=rule.parts,
                        every=rule.every,
                        negated=rule.negated,
                        methods=methods,
                        excepted=node.key == "<limitexcept",
                    )
                )
    return tuple(found)


def _method(word: str) -> str:
    return "GET" if word.upper() == "HEAD" else word


class _Merged(NamedTuple):
    """The rules of a section, or of several, and their AuthMerging ("" if it is not set)."""

    rule: _Rule | None
    merging: str

    def then(self, new: _Merged) -> _Merged:
        """`merge_authz_core_dir_config`: with a later section's."""
        if new.rule is None and not new.merging and self.rule is not None:
            return self
        if new.merging in ("", "off") or (self.rule is None and new.rule is None):
            return new
        if self.rule is not None and new.rule is not None:
            every = new.merging == "and"
            return _Merged(_Rule(node=None, parts=(self.rule, new.rule), every=every), new.merging)
        return _Merged(self.rule or new.rule, new.merging)


def _merged(layers: list[Layer]) -> _Rule | None:
    """The rules that count. httpd first merges the sections of a kind with each other, and then the kinds."""
    kinds: dict[int, _Merged] = {}
    for layer in layers:
        rules = _rules(layer.lines)
        words = [node.words[0].lower() for node in layer.lines if node.key == "authmerging" and node.words]
        own = _Merged(_Rule(node=None, parts=rules) if rules else None, words[-1] if words else "")
        if own.rule is not None or own.merging:
            kind = layer.kind
            kinds[kind] = kinds[kind].then(own) if kind in kinds else own
    found = _Merged(None, "")
    for kind in sorted(kinds):
        found = found.then(kinds[kind])
    return found.rule


def _apply(
    rule: _Rule, request: ClientRequest, holds: Expression, *, above: bool = True
) -> tuple[Verdict, Node | None]:
    """`apply_authz_sections`: what a rule says, and the line that decides. `above`: it stands in a RequireAll."""
    if rule.limited_to_others(_method(request.method)):
        return ("granted" if above else "neutral"), rule.node
    node = rule.node
    if rule.parts is None:
        assert node is not None
        verdict: Verdict = _provider(node, request, holds)
    else:
        if all(part.limited_to_others(_method(request.method)) for part in rule.parts):
            return ("granted" if above else "neutral"), rule.parts[0].node
        verdict = "neutral"
        unknown: Node | None = None
        stop: Verdict = "denied" if rule.every else "granted"
        weak: Verdict = "granted" if rule.every else "denied"
        for part in rule.parts:
            said, who = _apply(part, request, holds, above=rule.every)
            if said == "unknown":
                unknown = unknown or who
                continue
            if said == "neutral":
                continue
            if said == stop:
                verdict, node, unknown = said, who, None
                break
            if verdict == "neutral" or (said == "login" and verdict == weak):
                verdict, node = said, who
        if unknown is not None:
            return "unknown", unknown
    if rule.negated:
        verdict = {"granted": "denied", "denied": "neutral", "login": "neutral"}.get(verdict, verdict)  # type: ignore[assignment]
    return verdict, node


def _provider(node: Node, request: ClientRequest, holds: Expression) -> Verdict:
    words = node.words
    if words[:1] == ["not"]:
        words = words[1:]
    kind = (words or [""])[0].lower()
    if kind == "all":
        return "granted" if words[1:2] and words[1].lower() == "granted" else "denied"
    if kind in ("ip", "local"):
        return _by_address(kind, words[1:], request.client)
    if kind == "method":
        return "granted" if _method(request.method) in map(_method, words[1:]) else "denied"
    if kind == "expr":
        found = next((holds(one.text) for one in occurrences.of(node)), None)
        return "unknown" if found is None else "granted" if found else "denied"
    if kind in _LOGIN or kind.startswith("ldap-"):
        return "login"
    return "unknown"


def _by_address(kind: str, words: list[str], client: str | None) -> Verdict:
    if client is None or "${" in " ".join(words):
        return "unknown"
    if kind == "local":
        # Also where the client's address is the server's, which hpatch does not compare.
        return "granted" if client.startswith("127.") or client == "::1" else "unknown"
    return "granted" if any(is_in(client, word) for word in words) else "denied"


# Order, Allow, Deny, Satisfy.


def _compat_lines(layers: list[Layer]) -> list[tuple[Node, bool]]:
    """The lines of mod_access_compat that count: those of the last section that has any, and whether they surely do."""
    found: list[tuple[Node, bool]] = []
    for layer in layers:
        own = list(lines([layer], *COMPAT))
        for node in layer.lines:
            if node.key in LIMITS:
                own += [
                    (child, layer.holds is True and node.certain)
                    for child in node.children or ()
                    if child.key in COMPAT
                ]
        if own:
            found = own if layer.holds is True else [*found, *((node, False) for node, _ in own)]
    return found


def _for_method(node: Node, method: str) -> bool:
    limit = node.parent
    if limit is None or limit.key not in LIMITS:
        return True
    return (_method(method) in map(_method, limit.words)) is (limit.key == "<limit")


def _satisfy(layers: list[Layer], request: ClientRequest) -> str:
    found = "all"
    for node, sure in _compat_lines(layers):
        if node.key == "satisfy" and _for_method(node, request.method):
            if not sure:
                return "unknown"
            found = (node.words or [""])[0].lower()
    return found


def _compat(layers: list[Layer], request: ClientRequest) -> tuple[Verdict, Node] | None:
    """What Order, Allow and Deny say, and the line that decides; None without one of them."""
    mine = [(node, sure) for node, sure in _compat_lines(layers) if _for_method(node, request.method)]
    if not mine:
        return None
    if not all(sure for _, sure in mine):
        return "unknown", mine[0][0]
    order = "deny,allow"
    allows: list[Node] = []
    denies: list[Node] = []
    node = mine[-1][0]
    for line, _ in mine:
        if line.key == "order":
            order, node = (line.words or [""])[0].lower(), line
        elif line.key == "allow":
            allows.append(line)
        elif line.key == "deny":
            denies.append(line)
    allowed, denied = _listed(allows, request), _listed(denies, request)
    if None in (allowed, denied):
        return "unknown", node
    if order == "allow,deny":
        return ("granted", allows[0]) if allowed and not denied else ("denied", denies[0] if denied else node)
    if order == "deny,allow":
        return ("denied", denies[0]) if denied and not allowed else ("granted", allows[0] if allowed else node)
    return ("granted", allows[0]) if allowed and not denied else ("denied", node)


def _listed(nodes: list[Node], request: ClientRequest) -> bool | None:
    found: bool | None = False
    for node in nodes:
        for word in node.words[1:]:
            if word.lower() == "all":
                return True
            if word.lower().startswith("env="):
                found = None
            elif all(char in "0123456789.:/abcdefABCDEF" for char in word) and word[0] in "0123456789:abcdefABCDEF":
                if request.client is None:
                    found = None
                elif is_in(request.client, word):
                    return True
            else:
                found = None
    return found


def knows(method: str) -> bool:
    """Whether httpd knows a method by itself."""
    return method.upper() in _KNOWN_METHODS


def require_unknown(access: Access) -> None:
    """Raise UnknownError for an access that hpatch cannot decide."""
    if access.verdict == "unknown":
        raise UnknownError(access.text, access.node)
