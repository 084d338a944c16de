"""Headers, many and large, up and down."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from hpatch.lab.model import Scheme
from hpatch.lab.net.model import Bench, Facts, NetTrial
from hpatch.lab.net.requests import content, head, with_length

_GROUP = "headers"
_UP = {
    "many": tuple(f"X-Many-{number}: value {number}" for number in range(60)),
    "large": tuple(f"X-Large-{number}: {'x' * 3000}" for number in range(3)),
    "twice": ("Accept: a/b", "Accept: c/d", "Cookie: a=1", "Cookie: b=2"),
    "odd": ("X-Empty:", "X-Spaces:   a  b  ", "X-Bytes: \xe9\xfc", "X-Under_score: 1", "X-Colon: a:b"),
    "of a client": (
        "User-Agent: net", "Accept-Encoding: gzip, br", "Accept-Language: de", "If-None-Match: \"a\"",
        "Authorization: Basic YTpi", "Referer: http://localhost/a?b", "Range: bytes=0-4", "Cache-Control: no-cache",
    ),
    "of another proxy": (
        "X-Forwarded-For: 192.0.2.1", "X-Forwarded-Host: a.example", "X-Forwarded-Proto: https", "Via: 1.1 a",
        "Forwarded: for=192.0.2.1", "Max-Forwards: 5", "Proxy-Authorization: Basic YTpi", "Connection: x-hop",
        "X-Hop: 1",
    ),
}  # fmt: skip
_OF_A_BODY = (
    "Content-Type: text/plain; charset=utf-8", "Content-Encoding: identity", "Content-Language: de",
    "Content-Location: /a", "Origin: http://localhost", 'If-Match: "a"',
)  # fmt: skip
_DOWN = ("many", "large", "twice", "odd", "of a page", "of a refusal")

_LARGE: tuple[Scheme, ...] = ("http", "https", "fcgi", "scgi", "uwsgi")
"""The schemes over which more than 8 KiB of headers can be passed on."""


def trials() -> Iterator[NetTrial]:
    """Headers."""
    for kind, lines in _UP.items():
        schemes = _LARGE if kind == "large" else ()
        yield NetTrial(_GROUP, f"headers of a request, {kind}", partial(_up, lines), schemes)
    yield NetTrial(_GROUP, "headers of a request, of a body", _of_a_body)
    yield NetTrial(_GROUP, "headers of a request, larger than a packet", _refused, ("ajp",))
    for kind in _DOWN:
        yield NetTrial(_GROUP, f"headers of a response, {kind}", partial(_down, kind))


def _up(lines: tuple[str, ...], bench: Bench) -> Facts:
    (reply, *_) = bench.converse((head("GET", bench.way.path + "headers", bench.order(), *lines),), "GET")
    return {**reply.facts(), **bench.seen()}


def _of_a_body(bench: Bench) -> Facts:
    sent = with_length("POST", bench.way.path + "headers", content(10), bench.order(), *_OF_A_BODY)
    (reply, *_) = bench.converse((sent,), "POST")
    return {**reply.facts(), **bench.seen()}


def _refused(bench: Bench) -> Facts:
    (reply, *_) = bench.converse((head("GET", bench.way.path + "headers", bench.order(), *_UP["large"]),), "GET")
    return dict(reply.facts())


def _down(kind: str, bench: Bench) -> Facts:
    order = bench.order(headers=kind)
    (reply, *_) = bench.converse((head("GET", bench.way.path + "headers", order),), "GET")
    return {**reply.facts(), **bench.seen()}
