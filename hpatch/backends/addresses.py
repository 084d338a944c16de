"""The addresses of sockets that backends listen on, in a form that can be compared."""

from __future__ import annotations

import re

_LOOPBACK = r"127\.\d+\.\d+\.\d+|localhost|\[?::1\]?"
_SLASHES = r"/(?:\.?/)+"


def normal(path: str) -> str:
    """A socket's path in a comparable form: `//` and `/./` become one slash, `/var/run` becomes `/run`."""
    if "//" in path or "/./" in path:
        path = re.sub(_SLASHES, "/", path)
    return path.removeprefix("/var") if path.startswith("/var/run/") else path


def is_loopback(host: str) -> bool:
    """Whether a host is an address or name of this machine alone."""
    return re.fullmatch(_LOOPBACK, host) is not None


def port(digits: str) -> int | None:
    """The port that a text is; None for anything else than one to five digits."""
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 6 else None


def same_host(listening: str, asked: str) -> bool:
    """Whether what listens at a host ("" for every address) answers who asks for another."""
    if listening.startswith("127.") and asked.startswith("127."):
        return listening == asked
    if is_loopback(asked):
        return listening in ("", "0.0.0.0", "[::]") or is_loopback(listening)
    return bool(asked) and listening.lower() == asked


def bracketed(host: str) -> str:
    """A host as it is written in a URL: an IPv6 address in brackets."""
    return f"[{host}]" if ":" in host else host
