"""SCGI: a netstring of headers, then the body.

Source: SCGI, A Simple Common Gateway Interface alternative (2008): CONTENT_LENGTH comes first, SCGI is "1", no name
twice, no empty name, no zero byte in a name or a value.
"""

from __future__ import annotations

from collections.abc import Iterable

from hpatch.lab.wire.stream import ByteStream, Pairs, WireError, exactly

_DIGITS = 10
"""How many digits a netstring's length may have here."""


def write(pairs: Iterable[tuple[bytes, bytes]], body: bytes = b"") -> bytes:
    """A request; CONTENT_LENGTH and SCGI are added."""
    headers = ((b"CONTENT_LENGTH", b"%d" % len(body)), (b"SCGI", b"1"), *pairs)
    content = b"".join(name + b"\0" + value + b"\0" for name, value in headers)
    return b"%d:%b,%b" % (len(content), content, body)


def read(stream: ByteStream) -> Pairs:
    """A request's headers; the body is next in the stream. Raises WireError."""
    size = _size(stream)
    content = exactly(stream, size)
    if exactly(stream, 1) != b",":
        raise WireError("an SCGI netstring does not end with a comma")
    fields = content.split(b"\0")
    if fields.pop() != b"" or len(fields) % 2:
        raise WireError("SCGI headers are not pairs that end with zero bytes")
    pairs = tuple(zip(fields[::2], fields[1::2], strict=True))
    names = [name for name, _ in pairs]
    if names[:1] != [b"CONTENT_LENGTH"]:
        raise WireError("CONTENT_LENGTH is not the first SCGI header")
    if (b"SCGI", b"1") not in pairs:
        raise WireError("the SCGI header is missing")
    if b"" in names or len(set(names)) < len(names):
        raise WireError("an SCGI header has no name, or the name of another header")
    return pairs


def _size(stream: ByteStream) -> int:
    """A netstring's length, up to its colon."""
    digits = b""
    while (one := exactly(stream, 1)) != b":":
        digits += one
        if not one.isdigit() or len(digits) > _DIGITS or digits[:1] == b"0" != digits:
            raise WireError(f"{digits!r} is not the length of a netstring")
    if not digits:
        raise WireError("a netstring has no length")
    return int(digits)
