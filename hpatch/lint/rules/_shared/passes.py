"""mod_proxy's choice of a ProxyPass for a request, for the rules that depend on it.

Read in `add_pass`, `alias_match`, `ap_proxy_trans_match` and `proxy_trans` (mod_proxy.c of 2.4.62), tested on 2.4.71:

- A path matches whole segments: `/a` matches `/a` and `/a/1`, not `/ab`; `/a/` matches `/a/1`, not `/a`. A run of
  slashes counts as one.
- httpd first tries the ProxyPass of the Location sections that match the request. Sections merge in the order in which
  they are written, so the last match wins, not the most specific one.
- Then it tries the list of the server in order. A virtual host's list is the main server's, followed by its own
  (ProxyPassInherit does not change that). A separate pass tries those with `mapping=` before the others.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache

from hpatch.conf.tree import Condition, Node
from hpatch.conf.wildcards import is_wildcard
from hpatch.proxy.model import Balancer, Mapping, Param
from hpatch.records import NamedTuple

_LITERAL = r"(?:[\w/~%,=@-]|\\[./~-])*"
_COVERING = rf"\^?\(?(?P<path>{_LITERAL})(?:\(*\.\*\)*\$?)?\)*\Z"
_BEGINNING = rf"\^?\(?(?P<path>{_LITERAL})"
_START = rf"(?s)\^\(?(?P<path>{_LITERAL})(?P<rest>.*)"
_SLASHES = "//+"
# Patterns are texts here and compiled at the first use, because every start of the program loads the rules.
_META = r"[^\w/.~%-]"

WEBSOCKET = ("ws", "wss")


def schemes(mapping: Mapping) -> set[str]:
    """The schemes of a mapping's target, or of the members of its balancer."""
    if mapping.target is None:
        return set()
    if isinstance(mapping.worker, Balancer):
        return {member.target.scheme for member in mapping.worker.effective_members}
    return {mapping.target.scheme}


def parameter(mapping: Mapping, key: str) -> Param | None:
    """The effective `key=value` of a line (the last one)."""
    for param in reversed(mapping.params):
        if param.key.lower() == key:
            return param
    return None


def encoded(mapping: Mapping) -> bool:
    """Whether it is matched against the path as the client sent it (`mapping=encoded` or `mapping=servlet`)."""
    params = mapping.params
    return bool(params) and "mapping" in [param.key.lower() for param in params]


def section_pattern(section: Node) -> bool:
    """Whether a section's own argument is a regular expression."""
    if section.key.endswith("match"):
        return True
    words = section.words
    return bool(words) and words[0] == "~"


def pattern(mapping: Mapping) -> str | None:
    """The regular expression that httpd compiles for a ProxyPass; None if it compares the path.

    In a section, a ProxyPass whose path looks like a shell pattern is compiled as a regular expression too.
    """
    return mapping.path if mapping.pattern else None


def in_location(mapping: Mapping) -> bool:
    """Whether it stands in a plain `<Location "/path">`: no wildcard, no regular expression."""
    section = mapping.section
    return section is not None and section.key == "<location" and plain(mapping.path) and not section_pattern(section)


def plain(path: str) -> bool:
    """Whether a path can be compared: it starts with a slash, and holds no wildcard and no variable."""
    return path[:1] == "/" and "$" not in path and not is_wildcard(path)


def one_slash(path: str) -> str:
    """The path with every run of slashes made one."""
    return re.sub(_SLASHES, "/", path) if "//" in path else path


def covers(mapping: Mapping) -> str | None:
    """The path of which it takes every request; None if that is not certain.

    `/a` stands for `/a` and everything under it, `/a/` for everything under it.
    """
    if mapping.section is not None:
        return _compared(mapping)
    return _covers(mapping.path, mapping.pattern)


@lru_cache(maxsize=1024)
def _covers(path: str, is_pattern: bool) -> str | None:
    """The same for one outside of sections. Many virtual hosts have the same paths."""
    if not is_pattern:
        return one_slash(path) if path[:1] == "/" and "$" not in path else None
    match = re.match(_COVERING, path)
    if match is None:
        return None
    path = match["path"].replace("\\", "")
    if path and not path.startswith("/"):
        return None
    return one_slash(path) or "/"


