"""The responder: each scheme, each fault, as a gateway would see them; it always ends."""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from time import monotonic, sleep

import pytest

from hpatch.errors import ToolError, UsageError
from hpatch.lab.backends.exchange import Seen
from hpatch.lab.backends.faults import FAULTS
from hpatch.lab.backends.responder import CONTENT, Responder, responder
from hpatch.lab.client import connect
from hpatch.lab.model import Address, Scheme, Transport
from hpatch.lab.wire import fastcgi, scgi, uwsgi
from hpatch.lab.wire.fastcgi import END, PARAMS, STDIN, STDOUT, Record, write
from tests.support.patience import PATIENCE

PAIRS = ((b"REQUEST_METHOD", b"POST"), (b"CONTENT_LENGTH", b"10"))
BODY = b"0123456789"
REQUESTS: dict[Scheme, bytes] = {
    "fcgi": fastcgi.request(PAIRS) + write(Record(STDIN, BODY)) + write(Record(STDIN, b"")),
    "scgi": scgi.write(PAIRS[:1], BODY),
    "uwsgi": uwsgi.write(PAIRS[:1], BODY),
    "http": b"POST / HTTP/1.1\r\nContent-length: 10\r\n\r\n" + BODY,
}
HEAD = fastcgi.request(PAIRS)


def everything(stream: socket.socket) -> bytes:
    """What comes up to the end, or up to a reset."""
    parts = []
    try:
        while part := stream.recv(65536):
            parts.append(part)
    except ConnectionResetError:
        parts.append(b"RESET")
    return b"".join(parts)


def output(answer: bytes) -> bytes:
    """The content of FCGI_STDOUT in a sound answer."""
    stream = BytesIO(answer)
    records = list(iter(lambda: fastcgi.read(stream), None))
    assert [one.type for one in records[-2:]] == [STDOUT, END]
    return b"".join(one.content for one in records[:-1])


def only(running: Responder) -> Seen:
    """What it saw in the one connection that there was."""
    running.stop()
    (seen,) = running.seen
    return seen


@pytest.mark.parametrize("fault", ["sound", "waits"])
@pytest.mark.parametrize("scheme", ["fcgi", "scgi", "uwsgi", "http"])
def test_a_sound_answer(scheme: Scheme, fault: str, address: Address) -> None:
    with responder(address, scheme, fault) as running:
        with connect(address) as stream:
            stream.sendall(REQUESTS[scheme])
            answer = everything(stream)
        content = output(answer) if scheme == "fcgi" else answer
        first = b"Status: 200 OK" if scheme in {"fcgi", "scgi"} else b"HTTP/1.0 200 OK"
        assert content == first + b"\r\nContent-Type: application/octet-stream\r\n\r\n" + CONTENT
        seen = only(running)
    assert seen.body == 10
    assert seen.ended
    assert seen.error == ""
    assert seen.records == ((10, 0) if scheme == "fcgi" else ())
    assert (b"CONTENT_LENGTH", b"10") in seen.variables
    assert running.sent == len(answer)


def asked(
    address: Address, fault: str, sending: bytes, *, then: Callable[[socket.socket], None] | None = None
) -> bytes:
    with responder(address, "fcgi", fault), connect(address) as stream:
        stream.sendall(sending)
        if then is not None:
            then(stream)
        return everything(stream)


def test_sound_answers_without_the_end_and_waits_does_not(address: Address) -> None:
    part = HEAD + write(Record(STDIN, BODY))
    assert output(asked(address, "sound", part)).endswith(CONTENT)
    began = monotonic()

    def late(stream: socket.socket) -> None:
        stream.settimeout(0.2)
        with pytest.raises(TimeoutError):
            stream.recv(1)
        stream.settimeout(PATIENCE)
        stream.sendall(write(Record(STDIN, b"")))

    assert output(asked(Address(address.path and address.path.with_name("b"), address.port), "waits", part, then=late))
    assert monotonic() - began > 0.2


