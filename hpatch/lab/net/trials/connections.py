"""Several requests on one connection of a client, and clients that leave."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial

from hpatch.lab.client import Heard, Script
from hpatch.lab.net.model import Bench, Facts, NetTrial
from hpatch.lab.net.requests import content, head, with_length
from hpatch.lab.replies import all_facts

_GROUP = "connections"
_PAUSE = 0.02


def trials() -> Iterator[NetTrial]:
    """Connections."""
    yield NetTrial(_GROUP, "two requests after one another", partial(_several, (False, False), _PAUSE))
    yield NetTrial(_GROUP, "five requests at once", partial(_several, (False,) * 5, 0.0))
    yield NetTrial(_GROUP, "a body, and another request", partial(_several, (True, False), _PAUSE))
    yield NetTrial(_GROUP, "bodies and requests at once", partial(_several, (True, False, True, False), 0.0))
    for size in (10, 65536, 300_000):
        yield NetTrial(_GROUP, f"{size:,} bytes that nobody reads, and another request", partial(_unread, size))
    for phase in _PHASES:
        yield NetTrial(_GROUP, f"a client that leaves {phase}, and another one", partial(_leaves, phase))


def _several(bodies: tuple[bool, ...], pause: float, bench: Bench) -> Facts:
    path, order = bench.way.path + "several", bench.order(down=20_000)
    steps: list[bytes | float] = []
    for number, body in enumerate(bodies, 1):
        close = number == len(bodies)
        target = f"{path}?{number}"
        steps.append(
            with_length("POST", target, content(20_000), order, close=close)
            if body
            else head("GET", target, order, close=close)
        )
        steps.append(pause)
    return _played(bench, [step for step in steps if step], ["POST" if body else "GET" for body in bodies])


def _unread(size: int, bench: Bench) -> Facts:
    """What becomes of the first is for the trials of early answers to say."""
    first = with_length("POST", bench.way.path + "unread", content(size), bench.order(read="no"), close=False)
    second = head("GET", bench.way.path + "unread?second", bench.order())
    return all_facts(bench.converse((first, _PAUSE, second), "POST", "GET"))


def _played(bench: Bench, script: Script, methods: list[str]) -> Facts:
    return {**all_facts(bench.converse(script, *methods)), **bench.seen(len(methods))}


def _leaves(phase: str, bench: Bench) -> Facts:
    path = bench.way.path + "leaves"
    bench.leave(_PHASES[phase](bench, path))
    (reply, *_) = bench.converse((head("GET", path + "?another", bench.order()),), "GET")
    return dict(reply.facts())


def _post(bench: Bench, path: str) -> bytes:
    return with_length("POST", path, content(300_000), bench.order())


_PHASES: Mapping[str, Callable[[Bench, str], Script]] = {
    "in its head": lambda bench, path: (head("GET", path, bench.order())[:-4],),
    "after its head": lambda bench, path: (head("POST", path, "Content-Length: 100", bench.order()),),
    "in its body": lambda bench, path: (_post(bench, path)[:100_000],),
    "after its body": lambda bench, path: (with_length("POST", path, content(1000), bench.order(wait=100)),),
    "in the response": lambda bench, path: (head("GET", path, bench.order(down=8 << 20)), Heard(b"\r\n\r\n")),
    "between parts of the response": lambda bench, path: (head("GET", path, bench.order(down=65536, pieces=20)),),
}
"""By phase, what the client has sent, and has heard, when it leaves."""
