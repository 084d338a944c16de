"""FastCGI: records, and name-value pairs in them.

Source: the FastCGI Specification 1.0, sections 3.3 (records), 3.4 (name-value pairs), 5.1 (FCGI_BEGIN_REQUEST), 5.3
(byte streams) and 5.5 (FCGI_END_REQUEST).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from hpatch.lab.wire.stream import ByteStream, Pairs, WireError, exactly, exactly_or_end
from hpatch.records import NamedTuple

BEGIN, ABORT, END, PARAMS, STDIN, STDOUT, STDERR = range(1, 8)
_VERSION = 1
_LAST_TYPE = 11
_HEADER = 8
_RESPONDER, _KEEP = 1, 1
LARGEST = 0xFFFF
"""Bytes that the content of one record can have."""
_LONG = 0x80
"""From this length on, a name's or value's length takes four bytes."""


class Record(NamedTuple):
    """One record, without its padding."""

    type: int
    content: bytes
    request: int = 1


def write(record: Record, *, announced: int | None = None, padding: int = 0) -> bytes:
    """A record's bytes, with so many (up to 255) of padding.

    `announced` is the length that its header claims where it is not the content's.
    """
    size = len(record.content) if announced is None else announced
    if not 0 <= size <= LARGEST:
        raise ValueError(f"a record holds up to {LARGEST} bytes, not {size}")
    first = bytes((_VERSION, record.type)) + record.request.to_bytes(2, "big") + size.to_bytes(2, "big")
    return first + bytes((padding, 0)) + record.content + bytes(padding)


def read(stream: ByteStream) -> Record | None:
    """The next record; None when the stream has ended before it. Raises WireError."""
    header = exactly_or_end(stream, _HEADER)
    if not header:
        return None
    version, kind = header[0], header[1]
    if version != _VERSION:
        raise WireError(f"a FastCGI record has version {version}, not {_VERSION}")
    if not 1 <= kind <= _LAST_TYPE:
        raise WireError(f"a FastCGI record has the type {kind}; there are 1 to {_LAST_TYPE}")
    content = exactly(stream, int.from_bytes(header[4:6], "big"))
    exactly(stream, header[6])
    return Record(kind, content, int.from_bytes(header[2:4], "big"))


def split(type: int, content: bytes, size: int = LARGEST) -> Iterator[Record]:
    """A byte stream's content in records of up to `size` bytes, without the empty record that ends it."""
    for start in range(0, len(content), size):
        yield Record(type, content[start : start + size])


def response(content: bytes) -> bytes:
    """A whole response to request 1: FCGI_STDOUT, its end, and FCGI_END_REQUEST with status 0."""
    records = (*split(STDOUT, content), Record(STDOUT, b""), Record(END, bytes(8)))
    return b"".join(map(write, records))


def request(pairs: Iterable[tuple[bytes, bytes]], *, keep: bool = False) -> bytes:
    """What begins request 1: FCGI_BEGIN_REQUEST (as a responder), FCGI_PARAMS, its end; `keep` the connection open."""
    begin = Record(BEGIN, bytes((0, _RESPONDER, _KEEP if keep else 0, 0, 0, 0, 0, 0)))
    return b"".join(map(write, (begin, *split(PARAMS, write_pairs(pairs)), Record(PARAMS, b""))))


def write_pairs(pairs: Iterable[tuple[bytes, bytes]]) -> bytes:
    """Name-value pairs as FCGI_PARAMS holds them."""
    return b"".join(_length(name) + _length(value) + name + value for name, value in pairs)


def _length(text: bytes) -> bytes:
    size = len(text)
    return bytes((size,)) if size < _LONG else (size | _LONG << 24).to_bytes(4, "big")


def read_pairs(content: bytes) -> Pairs:
    """The name-value pairs in the whole content of FCGI_PARAMS. Raises WireError."""
    pairs, place = [], 0
    while place < len(content):
        name_size, place = _read_length(content, place)
        value_size, place = _read_length(content, place)
        middle, end = place + name_size, place + name_size + value_size
        if end > len(content):
            raise WireError(f"FCGI_PARAMS ends {end - len(content)} bytes before the end of a pair")
        pairs.append((content[place:middle], content[middle:end]))
        place = end
    return tuple(pairs)


def _read_length(content: bytes, place: int) -> tuple[int, int]:
    """A length and the place after it."""
    size = 4 if place < len(content) and content[place] & _LONG else 1
    field = content[place : place + size]
    if len(field) < size:
        raise WireError("FCGI_PARAMS ends inside a length")
    return int.from_bytes(field, "big") & ~(_LONG << 24 if size == 4 else 0), place + size
