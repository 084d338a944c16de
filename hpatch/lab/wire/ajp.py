"""AJP 1.3: the packets of a gateway, read strictly, and those of a backend, written.

Source: the Apache Tomcat Connectors' "AJPv13 Protocol Reference", and httpd's modules/proxy/ajp.h for the codes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from hpatch.lab.wire.stream import ByteStream, Pairs, WireError, exactly
from hpatch.records import NamedTuple

LARGEST = 8184
"""Bytes of a response's body that one packet can have: 8,192 without its header, type, length and last zero byte."""
_ASKED = 8186
"""The same for a request's: without the packet's header and the length before them."""
_FROM_GATEWAY, _FROM_BACKEND = b"\x12\x34", b"AB"
_FORWARD, _PING = 2, 10
_BODY, _HEADERS, _END, _GET_BODY, _PONG = 3, 4, 5, 6, 9
_CODED = 0xA000
_NULL = 0xFFFF
_METHODS = (
    b"OPTIONS GET HEAD POST PUT DELETE TRACE PROPFIND PROPPATCH MKCOL COPY MOVE LOCK UNLOCK ACL REPORT "
    b"VERSION-CONTROL CHECKIN CHECKOUT UNCHECKOUT SEARCH MKWORKSPACE UPDATE LABEL MERGE BASELINE_CONTROL MKACTIVITY"
).split()
_STORED_METHOD = 0xFF
_NAMES = (
    b"accept accept-charset accept-encoding accept-language authorization connection content-type content-length "
    b"cookie cookie2 host pragma referer user-agent"
).split()
_ATTRIBUTES = {
    1: b"context",
    2: b"servlet_path",
    3: b"remote_user",
    4: b"auth_type",
    5: b"query_string",
    6: b"route",
    7: b"ssl_cert",
    8: b"ssl_cipher",
    9: b"ssl_session",
    12: b"secret",
    13: b"stored_method",
}
_PAIR, _KEY_SIZE, _DONE = 10, 11, 0xFF


class _Packet:
    """What is left of a packet's content."""

    def __init__(self, content: bytes) -> None:
        self._content = content
        self._place = 0

    def number(self, size: int) -> int:
        return int.from_bytes(self._bytes(size), "big")

    def text(self) -> bytes:
        """A string; the null string is the empty one."""
        size = self.number(2)
        if size == _NULL:
            return b""
        text = self._bytes(size)
        if self._bytes(1) != b"\0":
            raise WireError("an AJP string does not end with a zero byte")
        return text

    def name(self) -> bytes:
        """A header's name: its code, or a string."""
        code = int.from_bytes(self._content[self._place : self._place + 2], "big")
        if code & 0xFF00 != _CODED:
            return self.text()
        self._place += 2
        return _known(_NAMES, code - _CODED, "header")

    def method(self) -> bytes | None:
        """None: an attribute has it."""
        code = self.number(1)
        return None if code == _STORED_METHOD else _known(_METHODS, code, "method")

    def _bytes(self, size: int) -> bytes:
        part = self._content[self._place : self._place + size]
        if len(part) < size:
            raise WireError("an AJP packet ends inside a value")
        self._place += size
        return part


def _known(names: list[bytes], code: int, kind: str) -> bytes:
    if not 1 <= code <= len(names):
        raise WireError(f"an AJP {kind} has the code {code}")
    return names[code - 1]


class Forward(NamedTuple):
    """A request's head: its first line, its headers and its attributes."""

    line: bytes
    headers: Pairs
    attributes: Pairs


def read_packet(stream: ByteStream) -> bytes:
    """The content of the gateway's next packet. Raises WireError."""
    header = exactly(stream, 4)
    if header[:2] != _FROM_GATEWAY:
        raise WireError(f"an AJP packet begins with {header[:2]!r}")
    return exactly(stream, int.from_bytes(header[2:], "big"))


def is_ping(content: bytes) -> bool:
    """Whether a packet asks for `pong`."""
    return content == bytes((_PING,))


def read_forward(content: bytes) -> Forward:
    """A packet that begins a request. Raises WireError."""
    packet = _Packet(content)
    if (kind := packet.number(1)) != _FORWARD:
        raise WireError(f"an AJP packet has the type {kind} instead of {_FORWARD}")
    method = packet.method()
    protocol, target = packet.text(), packet.text()
    about = [(name, packet.text()) for name in (b"remote_addr", b"remote_host", b"server_name")]
    about += [(name, b"%d" % packet.number(size)) for name, size in ((b"server_port", 2), (b"is_ssl", 1))]
    headers = tuple((packet.name(), packet.text()) for _ in range(packet.number(2)))
    attributes = (*about, *_attributes(packet))
    first = method or dict(attributes).get(b"stored_method", b"")
    return Forward(b"%b %b %b" % (first, target, protocol), headers, attributes)


def _attributes(packet: _Packet) -> Iterator[tuple[bytes, bytes]]:
    while (code := packet.number(1)) != _DONE:
        if code == _PAIR:
            yield packet.text(), packet.text()
        elif code == _KEY_SIZE:
            yield b"ssl_key_size", b"%d" % packet.number(2)
        elif code in _ATTRIBUTES:
            yield _ATTRIBUTES[code], packet.text()
        else:
            raise WireError(f"an AJP attribute has the code {code}")


def read_body(content: bytes) -> bytes:
    """A packet of a body; its end is an empty one. Raises WireError."""
    if not content:
        return b""
    size = int.from_bytes(content[:2], "big")
    if len(content) != size + 2:
        raise WireError(f"an AJP packet with {size} bytes of a body has {len(content) - 2}")
    return content[2:]


def get_body(size: int = _ASKED) -> bytes:
    """Asks for up to so many more bytes of a body."""
    return _packet(_GET_BODY, size.to_bytes(2, "big"))


def headers(status: int, reason: bytes, lines: Iterable[tuple[bytes, bytes]]) -> bytes:
    """What begins a response."""
    pairs = tuple(lines)
    content = b"".join(_text(name) + _text(value) for name, value in pairs)
    return _packet(_HEADERS, status.to_bytes(2, "big") + _text(reason) + len(pairs).to_bytes(2, "big") + content)


def body(content: bytes) -> bytes:
    """A response's body, or a part of it."""
    parts = (content[start : start + LARGEST] for start in range(0, len(content), LARGEST))
    return b"".join(_packet(_BODY, _text(part)) for part in parts)


def end(*, reuse: bool = False) -> bytes:
    """What ends a response; `reuse`: the connection stays open."""
    return _packet(_END, bytes((reuse,)))


def pong() -> bytes:
    """The answer to a ping."""
    return _packet(_PONG, b"")


def _packet(kind: int, content: bytes) -> bytes:
    return _FROM_BACKEND + (len(content) + 1).to_bytes(2, "big") + bytes((kind,)) + content


def _text(content: bytes) -> bytes:
    return len(content).to_bytes(2, "big") + content + b"\0"
