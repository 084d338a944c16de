"""FastCGI records and pairs: writing and reading are each other's inverse, and nothing unsound is read."""

from __future__ import annotations

from contextlib import suppress
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hpatch.lab.wire.fastcgi import (
    BEGIN,
    END,
    PARAMS,
    STDIN,
    STDOUT,
    Record,
    read,
    read_pairs,
    request,
    response,
    split,
    write,
    write_pairs,
)
from hpatch.lab.wire.stream import WireError

TEXT = st.one_of(st.binary(max_size=20), st.integers(120, 300).map(lambda size: b"x" * size))
PAIRS = st.lists(st.tuples(TEXT, TEXT), max_size=6).map(tuple)
RECORDS = st.lists(st.builds(Record, st.integers(1, 11), st.binary(max_size=300), st.integers(0, 0xFFFF)), max_size=5)


def all_of(stream: BytesIO) -> list[Record]:
    return list(iter(lambda: read(stream), None))


@given(PAIRS)
def test_pairs_are_read_as_written(pairs: tuple[tuple[bytes, bytes], ...]) -> None:
    assert read_pairs(write_pairs(pairs)) == pairs


@given(RECORDS)
def test_records_are_read_as_written(records: list[Record]) -> None:
    assert all_of(BytesIO(b"".join(map(write, records)))) == records


@given(st.binary(max_size=60))
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    """What is read stands in the bytes, in this order."""
    with suppress(WireError):
        assert _in_order([text for pair in read_pairs(content) for text in pair], content)
    with suppress(WireError):
        assert _in_order([record.content for record in all_of(BytesIO(content))], content)


def _in_order(texts: list[bytes], whole: bytes) -> bool:
    place = 0
    for text in texts:
        found = whole.find(text, place)
        if found < 0:
            return False
        place = found + len(text)
    return True


@given(PAIRS.filter(len), st.data())
def test_a_cut_is_an_error(pairs: tuple[tuple[bytes, bytes], ...], data: st.DataObject) -> None:
    whole = write_pairs(pairs)
    cut = whole[: data.draw(st.integers(0, len(whole) - 1))]
    with suppress(WireError):
        found = read_pairs(cut)
        assert len(found) < len(pairs)
        assert found == pairs[: len(found)]
    with pytest.raises(WireError):
        read(BytesIO(write(Record(PARAMS, whole))[:-1]))


def test_the_bytes_of_the_specification() -> None:
    assert write(Record(STDOUT, b"ab", 0x0102)) == b"\1\6\1\2\0\2\0\0ab"
    assert write_pairs([(b"ab", b"c" * 128)]) == b"\2\x80\0\0\x80ab" + b"c" * 128
    assert request([(b"a", b"b")]) == b"\1\1\0\1\0\x08\0\0\0\1\0\0\0\0\0\0\1\4\0\1\0\4\0\0\1\1ab\1\4\0\1\0\0\0\0"
    assert [one.type for one in all_of(BytesIO(request([], keep=True)))] == [BEGIN, PARAMS]
    assert [(one.type, len(one.content)) for one in all_of(BytesIO(response(bytes(70000))))] == [
        (STDOUT, 65535),
        (STDOUT, 4465),
        (STDOUT, 0),
        (END, 8),
    ]


def test_padding_is_skipped() -> None:
    assert all_of(BytesIO(b"\1\5\0\1\0\1\3\0aXYZ" + write(Record(STDIN, b"")))) == [
        Record(STDIN, b"a"),
        Record(STDIN, b""),
    ]


def test_a_stream_is_split_into_records() -> None:
    assert [one.content for one in split(STDIN, b"abcde", 2)] == [b"ab", b"cd", b"e"]
    assert list(split(STDIN, b"")) == []


def test_a_header_can_announce_more_than_there_is() -> None:
    with pytest.raises(WireError, match="10 bytes before the end"):
        read(BytesIO(write(Record(STDOUT, b"ab"), announced=12)))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"\2\1\0\1\0\0\0\0", "version 2"),
        (b"\1\0\0\1\0\0\0\0", "type 0"),
        (b"\1\x0c\0\1\0\0\0\0", "type 12"),
        (b"\1\1\0", "5 bytes before"),
        (b"\1\1\0\1\0\0\1\0", "1 bytes were announced"),
    ],
)
def test_what_is_no_record(content: bytes, message: str) -> None:
    with pytest.raises(WireError, match=message):
        read(BytesIO(content))


def test_a_record_cannot_hold_more() -> None:
    with pytest.raises(ValueError, match="65535"):
        write(Record(STDOUT, bytes(65536)))
