"""Connections to the backend that serve several requests."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial

from hpatch.lab.model import Scheme
from hpatch.lab.net.model import Bench, Facts, NetTrial
from hpatch.lab.net.requests import chunks, content, head, with_length
from hpatch.lab.replies import all_facts

_GROUP = "reuse"
_SCHEMES: tuple[Scheme, ...] = ("http", "https", "fcgi", "ajp")
"""The schemes in which a connection can stay."""
_PAUSE = 0.03
_BODIES = (b"", content(20_000), b"", content(300_000), b"")


def trials() -> Iterator[NetTrial]:
    """Reuse."""
    yield NetTrial(
        _GROUP, "a connection to the backend that stays", partial(_several, [*["yes"] * 4, "closed"]), _SCHEMES
    )
    yield NetTrial(
        _GROUP, "one that the backend closes", partial(_several, ["yes", "closed", "yes", "closed"]), _SCHEMES
    )
    yield NetTrial(_GROUP, "one that stays after a HEAD, a 204 and a 304", _without_bodies, ("http", "https"))
    yield NetTrial(_GROUP, "one that stays after bodies in chunks", _chunked, ("http", "https"))
    yield NetTrial(_GROUP, "one that the backend uses unasked", _unasked, ("http", "https"))


def _unasked(bench: Bench) -> Facts:
    """An old httpd sends the second one to a backend that does not listen any more."""
    return _several(["more", "closed"], bench, seen=False)


def _several(kept: Sequence[str], bench: Bench, *, seen: bool = True) -> Facts:
    """One after the other over one connection of the client: httpd has a pool in each child.

    The last one's is closed, so that the next trial begins with a new one.
    """
    steps: list[bytes | float] = []
    for number, (keep, body) in enumerate(zip(kept, _BODIES, strict=False), 1):
        path, order, last = f"{bench.way.kept}{number}", bench.order(keep=keep, down=1000 * number), number == len(kept)
        one = with_length("POST", path, body, order, close=last) if body else head("GET", path, order, close=last)
        steps += [one, _PAUSE]
    facts = all_facts(bench.converse(steps[:-1], *["POST" if body else "GET" for body in _BODIES[: len(kept)]]))
    return {**facts, **bench.seen(len(kept))} if seen else facts


def _without_bodies(bench: Bench) -> Facts:
    """What follows them must not be taken for their bodies."""
    path = bench.way.kept
    steps: list[bytes | float] = [
        head("HEAD", path + "1", bench.order(keep="yes", down=0), close=False),
        _PAUSE,
        head("GET", path + "2", bench.order(keep="yes", status="204 No Content", down=0), close=False),
        _PAUSE,
        head("GET", path + "3", bench.order(keep="yes", status="304 Not Modified", down=0), close=False),
        _PAUSE,
        head("GET", path + "4", bench.order(keep="closed", down=5)),
    ]
    return {**all_facts(bench.converse(steps, "HEAD", "GET", "GET", "GET")), **bench.seen(4)}


def _chunked(bench: Bench) -> Facts:
    """In both directions: each end must be found, or what follows is taken for the rest."""
    steps: list[bytes | float] = []
    for number in range(1, 5):
        order = bench.order(keep="yes" if number < 4 else "closed", down=5000 * number, chunks="yes")
        first = head("POST", f"{bench.way.kept}{number}", "Transfer-Encoding: chunked", order, close=number == 4)
        steps += [first + chunks(content(3000 * number), (1, 2000)), _PAUSE]
    return {**all_facts(bench.converse(steps[:-1], *["POST"] * 4)), **bench.seen(4)}
