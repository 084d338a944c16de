"""WebSockets: connections that become tunnels."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

from hpatch.lab.client import End, Heard
from hpatch.lab.net.model import Bench, Facts, NetTrial, trial_of
from hpatch.lab.net.requests import content, head

_GROUP = "upgrades"
_HANDSHAKE = (
    "Upgrade: websocket",
    "Connection: Upgrade",
    "Sec-WebSocket-Version: 13",
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",  # RFC 6455's own
)
_OPEN = Heard(b"\r\n\r\n")


def trials() -> Iterator[NetTrial]:
    """WebSockets."""
    for size in (1, 8192, 65536, 300_000, 4 << 20):
        yield trial_of(size)(_GROUP, f"{size:,} bytes that come back", partial(_echo, size))
    yield _trial("messages in turns", _talk)
    yield _trial("an end by the backend", partial(_ends, "ends"))
    yield _trial("a reset by the backend", partial(_ends, "resets"))
    yield _trial("an upgrade that is refused", _refused)
    yield _trial("a request without an upgrade", _plain)
    yield _trial("a client that leaves in the tunnel, and another one", _leaves)


def _trial(name: str, play: Callable[[Bench], Facts]) -> NetTrial:
    return NetTrial(_GROUP, name, play)


def _handshake(bench: Bench, **wishes: str | int) -> bytes:
    return head("GET", bench.way.path + "socket?a=1", bench.order(**wishes), *_HANDSHAKE, close=False)


def _echo(size: int, bench: Bench) -> Facts:
    body = content(size)
    script = (_handshake(bench, upgrade="echo", up=size), _OPEN, body, Heard(body[-20:]), End())
    (reply, *_) = bench.converse(script, "GET")
    return {**reply.facts(), **bench.seen()}


def _talk(bench: Bench) -> Facts:
    turns = [step for number in range(20) for step in (b"message %d;" % number, Heard(b"message %d;" % number))]
    script = (_handshake(bench, upgrade="talk"), _OPEN, Heard(b"hello, "), *turns, b".", Heard(b"."), End())
    (reply, *_) = bench.converse(script, "GET")
    return {**reply.facts(), **bench.seen()}


def _ends(how: str, bench: Bench) -> Facts:
    """Only what is seen before a reset counts: it may overtake what was sent before it."""
    (reply, *_) = bench.converse((_handshake(bench, upgrade=how), _OPEN, Heard(b"hello, "), b"."), "GET")
    return dict(reply.facts())


def _refused(bench: Bench) -> Facts:
    lines = [line.replace("Connection: ", "Connection: close, ") for line in _HANDSHAKE]
    request = head("GET", bench.way.path + "refused", bench.order(status="403 Forbidden"), *lines, close=False)
    (reply, *_) = bench.converse((request, Heard(content(11)), End()), "GET")
    return {**reply.facts(), **bench.seen()}


def _plain(bench: Bench) -> Facts:
    """By mod_proxy_wstunnel no backend sees it."""
    (reply, *_) = bench.converse((head("GET", bench.way.path + "plain", bench.order()),), "GET")
    return dict(reply.facts())


def _leaves(bench: Bench) -> Facts:
    bench.leave((_handshake(bench, upgrade="talk"), _OPEN, b"something"))
    (reply, *_) = bench.converse((_handshake(bench, upgrade="talk"), _OPEN, b"."), "GET")
    return dict(reply.facts())
