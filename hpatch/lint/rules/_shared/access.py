"""What the access lines of one section say by themselves: `Require`, and `Order`, `Allow`, `Deny`, `Satisfy`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import TYPE_CHECKING, Literal

from hpatch.conf.words import split
from hpatch.records import NamedTuple

if TYPE_CHECKING:
    from hpatch.conf.tree import Condition, Configuration, Node

_PATTERN = re.compile(r"[*?\[$%]")
_REQUIRES = ("<requireall", "<requireany", "<requirenone")
_LIMITS = ("<limit", "<limitexcept")
_CONTAINERS = (*_REQUIRES, *_LIMITS)
OLD = ("order", "allow", "deny", "satisfy")
"""The directives of mod_access_compat."""
_LINES = frozenset(("require", *OLD))
_SPEAKING = _LINES.union(_CONTAINERS)
Admitted = Literal["all", "some", "none"]


class Client(NamedTuple):
    """Who asks: by which method, and whether from httpd's own machine. Nothing else that a rule may ask for is true."""

    method: str = "GET"
    local: bool = False


OTHER = "ANY-OTHER"
"""A method that no line names."""


_ANYBODY = Client()


def lines(section: Node, *, limits: bool = True) -> Iterator[Node]:
    """The access lines of a section: in it, in its containers of Require, and in `<Limit>` unless `limits` is False."""
    for node in section.children or ():
        if node.key in _LINES:
            yield node
        elif node.key in _CONTAINERS and (limits or not node.key.startswith("<limit")):
            yield from lines(node, limits=limits)


def words(node: Node) -> list[str]:
    """The words of an access line, in lower case."""
    return [word.lower() for word in node.words]


def grants_all(node: Node) -> bool:
    """Whether a line lets everybody in, alone: `Require all granted`, `Allow from all`."""
    return (node.key, *words(node)) in (("require", "all", "granted"), ("allow", "from", "all"))


class _Said(NamedTuple):
    """What an access line or a container says. Many sections of a large configuration say the same."""

    key: str
    text: str
    conditions: tuple[Condition, ...]
    inside: tuple[_Said, ...] = ()

    @property
    def words(self) -> list[str]:
        """As those of its node."""
        return [word.lower() for word in split(self.text)]

    @property
    def methods(self) -> list[str]:
        """The methods that a `<Limit>` or `<LimitExcept>` names."""
        return [word.upper() for word in split(self.text)]


@lru_cache(maxsize=64)
def _said(section: Node) -> tuple[_Said, ...]:
    """The access lines and containers of a section, of which a rule often asks several things in a row."""
    return tuple(
        [
            _Said(node.key, node.args, node.conditions)
            if node.children is None
            else _Said(node.key, node.argument, node.conditions, _said(node))
            for node in section.children or ()
            if node.key in _SPEAKING
        ]
    )


@lru_cache(maxsize=64)
def admits(section: Node, client: Client = _ANYBODY) -> Admitted | None:
    """Whom a section lets in by its own access lines; None if it has none for the client's method.

    `all`: everybody that is like the client; `some`: those with more (a login, an address, a variable), or all but
    some; `none`: nobody.
    """
    return _admits(_said(section), client)


@lru_cache(maxsize=1024)
def _admits(said: tuple[_Said, ...], client: Client) -> Admitted | None:
    branches = {one.conditions for one in _lines(said) if one.conditions}
    if not branches:
        return _admits_in(said, client, ())
    # The branches of undecided conditionals, such as <IfModule>, one by one.
    found = {_admits_in(said, client, branch) for branch in branches}
    return found.pop() if len(found) == 1 else "some"


def _lines(said: Iterable[_Said]) -> Iterator[_Said]:
    """The access lines, those of the containers included."""
    for one in said:
        if one.key in _CONTAINERS:
            yield from _lines(one.inside)
        else:
            yield one


def _admits_in(said: tuple[_Said, ...], client: Client, branch: tuple[Condition, ...]) -> Admitted | None:
    new = _required(said, client, branch, every=False)
    old = _listed(said, client, branch)
    if _satisfy(said, client, branch) == "any":
        return "all" if "all" in (new, old or "all") else "some"
    if new is None or old is None:
        return new or old
    return _least((new, old))


def _least(found: Iterable[Admitted]) -> Admitted:
    """Whom several rules let in that a client must all pass."""
    said = set(found)
    return "none" if "none" in said else "some" if "some" in said else "all"


def _here(said: Iterable[_Said], client: Client, branch: tuple[Condition, ...]) -> Iterator[_Said]:
    """The lines of a section that hold for a client's method, those of `<Limit>` included."""
    for one in said:
        if one.conditions and one.conditions != branch:
            continue
        if one.key in _LIMITS:
            named = client.method in one.methods
            if named is (one.key == "<limit"):
                yield from _here(one.inside, client, branch)
        else:
            yield one


