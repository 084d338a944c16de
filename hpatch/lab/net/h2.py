"""A client that speaks HTTP/2 without TLS, with several streams at once. It takes the package h2, which is optional."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterable, Sequence
from contextlib import closing
from typing import TYPE_CHECKING, Literal

from hpatch.lab.model import Address
from hpatch.lab.ports import LOOPBACK
from hpatch.lab.replies import NO_REPLY, ClientReply
from hpatch.records import NamedTuple

if TYPE_CHECKING:
    from h2.connection import H2Connection
    from h2.events import Event

Cancel = Literal["", "body", "response"]
_BLOCK = 65536


class StreamRequest(NamedTuple):
    """A request on a stream. `headers` begin with :method and :path.

    `cancel`: the client resets the stream in the middle of the body, or of the response.
    """

    headers: tuple[tuple[str, str], ...]
    body: bytes = b""
    trailers: tuple[tuple[str, str], ...] = ()
    cancel: Cancel = ""


def request(
    method: str,
    path: str,
    *headers: tuple[str, str],
    body: bytes = b"",
    trailers: tuple[tuple[str, str], ...] = (),
    cancel: Cancel = "",
) -> StreamRequest:
    """A request of the net."""
    first = ((":method", method), (":scheme", "http"), (":authority", "localhost"), (":path", path))
    return StreamRequest((*first, *headers), body, trailers, cancel)


def exchange(address: Address, rounds: Sequence[Sequence[StreamRequest]], patience: float) -> tuple[ClientReply, ...]:
    """Send requests over one connection: those of a round at once, and the next round when all of them are over.

    A response whose stream ended in order is `whole`; one of a stream that was reset, or whose connection ended or gave
    nothing in time, is not.
    """
    end = time.monotonic() + patience
    replies: list[ClientReply] = []
    with closing(socket.socket()) as stream:
        stream.settimeout(patience)
        try:
            stream.connect((LOOPBACK, address.port))
        except OSError:
            return (NO_REPLY,) * sum(map(len, rounds))
        client = _Client(stream, end)
        for one in rounds:
            replies += client.round(one)
    return tuple(replies)


class _Stream:
    """A request, and what came for it."""

    def __init__(self, request: StreamRequest) -> None:
        self.request = request
        self.unsent = memoryview(request.body)
        self.open = True
        self.status = "none"
        self.interim: list[str] = []
        self.hints: list[str] = []
        self.headers: list[tuple[str, str]] = []
        self.trailers: list[str] = []
        self.body = bytearray()
        self.whole = False

    def reply(self) -> ClientReply:
        return ClientReply(
            status=self.status,
            interim=tuple(self.interim),
            headers=tuple(self.headers),
            body=bytes(self.body),
            framing="none" if self.status == "none" else "announced",
            whole=self.whole,
            trailers=tuple(self.trailers),
            hints=tuple(self.hints),
        )


class _Client:
    def __init__(self, stream: socket.socket, end: float) -> None:
        from h2.config import H2Configuration
        from h2.connection import H2Connection

        self._socket = stream
        self._end = end
        self._ended = False
        self._streams: dict[int, _Stream] = {}
        # What a server sends is to be seen as it is, and not to be refused.
        self._h2: H2Connection = H2Connection(
            H2Configuration(client_side=True, header_encoding="latin-1", validate_inbound_headers=False)
        )
        self._h2.initiate_connection()
        self._flush()

    def round(self, requests: Sequence[StreamRequest]) -> list[ClientReply]:
        mine = []
        for one in requests:
            number = self._h2.get_next_available_stream_id()
            self._streams[number] = stream = _Stream(one)
            mine.append(stream)
            if self._ended:
                stream.open = False
                continue
            self._h2.send_headers(number, one.headers, end_stream=not one.body and not one.trailers)
        self._send()
        while any(one.open for one in mine) and not self._ended:
            self._receive()
            self._send()
        return [one.reply() for one in mine]

    def _send(self) -> None:
        for number, one in self._streams.items():
            if one.open and not self._ended:
                self._send_body(number, one)
        self._flush()

    def _send_body(self, number: int, one: _Stream) -> None:
        wanted = len(one.request.body) // 2 if one.request.cancel == "body" else 0
        begun = bool(one.unsent)
        while len(one.unsent) > wanted:
            size = min(self._h2.local_flow_control_window(number), self._h2.max_outbound_frame_size, len(one.unsent))
            if size <= 0:
                return
            part, one.unsent = one.unsent[:size], one.unsent[size:]
            self._h2.send_data(number, part.tobytes(), end_stream=not one.unsent and not one.request.trailers)
        if one.request.cancel == "body":
            self._cancel(number, one)
        elif begun and one.request.trailers:
            self._h2.send_headers(number, one.request.trailers, end_stream=True)

    def _cancel(self, number: int, one: _Stream) -> None:
        self._h2.reset_stream(number, error_code=8)  # CANCEL (RFC 9113, 7)
        one.open = False

    def _flush(self) -> None:
        try:
            self._socket.sendall(self._h2.data_to_send())
        except OSError:
            self._ended = True

    def _receive(self) -> None:
        from h2.exceptions import ProtocolError

        left = self._end - time.monotonic()
        try:
            self._socket.settimeout(max(left, 0.001))
            content = self._socket.recv(_BLOCK) if left > 0 else b""
            events = self._h2.receive_data(content) if content else []
        except (OSError, ProtocolError):
            content = b""
        if not content:
            self._ended = True
            return
        for event in events:
            self._heard(event)

    def _heard(self, event: Event) -> None:
        from h2 import events

        one = self._streams.get(getattr(event, "stream_id", None) or 0)
        if isinstance(event, events.ConnectionTerminated):
            self._ended = True
        if one is None:
            return
        match event:
            case events.InformationalResponseReceived():
                code, headers = _split(event.headers)
                one.interim.append(code)
                one.hints += [f"{name}: {value}" for name, value in headers if name != "date"]
            case events.ResponseReceived():
                one.status, one.headers = _split(event.headers)
            case events.TrailersReceived():
                one.trailers += [f"{name}: {value}" for name, value in _split(event.headers)[1]]
            case events.DataReceived():
                one.body += event.data or b""
                if one.request.cancel == "response" and one.open:
                    self._cancel(event.stream_id, one)
                elif one.open:
                    self._h2.acknowledge_received_data(event.flow_controlled_length, event.stream_id)
            case events.StreamEnded():
                one.whole, one.open = True, False
            case events.StreamReset():
                one.open = False
            case _:
                pass


def _split(headers: Iterable[tuple[str | bytes, str | bytes]] | None) -> tuple[str, list[tuple[str, str]]]:
    """The status, and the other headers. They are text by our configuration."""
    pairs = [(str(name), str(value)) for name, value in headers or ()]
    return next((value for name, value in pairs if name == ":status"), ""), [
        (name, value) for name, value in pairs if not name.startswith(":")
    ]
