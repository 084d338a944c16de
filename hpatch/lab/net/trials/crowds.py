"""Many requests at once: more than httpd serves at the same time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from hpatch.lab.net.model import Bench, Facts, NetTrial
from hpatch.lab.net.requests import content, head, with_length
from hpatch.lab.replies import split

_COUNT = 200
_WAIT = 50
"""Milliseconds that the backend takes for each: on the fastest machine, many are there at the same time."""


def trials() -> Iterator[NetTrial]:
    """Crowds."""
    yield NetTrial("crowds", f"{_COUNT} requests at once", _crowd)


def _crowd(bench: Bench) -> Facts:
    """Each is to get the response that it asked for, which no other one has.

    Where not all do, how many is chance.
    """
    wanted = [content(1000 + 37 * number) for number in range(_COUNT)]
    answers = bench.crowd([_request(number, len(body), bench) for number, body in enumerate(wanted)])
    ends: Counter[str] = Counter()
    for (came, in_order), body in zip(answers, wanted, strict=True):
        reply, *more = split(came, ("GET",), in_order=in_order)
        right = reply.status == "200 OK" and reply.whole and reply.body == body and not more
        ends["right" if right else f"{reply.status}{'' if reply.whole else ', cut'}, not what was asked for"] += 1
    seen = bench.seen(_COUNT)
    return {
        "responses": ", ".join(f"{'all' if count == _COUNT else 'some'} {end}" for end, count in sorted(ends.items())),
        "backend.requests": "all" if seen["backend.requests"] == str(_COUNT) else "not all",
        "backend.errors": "some" if any(name.endswith(".error") for name in seen) else "none",
    }


def _request(number: int, size: int, bench: Bench) -> bytes:
    path, order = f"{bench.way.patient}{number}", bench.order(down=size, wait=_WAIT)
    return with_length("POST", path, content(2000 + number), order) if number % 4 == 0 else head("GET", path, order)
