"""The uwsgi protocol: one packet of variables, then the body.

Source: the uWSGI documentation, "The uwsgi (lowercase!) Protocol": modifier 1, the size of the variables (16 bits,
little endian), modifier 2; each name and value after its own size.
"""

from __future__ import annotations

from collections.abc import Iterable

from hpatch.lab.wire.stream import ByteStream, Pairs, WireError, exactly

LARGEST = 0xFFFF
"""Bytes that the variables can have."""


def write(pairs: Iterable[tuple[bytes, bytes]], body: bytes = b"") -> bytes:
    """A request with both modifiers 0; CONTENT_LENGTH is added where there is a body."""
    variables = (*pairs, (b"CONTENT_LENGTH", b"%d" % len(body))) if body else tuple(pairs)
    size = sum(4 + len(name) + len(value) for name, value in variables)
    if size > LARGEST:
        raise ValueError(f"a packet's variables have up to {LARGEST} bytes, not {size}")
    content = b"".join(_sized(name) + _sized(value) for name, value in variables)
    return b"\0" + len(content).to_bytes(2, "little") + b"\0" + content + body


def _sized(text: bytes) -> bytes:
    return len(text).to_bytes(2, "little") + text


def read(stream: ByteStream) -> Pairs:
    """A request's variables; the body is next in the stream. Raises WireError."""
    header = exactly(stream, 4)
    if header[0] or header[3]:
        raise WireError(f"a uwsgi packet has the modifiers {header[0]} and {header[3]}, not 0 and 0")
    content = exactly(stream, int.from_bytes(header[1:3], "little"))
    fields, place = [], 0
    while place < len(content):
        size = int.from_bytes(content[place : place + 2], "little")
        end = place + 2 + size
        if place + 2 > len(content) or end > len(content):
            raise WireError("a uwsgi packet ends inside a variable")
        fields.append(content[place + 2 : end])
        place = end
    if len(fields) % 2:
        raise WireError("a uwsgi packet has a name without a value")
    return tuple(zip(fields[::2], fields[1::2], strict=True))
