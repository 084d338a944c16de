"""What the access lines of one section say by themselves: `Require`, and `Order`, `Allow`, `Deny`, `Satisfy`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from hpatch.conf.tree import Condition, Configuration, Node

_PATTERN = re.compile(r"[*?\[$%]")
_REQUIRES = ("<requireall", "<requireany", "<requirenone")
_CONTAINERS = (*_REQUIRES, "<limit", "<limitexcept")
OLD = ("order", "allow", "deny", "satisfy")
"""The directives of mod_access_compat."""
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
        if node.key in ("require", *OLD):
            yield node
        elif node.key in _CONTAINERS and (limits or not node.key.startswith("<limit")):
            yield from lines(node, limits=limits)


def words(node: Node) -> list[str]:
    """The words of an access line, in lower case."""
    return [word.lower() for word in node.words]


def grants_all(node: Node) -> bool:
    """Whether a line lets everybody in, alone: `Require all granted`, `Allow from all`."""
    return (node.key, *words(node)) in (("require", "all", "granted"), ("allow", "from", "all"))


def admits(section: Node, client: Client = _ANYBODY) -> Admitted | None:
    """Whom a section lets in by its own access lines; None if it has none for the client's method.

    `all`: everybody that is like the client; `some`: those with more (a login, an address, a variable), or all but
    some; `none`: nobody.
    """
    branches = {node.conditions for node in lines(section) if not node.certain}
    if not branches:
        return _admits(section, client, ())
    # The branches of undecided conditionals, such as <IfModule>, one by one.
    found = {_admits(section, client, branch) for branch in branches}
    return found.pop() if len(found) == 1 else "some"


def _admits(section: Node, client: Client, branch: tuple[Condition, ...]) -> Admitted | None:
    new = _required(section, client, branch, every=False)
    old = _listed(section, client, branch)
    if _satisfy(section, client, branch) == "any":
        return "all" if "all" in (new, old or "all") else "some"
    if new is None or old is None:
        return new or old
    return _least((new, old))


def _least(found: Iterable[Admitted]) -> Admitted:
    """Whom several rules let in that a client must all pass."""
    said = set(found)
    return "none" if "none" in said else "some" if "some" in said else "all"


def _here(section: Node, client: Client, branch: tuple[Condition, ...]) -> Iterator[Node]:
    """The lines of a section that hold for a client's method, those of `<Limit>` included."""
    for node in section.children or ():
        if not (node.certain or node.conditions == branch):
            continue
        if node.key in ("<limit", "<limitexcept"):
            named = client.method in [word.upper() for word in node.words]
            if named is (node.key == "<limit"):
                yield from _here(node, client, branch)
        else:
            yield node


def _required(section: Node, client: Client, branch: tuple[Condition, ...], *, every: bool) -> Admitted | None:
    """What the `Require` lines of a section or a container say; None for nothing (`apply_authz_sections`)."""
    found: list[Admitted] = []
    for node in _here(section, client, branch):
        said: Admitted | None
        if node.key == "require":
            said = _provider(words(node), client)
        elif node.key in _REQUIRES:
            said = _required(node, client, branch, every=node.key == "<requireall")
            said = _negated(said) if node.key == "<requirenone" else said
        else:
            continue
        if said is not None:
            found.append(said)
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


def _listed(section: Node, client: Client, branch: tuple[Condition, ...]) -> Admitted | None:
    """What `Order`, `Allow` and `Deny` say; None without one of them."""
    order, said = "deny,allow", {"allow": set[str](), "deny": set[str]()}
    found = False
    for node in _here(section, client, branch):
        if node.key == "order":
            order, found = "".join(words(node)[:1]), True
        elif node.key in said:
            found = True
            said[node.key].update(
                "all" if word == "all" or (client.local and _is_local(word)) else "some" for word in words(node)[1:]
            )
    if not found:
        return None
    allowed, denied = said["allow"], said["deny"]
    if order == "deny,allow":
        if "all" in allowed or not denied:
            return "all"
        return "none" if "all" in denied and not allowed else "some"
    if "all" in denied or not allowed:
        return "none"
    return "all" if "all" in allowed and not denied else "some"


def _satisfy(section: Node, client: Client, branch: tuple[Condition, ...]) -> str:
    found = [words(node) for node in _here(section, client, branch) if node.key == "satisfy"]
    return "".join(found[-1][:1]) if found else "all"


def restricts(section: Node, *, limits: bool = True) -> bool:
    """Whether a section keeps somebody out, or may, by any method; without `limits`, by every method."""
    if not speaks(section):
        return False
    methods = {"GET", OTHER}
    if limits:
        for node in section.children or ():
            if node.key in ("<limit", "<limitexcept"):
                methods.update(word.upper() for word in node.words)
    found = [admits(section, Client(method)) in ("some", "none") for method in methods]
    return any(found) if limits else all(found)


def speaks(section: Node) -> bool:
    """Whether a section has access lines, so that it takes the place of those of the sections around it."""
    return next(lines(section), None) is not None


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
