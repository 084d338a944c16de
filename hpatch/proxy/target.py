"""Worker URLs, read by `grammars/proxy.lark` as mod_proxy and APR read them (`ap_proxy_define_worker_ex`,
`apr_uri_parse`)."""

from __future__ import annotations

import re
from functools import cache, lru_cache

from hpatch import grammar
from hpatch.conf.words import lower
from hpatch.proxy.model import DEFAULT_PORTS
from hpatch.records import NamedTuple
from hpatch.text import in_bytes, whole_number

EXCLUSION = "!"
"""The target of a ProxyPass that leaves its path out."""
_VARIABLE = r"\$[0-9{]|%[0-9{]"
_REFERENCE = r"\$[0-9]"
_USUAL = re.compile(
    r"(?:unix:(/[a-z0-9._-][a-z0-9/._-]{,90})\|)?"
    r"((([a-z][a-z0-9]*)://([a-z0-9.-]{1,255})(?::([0-9]{1,5}))?)(/[^|?#$%\n]*)?)"
)
"""The socket of a URL, the URL without it, its origin, scheme, host, port and path, each with nothing unusual."""
_PORT = r"[ \t\n\v\f\r]*[+-]?[0-9]+"
_RECENT = 1024
"""So many texts are remembered: many a line of a large configuration says what one before it says."""
_MAX_HOST = 255
_MAX_SOCKET = 95


_Parts = tuple[str | None, str, str, str | None, str | None, str]


class Name(NamedTuple):
    """A URL as mod_proxy reads it: the parts of the worker that it would define, and the worker's name.

    `refused` says why it would define none; the rest is what could be read then. With an undefined `${…}` in it, a
    URL is not refused, since nobody can tell what it is then. `sought` is the text that is held
    against the names of existing workers, `origin` the length of its `scheme://host:port`.
    """

    socket: str | None
    scheme: str
    user: str
    host: str
    port: int | None
    path: str
    identity: str
    variables: bool
    sought: str
    origin: int
    refused: str


@cache
def _terminal(name: str) -> re.Pattern[str]:
    return re.compile(grammar.terminals("proxy", "words")[name])


def parse_target(text: str) -> _Parts:
    """Read a worker URL: its socket, scheme, user, host, port and path, as written.

    The scheme is in lower case, "" where there is none. The host is None where the URL has no `//`. The port is None
    where there is no colon, "" where nothing follows it.
    """
    line = text.replace("\n", " ") + "\n"
    match = _terminal("WORKER").match(line)
    if match is not None:
        socket, scheme, user, host, port, path = match.groups()
        return socket, lower(scheme), user or "", host, port, path or ""
    match = _terminal("BARE").match(line)
    if match is not None:
        socket, scheme, path = match.groups()
        return socket, lower(scheme), "", None, None, path
    return None, "", "", None, None, text


@lru_cache(maxsize=_RECENT)
def parse_parameter(word: str) -> tuple[str, str | None]:
    """Read a word of the form `key=value`; a word without `=` has no value."""
    key, equals, value = word.partition("=")
    return key, value if equals else None


def is_balancer(text: str) -> bool:
    """Whether mod_proxy treats a URL as a balancer's (`ap_proxy_valid_balancer_name`)."""
    return text[:9].lower() == "balancer:"


def balancer_name(text: str) -> str | None:
    """`balancer://name` of a balancer's URL; None if mod_proxy refuses its syntax."""
    colon = text.find(":")
    if colon < 0 or text[colon : colon + 3] != "://" or len(text) == colon + 3:
        return None
    slash = text.find("/", colon + 3)
    return lower(text if slash < 0 else text[:slash])


def _socket_path(written: str) -> str:
    """The path in `unix:…`, without a query, fragment or authority."""
    if written.startswith("//"):
        start = written.find("/", 2)
        written = written[start:] if start >= 0 else ""
    return written.partition("?")[0].partition("#")[0]


