"""The client: it sends as told, reads all, and tells what became of a request."""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import monotonic, sleep

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hpatch.lab.client import NONE, Answer, Heard, converse, outcome, parse, request, talk
from hpatch.lab.load import added, load
from hpatch.lab.model import Outcome
from tests.support.patience import PATIENCE

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n"


def chunked(parts: list[bytes]) -> bytes:
    return b"".join(b"%x\r\n%b\r\n" % (len(part), part) for part in [*parts, b""])


@pytest.mark.parametrize(
    ("content", "reset", "expected"),
    [
        (b"\r\nabc", False, "full"),
        (b"\r\nabc", True, "cut"),
        (b"\r\n", False, "empty"),
        (b"\r\nab", False, "cut"),
        (b"\r\nabcd", False, "cut"),
        (b"Content-Length: 3\r\n\r\nabc", False, "full"),
        (b"content-length:3\r\n\r\nabc", True, "full"),
        (b"Content-Length: 4\r\n\r\nabc", False, "cut"),
        (b"Content-Length: 0\r\n\r\n", False, "empty"),
        (b"Transfer-Encoding: chunked\r\n\r\n" + chunked([b"a", b"bc"]), False, "full"),
        (b"Transfer-Encoding: chunked\r\n\r\n" + chunked([b"a", b"bc"])[:-5], False, "cut"),
        (b"Transfer-Encoding: chunked\r\n\r\n" + chunked([b"a", b"bc"])[:-2], False, "cut"),
        (b"Transfer-Encoding: chunked\r\n\r\n" + chunked([]), False, "empty"),
        (b"Transfer-Encoding: chunked\r\n\r\n", False, "empty"),
    ],
)
def test_outcomes_of_status_200(content: bytes, reset: bool, expected: Outcome) -> None:
    assert outcome(parse(HEAD + content, reset=reset), b"abc") == expected


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", "none"),
        (b"HTTP/1.1 200 OK\r\nA: b\r\n", "none"),
        (b"SSH-2.0-x\r\n\r\n", "none"),
        (b"HTTP/1.1 x\r\n\r\n", "none"),
        (b"HTTP/1.1 503 No\r\n\r\nabc", "503"),
        (b"HTTP/1.1 502 No\r\n\r\nabc", "error"),
        (b"HTTP/1.1 404\r\n\r\nabc", "error"),
        (b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n\r\nabc", "full"),
    ],
)
def test_outcomes_of_other_answers(content: bytes, expected: Outcome) -> None:
    assert outcome(parse(content), b"abc") == expected


