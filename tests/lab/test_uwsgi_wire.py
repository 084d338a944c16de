"""uwsgi packets: writing and reading are each other's inverse, and nothing unsound is read; CONTENT_LENGTH."""

from __future__ import annotations

from contextlib import suppress
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hpatch.lab.wire.stream import WireError, content_length
from hpatch.lab.wire.uwsgi import read, write

PAIRS = st.lists(st.tuples(st.binary(max_size=300), st.binary(max_size=300)), max_size=6).map(tuple)


@given(PAIRS, st.binary(max_size=100))
def test_a_request_is_read_as_written(pairs: tuple[tuple[bytes, bytes], ...], body: bytes) -> None:
    stream = BytesIO(write(pairs, body))
    length = ((b"CONTENT_LENGTH", b"%d" % len(body)),) if body else ()
    assert read(stream) == (*pairs, *length)
    assert stream.read() == body


@given(PAIRS, st.binary(max_size=8), st.integers(0, 60), st.integers(0, 8))
def test_any_bytes_are_read_or_refused(
    pairs: tuple[tuple[bytes, bytes], ...], junk: bytes, at: int, length: int
) -> None:
    """What is read stands in the bytes."""
    whole = write(pairs)
    content = whole[:at] + junk + whole[at + length :]
    with suppress(WireError):
        assert all(text in content for pair in read(BytesIO(content)) for text in pair)


def test_the_bytes_of_the_documentation() -> None:
    assert write([(b"a", b"bc")]) == b"\0\7\0\0\1\0a\2\0bc"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"\0\0\0", "1 bytes before"),
        (b"\5\0\0\0", "modifiers 5 and 0"),
        (b"\0\1\0\0a", "inside a variable"),
        (b"\0\3\0\0\2\0a", "inside a variable"),
        (b"\0\3\0\0\1\0a", "without a value"),
    ],
)
def test_what_is_no_packet(content: bytes, message: str) -> None:
    with pytest.raises(WireError, match=message):
        read(BytesIO(content))


def test_a_packet_cannot_hold_more() -> None:
    with pytest.raises(ValueError, match="65535"):
        write([(b"a", bytes(65536))])


def test_content_length() -> None:
    assert content_length({}) == content_length({b"CONTENT_LENGTH": b""}) == 0
    assert content_length({b"CONTENT_LENGTH": b"12"}) == 12
    with pytest.raises(WireError, match="not a number"):
        content_length({b"CONTENT_LENGTH": b"-1"})