@pytest.mark.parametrize("fault", ["early", "early-lingers"])
def test_early_answers_without_any_input(fault: str, address: Address) -> None:
    assert output(asked(address, fault, HEAD)).endswith(CONTENT)


def test_after_an_early_answer_nobody_reads(tmp_path: Path) -> None:
    address = Address(path=tmp_path / "sock")
    with responder(address, "fcgi", "early"), connect(address) as stream:
        stream.sendall(HEAD)
        everything(stream)
        with pytest.raises(BrokenPipeError):
            stream.sendall(write(Record(STDIN, BODY)))


def test_after_an_early_answer_lingering_reads_on(address: Address) -> None:
    with responder(address, "fcgi", "early-lingers") as running:
        with connect(address) as stream:
            stream.sendall(HEAD)
            everything(stream)
            stream.sendall(write(Record(STDIN, BODY)) + write(Record(STDIN, b"")))
        seen = only(running)
    assert seen.records == (10, 0)


def test_unread_input_resets(address: Address) -> None:
    assert asked(address, "unread", REQUESTS["fcgi"]).endswith(b"RESET")


def test_a_reset_in_the_answer(address: Address) -> None:
    answer = asked(address, "resets", REQUESTS["fcgi"])
    assert answer.endswith(b"RESET")
    assert CONTENT not in answer


def test_never_reads_takes_no_more_than_the_kernel_does(address: Address) -> None:
    with responder(address, "fcgi", "never-reads") as running, connect(address) as stream:
        stream.settimeout(0.2)
        with pytest.raises(TimeoutError):
            stream.sendall(bytes(64_000_000))
        assert running.seen == ()
        assert running.sent == 0


def test_silent_reads_all_and_says_nothing(address: Address) -> None:
    assert asked(address, "silent", REQUESTS["fcgi"]) == b""


