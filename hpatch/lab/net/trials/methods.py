"""Methods, targets and statuses."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from hpatch.lab.net.model import Bench, Facts, NetTrial
from hpatch.lab.net.requests import content, head, with_length

_GROUP = "methods"
_TARGETS = (
    "a%20b/c%3Bd;e=1/~f",
    "?",
    "?q=1&r=a%20b&r=%C3%A9&s=x;y",
    "a//b/./c",
    "%E2%82%AC/%25/%2B+",
    "a.php/more?x=/a/b",
    "x" * 2000 + "?" + "y" * 2000,
)
_STATUSES = (
    "200 OK", "201 Created", "206 Partial Content", "301 Moved Permanently", "302 Found", "400 Bad Request",
    "401 Unauthorized", "404 Not Found", "418 I am a teapot", "500 Internal Server Error", "503 Service Unavailable",
)  # fmt: skip
_ALL_STATUSES = (
    *range(200, 209), 226, *range(300, 309), *range(401, 408), 409, 410, 412, *range(415, 419), *range(421, 427),
    428, 429, 431, 451, 499, 502, *range(504, 509), 510, 511, 520, 599,
)  # fmt: skip
"""Those of IANA's registry, and a few that are not, after which httpd keeps the client's connection."""
_CLOSING = (400, 408, 411, 413, 414, 500, 501, 503)
"""After these it does not (`ap_set_keepalive` of http_protocol.c)."""
_WITHOUT_BODY = ("204 No Content", "304 Not Modified", "200 OK")


def trials() -> Iterator[NetTrial]:
    """Methods, targets and statuses."""
    for method in ("GET", "HEAD", "OPTIONS", "DELETE", "PROPFIND", "LONGER-THAN-OTHERS"):
        yield NetTrial(_GROUP, method, partial(_bare, method))
    for method in ("DELETE", "PATCH", "PUT", "GET", "OPTIONS"):
        yield NetTrial(_GROUP, f"{method} with a body", partial(_with_body, method))
    for target in _TARGETS:
        yield NetTrial(_GROUP, f"the target {target[:40]}", partial(_target, target))
    for status in _STATUSES:
        yield NetTrial(_GROUP, f"the status {status}", partial(_status, status, {}))
    yield NetTrial(_GROUP, "all statuses, one after the other", _all_statuses)
    for status in _WITHOUT_BODY:
        yield NetTrial(_GROUP, f"the status {status} without a body", partial(_status, status, {"bare": "yes"}))


def _bare(method: str, bench: Bench) -> Facts:
    (reply, *more) = bench.converse((head(method, bench.way.path + "method", bench.order()),), method)
    return {**reply.facts(), **bench.seen(), **({"more": "yes"} if more else {})}


def _with_body(method: str, bench: Bench) -> Facts:
    script = with_length(method, bench.way.path + "method", content(10), bench.order())
    (reply, *_) = bench.converse((script,), method)
    return {**reply.facts(), **bench.seen()}


def _target(target: str, bench: Bench) -> Facts:
    (reply, *_) = bench.converse((head("GET", bench.way.path + target, bench.order()),), "GET")
    return {**reply.facts(), **bench.seen()}


def _status(status: str, wishes: dict[str, str | int], bench: Bench) -> Facts:
    order = bench.order(status=status, **wishes)
    (reply, *_) = bench.converse((head("GET", bench.way.path + "status", order),), "GET")
    return {**reply.facts(), **bench.seen()}


def _all_statuses(bench: Bench) -> Facts:
    """The last one is one after which httpd closes the connection; the others of that kind have one each."""
    codes = (*_ALL_STATUSES, _CLOSING[0])
    found = zip(codes, bench.converse([_asked(code, bench) for code in codes], *["GET"] * len(codes)), strict=False)
    facts = {name: value for code, reply in found for name, value in reply.facts(f"{code}.").items()}
    for code in _CLOSING[1:]:
        (reply, *_) = bench.converse((_asked(code, bench),), "GET")
        facts.update(reply.facts(f"{code}."))
    return {**facts, "backend.requests": bench.seen(len(codes) + len(_CLOSING) - 1)["backend.requests"]}


def _asked(code: int, bench: Bench) -> bytes:
    bare = {"bare": "yes"} if code in (204, 205, 304) else {}
    return head("GET", f"{bench.way.path}{code}", bench.order(status=f"{code} A reason", **bare), close=False)
