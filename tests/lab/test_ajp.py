"""AJP 1.3 on the wire."""

from __future__ import annotations

from io import BytesIO

import pytest

from hpatch.lab.wire import ajp
from hpatch.lab.wire.stream import WireError


def text(content: bytes) -> bytes:
    return len(content).to_bytes(2, "big") + content + b"\0"


REQUEST = b"".join(
    (
        b"\x02\x04",  # a request, POST
        text(b"HTTP/1.1"), text(b"/a"), text(b"127.0.0.1"), b"\xff\xff", text(b"localhost"), b"\0\x50", b"\0",
        b"\0\x03", b"\xa0\x08", text(b"3"), b"\xa0\x0b", text(b"localhost"), text(b"X-Own"), text(b"1"),
        b"\x05", text(b"q=1"), b"\x0a", text(b"NAME"), text(b"value"), b"\x0b\0\x80", b"\xff",
    )
)  # fmt: skip


def test_a_request_is_read() -> None:
    found = ajp.read_forward(REQUEST)
    assert found.line == b"POST /a HTTP/1.1"
    assert found.headers == ((b"content-length", b"3"), (b"host", b"localhost"), (b"X-Own", b"1"))
    assert found.attributes[-4:] == (
        (b"is_ssl", b"0"), (b"query_string", b"q=1"), (b"NAME", b"value"), (b"ssl_key_size", b"128")
    )  # fmt: skip
    assert dict(found.attributes)[b"remote_host"] == b""
    assert dict(found.attributes)[b"server_port"] == b"80"


def test_a_method_without_a_code_is_an_attribute() -> None:
    stored = REQUEST.replace(b"\x02\x04", b"\x02\xff", 1).removesuffix(b"\xff") + b"\x0d" + text(b"PATCH") + b"\xff"
    assert ajp.read_forward(stored).line == b"PATCH /a HTTP/1.1"


@pytest.mark.parametrize("end", range(len(REQUEST)))
def test_a_request_that_is_cut_is_refused(end: int) -> None:
    with pytest.raises(WireError):
        ajp.read_forward(REQUEST[:end])


@pytest.mark.parametrize(
    "content",
    [
        REQUEST.replace(b"\x02\x04", b"\x02\x63", 1),
        REQUEST.replace(b"\xa0\x08", b"\xa0\x63", 1),
        REQUEST.replace(b"\x0b\0\x80", b"\x63\0\x80", 1),
        REQUEST.replace(b"HTTP/1.1\0", b"HTTP/1.1\1", 1),
        b"\x03" + REQUEST[1:],
    ],
)
def test_what_is_none_of_the_protocol_is_refused(content: bytes) -> None:
    with pytest.raises(WireError):
        ajp.read_forward(content)


def test_packets() -> None:
    assert ajp.read_packet(BytesIO(b"\x12\x34\0\x01\x0a")) == b"\x0a"
    assert ajp.is_ping(b"\x0a")
    assert not ajp.is_ping(REQUEST)
    with pytest.raises(WireError):
        ajp.read_packet(BytesIO(b"AB\0\x01\x0a"))
    assert ajp.read_body(b"\0\x03abc") == b"abc"
    assert ajp.read_body(b"") == ajp.read_body(b"\0\0") == b""
    with pytest.raises(WireError):
        ajp.read_body(b"\0\x04abc")


def test_a_response() -> None:
    assert ajp.headers(404, b"None", [(b"A", b"b")]) == b"AB\0\x14\x04\x01\x94\0\x04None\0\0\x01\0\x01A\0\0\x01b\0"
    assert ajp.body(b"abc") == b"AB\0\x07\x03\0\x03abc\0"
    assert len(ajp.body(bytes(2 * ajp.LARGEST))) == 2 * 8192
    assert ajp.end() == b"AB\0\x02\x05\0"
    assert ajp.end(reuse=True) == b"AB\0\x02\x05\x01"
    assert ajp.get_body(100) == b"AB\0\x03\x06\0\x64"
    assert ajp.pong() == b"AB\0\x01\x09"
