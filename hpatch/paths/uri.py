"""A request's path as httpd reads it: normalized, then decoded (`ap_normalize_path`, `ap_unescape_url_ex`)."""

from __future__ import annotations

import re
from typing import Literal

_ESCAPE = r"%([0-9A-Fa-f]{2})"
_UNRESERVED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")

Slashes = Literal["off", "on", "nodecode"]
"""The words of AllowEncodedSlashes."""


class RefusedError(Exception):
    """httpd refuses the path with a `status`."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status = status
        self.text = text


def normalized(path: str, *, merge: bool = True) -> str:
    """The path without dot segments and, with `merge` (MergeSlashes), without empty ones, unreserved letters decoded.

    Raises RefusedError (400) for one that leads above the root or does not begin with a slash.
    """
    path = re.sub(_ESCAPE, lambda m: chr(int(m[1], 16)) if chr(int(m[1], 16)) in _UNRESERVED else m[0], path)
    if not path.startswith("/"):
        raise RefusedError(400, "the path does not begin with a slash")
    done: list[str] = []
    parts = path[1:].split("/")
    for index, part in enumerate(parts):
        last = index == len(parts) - 1
        if part == ".":
            if last:
                done.append("")
        elif part == "..":
            if not done:
                raise RefusedError(400, "the path leads above the root")
            done.pop()
            if last:
                done.append("")
        elif part == "" and not last and merge:
            continue
        else:
            done.append(part)
    return "/" + "/".join(done)


def decoded(path: str, slashes: Slashes = "off") -> str:
    """The normalized path with its escapes decoded, as `slashes` says.

    Raises RefusedError: 404 for an encoded slash that is not allowed and for `%00`, 400 for a bad escape.
    """
    if re.search(r"%(?![0-9A-Fa-f]{2})", path):
        raise RefusedError(400, "the path has a percent sign without two hexadecimal digits")
    if "%00" in path:
        raise RefusedError(404, "the path has an encoded zero byte")
    if slashes == "off" and re.search("(?i)%2f", path):
        raise RefusedError(404, "the path has an encoded slash, which AllowEncodedSlashes does not allow")

    def letter(match: re.Match[str]) -> str:
        if slashes == "nodecode" and match[1].lower() == "2f":
            return match[0]
        return chr(int(match[1], 16))

    text = re.sub(_ESCAPE, letter, path)
    raw = text.encode("latin-1", "replace") if all(ord(char) < 256 for char in text) else text.encode()
    return raw.decode("utf-8", "surrogateescape")


def encoded(path: str) -> str:
    """The path as httpd encodes it for a URL (`ap_os_escape_path`)."""
    return re.sub("%[0-9A-F]{2}", lambda match: match[0].lower(), proxy_encoded(path))


def proxy_encoded(path: str) -> str:
    """The path as mod_proxy encodes it (`ap_proxy_canonenc`): with capital digits."""
    from urllib.parse import quote

    return quote(path, safe="/$-_.+!*'(),:@&=~;", errors="surrogateescape")
