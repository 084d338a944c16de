"""HTTP/2 in front: streams, one at a time and many at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

from hpatch.lab.net.h2 import Cancel, request
from hpatch.lab.net.model import Bench, Facts, NetTrial, trial_of
from hpatch.lab.net.requests import content
from hpatch.lab.replies import all_facts

_GROUP = "streams"
_SIZES = (0, 1, 16384, 16385, 65535, 65536, 300_000, 8 << 20)
"""Around the largest frame (16,384 bytes) and the first window (65,535 bytes) of RFC 9113."""
_METHODS = ("GET", "HEAD", "OPTIONS", "DELETE", "PROPFIND")
_STATUSES = (
    "201 Created", "204 No Content", "302 Found", "304 Not Modified", "404 Not Found", "418 I am a teapot",
    "500 Internal Server Error", "503 Service Unavailable",
)  # fmt: skip
_TARGETS = ("a%20b/c%3Bd;e=1/~f", "?", "?q=1&r=a%20b&s=x;y", "a//b/./c", "x" * 2000 + "?" + "y" * 2000)
_HEADERS = {
    "many": tuple((f"x-many-{number}", f"value {number}") for number in range(60)),
    "large": tuple((f"x-large-{number}", "x" * 3000) for number in range(3)),
    "cookies": (("cookie", "a=1"), ("cookie", "b=2"), ("accept", "a/b"), ("accept", "c/d")),
    "odd": (("x-empty", ""), ("x-bytes", "\xe9\xfc"), ("te", "trailers"), ("x-under_score", "1")),
}
_FAULTS = ("cut", "reset", "silent", "garbage", "part-head", "dies", "waits")
_AT_ONCE = 50


def trials() -> Iterator[NetTrial]:
    """Streams."""
    for size in _SIZES:
        up, down = partial(_one, "POST", "up", content(size), {}), partial(_one, "GET", "down", b"", {"down": size})
        yield trial_of(size)(_GROUP, f"a body of {size:,} bytes", up)
        yield trial_of(size)(_GROUP, f"a response of {size:,} bytes", down)
    yield NetTrial(_GROUP, "a response in pieces", partial(_one, "GET", "down", b"", {"down": 65536, "pieces": 5}))
    for method in _METHODS:
        yield NetTrial(_GROUP, method, partial(_one, method, "method", b"", {}))
    for method in ("PUT", "PATCH", "DELETE"):
        yield NetTrial(_GROUP, f"{method} with a body", partial(_one, method, "method", b"0123456789", {}))
    for status in _STATUSES:
        bare = {"bare": "yes"} if status[:3] in ("204", "304") else {}
        yield NetTrial(_GROUP, f"the status {status}", partial(_one, "GET", "status", b"", {"status": status, **bare}))
    for target in _TARGETS:
        yield NetTrial(_GROUP, f"the target {target[:40]}", partial(_one, "GET", target, b"", {}))
    for kind, pairs in _HEADERS.items():
        yield NetTrial(_GROUP, f"headers of a request, {kind}", partial(_headers, pairs))
    for kind in ("many", "large", "twice", "odd"):
        wishes: dict[str, str | int] = {"headers": kind}
        yield NetTrial(_GROUP, f"headers of a response, {kind}", partial(_one, "GET", "headers", b"", wishes))
    for fault in _FAULTS:
        yield NetTrial(_GROUP, f"a backend's fault: {fault}", partial(_fault, fault))
    yield NetTrial(_GROUP, "trailers of a request", _trailers)
    yield NetTrial(_GROUP, "trailers of a response", partial(_one, "GET", "down", b"", {"trailers": "yes"}))
    yield NetTrial(_GROUP, "early hints before a response", partial(_one, "GET", "down", b"", {"hints": "yes"}))
    yield NetTrial(_GROUP, f"{_AT_ONCE} streams at once", _many)
    yield NetTrial(_GROUP, "bodies of several streams at once", _bodies)
    yield NetTrial(_GROUP, "a body that nobody reads, and another stream", _unread)
    for cancel in _CANCELS:
        yield NetTrial(
            _GROUP, f"a stream that is canceled in its {cancel}, and another one", partial(_canceled, cancel)
        )


_CANCELS: tuple[Cancel, ...] = ("body", "response")


def _order(bench: Bench, **wishes: str | int) -> tuple[str, str]:
    name, _, value = bench.order(**wishes).partition(": ")
    return name.lower(), value


def _one(method: str, target: str, body: bytes, wishes: dict[str, str | int], bench: Bench) -> Facts:
    asked = request(method, bench.way.path + target, _order(bench, **wishes), body=body)
    (reply,) = bench.exchange([asked])
    return {**reply.facts(), **bench.seen()}


def _headers(pairs: tuple[tuple[str, str], ...], bench: Bench) -> Facts:
    (reply,) = bench.exchange([request("GET", bench.way.path + "headers", _order(bench), *pairs)])
    return {**reply.facts(), **bench.seen()}


def _trailers(bench: Bench) -> Facts:
    asked = request("POST", bench.way.path + "t", _order(bench), body=b"0123456789", trailers=(("x-trailer", "1"),))
    (reply,) = bench.exchange([asked])
    return {**reply.facts(), **bench.seen()}


def _fault(fault: str, bench: Bench) -> Facts:
    """Of what is cut, only that it is: how much of it reaches the client before is chance."""
    (reply,) = bench.exchange([request("GET", bench.way.path + "fault", _order(bench, fault=fault))])
    return reply.facts() if reply.whole else {"end": "cut"}


def _many(bench: Bench) -> Facts:
    """Each has a response of another size."""
    return _several(bench, lambda number: b"", _AT_ONCE)


def _bodies(bench: Bench) -> Facts:
    """Each has a body of another size."""
    return _several(bench, lambda number: content(100_000 + number), 5)


def _several(bench: Bench, body: Callable[[int], bytes], count: int) -> Facts:
    asked = [
        request("POST", f"{bench.way.patient}{number}", _order(bench, down=1000 + number), body=body(number))
        for number in range(count)
    ]
    return {**all_facts(bench.exchange(asked)), **bench.seen(count)}


def _unread(bench: Bench) -> Facts:
    """What becomes of the first is for the trials of early answers to say."""
    path = bench.way.path + "unread"
    first = request("POST", path, _order(bench, read="no"), body=content(300_000))
    (_, reply) = bench.exchange([first], [request("GET", path + "?second", _order(bench))])
    return dict(reply.facts())


def _canceled(cancel: Cancel, bench: Bench) -> Facts:
    path = bench.way.path + "canceled"
    body = content(300_000) if cancel == "body" else b""
    first = request("POST", path, _order(bench, down=1 << 20), body=body, cancel=cancel)
    (_, reply) = bench.exchange([first], [request("GET", path + "?second", _order(bench))])
    return dict(reply.facts())
