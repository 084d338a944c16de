"""Bodies of all sizes, up and down, in one piece and in many."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial

from hpatch.lab.client import Script
from hpatch.lab.model import Scheme
from hpatch.lab.net.model import Bench, Facts, NetTrial, trial_of
from hpatch.lab.net.requests import chunks, content, head, with_length
from hpatch.lab.replies import ClientReply, summary

_GROUP = "bodies"
_SIZES = (0, 1, 8191, 8192, 65535, 65536, 300_000, 8 << 20)
"""Around the sizes of httpd's buffers: AP_IOBUFSIZE (8,192 bytes), and a FastCGI record (65,535 bytes)."""
_SOME = (1, 8192, 65536, 300_000)
_MANY = tuple(size + more for size in (1 << power for power in range(4, 18)) for more in (-1, 0, 1))
"""Around each power of two up to 128 KiB: the sizes of whatever buffers there are."""
_CHUNKED: tuple[Scheme, ...] = ("http", "https", "fcgi", "ajp")
"""The schemes over which httpd passes on a body whose length nobody knows."""
_HTTP: tuple[Scheme, ...] = ("http", "https")
_PAUSE = 0.02
_CONTINUED = 0.05
"""Seconds in which a 100 Continue comes; the body is sent in any case, as RFC 9110, 10.1.1 has it."""


def trials() -> Iterator[NetTrial]:
    """Bodies."""
    for size in _SIZES:
        yield trial_of(size)(_GROUP, f"a body of {size:,} bytes", partial(_up, "whole", size))
    for size in _SOME:
        yield NetTrial(_GROUP, f"a body of {size:,} bytes in chunks", partial(_up, "chunks", size), _CHUNKED)
    yield NetTrial(_GROUP, "a body in chunks, which the protocol does not have", _refused, ("scgi", "uwsgi"))
    for size in _SOME[1::2]:
        yield NetTrial(_GROUP, f"a slow body of {size:,} bytes", partial(_up, "slow", size))
        yield NetTrial(_GROUP, f"a slow body of {size:,} bytes in chunks", partial(_up, "slow chunks", size), _CHUNKED)
        yield NetTrial(_GROUP, f"a body of {size:,} bytes that waits for 100", partial(_up, "expect", size))
    yield NetTrial(_GROUP, "a body in chunks with trailers", _trailers, _CHUNKED)
    for size in _SIZES:
        yield trial_of(size)(_GROUP, f"a response of {size:,} bytes", partial(_down, size, {}))
        if size < _SIZES[-1]:
            yield NetTrial(_GROUP, f"a response of {size:,} bytes, announced", partial(_down, size, {"length": "yes"}))
    for size in _SOME[1:]:
        yield NetTrial(_GROUP, f"a response of {size:,} bytes in pieces", partial(_down, size, {"pieces": 5}))
    yield NetTrial(
        _GROUP, "a response that ends with a single byte", partial(_down, 8001, {"pieces": 5, "last": "yes"})
    )
    yield NetTrial(_GROUP, f"bodies of {len(_MANY)} sizes, one after the other", _many_up)
    yield NetTrial(_GROUP, f"responses of {len(_MANY)} sizes, one after the other", _many_down)
    yield NetTrial(_GROUP, "a response in padded records, and a message", _complained, ("fcgi",))
    yield NetTrial(_GROUP, "a response before the body is read", _both)
    yield NetTrial(_GROUP, "a response with trailers", partial(_down, 20_000, {"trailers": "yes"}), _HTTP)
    yield NetTrial(_GROUP, "early hints before a response", partial(_down, 11, {"hints": "yes"}), _HTTP)
    yield NetTrial(_GROUP, "early hints before a body in chunks", _hinted, _HTTP)


def _up(how: str, size: int, bench: Bench) -> Facts:
    (reply, *more) = bench.converse(_script(how, bench, content(size)), "POST")
    return {**reply.facts(), **bench.seen(), **({"more": "yes"} if more else {})}


def _script(how: str, bench: Bench, body: bytes) -> Script:
    path, order, length = bench.way.path + "up", bench.order(), f"Content-Length: {len(body)}"
    if how == "whole":
        return (with_length("POST", path, body, order),)
    if how == "expect":
        return (head("POST", path, length, order, "Expect: 100-continue"), _CONTINUED, body)
    chunked = "chunks" in how
    sent = chunks(body, (1, 4096, 8192, 70_000)) if chunked else body
    first = head("POST", path, "Transfer-Encoding: chunked" if chunked else length, order)
    if how == "chunks":
        return (first + sent,)
    third = len(sent) // 3
    return (first, _PAUSE, sent[:third], _PAUSE, sent[third : 2 * third], _PAUSE, sent[2 * third :])


def _down(size: int, wishes: dict[str, str | int], bench: Bench) -> Facts:
    order = bench.order(down=size, **wishes)
    (reply, *_) = bench.converse((head("GET", bench.way.path + "down", order),), "GET")
    return {**reply.facts(), **bench.seen()}


def _many_up(bench: Bench) -> Facts:
    path, order = bench.way.path + "up?", bench.order()
    sent = [with_length("POST", f"{path}{size:06}", content(size), order, close=size == _MANY[-1]) for size in _MANY]
    replies = bench.converse(sent, *["POST"] * len(sent))
    seen = bench.seen(len(sent))
    # They are in the order of their targets, which is that of the sizes.
    return {**_statuses(replies), **{name: value for name, value in seen.items() if not name.endswith(".request")}}


def _many_down(bench: Bench) -> Facts:
    path = bench.way.path + "down"
    sent = [head("GET", path, bench.order(down=size), close=size == _MANY[-1]) for size in _MANY]
    replies = bench.converse(sent, *["GET"] * len(sent))
    bodies = {f"{size}.body": summary(reply.body) for size, reply in zip(_MANY, replies, strict=False) if reply.whole}
    return {**_statuses(replies), **bodies, "backend.requests": bench.seen(len(sent))["backend.requests"]}


def _statuses(replies: Sequence[ClientReply]) -> Facts:
    return {f"{size}.status": reply.status for size, reply in zip(_MANY, replies, strict=False)}


def _complained(bench: Bench) -> Facts:
    (reply, *_) = bench.converse((head("GET", bench.way.path + "down", bench.order(stderr="yes")),), "GET")
    return {**reply.facts(), **bench.seen(), "logged": "yes" if bench.logged() else "no"}


def _trailers(bench: Bench) -> Facts:
    first = head("POST", bench.way.path + "up", "Transfer-Encoding: chunked", "Trailer: X-Trailer", bench.order())
    sent = chunks(content(20_000), (8192,), b"X-Trailer: 1", b"X-Other: a b")
    (reply, *_) = bench.converse((first + sent,), "POST")
    return {**reply.facts(), **bench.seen()}


def _hinted(bench: Bench) -> Facts:
    order = bench.order(down=20_000, hints="yes")
    first = head("POST", bench.way.path + "up", "Transfer-Encoding: chunked", order)
    (reply, *_) = bench.converse((first + chunks(content(20_000), (4096,)),), "POST")
    return {**reply.facts(), **bench.seen()}


def _refused(bench: Bench) -> Facts:
    """Neither protocol can send a body without its length. httpd does not store it (411), nginx does."""
    (reply, *_) = bench.converse(_script("chunks", bench, content(8192)), "POST")
    return dict(reply.facts())


def _both(bench: Bench) -> Facts:
    body = content(100_000)
    order = bench.order(down=8000, read="half")
    (reply, *_) = bench.converse((with_length("POST", bench.way.path + "both", body, order),), "POST")
    return dict(reply.facts())
