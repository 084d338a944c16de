"""The responses on one connection of a client, in their order."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence

from hpatch.records import NamedTuple

_HEAD_END = b"\r\n\r\n"
_LINE_END = b"\r\n"
_STATUS = re.compile(rb"HTTP/1\.\d (\d{3}\b.*)", re.S)
_SIZE = re.compile(rb"[0-9a-fA-F]{1,12}")
"""The size of a chunk; what follows it up to the line's end are extensions."""
_CHANGING = frozenset({"date"})
_TIMES = frozenset({"expires"})
"""What httpd sets to a request's time where the response must not be cached: only that it is there is to stay.

Source: http_filters.c of 2.4.x, where `r->no_cache` is set and no Expires is there. The responder itself sends none.
"""
_FRAMING = frozenset({"content-length", "transfer-encoding"})
"""Which of the two httpd uses depends on whether it has the whole body when it sends the head."""


class ClientReply(NamedTuple):
    """A response. `interim` are the codes of responses before it (`100`), `hints` the headers of these; `trailers` come
    after its last chunk.

    `framing` is how its end is told: `announced` (by a length or chunks), `close` or `none` (it has no body). `whole`:
    it ended as it announced, and with `close`: by an end of the connection that was no reset.
    """

    status: str
    interim: tuple[str, ...]
    headers: tuple[tuple[str, str], ...]
    body: bytes
    framing: str
    whole: bool
    trailers: tuple[str, ...] = ()
    hints: tuple[str, ...] = ()

    def facts(self, prefix: str = "") -> Mapping[str, str]:
        """What is to stay as it is. Of a body that was cut only that it was: how much came is chance."""
        left_out = _CHANGING | _FRAMING
        facts = {
            "status": " ".join((*self.interim, self.status)),
            "headers": "\n".join(
                sorted(
                    f"{name}: {'(a time)' if name in _TIMES else value}"
                    for name, value in self.headers
                    if name not in left_out
                )
            ),
            "framing": self.framing,
            "end": "whole" if self.whole else "cut",
            "body": summary(self.body) if self.whole else "",
            "trailers": "\n".join(self.trailers),
            "hints": "\n".join(self.hints),
        }
        return {prefix + name: value for name, value in facts.items() if value}


NO_REPLY = ClientReply(status="none", interim=(), headers=(), body=b"", framing="none", whole=False)
"""The connection ended without a response."""


def all_facts(replies: Sequence[ClientReply]) -> Mapping[str, str]:
    """The facts of several responses, with the number of each before their names: `1.status`."""
    return {name: value for number, one in enumerate(replies, 1) for name, value in one.facts(f"{number}.").items()}


def summary(content: bytes) -> str:
    """A body in a few words: its size and a part of its SHA-256."""
    return f"{len(content)} bytes, {hashlib.sha256(content).hexdigest()[:16]}"


def split(content: bytes, methods: Sequence[str], *, in_order: bool) -> tuple[ClientReply, ...]:
    """What came on a connection, as the responses to requests with these methods; one for each.

    `in_order`: the connection ended, and not by a reset. What comes after the last response counts as another one with
    the status `more`.
    """
    place, found = 0, []
    for method in methods:
        reply, place = _next(content, place, method, in_order=in_order)
        found.append(reply)
    if content[place:]:
        found.append(NO_REPLY._replace(status="more", body=content[place:], whole=True))
    return tuple(found)


def _next(content: bytes, place: int, method: str, *, in_order: bool) -> tuple[ClientReply, int]:
    interim: list[str] = []
    hints: list[str] = []
    while True:
        end = content.find(_HEAD_END, place)
        if end < 0:
            reply = NO_REPLY if place == len(content) else NO_REPLY._replace(status="part of a head")
            return reply._replace(interim=tuple(interim)), len(content)
        first, *lines = content[place:end].split(_LINE_END)
        if not (started := _STATUS.fullmatch(first)):
            return NO_REPLY._replace(status="no HTTP"), len(content)
        status = started[1].decode("latin-1")
        place, code = end + len(_HEAD_END), status[:3]
        if code.startswith("1") and code != "101":
            interim.append(code)
            hints += [f"{name}: {value}" for name, value in _headers(lines) if name not in _CHANGING]
            continue
        headers = tuple(_headers(lines))
        reply = ClientReply(
            status=status,
            interim=tuple(interim),
            headers=headers,
            body=b"",
            framing="none",
            whole=True,
            hints=tuple(hints),
        )
        if method == "HEAD" or code in ("204", "304"):
            return reply, place
        return _body(content, place, reply, in_order=in_order)


def _headers(lines: Sequence[bytes]) -> Iterator[tuple[str, str]]:
    for line in lines:
        name, _, value = line.decode("latin-1").partition(":")
        yield name.lower(), value.strip()


def _body(content: bytes, place: int, reply: ClientReply, *, in_order: bool) -> tuple[ClientReply, int]:
    headers = dict(reply.headers)
    if headers.get("transfer-encoding", "").lower() == "chunked":
        return _chunks(content, place, reply)
    length = headers.get("content-length", "")
    if length.isascii() and length.isdigit():
        body = content[place : place + int(length)]
        return reply._replace(body=body, framing="announced", whole=len(body) == int(length)), place + len(body)
    return reply._replace(body=content[place:], framing="close", whole=in_order), len(content)


def _chunks(content: bytes, place: int, reply: ClientReply) -> tuple[ClientReply, int]:
    parts: list[bytes] = []
    while True:
        end = content.find(_LINE_END, place)
        started = _SIZE.match(content, place, max(end, place))
        if started is None:
            return reply._replace(body=b"".join(parts), framing="announced", whole=False), len(content)
        place, size = end + len(_LINE_END), int(started[0], 16)
        if size == 0:
            return _trailers(content, place, reply._replace(body=b"".join(parts), framing="announced"))
        parts.append(content[place : place + size])
        place += size + len(_LINE_END)


def _trailers(content: bytes, place: int, reply: ClientReply) -> tuple[ClientReply, int]:
    lines: list[str] = []
    while True:
        end = content.find(_LINE_END, place)
        if end < 0:
            return reply._replace(whole=False), len(content)
        line, place = content[place:end], end + len(_LINE_END)
        if not line:
            return reply._replace(trailers=tuple(lines)), place
        lines.append(line.decode("latin-1"))
