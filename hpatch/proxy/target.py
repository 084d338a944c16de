"""Worker URLs, read by `grammars/proxy.lark` as mod_proxy and APR read them (`ap_proxy_define_worker_ex`,
`apr_uri_parse`)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from hpatch.conf.words import lower
from hpatch.proxy.model import DEFAULT_PORTS

_VARIABLE = re.compile(r"\$[0-9{]|%[0-9{]")
_REFERENCE = re.compile(r"\$[0-9]")
_PORT = re.compile(r"[ \t\n\v\f\r]*[+-]?[0-9]+")
_MAX_HOST = 255
_MAX_SOCKET = 95


class Url(NamedTuple):
    """A worker URL's parts as written (scheme in lower case), `exclusion` for `!`.

    `scheme` is "" where there is none. `host` is None where the URL has no `//`. `port` is None where there is no
    colon, "" where nothing follows it.
    """

    text: str
    socket: str | None
    scheme: str
    user: str
    host: str | None
    port: str | None
    path: str
    exclusion: bool = False


class Name(NamedTuple):
    """What a URL is to mod_proxy: the parts of a worker that it would define, and its name.

    `refused` says why it would define none; the rest is what could be read then. `sought` is the text that is held
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


def parse_targets(texts: Iterable[str]) -> dict[str, Url]:
    """Read worker URLs, all in one go."""
    unique = list(dict.fromkeys(texts))
    if not unique:
        return {}
    from hpatch import grammar

    lark = grammar.parser("proxy", "targets")
    lines = [text.replace("\n", " ") for text in unique]
    tokens = lark.parse("\n".join(lines) + "\n").children
    worker = re.compile(lark.get_terminal("WORKER").pattern.to_regexp())
    bare = re.compile(lark.get_terminal("BARE").pattern.to_regexp())
    found: dict[str, Url] = {}
    for text, token in zip(unique, tokens, strict=True):
        kind = token.type  # type: ignore[union-attr]
        if kind == "WORKER":
            match = worker.match(token)  # type: ignore[arg-type]
            assert match is not None
            socket, scheme, user, host, port, path = match.groups()
            found[text] = Url(text, socket, lower(scheme), user or "", host, port, path or "")
        elif kind == "BARE":
            match = bare.match(token)  # type: ignore[arg-type]
            assert match is not None
            socket, scheme, path = match.groups()
            found[text] = Url(text, socket, lower(scheme), "", None, None, path)
        else:
            found[text] = Url(text, None, "", "", None, None, text, kind == "EXCLUSION")
    return found


def parse_parameters(words: Iterable[str]) -> dict[str, tuple[str, str | None]]:
    """Read words of the form `key=value`, all in one go; a word without `=` has no value."""
    unique = list(dict.fromkeys(words))
    if not unique:
        return {}
    from hpatch import grammar

    lark = grammar.parser("proxy", "parameters")
    tokens = lark.parse("\n".join(word.replace("\n", " ") for word in unique) + "\n").children
    found: dict[str, tuple[str, str | None]] = {}
    for word, token in zip(unique, tokens, strict=True):
        key, sign, value = word.partition("=")
        found[word] = (key, value if token.type == "PARAMETER" and sign else None)  # type: ignore[union-attr]
    return found


def _socket_path(written: str) -> str:
    """The path that `unix:…` names; a query or fragment and an authority are not part of it."""
    if written.startswith("//"):
        start = written.find("/", 2)
        written = written[start:] if start >= 0 else ""
    return re.split("[?#]", written, maxsplit=1)[0]


def _sought(text: str, bar: int) -> tuple[str, int]:
    """What `ap_proxy_de_socketfy` and `ap_proxy_get_worker_ex` compare; `bar` is where the socket ends, or -1."""
    real = text[bar + 1 :] if bar >= 0 else text
    colon = real.find(":")
    if bar >= 0:
        if colon == len(real) - 1:
            real += "//localhost"
        elif len(real) == colon + 3 and real.endswith("://"):
            real += "localhost"
    if real[colon : colon + 3] != "://" or len(real) == colon + 3:
        return "", 0
    slash = real.find("/", colon + 3)
    if slash < 0:
        slash = len(real)
    return lower(real[:slash]) + real[slash:], slash


def name(url: Url, matching: bool = False) -> Name:
    """What mod_proxy makes of a URL; `matching` for ProxyPassMatch, where `$1` may stand in the port."""
    text, socket, scheme, user, host, port, path, _ = url
    sought, origin = _sought(text, -1 if socket is None else text.index("|", 5))
    refused = ""
    if socket is not None:
        socket = _socket_path(socket)
        if len(socket.encode("utf-8", "surrogateescape")) > _MAX_SOCKET:
            refused = f"the path of its socket is longer than {_MAX_SOCKET} bytes"
        if not host:
            host = "localhost"
    if host is None:
        refused = "it has no scheme" if not scheme else "it has no //host"
        return Name(socket, scheme, user, "", None, path, f"{scheme}:{path}", False, sought, origin, refused)
    variables = ("$" in text or "%" in text) and _VARIABLE.search(f"{user}@{host}:{port}") is not None
    host = lower(host)
    if not host or host == "[]":
        refused = "it has no host"
    elif ":" in host and host[0] != "[":
        refused = "what follows the host's colon is no port"
    elif len(host) > _MAX_HOST // 4 and len(host.encode("utf-8", "surrogateescape")) > _MAX_HOST:
        refused = f"its host is longer than {_MAX_HOST} bytes"
    shown = ""
    number = None
    if port:
        if matching and variables:
            reference = _REFERENCE.search(port)
            if reference is not None:
                path = port[reference.start() :] + path
                port = port[: reference.start()]
        if (port.isascii() and port.isdigit()) or _PORT.fullmatch(port):
            number = int(port)
            if number % 65536 not in (0, DEFAULT_PORTS.get(scheme)):
                shown = f":{port}"
        elif port:
            refused = "its port is no number"
            shown = f":{port}"
    authority = f"{user}@{host}" if user else host
    identity = f"{scheme}://{authority}{shown}{path}"
    return Name(socket, scheme, user, host, number, path, identity, variables, sought, origin, refused)
