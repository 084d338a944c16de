"""What a client of the net sends."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from functools import lru_cache

CRLF = b"\r\n"


@lru_cache(maxsize=32)
def content(size: int) -> bytes:
    """So many bytes without any order, the same each time: a byte that is lost, twice there or changed shows."""
    return hashlib.shake_256(b"hpatch").digest(size)


def head(method: str, path: str, *headers: str, close: bool = True) -> bytes:
    """A request up to its body; `close` asks for the connection's end after the response."""
    lines = [f"{method} {path} HTTP/1.1", "Host: localhost", *headers, *(["Connection: close"] if close else ())]
    return "".join(f"{line}\r\n" for line in (*lines, "")).encode("latin-1")


def with_length(method: str, path: str, body: bytes, *headers: str, close: bool = True) -> bytes:
    """A request with its body in one piece."""
    return head(method, path, f"Content-Length: {len(body)}", *headers, close=close) + body


def chunks(body: bytes, sizes: Sequence[int], *trailers: bytes) -> bytes:
    """A body in chunks of these sizes, over and over, with the last one and lines after it."""
    parts, place, number = [], 0, 0
    while place < len(body):
        part = body[place : place + sizes[number % len(sizes)]]
        parts.append(b"%x\r\n%b\r\n" % (len(part), part))
        place, number = place + len(part), number + 1
    return b"".join((*parts, b"0\r\n", *(line + CRLF for line in trailers), CRLF))
