"""The client of HTTP/2, with an httpd in front of the net's backend."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from hpatch.lab.model import Address, GatewaySpec
from hpatch.lab.net.h2 import exchange, request
from hpatch.lab.net.model import Way
from hpatch.lab.net.requests import content
from hpatch.lab.net.side import NetSide
from hpatch.lab.net.ways import ways
from hpatch.lab.session import Session
from tests.support.patience import PATIENCE

pytestmark = pytest.mark.httpd
WAY = Way("http", "tcp", "HTTP/2")


@pytest.fixture(scope="module")
def address() -> Iterator[Address]:
    spec = GatewaySpec("httpd")
    with Session() as session, ExitStack() as running:
        yield NetSide(session, running, spec, ways(spec)._replace(ways=(WAY,))).h2


def ordered(**wishes: str | int) -> tuple[str, str]:
    return "x-net", "; ".join(f"{name}={value}" for name, value in wishes.items())


def test_streams_at_once_and_after_one_another(address: Address) -> None:
    first = [request("POST", WAY.patient, ordered(down=size), body=content(200_000)) for size in (1, 70_000, 20)]
    second = [request("HEAD", WAY.patient), request("GET", WAY.patient, ordered(status="404 Not Found"))]
    replies = exchange(address, (first, second), PATIENCE)
    assert [one.status for one in replies] == ["200", "200", "200", "200", "404"]
    assert [one.body for one in replies[:4]] == [content(1), content(70_000), content(20), b""]
    assert all(one.whole for one in replies)
    assert dict(replies[0].headers)["content-type"] == "application/octet-stream"


@pytest.mark.parametrize("cancel", ["body", "response"])
def test_a_stream_that_is_canceled_leaves_the_others_alone(cancel: str, address: Address) -> None:
    body = content(300_000) if cancel == "body" else b""
    gone = request("POST", WAY.patient, ordered(down=1 << 20), body=body, cancel=cancel)  # type: ignore[arg-type]
    replies = exchange(address, ([gone, request("GET", WAY.patient)],), PATIENCE)
    assert [one.whole for one in replies] == [False, True]


def test_a_response_that_is_cut_is_not_whole(address: Address) -> None:
    replies = exchange(
        address, ([request("GET", WAY.path, ordered(fault="reset"))], [request("GET", WAY.path)]), PATIENCE
    )
    assert [one.whole for one in replies] == [False, True]


def test_what_comes_before_and_after_a_response(address: Address) -> None:
    asked = [request("GET", WAY.path, ordered(hints="yes")), request("GET", WAY.path, ordered(trailers="yes"))]
    hinted, trailed = exchange(address, (asked,), PATIENCE)
    assert "link: </a.css>; rel=preload" in hinted.hints
    assert hinted.interim[-2:] == ("103", "103")
    assert (hinted.status, hinted.whole) == ("200", True)
    assert "x-trailer: 1" in trailed.trailers


def test_nobody_there_and_nothing_in_time(address: Address) -> None:
    with Session() as session:
        assert exchange(session.address("tcp", "none"), ([request("GET", "/")],), 5)[0].status == "none"
    (reply,) = exchange(address, ([request("GET", WAY.patient, ordered(wait=3000))],), 0.3)
    assert (reply.status, reply.whole) == ("none", False)