def literal(mapping: Mapping) -> str:
    """The path for which a mapping is written, as far as a pattern begins with one. "" where no path is named."""
    if not mapping.pattern and (mapping.section is None or not section_pattern(mapping.section)):
        return mapping.path
    match = re.match(_BEGINNING, mapping.path)
    return "" if match is None else match["path"].replace("\\", "")


def lies_under(mapping: Mapping) -> str | None:
    """A path that contains all its requests, so what covers that path covers it too. None if it is not known."""
    if mapping.section is not None or not mapping.pattern:
        return _compared(mapping)
    match = re.match(_START, mapping.path)
    if match is None or _alternatives(mapping.path):
        return "/"
    path, rest = match["path"].replace("\\", ""), match["rest"]
    if rest in ("$", ")$") and path.startswith("/"):
        return one_slash(path)
    if rest[:1] in ("?", "*", "{"):
        path = path[:-1]
    if not path.startswith("/"):
        return "/"
    return one_slash(path[: path.rindex("/") + 1])


def _compared(mapping: Mapping) -> str | None:
    """The path that httpd compares with the request's; None if it is a pattern or contains a variable."""
    path = mapping.path
    if mapping.section is None:
        known = path[:1] == "/" and "$" not in path
    else:
        known = in_location(mapping) and not (mapping.pattern and re.search(_META, path))
    return one_slash(path) if known else None


def _alternatives(regex: str) -> bool:
    """Whether a `|` may stand outside every group, or in one that starts the pattern."""
    return "|" in regex and (regex.startswith("^(") or "|" in re.sub(r"\\.|\([^()]*\)", "", regex))


def paths_above(path: str) -> Iterator[str]:
    """Every path that covers this one, as `covers` writes it, the widest first."""
    yield "/"
    at = path.find("/", 1)
    while at > 0:
        yield path[:at]
        yield path[: at + 1]
        at = path.find("/", at + 1)
    if not path.endswith("/"):
        yield path


class Covered(NamedTuple):
    """A ProxyPass, and its position in the order in which httpd tries them."""

    order: int
    mapping: Mapping


class Cover:
    """ProxyPass lines by the path that they cover, to find one that takes all the requests of another."""

    __slots__ = ("_first", "_latest", "size")

    def __init__(self, latest: bool = False) -> None:
        self._first: dict[tuple[Condition, ...], dict[str, Covered]] = {}
        self._latest = latest
        self.size = 0

    def add(self, mapping: Mapping) -> None:
        """Note the next one in httpd's order."""
        path = covers(mapping)
        self.size += 1
        if path is not None:
            first = self._first.setdefault(mapping.node.conditions, {})
            if self._latest or path not in first:
                first[path] = Covered(self.size, mapping)

    def find(self, path: str, read: tuple[Condition, ...]) -> Covered | None:
        """The ProxyPass that takes every request under a path, and is read whenever the conditions `read` hold.

        It is the first one added, or the last one for a `latest` cover.
        """
        found: Covered | None = None
        for conditions in _subsets(read):
            first = self._first.get(conditions, {})
            for above in paths_above(path):
                other = first.get(above)
                if other is not None and (found is None or (other.order < found.order) is not self._latest):
                    found = other
        return found


def _subsets(conditions: tuple[Condition, ...]) -> Iterable[tuple[Condition, ...]]:
    """The sets of conditions that surely hold whenever these conditions hold."""
    if not conditions:
        return ((),)
    count = len(conditions)
    return {(), *(conditions[:n] for n in range(1, count + 1)), *(conditions[n:] for n in range(count))}


def same_result(taken: Mapping, other: Mapping) -> bool:
    """Whether a request for `other` reaches, or may reach, the same URL through `taken`."""
    if taken.target is None or other.target is None:
        return taken.target is None and other.target is None
    ours, theirs = taken.target, other.target
    if (ours.scheme, ours.socket, ours.host, ours.port) != (theirs.scheme, theirs.socket, theirs.host, theirs.port):
        upgraded = theirs.scheme in WEBSOCKET and parameter(taken, "upgrade") is not None
        if not (upgraded and (ours.socket, ours.host, ours.port) == (theirs.socket, theirs.host, theirs.port)):
            return False
    if pattern(taken) is not None or pattern(other) is not None:
        return True
    rest = one_slash(other.path)[len(one_slash(taken.path)) :]
    return (ours.path + rest).rstrip("/") == theirs.path.rstrip("/")