@given(st.lists(st.binary(min_size=1, max_size=30), max_size=5))
def test_chunks_are_joined(parts: list[bytes]) -> None:
    answer = parse(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: Chunked\r\n\r\n" + chunked(parts))
    assert (answer.body, answer.whole) == (b"".join(parts), True)


@given(st.binary(max_size=60))
def test_anything_is_an_answer(content: bytes) -> None:
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    assert parse(content) == NONE or parse(content).status is not None
    assert parse(head + content).status == 200


def test_headers() -> None:
    answer = parse(HEAD + b"\r\n")
    assert answer.header("content-type") == b"text/plain"
    assert answer.header("content-length") is None


def test_a_script() -> None:
    assert request("/a") == (b"GET /a HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",)
    head = b"POST /a HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nA: b\r\nContent-Length: 2\r\n\r\n"
    assert request("/a", b"xy", headers=("A: b",)) == (head + b"xy",)
    assert request("/a", b"xy", headers=("A: b",), pause=0.5) == (head, 0.5, b"xy")


Serve = Callable[[socket.socket], None]


@contextmanager
def serving(serve: Serve) -> Iterator[int]:
    """A server that treats each connection so; its port."""

    def accept() -> None:
        while True:
            try:
                stream, _ = listener.accept()
            except OSError:
                return
            with stream:
                stream.settimeout(PATIENCE)
                try:
                    serve(stream)
                except OSError:
                    continue

    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(64)
        thread = threading.Thread(target=accept, daemon=True)
        thread.start()
        try:
            yield listener.getsockname()[1]
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            thread.join(PATIENCE)


ANSWER = HEAD + b"Content-Length: 3\r\n\r\nabc"


def test_it_sends_and_waits_as_told() -> None:
    came: list[tuple[bytes, float]] = []

    def serve(stream: socket.socket) -> None:
        for _ in range(2):
            came.append((stream.recv(100), monotonic()))
        stream.sendall(ANSWER)

    with serving(serve) as port:
        assert outcome(talk(port, (b"a", 0.2, b"b")), b"abc") == "full"
    assert [part for part, _ in came] == [b"a", b"b"]
    assert came[1][1] - came[0][1] > 0.1


def test_an_answer_before_the_request_is_over_is_not_lost() -> None:
    large = bytes(8_000_000)

    def serve(stream: socket.socket) -> None:
        stream.recv(10)
        stream.sendall(HEAD + b"\r\n" + large)  # blocks unless the client reads while it sends
        stream.shutdown(socket.SHUT_WR)
        while stream.recv(65536):
            continue

    with serving(serve) as port:
        assert talk(port, (large,)) == Answer(200, (("content-type", b"text/plain"),), large, True)


def test_a_server_that_refuses_the_rest() -> None:
    def serve(stream: socket.socket) -> None:
        stream.sendall(ANSWER)
        stream.shutdown(socket.SHUT_WR)
        sleep(0.2)  # closes with input unread: the client's sending fails

    with serving(serve) as port:
        assert outcome(talk(port, (bytes(8_000_000),)), b"abc") == "full"


def test_a_reset_is_no_end() -> None:
    def serve(stream: socket.socket) -> None:
        stream.recv(10)
        stream.sendall(HEAD + b"\r\nabc")
        sleep(0.1)
        stream.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    with serving(serve) as port:
        assert talk(port, (b"a",)) == Answer(200, (("content-type", b"text/plain"),), b"abc", False)


@pytest.mark.parametrize("step", [b"a", bytes(8_000_000), lambda came: False], ids=["answer", "reader", "wait"])
def test_patience_ends(step: bytes | Callable[[bool], bool]) -> None:
    """With an answer that does not come, with what nobody takes, and with a wait for what never happens."""
    over, waited = threading.Event(), list[bool]()
    with serving(lambda stream: waited.append(over.wait(PATIENCE))) as port:
        began = monotonic()
        assert talk(port, (b"a", step), patience=0.2) == NONE
        assert monotonic() - began >= 0.2
        over.set()
    assert waited == [True]


def test_nobody_there() -> None:
    with socket.socket() as reserved:
        reserved.bind(("127.0.0.1", 0))
        assert talk(reserved.getsockname()[1], (b"a",)) == NONE


def test_a_client_that_waits_takes_little_and_then_all() -> None:
    large, taken = bytes(8_000_000), []

    def serve(stream: socket.socket) -> None:
        stream.recv(10)
        stream.setblocking(False)
        whole = HEAD + b"\r\n" + large
        taken.append(stream.send(whole))
        stream.settimeout(PATIENCE)
        stream.sendall(whole[taken[0] :])

    with serving(serve) as port:
        answer = talk(port, (b"a", lambda came: bool(taken)), narrow=True)
        assert outcome(answer, large) == "full"
    assert taken[0] < len(large)


def test_a_script_waits_for_what_it_is_told_to() -> None:
    """It hears whether something has come, and sends the rest when its question is answered."""
    asked: list[bool] = []
    got: list[bytes] = []

    def serve(stream: socket.socket) -> None:
        stream.recv(10)
        stream.sendall(ANSWER)
        got.append(stream.recv(10))

    def until(came: bool) -> bool:
        asked.append(came)
        return asked.count(True) == 2

    with serving(serve) as port:
        assert outcome(talk(port, (b"a", until, b"b")), b"abc") == "full"
    assert got == [b"b"]
    assert asked[0] is False and asked[-2:] == [True, True]


def test_each_request_of_a_load_may_have_a_script_of_its_own() -> None:
    got: list[bytes] = []

    def serve(stream: socket.socket) -> None:
        got.append(stream.recv(100))
        stream.sendall(ANSWER)

    with serving(serve) as port:
        assert load(port, lambda number: (b"%d" % number,), b"abc", requests=5) == {"full": 5}
    assert sorted(got) == [b"0", b"1", b"2", b"3", b"4"]


def test_load_counts_outcomes() -> None:
    turn = iter(range(100))

    def serve(stream: socket.socket) -> None:
        stream.recv(100)
        stream.sendall(ANSWER if next(turn) % 4 else b"HTTP/1.1 503 No\r\n\r\n")

    with serving(serve) as port:
        found = load(port, (b"a",), b"abc", requests=40)
    assert found == {"full": 30, "503": 10}
    assert added(found, {"full": 1, "none": 2}) == {"full": 31, "503": 10, "none": 2}
    assert list(added(found, {"full": 1, "none": 2})) == ["full", "503", "none"]


def test_it_waits_for_what_comes() -> None:
    """Each wait goes on after the last one, also where both texts came at once; an end of the connection ends it."""
    heard: list[bytes] = []

    def serve(connection: socket.socket) -> None:
        heard.append(connection.recv(10))
        connection.sendall(b"ready, ready")
        heard.append(connection.recv(10))

    with serving(serve) as port:
        script = (b"first", Heard(b"ready"), Heard(b"ready"), b"second", Heard(b"never"))
        content, in_order = converse(port, script, patience=PATIENCE)
    assert heard == [b"first", b"second"]
    assert (content, in_order) == (b"ready, ready", True)