@pytest.mark.parametrize("scheme", ["fcgi", "scgi", "uwsgi", "http"])
def test_a_truncated_answer(scheme: Scheme, address: Address) -> None:
    with responder(address, scheme, "truncates"), connect(address) as stream:
        stream.sendall(REQUESTS[scheme])
        answer = everything(stream)
    assert answer.endswith(CONTENT[: len(CONTENT) // 2])
    if scheme == "fcgi":
        assert len(answer) - 8 < int.from_bytes(answer[4:6], "big")
    else:
        assert b"Content-Length: 11\r\n" in answer


def test_a_slow_answer(address: Address) -> None:
    began = monotonic()
    assert output(asked(address, "slow", REQUESTS["fcgi"])).endswith(CONTENT)
    assert monotonic() - began > 0.9


def test_headers_in_a_record_of_their_own(address: Address) -> None:
    stream = BytesIO(asked(address, "headers-first", REQUESTS["fcgi"]))
    first, second = fastcgi.read(stream), fastcgi.read(stream)
    assert first is not None
    assert second is not None
    assert first.content.endswith(b"\r\n\r\n")
    assert second.content == CONTENT


def test_large_headers(address: Address) -> None:
    head, _, content = output(asked(address, "large-header", REQUESTS["fcgi"])).partition(b"\r\n\r\n")
    assert len(head) > 8192
    assert max(map(len, head.split(b"\r\n"))) < 8190
    assert content == CONTENT


@pytest.mark.parametrize(
    ("sending", "message"),
    [
        (write(Record(PARAMS, b"")), "type 4 instead of 1"),
        (HEAD[:16] + write(Record(STDIN, b"")), "type 5 instead of 4"),
        (HEAD[:20], "before the end"),
        (HEAD + write(Record(PARAMS, b"")), "type 4 instead of 5"),
        (HEAD, "the gateway closed the connection"),
    ],
)
def test_a_gateway_that_breaks_the_protocol(sending: bytes, message: str, address: Address) -> None:
    with responder(address, "fcgi", "waits") as running:
        with connect(address) as stream:
            stream.sendall(sending)
            stream.shutdown(socket.SHUT_WR)
            assert everything(stream) in {b"", b"RESET"}
        assert message in only(running).error


NUMBERED = fastcgi.request((*PAIRS, (b"HTTP_X_HPATCH_NUMBER", b"7")))


def until(holds: Callable[[], bool]) -> bool:
    end = monotonic() + PATIENCE
    while not holds() and monotonic() < end:
        sleep(0.002)
    return holds()


def test_the_end_of_one_exchange_is_known(address: Address) -> None:
    with responder(address, fault="waits") as running:
        assert not running.ended(7, False)
        assert running.ended(7, True)  # the client has an answer, and the gateway has begun nothing
        with connect(address) as other, connect(address) as stream:
            stream.sendall(NUMBERED)
            assert until(lambda: not running.ended(7, True))  # it has begun
            other.sendall(REQUESTS["fcgi"])
            everything(other)
            other.close()
            running.settle(1)
            assert not running.ended(7, True)
            stream.sendall(write(Record(STDIN, BODY)) + write(Record(STDIN, b"")))
            everything(stream)
        assert until(lambda: running.ended(7, False))
        assert not running.ended(8, False)


def test_a_responder_rests_when_nobody_takes_its_answer(address: Address) -> None:
    with responder(address, fault="early", content=bytes(32_000_000)) as running:
        assert not running.rests(7, 0.05, False)
        assert running.rests(7, 0.05, True)  # the client has an answer, and nothing came
        with connect(address) as stream:
            stream.sendall(NUMBERED)
            assert until(lambda: running.sent > 0 and running.rests(7, 0.05, False))
            assert running.sent < 32_000_000
            assert not running.rests(7, 60.0, True)
            everything(stream)
        assert until(lambda: running.rests(7, 60.0, False))  # all is sent
        assert running.sent > 32_000_000


def test_a_connection_without_a_request_leaves_no_trace(address: Address) -> None:
    with responder(address) as running:
        connect(address).close()
        running.stop()
        assert running.seen == ()


def test_all_faults_have_a_line_of_their_own() -> None:
    assert len({fault.title for fault in FAULTS.values()}) == len(FAULTS) >= 12
    assert all(name == fault.name and len(fault.title) < 110 for name, fault in FAULTS.items())


def test_an_unknown_fault(tmp_path: Path) -> None:
    with (
        pytest.raises(UsageError, match="no fault 'none'; there are sound, waits"),
        responder(Address(path=tmp_path / "sock"), fault="none"),
    ):
        pass


def test_an_address_that_is_taken(address: Address) -> None:
    with responder(address), pytest.raises(ToolError, match=r"cannot listen at .*in use"), responder(address):
        pass


@pytest.mark.parametrize("fault", ["never-reads", "waits", "early-lingers"])
def test_it_ends_with_connections_open(fault: str, address: Address) -> None:
    before = threading.active_count()
    with responder(address, "fcgi", fault):
        streams = [connect(address) for _ in range(5)]
        for stream in streams:
            stream.sendall(HEAD)
        began = monotonic()
    assert monotonic() - began < 20  # the faults would hold them for ever
    assert threading.active_count() == before
    for stream in streams:
        stream.close()


def test_thousands_of_requests(address: Address) -> None:
    with responder(address) as running:
        for _ in range(1000):
            with connect(address) as stream:
                stream.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                stream.sendall(REQUESTS["fcgi"])
                assert CONTENT in everything(stream)
        running.stop()
        assert len(running.seen) == 1000
        assert {seen.records for seen in running.seen} == {(10, 0)}


def test_a_route(address: Address) -> None:
    with responder(address, "scgi") as running:
        route = running.route("/a/", {"timeout": "3"})
    transport: Transport = "unix" if address.path else "tcp"
    assert (route.path, route.scheme, route.address.transport) == ("/a/", "scgi", transport)
    assert route.parameters == {"timeout": "3"}
