"""The directives that map a path: Alias and its kin, Redirect and its kin, ProxyPass, handlers.

httpd: mod_alias.c (`try_alias_list`, `try_redirect`), mod_proxy.c (`ap_proxy_trans_match`), mod_mime.c, core.c
(`core_override_type`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hpatch.paths import uri as uris
from hpatch.paths.layers import LOCATIONS, Layer, lines
from hpatch.paths.model import UnknownError
from hpatch.paths.patterns import covered, regex, substitute
from hpatch.records import NamedTuple

if TYPE_CHECKING:
    from hpatch.conf.tree import Node
    from hpatch.proxy.model import Mapping

ALIASES = ("alias", "scriptalias", "aliasmatch", "scriptaliasmatch")
REDIRECTS = ("redirect", "redirectmatch", "redirectpermanent", "redirecttemp")
_BAD_PORT = r"^(?:[^|]*\|)?[a-z0-9]+://(?:\[[^]]*\]|[^/:?\[]*):[0-9]*[^0-9/?]"
_WORDS = {"permanent": 301, "temp": 302, "seeother": 303, "gone": 410}


@dataclass(frozen=True, eq=False)
class Alias:
    """An Alias, ScriptAlias, AliasMatch or ScriptAliasMatch. `path` is None in a `<Location>`, which has one word."""

    node: Node
    path: str | None
    target: str
    pattern: bool
    script: bool

    def maps(self, uri: str) -> str | None:
        """The file's path for a decoded path of a request; None if it does not match. Raises UnknownError."""
        _known(self.node, self.path, self.target)
        if self.path is None:
            if "%{" in self.target:
                raise UnknownError(f'"{self.target}" depends on the request', self.node)
            return self.target
        if self.pattern:
            match = search(self.node, self.path, uri)
            return None if match is None else substitute(self.target, match)
        length = covered(uri, self.path)
        return self.target + uri[length:] if length else None


@dataclass(frozen=True, eq=False)
class Redirect:
    """A Redirect and its kin. `path` is None in a `<Location>` that gives only a URL or a status; `target` is None for
    a status that is no redirection."""

    node: Node
    path: str | None
    target: str | None
    status: int
    pattern: bool

    def maps(self, uri: str) -> str | None:
        """The new URL for a decoded path, "" for a status; None if it does not match. Raises UnknownError."""
        _known(self.node, self.path, self.target)
        if self.path is None:
            if self.target is not None and "%{" in self.target:
                raise UnknownError(f'"{self.target}" depends on the request', self.node)
            return self.target or ""
        if self.pattern:
            match = search(self.node, self.path, uri)
            if match is None:
                return None
            if self.target is None:
                return ""
            found = substitute(self.target, match)
            before, mark, query = found.partition("?")
            return uris.encoded(before) + mark + query
        length = covered(uri, self.path)
        if not length:
            return None
        return "" if self.target is None else self.target + uris.encoded(uri[length:])


def _known(node: Node, *texts: str | None) -> None:
    if any(text is not None and "${" in text for text in texts):
        raise UnknownError(f'the value of a variable in "{node.name} {node.args}" is not known', node)


def search(node: Node, pattern: str, text: str) -> re.Match[str] | None:
    """Where a line's pattern matches a text. Raises UnknownError if hpatch cannot tell."""
    compiled = regex(pattern)
    if compiled is None:
        raise UnknownError(f'hpatch cannot tell whether "{pattern}" matches', node)
    return compiled.search(text)


def alias(node: Node) -> Alias | None:
    """Read an Alias and its kin; None if httpd refuses it."""
    words = node.words
    script, pattern = node.key.startswith("script"), node.key.endswith("match")
    if len(words) > 1:
        return Alias(node=node, path=words[0], target=words[1], pattern=pattern, script=script)
    if len(words) == 1 and node.inside(*LOCATIONS) is not None:
        return Alias(node=node, path=None, target=words[0], pattern=False, script=script)
    return None


def redirect(node: Node) -> Redirect | None:
    """Read a Redirect and its kin (`add_redirect_internal`); None if httpd refuses it."""
    words = node.words
    if not words:
        return None
    status = 301 if node.key == "redirectpermanent" else 302
    first = words[0].lower()
    named = first in _WORDS or first[:1].isdigit()
    if named:
        status = _WORDS.get(first) or _number(first)
    redirects = 300 <= status < 400
    pattern = node.key == "redirectmatch"
    inside = node.parent is not None and node.parent.key != "<virtualhost"
    if inside:
        if named and redirects and len(words) == 2:
            return Redirect(node=node, path=None, target=words[1], status=status, pattern=False)
        if not named and len(words) == 1:
            return Redirect(node=node, path=None, target=words[0], status=status, pattern=False)
        if named and not redirects and len(words) == 1:
            return Redirect(node=node, path=None, target=None, status=status, pattern=False)
    rest = words[1:] if named else words
    if not rest or (redirects and len(rest) < 2) or (not redirects and len(rest) > 1):
        return None
    return Redirect(node=node, path=rest[0], target=rest[1] if redirects else None, status=status, pattern=pattern)


def _number(text: str) -> int:
    digits = text[: len(text) - len(text.lstrip("0123456789"))]
    return int(digits[:4] or "0")


class Proxied(NamedTuple):
    """What a ProxyPass makes of a request: the URL, None for an exclusion, and the URL before its path is encoded."""

    url: str | None
    plain: str = ""


