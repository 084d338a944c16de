"""How the responder reads HTTP: what is announced, and nothing beyond."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import closing

import pytest

from hpatch.lab.backends.exchange import KINDS, Exchange
from hpatch.lab.wire.stream import WireError
from tests.support.patience import PATIENCE

HEAD = b"POST /a HTTP/1.1\r\nHost: b\r\nTransfer-Encoding: chunked\r\n\r\n"
BODY = b"3\r\nabc\r\n1;x=y\r\nd\r\n0\r\nX-End: 1\r\n\r\n"
BEYOND = b"GET /next HTTP/1.1\r\n\r\n"


@pytest.fixture
def pair() -> Iterator[tuple[socket.socket, Exchange]]:
    ours, theirs = socket.socketpair()
    theirs.settimeout(PATIENCE)
    with closing(ours), closing(theirs):
        yield ours, KINDS["http"](theirs, b"")


def slowly(stream: socket.socket, content: bytes, size: int) -> None:
    for place in range(0, len(content), size):
        stream.sendall(content[place : place + size])
        time.sleep(0)


@pytest.mark.parametrize("size", [1, 2, 3, 7, 1000])
def test_a_request_in_parts_of_any_size(size: int, pair: tuple[socket.socket, Exchange]) -> None:
    stream, exchange = pair
    sending = threading.Thread(target=slowly, args=(stream, HEAD + BODY + BEYOND, size))
    sending.start()
    exchange.head()
    exchange.rest()
    seen = exchange.seen("")
    sending.join()
    assert seen.variables[:2] == ((b"REQUEST_LINE", b"POST /a HTTP/1.1"), (b"Host", b"b"))
    assert (seen.body, seen.trailers, seen.ended) == (4, (b"X-End: 1",), True)
    assert exchange.connection.recv(1000) == BEYOND


def test_what_follows_the_head_is_not_read_with_it(pair: tuple[socket.socket, Exchange]) -> None:
    """A backend that resets now has a body unread in the kernel, which decides what the gateway sees."""
    stream, exchange = pair
    stream.sendall(HEAD + BODY)
    exchange.head()
    assert exchange.connection.recv(1000) == BODY


@pytest.mark.parametrize("content", [b"GET / HTTP/1.1\r\n", b"x" * 70_000], ids=["cut", "too long"])
def test_what_has_no_end(content: bytes, pair: tuple[socket.socket, Exchange]) -> None:
    stream, exchange = pair
    sending = threading.Thread(target=stream.sendall, args=(content,))
    sending.start()
    if len(content) < 1000:
        sending.join()
        stream.shutdown(socket.SHUT_WR)
    with pytest.raises(WireError, match=r"ended|the head of a request is longer than 65536 bytes"):
        exchange.head()
    exchange.close()
    sending.join(PATIENCE)
