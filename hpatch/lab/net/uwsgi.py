"""The net of a uWSGI: the same requests before a change and after it, each through an httpd as it is installed.

Behind the httpd is the lab's application, which reads the request's body and answers with it. The httpd opens a new
connection for each request: what one request leaves behind concerns no other. Over http it would keep connections by
itself, and uWSGI closes them without saying so before: a request that meets the end of one gets 502.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterator, Mapping, Sequence
from functools import partial

from hpatch.errors import ToolError
from hpatch.lab.model import BackendSpec, Cell, GatewaySpec, Route, Transport
from hpatch.lab.net.backend import Book
from hpatch.lab.net.compare import Tell, each, not_started
from hpatch.lab.net.model import Bench, Facts, Figure, NetResult, NetTrial, Way, trial_of
from hpatch.lab.net.requests import chunks, content, head, with_length
from hpatch.lab.programs import text_of
from hpatch.lab.replies import ClientReply, all_facts, split
from hpatch.lab.session import Session
from hpatch.lab.smoke import TRANSPORTS, paths

HTTPD = GatewaySpec("httpd")
"""What is in front: the httpd that is installed, which nobody has changed."""
_THREADS = 4
_CRASH = re.compile(r"^DAMN ! worker \d+ .*died", re.M)
_SIZES = (0, 1, 10, 4095, 4096, 8192, 32_768, 65_535, 65_536, 300_000, 2 << 20)
"""Around the sizes of a page, of what a read takes, and of a FastCGI record (65,535 bytes)."""
_METHODS = ("GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH", "PROPFIND")
_STATUSES = (200, 201, 204, 301, 302, 304, 400, 401, 404, 418, 500, 503)
_TARGETS = ("a%20b/c%3Bd;e=1/~f", "a//b/./c", "?", "?q=1&r=a%20b&s=x;y", "x" * 300 + "?" + "y" * 300)
"""None so long that a request's variables outgrow uWSGI's usual buffer (4,096 bytes): it then waits for seconds."""
_PAUSE = 0.03
_AT_ONCE = 40
_TEXT = b"hpatch lab\n" * 200
"""What the application answers with where it is asked for so many bytes; before it come lines about the request."""
_NO_BODY = b"\n\n\n"
"""How these lines end where the request has neither a type nor cookies nor a header of ours, and no body follows."""


class UwsgiSide:
    """An httpd and the uWSGIs behind it, one for each way, before a change or after it."""

    def __init__(self, session: Session, spec: BackendSpec, ways: Sequence[Way]) -> None:
        self.book = Book()
        self.h2 = session.address("tcp", "h2")
        self._folder = session.folder
        routes = []
        for way in ways:
            cell = Cell(HTTPD, spec, way.transport, _THREADS)
            address = session.uwsgi(cell, way.scheme, application="hpatch_echo")
            routes.append(Route(way.path, way.scheme, address, {"retry": "0", "disablereuse": "on"}))
        self.gateway = session.gateway(HTTPD, routes)

    def masks(self, way: Way) -> Mapping[str, str]:
        """None: nothing is said of what the backend saw, but by the application's answer."""
        return {}

    def crashes(self) -> int:
        """How many workers have died."""
        return sum(len(_CRASH.findall(text_of(words))) for words in self._folder.glob("uwsgi*/words"))


def ways(transports: Sequence[Transport] = TRANSPORTS) -> tuple[Way, ...]:
    """The ways to a uWSGI that the installed httpd has. Raises ToolError where it has none, or there is no httpd."""
    found = tuple(Way(*one) for one in paths(HTTPD, transports))
    if not found:
        raise ToolError("the installed httpd has no module that proxies to uWSGI, so nothing can be compared")
    return found


def compare(
    before: BackendSpec,
    after: BackendSpec,
    transports: Sequence[Transport] = TRANSPORTS,
    tell: Tell = lambda text: None,
) -> NetResult:
    """Try both uWSGIs. Raises ToolError where the first does not start; that the second does not is a difference."""
    began = time.monotonic()
    known = ways(transports)
    names = tuple(way.name for way in known)
    with Session() as first, Session() as second:
        one = UwsgiSide(first, before, known)
        try:
            other = UwsgiSide(second, after, known)
        except ToolError as error:
            return not_started("uWSGI", names, error, time.monotonic() - began)
        tell("exchanges")
        found = each(one, other, known, lambda way: trials())
        crashes = one.crashes(), other.crashes()
    return NetResult(
        ways=names,
        trials=sum(way.played for way in found),
        differences=tuple(difference for way in found for difference in way.differences),
        figures=(
            Figure("crashed workers", unit="", before=crashes[0], after=crashes[1], worse=crashes[1] > crashes[0]),
        ),
        unsteady=tuple(name for way in found for name in way.unsteady),
        seconds=time.monotonic() - began,
    )