def _required(said: Iterable[_Said], client: Client, branch: tuple[Condition, ...], *, every: bool) -> Admitted | None:
    """What the `Require` lines of a section or a container say; None for nothing (`apply_authz_sections`)."""
    found: list[Admitted] = []
    for one in _here(said, client, branch):
        admitted: Admitted | None
        if one.key == "require":
            admitted = _provider(one.words, client)
        elif one.key in _REQUIRES:
            admitted = _required(one.inside, client, branch, every=one.key == "<requireall")
            admitted = _negated(admitted) if one.key == "<requirenone" else admitted
        else:
            continue
        if admitted is not None:
            found.append(admitted)
    if not found:
        return None
    if every:
        return _least(found)
    return "all" if "all" in found else "some" if "some" in found else "none"


def _negated(said: Admitted | None) -> Admitted | None:
    return {"all": "none", "some": "some"}.get(said or "")  # type: ignore[return-value]


def _provider(said: list[str], client: Client) -> Admitted | None:
    if said[:1] == ["not"]:
        return _negated(_provider(said[1:], client))
    if said[:1] == ["all"]:
        return "all" if said[1:2] == ["granted"] else "none"
    if client.local and (said[:1] == ["local"] or (said[:1] == ["ip"] and any(map(_is_local, said[1:])))):
        return "all"
    return "some"


def _is_local(word: str) -> bool:
    return word == "localhost" or word.startswith("127.") or word.split("/", maxsplit=1)[0] == "::1"


def _listed(said: Iterable[_Said], client: Client, branch: tuple[Condition, ...]) -> Admitted | None:
    """What `Order`, `Allow` and `Deny` say; None without one of them."""
    order, lists = "deny,allow", {"allow": set[str](), "deny": set[str]()}
    found = False
    for one in _here(said, client, branch):
        if one.key == "order":
            order, found = "".join(one.words[:1]), True
        elif one.key in lists:
            found = True
            lists[one.key].update(
                "all" if word == "all" or (client.local and _is_local(word)) else "some" for word in one.words[1:]
            )
    if not found:
        return None
    allowed, denied = lists["allow"], lists["deny"]
    if order == "deny,allow":
        if "all" in allowed or not denied:
            return "all"
        return "none" if "all" in denied and not allowed else "some"
    if "all" in denied or not allowed:
        return "none"
    return "all" if "all" in allowed and not denied else "some"


def _satisfy(said: Iterable[_Said], client: Client, branch: tuple[Condition, ...]) -> str:
    found = [one.words for one in _here(said, client, branch) if one.key == "satisfy"]
    return "".join(found[-1][:1]) if found else "all"


def restricts(section: Node, *, limits: bool = True) -> bool:
    """Whether a section keeps somebody out, or may, by any method; without `limits`, by every method."""
    return _restricts(_said(section), limits)


@lru_cache(maxsize=1024)
def _restricts(said: tuple[_Said, ...], limits: bool) -> bool:
    if next(_lines(said), None) is None:
        return False
    methods = {"GET", OTHER}
    if limits:
        methods.update(method for one in said if one.key in _LIMITS for method in one.methods)
    found = [_admits(said, Client(method)) in ("some", "none") for method in methods]
    return any(found) if limits else all(found)


def speaks(section: Node) -> bool:
    """Whether a section has access lines, so that it takes the place of those of the sections around it."""
    return any(node.key in _LINES or (node.key in _CONTAINERS and speaks(node)) for node in section.children or ())


def path(section: Node) -> str | None:
    """The path of a plain `<Location "/path">`; None if it is a pattern, or holds a variable."""
    found = section.words
    if section.key != "<location" or len(found) != 1 or not found[0].startswith("/"):
        return None
    return None if _PATTERN.search(found[0]) else found[0]


def below(inner: str, outer: str) -> bool:
    """Whether a path lies in the `<Location>` of another."""
    return inner == outer or inner.startswith(outer if outer.endswith("/") else f"{outer}/")


def locations(configuration: Configuration, host: Node | None) -> Iterator[tuple[Node, str]]:
    """The plain `<Location>` sections of a server, each with its path, in httpd's order: the main server's first."""
    for server in dict.fromkeys((None, host)):
        for node in configuration.find_in(server, "<location"):
            where = path(node)
            if where is not None:
                yield node, where


def merges(section: Node) -> bool:
    """Whether AuthMerging keeps the rules of the sections around it."""
    return any(node.key == "authmerging" and words(node)[:1] != ["off"] for node in section.children or ())
