"""More directives than ProxyPass, and balancers: places of httpd's that `places.py` makes."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from hpatch.lab.client import Heard
from hpatch.lab.model import Scheme
from hpatch.lab.net.backend import FIRST
from hpatch.lab.net.model import Bench, Facts, NetTrial
from hpatch.lab.net.requests import chunks, content, head, with_length
from hpatch.lab.replies import all_facts

_GROUP = "settings"
_CHUNKED: tuple[Scheme, ...] = ("http", "https", "fcgi")
_HTTP: tuple[Scheme, ...] = ("http", "https")
_TARGETS = ("a%20b/%41;c=1?q=%2F", "a//b/%C3%A9", "a.php/b.c/d?e")
_TURNS = 6
"""So many requests: each member of three is asked."""
_LATE = 1300
"""Milliseconds: more than ProxyTimeout, and less than the place's own."""


def trials() -> Iterator[NetTrial]:
    """What every way is tried with."""
    for status in ("401 Unauthorized", "404 Not Found", "503 Service Unavailable", "500 Internal Server Error"):
        for method in ("GET", "HEAD", "POST"):
            yield NetTrial(_GROUP, f"{method} with an error page, {status[:3]}", partial(_override, method, status))
    yield NetTrial(_GROUP, "an error page, and another request", _again)
    yield NetTrial(_GROUP, "addresses and cookies that are mapped back", partial(_get, "m", {"headers": "mapped"}))
    yield NetTrial(_GROUP, "variables, and the client's Host", partial(_get, "variables?a=b", {}))
    yield NetTrial(_GROUP, "a target that is not passed on", partial(_excluded, "excluded"))
    yield NetTrial(_GROUP, "a target that is not passed on, by a pattern", partial(_excluded, "bxcluded"))
    yield NetTrial(_GROUP, "the first part of a response, at once", _flushed)
    yield NetTrial(_GROUP, "a response later than ProxyTimeout", _late)
    for how in ("full", "unescape", "first-dot", "last-dot"):
        yield NetTrial(_GROUP, f"PATH_INFO, {how}", partial(_get, f"pathinfo-{how}/a.b/c%20d.e/f", {}), ("fcgi",))
    for how in ("sendcl", "sendchunked", "http10", "nokeepalive"):
        yield NetTrial(_GROUP, f"a body in chunks, {how}", partial(_chunks, how), _CHUNKED)
    yield NetTrial(_GROUP, "early hints, suppressed", partial(_get, "suppress", {"hints": "yes"}), _HTTP)
    for target in _TARGETS:
        yield NetTrial(_GROUP, f"the target {target}, as it came", partial(_target, target))
    yield NetTrial(_GROUP, "GET by SetHandler", partial(_handled, b""))
    yield NetTrial(_GROUP, "POST by SetHandler", partial(_handled, content(20_000)))


def balancers() -> Iterator[NetTrial]:
    """What a way is tried with that has balancers."""
    yield NetTrial("balancers", "members in turns, of which one is not there", partial(_turns, b""))
    yield NetTrial("balancers", "the same with bodies", partial(_turns, content(100)))
    yield NetTrial("balancers", "sessions that stay with a member", _sticky)
    yield NetTrial("balancers", "a member that fails and is well again", _failing)


def _override(method: str, status: str, bench: Bench) -> Facts:
    path, order = bench.way.configured + "error", bench.order(status=status)
    sent = with_length(method, path, content(100), order) if method == "POST" else head(method, path, order)
    (reply, *more) = bench.converse((sent,), method)
    return {**reply.facts(), **bench.seen(), **({"more": "yes"} if more else {})}


def _again(bench: Bench) -> Facts:
    """What is left of the first response must not be taken for the second."""
    path = bench.way.configured
    first = head("GET", path + "1", bench.order(status="404 Not Found", down=70_000), close=False)
    replies = bench.converse((first, head("GET", path + "2", bench.order(down=5))), "GET", "GET")
    return {**all_facts(replies), **bench.seen(2)}


def _get(target: str, wishes: dict[str, str | int], bench: Bench) -> Facts:
    (reply, *_) = bench.converse((head("GET", bench.way.configured + target, bench.order(**wishes)),), "GET")
    return {**reply.facts(), **bench.seen()}


def _excluded(target: str, bench: Bench) -> Facts:
    (reply, *_) = bench.converse((head("GET", f"{bench.way.configured}{target}/a", bench.order()),), "GET")
    return dict(reply.facts())


def _flushed(bench: Bench) -> Facts:
    first = head("GET", bench.way.configured + "flush", bench.order(flush="yes"))
    (reply, *_) = bench.converse((first, Heard(FIRST), bench.heard), "GET")
    return {**reply.facts(), "text": reply.body.decode("latin-1")[-80:]}


def _late(bench: Bench) -> Facts:
    (reply, *_) = bench.converse((head("GET", bench.way.configured + "late", bench.order(wait=_LATE)),), "GET")
    return dict(reply.facts())


def _chunks(how: str, bench: Bench) -> Facts:
    first = head("POST", bench.way.configured + how, "Transfer-Encoding: chunked", bench.order())
    (reply, *_) = bench.converse((first + chunks(content(5000), (1, 2000)),), "POST")
    return {**reply.facts(), **bench.seen()}


def _target(target: str, bench: Bench) -> Facts:
    (reply, *_) = bench.converse((head("GET", bench.way.raw + target, bench.order()),), "GET")
    return {**reply.facts(), **bench.seen()}


def _handled(body: bytes, bench: Bench) -> Facts:
    path = bench.way.handled + "a.php/b%20c?d=e"
    sent = with_length("POST", path, body, bench.order()) if body else head("GET", path, bench.order())
    (reply, *_) = bench.converse((sent,), "POST" if body else "GET")
    return {**reply.facts(), **bench.seen()}


def _turns(body: bytes, bench: Bench) -> Facts:
    """Whose turn it is, is chance; that each gets its response is not."""
    path, order = bench.way.balanced + "turns/a", bench.order()
    sent = with_length("POST", path, body, order) if body else head("GET", path, order)
    replies = [reply for _ in range(_TURNS) for reply in bench.converse((sent,), "GET")]
    ends = {f"{one.status}{'' if one.whole else ', cut'}" for one in replies}
    return {"responses": ", ".join(sorted(ends)), "members": ", ".join(sorted(set(_members(bench, _TURNS))))}


def _sticky(bench: Bench) -> Facts:
    path, order = bench.way.balanced + "sticky/a", bench.order()
    found = []
    for route in ("one", "two", "two", "two", "one"):
        (reply, *_) = bench.converse((head("GET", path, order, f"Cookie: b=c; NETROUTE=a.{route}"),), "GET")
        found.append(f"{reply.status} by {', '.join(_members(bench, 1))}")
    return {"responses": "\n".join(found)}


def _failing(bench: Bench) -> Facts:
    path = bench.way.balanced + "failing/a"
    asked = [head("GET", path, bench.order(status=status)) for status in ("503 Service Unavailable", "200 OK")]
    return {"responses": "\n".join(reply.status for one in asked for reply in bench.converse((one,), "GET"))}


def _members(bench: Bench, count: int) -> Iterator[str]:
    for name, value in bench.seen(count).items():
        if name.endswith("request"):
            yield next((one for one in ("one", "two") if f"/{one}/" in value), "neither")
