"""One play of a trial, with an httpd and a backend behind it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from hpatch.lab.client import Heard
from hpatch.lab.model import GatewaySpec
from hpatch.lab.net.model import Way
from hpatch.lab.net.requests import chunks, content, head
from hpatch.lab.net.side import NetSide, Play
from hpatch.lab.net.ways import ways
from hpatch.lab.replies import split
from hpatch.lab.session import Session

pytestmark = pytest.mark.httpd
WAYS = (Way("http", "tcp"), Way("https", "tcp"), Way("ajp", "unix"), Way("fcgi", "tcp"))


@pytest.fixture(scope="module")
def side() -> Iterator[NetSide]:
    spec = GatewaySpec("httpd")
    with Session() as session, ExitStack() as running:
        yield NetSide(session, running, spec, ways(spec)._replace(ways=WAYS))


def play(side: NetSide, way: Way, request: pytest.FixtureRequest) -> Play:
    return Play(side, way, f"{request.node.name}-{way.place}")


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.name)
def test_many_at_once_get_what_each_asked_for(way: Way, side: NetSide, request: pytest.FixtureRequest) -> None:
    bench = play(side, way, request)
    answers = bench.crowd([head("GET", way.patient, bench.order(down=size)) for size in range(50)])
    replies = [split(came, ("GET",), in_order=in_order)[0] for came, in_order in answers]
    assert [(one.status, one.body, one.whole) for one in replies] == [
        ("200 OK", content(size), True) for size in range(50)
    ]
    assert bench.seen(50)["backend.requests"] == "50"


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.name)
def test_nobody(way: Way, side: NetSide, request: pytest.FixtureRequest) -> None:
    (reply,) = play(side, way, request).converse((head("GET", way.nobody),), "GET")
    assert reply.status == "503 Service Unavailable"


@pytest.mark.parametrize("way", WAYS[:2], ids=lambda way: way.name)
def test_trailers_and_hints(way: Way, side: NetSide, request: pytest.FixtureRequest) -> None:
    bench = play(side, way, request)
    first = head("POST", way.path, "Transfer-Encoding: chunked", bench.order(hints="yes", down=5))
    (reply,) = bench.converse((first + chunks(content(100), (30,), b"X-Trailer: 1"),), "POST")
    assert (reply.interim, reply.body) == (("102", "103", "103"), content(5))
    assert reply.hints == ("link: </a.css>; rel=preload", "link: </b.css>; rel=preload", "x-hint: 1")
    facts = bench.seen()
    assert facts["backend.body"].startswith("100 bytes, ")
    assert facts.get("backend.trailers", "") in ("", "X-Trailer: 1"), "whether httpd passes it on is its own affair"


@pytest.mark.parametrize("way", [WAYS[0], WAYS[1], WAYS[3]], ids=lambda way: way.name)
def test_a_connection_that_stays_serves_the_next_request(
    way: Way, side: NetSide, request: pytest.FixtureRequest
) -> None:
    bench = play(side, way, request)
    orders = [bench.order(keep="yes", down=5), bench.order(keep="closed", down=6)]
    steps = (head("GET", way.kept, orders[0], close=False), Heard(content(5)), head("GET", way.kept, orders[1]))
    assert [one.body for one in bench.converse(steps, "GET", "GET")] == [content(5), content(6)]
    facts = bench.seen(2)
    assert facts["backend.requests"] == "2"
    assert [name for name, value in facts.items() if value == "kept"] in (
        ["backend.1.connection"], ["backend.2.connection"]
    )  # fmt: skip
