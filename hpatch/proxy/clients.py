"""Text that clients write, and where it goes in a URL that a line puts together.

A RewriteRule, ProxyPassMatch, RedirectMatch or an expression fills `$1`, `%1`, `%{NAME}` and `${map:key}` into a URL.
What stands there before the path decides which server is meant.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Literal

from hpatch.records import NamedTuple

Part = Literal["socket", "scheme", "host", "port", "path", "query"]
Kind = Literal[
    "capture",  # $1: a group of the line's own pattern
    "condition",  # %1: a group of the last RewriteCond
    "variable",  # %{HTTP_HOST}, %{HTTP:Host}, %{req:Host}
    "map",  # ${lower:$1}
]
Syntax = Literal["rewrite", "match", "expression"]

_FILLED = {
    "rewrite": r"\\.|\$\{|%\{|\$\d|%\d",
    "match": r"\\.|\$\d",
    "expression": r"\\.|%\{|\$\d",
}
_LONGEST = 10_000
"""So many characters of a URL are looked at: for each text in it, what stands before it is kept."""

_WRITTEN_BY_CLIENT = (
    r"(?i)(?:HTTP:|REQ:|REQ_NOVARY:|HTTP_)[\w-]+"
    r"|QUERY_STRING|REQUEST_URI|PATH_INFO|THE_REQUEST|DOCUMENT_URI|SCRIPT_NAME"
)


class Inserted(NamedTuple):
    """A text that is filled into a URL.

    `text` is as written (`$1`), `name` what it names (`1`, `HTTP_HOST`, `lower:$1`). `part` is the part of the URL that
    it stands in, `before` what is written of that part before it (of a port, the host, too), `after` what is written
    behind it up to the end of the host and port. A text that begins with a slash ends host and port.
    """

    text: str
    kind: Kind
    name: str
    part: Part
    before: str
    after: str

    @property
    def header(self) -> str:
        """The request header that a variable holds, in lower case; "" for all else."""
        if self.kind != "variable":
            return ""
        upper = self.name.upper()
        for prefix in ("HTTP:", "REQ:", "REQ_NOVARY:", "HTTP_"):
            if upper.startswith(prefix):
                return self.name[len(prefix) :].lower().replace("_", "-")
        return ""


def by_client(variable: str) -> bool:
    """Whether the client writes the text of a variable (`HTTP_HOST`, `HTTP:X-A`, `req:Host`)."""
    return re.fullmatch(_WRITTEN_BY_CLIENT, variable) is not None


def inserted(url: str, syntax: Syntax, slashed: Callable[[Inserted], bool] | None = None) -> Iterator[Inserted]:
    """The texts that are filled into a URL, in order. `slashed` tells of one whether it begins with a slash.

    A text that is no URL with a host gives those of its path and query only.
    """
    part: Part = "scheme"
    before = ""
    url = url[:_LONGEST]
    if url[:5].lower() == "unix:":
        part, url = "socket", url[5:]
    elif url.startswith("/") or ("://" not in url and url[:1] not in ("$", "%")):
        part = "path"
    at = 0
    while at < len(url):
        found = re.compile(_FILLED[syntax]).match(url, at)
        if found is None or found[0].startswith("\\"):
            text = found[0][1:] if found else url[at]
            if part == "scheme" and url.startswith("://", at):
                text = "://"
            at += len(text) + (found is not None)
            part, before = _next(part, before, text)
            continue
        end = _end(url, found.end()) if found[0].endswith("{") else found.end()
        text = url[at:end]
        at = end
        one = Inserted(text=text, kind=_kind(text), name=_name(text), part=part, before=before, after=_rest(url, at))
        if part in ("host", "port") and slashed is not None and slashed(one):
            part, before = "path", ""
            one = one._replace(part=part, before=before)
        yield one
        before += text


def _next(part: Part, before: str, text: str) -> tuple[Part, str]:
    """The part, and what stands before in it, behind a piece of literal text."""
    found: tuple[Part, str] = part, before + text
    if part == "socket" and text == "|":
        found = "scheme", ""
    elif part == "scheme" and text == "://":
        found = "host", ""
    elif part in ("host", "port") and text in ("@", "/"):
        found = "host" if text == "@" else "path", ""
    elif part == "host" and text == ":" and before.count("[") == before.count("]"):
        found = "port", before + text
    elif part in ("host", "port", "path") and text == "?":
        found = "query", ""
    return found


def _end(url: str, at: int) -> int:
    """The end of what begins with a brace before `at`."""
    depth = 1
    while at < len(url) and depth:
        depth += (url[at] == "{") - (url[at] == "}")
        at += 1
    return at


def _kind(text: str) -> Kind:
    if text.startswith("${"):
        return "map"
    if text.startswith("%{"):
        return "variable"
    return "capture" if text.startswith("$") else "condition"


def _name(text: str) -> str:
    return text[2:-1] if text[1:2] == "{" else text[1:]


def _rest(url: str, at: int) -> str:
    match = re.compile(r"[^/?]*").match(url, at)
    return "" if match is None else match[0]