def _sought(text: str, socket: str | None) -> tuple[str, int]:
    """The text that `ap_proxy_de_socketfy` and `ap_proxy_get_worker_ex` compare, and the length of its origin."""
    if socket is not None:
        text = text[len("unix:|") + len(socket) :]
    start = text.find(":") + 3
    if socket is not None:
        if len(text) == start - 2:
            text += "//localhost"
        elif len(text) == start and text.endswith("//"):
            text += "localhost"
    if text[start - 3 : start] != "://" or len(text) == start:
        return "", 0
    slash = text.find("/", start)
    if slash < 0:
        slash = len(text)
    return lower(text[:slash]) + text[slash:], slash


@lru_cache(maxsize=_RECENT)
def name(text: str, matching: bool = False) -> Name:
    """A URL as mod_proxy reads it; `matching` for ProxyPassMatch, where `$1` may stand in the port."""
    match = _USUAL.fullmatch(text)
    return _name(text, matching) if match is None else _usual(match)


def _usual(match: re.Match[str]) -> Name:
    """A URL that has nothing but what URLs usually have, which `_name` reads alike in twice the time."""
    socket, sought, origin, scheme, host, port, path = match.groups("")
    number = int(port) if port else None
    shown = f":{port}" if number is not None and number % 65536 not in (0, DEFAULT_PORTS.get(scheme)) else ""
    identity = f"{scheme}://{host}{shown}{path}"
    return Name(
        socket=socket or None,
        scheme=scheme,
        user="",
        host=host,
        port=number,
        path=path,
        identity=identity,
        variables=False,
        sought=sought,
        origin=len(origin),
        refused="",
    )


def _name(text: str, matching: bool) -> Name:
    """The same for any text."""
    socket, scheme, user, host, port, path = parse_target(text)
    unknown = "${" in text
    sought, origin = _sought(text, socket)
    refused = ""
    if socket is not None:
        socket = _socket_path(socket)
        if in_bytes(socket) > _MAX_SOCKET:
            refused = f"the path of its socket is longer than {_MAX_SOCKET} bytes"
        if not host:
            host = "localhost"
    if host is None:
        if not unknown:
            refused = "it has no //host" if scheme else "it has no scheme"
        variables = re.search(_VARIABLE, text) is not None
        return Name(
            socket=socket,
            scheme=scheme,
            user=user,
            host="",
            port=None,
            path=path,
            identity=f"{scheme}:{path}",
            variables=variables,
            sought=sought,
            origin=origin,
            refused=refused,
        )
    variables = ("$" in text or "%" in text) and re.search(_VARIABLE, f"{user}@{host}:{port}") is not None
    host = lower(host)
    if not host or host == "[]":
        refused = "it has no host"
    elif in_bytes(host) > _MAX_HOST:
        refused = f"its host is longer than {_MAX_HOST} bytes"
    elif ":" in host and host[0] != "[":
        refused = "its port is not a number"  # of `%{ENV:NAME}`, which a ProxyPass does not fill in
    shown = ""
    number = None
    if port:
        if matching and variables:
            reference = re.search(_REFERENCE, port)
            if reference is not None:
                path = port[reference.start() :] + path
                port = port[: reference.start()]
        if (port.isascii() and port.isdigit()) or re.fullmatch(_PORT, port):
            number = whole_number(port)
            if number % 65536 not in (0, DEFAULT_PORTS.get(scheme)):
                shown = f":{port}"
        elif port:
            refused = "its port is not a number"
            shown = f":{port}"
    if unknown:
        refused = ""
    authority = f"{user}@{host}" if user else host
    identity = f"{scheme}://{authority}{shown}{path}"
    return Name(
        socket=socket,
        scheme=scheme,
        user=user,
        host=host,
        port=number,
        path=path,
        identity=identity,
        variables=variables,
        sought=sought,
        origin=origin,
        refused=refused,
    )
