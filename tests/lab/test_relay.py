"""The slow hop: it passes on what comes, late and in order, and treats both ends as a network does."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager

import pytest

from hpatch.lab.model import Address
from hpatch.lab.ports import LOOPBACK, Ports
from hpatch.lab.relay import Relay, relay
from tests.support.patience import PATIENCE

RESET = b"\1\0\0\0\0\0\0\0"
FAST = 50_000_000


@contextmanager
def hop(
    serve: Callable[[socket.socket], None], *, rate: int = FAST, delay: float = 0.0
) -> Iterator[tuple[Relay, Callable[[], socket.socket]]]:
    """A relay to a server that treats each connection so, and how to connect to the relay."""
    with closing(Ports()) as ports, socket.create_server((LOOPBACK, 0)) as server:

        def accept() -> None:
            while True:
                try:
                    connection, _ = server.accept()
                except OSError:
                    return
                with connection:
                    connection.settimeout(PATIENCE)
                    serve(connection)

        thread = threading.Thread(target=accept, daemon=True)
        thread.start()
        address = Address(port=ports.reserve())
        with relay(address, Address(port=server.getsockname()[1]), rate=rate, delay=delay) as running:
            yield running, lambda: socket.create_connection((LOOPBACK, address.port or 0), PATIENCE)
        server.shutdown(socket.SHUT_RDWR)
        thread.join(PATIENCE)


def everything(stream: socket.socket) -> tuple[bytes, bool]:
    """What comes, and whether a reset ends it."""
    came = b""
    try:
        while part := stream.recv(65536):
            came += part
    except ConnectionResetError:
        return came, True
    return came, False


def test_both_ways_and_a_half_close() -> None:
    def echo(connection: socket.socket) -> None:
        came, _ = everything(connection)
        connection.sendall(came[::-1])

    sent = bytes(range(256)) * 400
    with hop(echo) as (running, connect):
        with connect() as stream:
            stream.sendall(sent)
            stream.shutdown(socket.SHUT_WR)
            assert everything(stream) == (sent[::-1], False)
        (seen,) = running.hops()
    assert seen == (len(sent), len(sent), "order", False)


def test_it_is_late_and_slow() -> None:
    def much(connection: socket.socket) -> None:
        connection.sendall(bytes(200_000))

    with hop(much, rate=1_000_000, delay=0.1) as (_, connect), connect() as stream:
        began = time.monotonic()
        assert everything(stream) == (bytes(200_000), False)
        assert time.monotonic() - began >= 0.25


def test_a_reset_comes_behind_what_came_before() -> None:
    def cut(connection: socket.socket) -> None:
        connection.sendall(b"half")
        connection.recv(1)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)

    with hop(cut, delay=0.02) as (running, connect):
        with connect() as stream:
            stream.sendall(b"x")
            assert everything(stream) == (b"half", True)
        (seen,) = running.hops()
    assert seen == (4, 4, "reset", False)


def test_a_reset_that_a_write_hears_of_is_one_all_the_same() -> None:
    """The backend answers and closes with input unread while more is under way to it."""

    def early(connection: socket.socket) -> None:
        connection.recv(1, socket.MSG_PEEK)
        connection.sendall(b"answer")

    with hop(early) as (running, connect):
        for _ in range(20):
            with connect() as stream:
                stream.settimeout(PATIENCE)
                came = b""
                try:
                    for _ in range(50):
                        stream.sendall(bytes(2000))
                except OSError:
                    pass
                came, _ = everything(stream)
                assert came in (b"answer", b"")  # our own sending may have heard of the reset first
        seen = running.hops()
    assert [one.end for one in seen] == ["reset"] * 20
    assert not any(one.left for one in seen)


def test_a_gateway_that_leaves_early() -> None:
    def much(connection: socket.socket) -> None:
        with pytest.raises(OSError, match=r"."):
            while True:
                connection.sendall(bytes(65536))

    with hop(much) as (running, connect):
        with connect() as stream:
            stream.recv(1)
        (seen,) = running.hops()
    assert (seen.end, seen.left) == (None, True)


def heard(address: Address) -> tuple[bytes, bool]:
    """What comes to a client that sends nothing, and whether a reset ends it: connect() itself may hear of one."""
    try:
        stream = socket.create_connection((LOOPBACK, address.port or 0), PATIENCE)
    except ConnectionResetError:
        return b"", True
    with stream:
        return everything(stream)


def test_nobody_behind_it() -> None:
    with closing(Ports()) as ports:
        address = Address(port=ports.reserve())
        with relay(address, Address(port=ports.reserve()), rate=FAST, delay=0) as running:
            assert heard(address) == (b"", True)
            assert running.hops() == ()