def trials() -> Iterator[NetTrial]:
    """What a way is tried with."""
    for size in _SIZES:
        kind = trial_of(size)
        yield kind("bodies", f"a body of {size:,} bytes", partial(_posted, size))
        yield kind("bodies", f"a response of {size:,} bytes", partial(_asked, "GET", f"?down={size}", (), b""))
        yield kind("unread bodies", f"a body of {size:,} bytes", partial(_unread, size, 0.0))
    yield NetTrial("bodies", "a body that comes later than its head", _late)
    yield NetTrial("unread bodies", "a body that comes later than its head", partial(_unread, 5000, _PAUSE))
    yield NetTrial("bodies", "a body in chunks", _chunked)
    for method in _METHODS:
        yield NetTrial("methods", method, partial(_asked, method, "", (), b""))
    for method in ("PUT", "DELETE", "PATCH"):
        yield NetTrial("methods", f"{method} with a body", partial(_asked, method, "", (), b"0123456789"))
    for status in _STATUSES:
        yield NetTrial("methods", f"the status {status}", partial(_asked, "GET", f"?status={status}", (), b""))
    for target in _TARGETS:
        yield NetTrial("headers", f"the target {target[:40]}", partial(_asked, "GET", target, (), b""))
    for size in (1, 1000, 2000):
        yield NetTrial(
            "headers", f"a header of {size:,} bytes", partial(_asked, "GET", "", (f"X-Try: {'x' * size}",), b"")
        )
    yield NetTrial("headers", "cookies", partial(_asked, "GET", "", ("Cookie: a=1; b=2", "Cookie: c=3"), b""))
    many = tuple(f"X-Many-{number}: value {number}" for number in range(20))
    yield NetTrial("headers", "many headers", partial(_asked, "GET", "", many, b""))
    yield NetTrial("connections", "several requests over one connection", _several)
    yield NetTrial("connections", "a client that leaves, and another one", _leaves)
    yield NetTrial("connections", f"{_AT_ONCE} at once", _crowd)


def _asked(method: str, target: str, headers: tuple[str, ...], body: bytes, bench: Bench) -> Facts:
    path = bench.way.path + target
    sent = with_length(method, path, body, *headers) if body else head(method, path, *headers)
    return all_facts(bench.converse([sent], method))


def _posted(size: int, bench: Bench) -> Facts:
    return all_facts(bench.converse([with_length("POST", bench.way.path, content(size))], "POST"))


def _late(bench: Bench) -> Facts:
    body = content(5000)
    sent = head("POST", bench.way.path, f"Content-Length: {len(body)}")
    return all_facts(bench.converse([sent, _PAUSE, body], "POST"))


def _unread(size: int, pause: float, bench: Bench) -> Facts:
    """The answer is right, or it is lost, which is chance: uWSGI closes while the body still comes."""
    body, target = content(size), f"?read=no&down={len(_TEXT)}"
    sent = head("POST", bench.way.path + target, f"Content-Length: {len(body)}")
    reply, *more = bench.converse([sent, pause, body], "POST")
    return _right_or_lost(reply, right=reply.body.endswith(_TEXT) and not more)


def _right_or_lost(reply: ClientReply, *, right: bool) -> Facts:
    """What is told where nothing reads the request's body."""
    lost = not reply.whole or reply.status[:1] == "5" or not reply.body
    return {"response": "right or lost"} if lost or (right and reply.status[:3] == "200") else reply.facts()


def _chunked(bench: Bench) -> Facts:
    """Over some schemes httpd gathers the body, over others it refuses it: either is to stay.

    Over http it sends the chunks on, and uWSGI, unless it is told to, does not read them.
    """
    sent = head("POST", bench.way.path, "Transfer-Encoding: chunked")
    replies = bench.converse([sent + chunks(content(20_000), (1000, 7))], "POST")
    if bench.way.scheme == "http" and len(replies) == 1:
        return _right_or_lost(replies[0], right=replies[0].body.endswith(_NO_BODY))
    return all_facts(replies)


def _several(bench: Bench) -> Facts:
    path = bench.way.path
    sent = [
        head("GET", path + "1", close=False),
        with_length("POST", path + "2", content(3000), close=False),
        head("HEAD", path + "3", close=False),
        with_length("POST", path + "4", content(100_000)),
    ]
    return all_facts(bench.converse(sent, "GET", "POST", "HEAD", "POST"))


def _leaves(bench: Bench) -> Facts:
    """It leaves in the middle of its body. The next one is to be served as ever."""
    path = bench.way.path
    bench.leave([head("POST", path, "Content-Length: 100000") + content(30_000)])
    return all_facts(bench.converse([with_length("POST", path, content(3000))], "POST"))


def _crowd(bench: Bench) -> Facts:
    """Each is to get the answer to its own request. Whether one is lost among so many is chance."""
    bodies = [content(1000 + 37 * number) for number in range(_AT_ONCE)]
    answers = bench.crowd([with_length("POST", bench.way.path, body) for body in bodies])
    right = wrong = 0
    for (came, in_order), body in zip(answers, bodies, strict=True):
        reply, *more = split(came, ("POST",), in_order=in_order)
        answered = reply.status[:3] == "200" and reply.whole and bool(reply.body)
        right += answered and reply.body.endswith(b"\n" + body) and not more
        wrong += answered and not reply.body.endswith(b"\n" + body)
    return {"responses": "some are another's" if wrong else "right or lost" if right else "none is right"}