def proxied(mapping: Mapping, uri: str, raw: str) -> Proxied | None:
    """What a ProxyPass makes of a path: decoded and as it was sent, without its query. None if it does not match.

    Raises UnknownError if a variable or a pattern decides that hpatch cannot evaluate.
    """
    node = mapping.node
    _known(node, mapping.path, None if mapping.target is None else mapping.target.text)
    if not node.certain:
        raise UnknownError(f'hpatch does not know whether httpd reads "{node.name} {node.args}"', node)
    words = [param.value.lower() for param in mapping.params if param.key.lower() == "mapping"]
    if "servlet" in words and ";" in uri:
        raise UnknownError("mapping=servlet leaves path parameters out", node)
    nocanon = "nocanon" in mapping.flags
    if mapping.pattern:
        match = search(node, mapping.path, uri)
        sent = search(node, mapping.path, raw) if nocanon else None
        return None if match is None else _by_pattern(mapping, sent or match, bool(sent or words))
    length = covered(uri, mapping.path)
    if not length:
        return None
    if mapping.target is None:
        return Proxied(None)
    target = mapping.target.text
    if nocanon and covered(raw, mapping.path) == length:
        return _to(target + raw[length:], encoded=True)
    return _to(target + uri[length:], encoded=bool(words))


def _to(text: str, *, encoded: bool) -> Proxied:
    return Proxied(url(text, encoded=encoded), text)


def prefixes(path: str, uri: str) -> bool | None:
    """Whether a written path, or a pattern, covers a decoded path; None if that is not known."""
    if "${" in path:
        return None
    if path.startswith("/"):
        return covered(uri, path) > 0
    pattern = regex(path)
    return None if pattern is None else pattern.search(uri) is not None


def matches(mapping: Mapping, uri: str) -> bool:
    """Whether a ProxyPass matches a decoded path. Raises UnknownError."""
    _known(mapping.node, mapping.path)
    if mapping.pattern:
        return search(mapping.node, mapping.path, uri) is not None
    return covered(uri, mapping.path) > 0


def _by_pattern(mapping: Mapping, match: re.Match[str], encoded: bool) -> Proxied:
    """The URL of a ProxyPassMatch. Without a reference to a capture, the whole path follows the target."""
    if mapping.target is None:
        return Proxied(None)
    target = mapping.target.text
    found = substitute(target, match)
    return _to(target + match.string if found == target else found, encoded=encoded)


def url(text: str, *, encoded: bool = False) -> str:
    """The URL with its path encoded, as the schemes' handlers do."""
    before, bar, rest = text.rpartition("|") if text.startswith("unix:") else ("", "", text)
    start = rest.find("/", rest.find("://") + 3)
    if start < 0:
        return f"{text}/" if "://" in rest else text
    path = rest[start:]
    return f"{before}{bar}{rest[:start]}{path if encoded else uris.proxy_encoded(path)}"


def bad_port(url: str) -> bool:
    """Whether text follows the port of a URL: no backend can be asked."""
    return re.search(_BAD_PORT, url) is not None


def handler(layers: list[Layer], value: Callable[[str], str | None]) -> tuple[str, Node] | None:
    """What SetHandler sets, in lower case; None if nothing or "none" does. Raises UnknownError.

    `value` gives that of a string with variables.
    """
    found: tuple[str, Node] | None = None
    doubt: Node | None = None
    for node, sure in lines(layers, "sethandler"):
        words = node.words
        if not sure:
            doubt = node
            continue
        found, doubt = ((words or [""])[0], node), None
    if doubt is not None:
        raise UnknownError(f'hpatch does not know whether "{doubt.name} {doubt.args}" counts', doubt)
    if found is None or found[0].lower() in ("none", ""):
        return None
    if re.search(r"%\{|\$[0-9{]", found[0]) is not None:
        text = None if "${" in found[0] else value(found[0])
        if not text:
            raise UnknownError(f'"{found[0]}" depends on the request', found[1])
        if text.lower() == "none":
            return None
        found = (text, found[1])
    return found if "proxy:unix" in found[0] else (found[0].lower(), found[1])


def added_handler(layers: list[Layer], name: str) -> tuple[str, Node] | None:
    """The handler that AddHandler gives to a file's name by its extensions. Raises UnknownError."""
    by: dict[str, tuple[str, Node] | None] = {}
    types: dict[str, tuple[str, Node] | None] = {}
    for node, sure in lines(layers, "addhandler", "removehandler", "addtype", "removetype"):
        words = node.words
        adds = node.key.startswith("add")
        for extension in words[1:] if adds else words:
            key = extension.lower().lstrip(".")
            if not sure and key in name.lower().split(".")[1:]:
                raise UnknownError(f'hpatch does not know whether "{node.name} {node.args}" counts', node)
            (by if node.key.endswith("handler") else types)[key] = (words[0], node) if adds else None
    found: tuple[str, Node] | None = None
    typed: tuple[str, Node] | None = None
    for extension in name.split(".")[1:]:
        found = by.get(extension.lower()) or found
        typed = types.get(extension.lower()) or typed
    if found is None and typed is not None and typed[0].startswith(("application/x-httpd", "x-mapp")):
        return typed
    return found


def of(layers: Iterable[Layer], *keys: str) -> list[tuple[Node, bool]]:
    """The lines with these keys, those of later layers first, as mod_alias merges them."""
    found: list[tuple[Node, bool]] = []
    for layer in layers:
        found = [*lines([layer], *keys), *found]
    return found
