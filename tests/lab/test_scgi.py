"""SCGI requests: writing and reading are each other's inverse, and nothing unsound is read."""

from __future__ import annotations

from contextlib import suppress
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hpatch.lab.wire.scgi import read, write
from hpatch.lab.wire.stream import WireError

NAME = st.binary(min_size=1, max_size=20).filter(
    lambda text: b"\0" not in text and text not in {b"SCGI", b"CONTENT_LENGTH"}
)
VALUE = st.binary(max_size=200).filter(lambda text: b"\0" not in text)
PAIRS = st.dictionaries(NAME, VALUE, max_size=6).map(lambda found: tuple(found.items()))


@given(PAIRS, st.binary(max_size=100))
def test_a_request_is_read_as_written(pairs: tuple[tuple[bytes, bytes], ...], body: bytes) -> None:
    stream = BytesIO(write(pairs, body))
    length = (b"CONTENT_LENGTH", b"%d" % len(body))
    assert read(stream) == (length, (b"SCGI", b"1"), *pairs)
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


def test_the_example_of_the_specification() -> None:
    text = (
        b"70:CONTENT_LENGTH\x0027\0SCGI\x001\0REQUEST_METHOD\0POST\0REQUEST_URI\0/deepthought\0,"
        b"What is the answer to life?"
    )
    pairs = ((b"REQUEST_METHOD", b"POST"), (b"REQUEST_URI", b"/deepthought"))
    assert write(pairs, b"What is the answer to life?") == text
    assert read(BytesIO(text))[2:] == pairs


def netstring(content: bytes) -> bytes:
    return b"%d:%b," % (len(content), content)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "1 bytes were announced"),
        (b":,", "no length"),
        (b"07:", "'07' is not the length"),
        (b"x:", "'x' is not the length"),
        (b"12345678901:", "is not the length"),
        (b"5:abc", "before the end"),
        (b"3:abc.", "comma"),
        (netstring(b"a\0b"), "not pairs"),
        (netstring(b"a\0"), "not pairs"),
        (netstring(b"SCGI\x001\0"), "not the first"),
        (netstring(b"CONTENT_LENGTH\x000\0"), "SCGI header is missing"),
        (netstring(b"CONTENT_LENGTH\x000\0SCGI\x001\0\0a\0"), "no name"),
        (netstring(b"CONTENT_LENGTH\x000\0SCGI\x001\0a\0b\0a\0b\0"), "the name of another"),
    ],
)
def test_what_is_no_request(content: bytes, message: str) -> None:
    with pytest.raises(WireError, match=message):
        read(BytesIO(content))
