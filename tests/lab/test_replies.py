"""What came on a connection, split into responses."""

from __future__ import annotations

import pytest

from hpatch.lab.replies import ClientReply, split

HEAD = b"HTTP/1.1 200 OK\r\nServer: a\r\n"
LENGTH = HEAD + b"Content-Length: 3\r\n\r\nabc"
CHUNKS = HEAD + b"Transfer-Encoding: chunked\r\n\r\n2\r\nab\r\n1;x=y\r\nc\r\n0\r\n\r\n"
TRAILERS = CHUNKS.removesuffix(b"\r\n") + b"X-End: 1\r\n\r\n"
CLOSE = HEAD + b"\r\nabc"


def one(content: bytes, method: str = "GET", *, in_order: bool = True) -> ClientReply:
    (reply,) = split(content, (method,), in_order=in_order)
    return reply


@pytest.mark.parametrize("content", [LENGTH, CHUNKS, TRAILERS, CLOSE])
def test_a_whole_response(content: bytes) -> None:
    reply = one(content)
    assert (reply.status, reply.body, reply.whole) == ("200 OK", b"abc", True)


def test_trailers() -> None:
    assert one(TRAILERS).trailers == ("X-End: 1",)


@pytest.mark.parametrize("content", [LENGTH, CHUNKS, TRAILERS])
def test_a_response_that_is_cut_anywhere_is_not_whole(content: bytes) -> None:
    for end in range(1, len(content)):
        assert not one(content[:end]).whole, content[:end]


def test_a_reset_cuts_what_only_the_end_of_the_connection_ends() -> None:
    assert not one(CLOSE, in_order=False).whole
    assert one(LENGTH, in_order=False).whole


@pytest.mark.parametrize(
    ("method", "status"), [("HEAD", "200 OK"), ("GET", "204 No Content"), ("GET", "304 Not Modified")]
)
def test_no_body(method: str, status: str) -> None:
    first = b"HTTP/1.1 " + status.encode() + b"\r\nContent-Length: 3\r\n\r\n"
    found = split(first + LENGTH, (method, "GET"), in_order=True)
    assert [(reply.status, reply.body) for reply in found] == [(status, b""), ("200 OK", b"abc")]


def test_several_after_one_another_with_interim_ones() -> None:
    found = split(LENGTH + b"HTTP/1.1 100 Continue\r\n\r\n" + CHUNKS + CLOSE, ("GET", "POST", "GET"), in_order=True)
    assert [(reply.interim, reply.body) for reply in found] == [((), b"abc"), (("100",), b"abc"), ((), b"abc")]


def test_nothing_and_too_much() -> None:
    assert one(b"").status == "none"
    assert [reply.status for reply in split(LENGTH + b"x", ("GET",), in_order=True)] == ["200 OK", "more"]
    assert [reply.status for reply in split(LENGTH, ("GET", "GET"), in_order=True)] == ["200 OK", "none"]


def test_facts_leave_out_how_much_of_a_cut_body_came() -> None:
    assert one(LENGTH[:-1]).facts() == one(LENGTH[:-2]).facts()
    assert one(LENGTH).facts() == one(CHUNKS).facts()
    assert one(LENGTH).facts() != one(LENGTH.replace(b"abc", b"abd")).facts()
    assert one(LENGTH).facts() != one(LENGTH.replace(b"Server: a", b"Server: b")).facts()


@pytest.mark.parametrize("head", [b"HTTP/2 200 OK", b"HTTP/1.1 2000 OK", b"SSH-2.0-x", b"HTTP/1.1  200"])
def test_what_is_no_response(head: bytes) -> None:
    assert one(head + b"\r\n\r\nabc").status == "no HTTP"


@pytest.mark.parametrize("size", [b"-3", b"x", b"", b"+3", b" 3"])
def test_what_is_no_size_of_a_chunk(size: bytes) -> None:
    reply = one(HEAD + b"Transfer-Encoding: chunked\r\n\r\n" + size + b"\r\nabc\r\n0\r\n\r\n")
    assert (reply.body, reply.whole) == (b"", False)


def test_facts_leave_out_which_time_a_header_tells() -> None:
    first, second = (one(HEAD + b"Expires: Sun, 29 Nov 2026 14:27:0%d GMT\r\n\r\n" % at) for at in (0, 1))
    assert first.facts() == second.facts() != one(HEAD + b"\r\n").facts()
