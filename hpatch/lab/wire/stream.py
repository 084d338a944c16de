"""Reading exactly what a protocol announces, and nothing beyond: what nobody asked for stays in the kernel, unread."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from hpatch.errors import InputError

Pairs = tuple[tuple[bytes, bytes], ...]
"""Names and values, in their order."""


class WireError(InputError):
    """Bytes that are none of the protocol's, or an end in the middle of what was announced."""


class ByteStream(Protocol):
    """What bytes come from: an unbuffered file of a socket, or a BytesIO."""

    def read(self, size: int, /) -> bytes | None:
        """Up to `size` bytes; none at the end."""


def exactly(stream: ByteStream, size: int) -> bytes:
    """So many bytes. Raises WireError when there are fewer."""
    content = exactly_or_end(stream, size)
    if len(content) < size:
        raise WireError(f"the stream ended although {size} bytes were announced")
    return content


def exactly_or_end(stream: ByteStream, size: int) -> bytes:
    """So many bytes, or none when the stream has ended. Raises WireError when it ends between."""
    parts, missing = [], size
    while missing:
        part = stream.read(missing)
        if not part:
            break
        parts.append(part)
        missing -= len(part)
    if missing and parts:
        raise WireError(f"the stream ended {missing} bytes before the end of what was announced")
    return b"".join(parts)


def content_length(variables: Mapping[bytes, bytes]) -> int:
    """How long the body is, by CONTENT_LENGTH; 0 without one. Raises WireError when that is no number."""
    value = variables.get(b"CONTENT_LENGTH") or b"0"
    if not value.isdigit():
        raise WireError(f"CONTENT_LENGTH is {value!r}, which is not a number")
    return int(value)
