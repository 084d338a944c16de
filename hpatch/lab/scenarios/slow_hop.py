"""A slow hop between the gateway and its backend."""

from __future__ import annotations

import subprocess
from contextlib import ExitStack

from hpatch.lab.backends import uwsgi
from hpatch.lab.backends.responder import responder
from hpatch.lab.client import request
from hpatch.lab.load import added, load
from hpatch.lab.model import Address, Cell, Outcome, Route, Scheme
from hpatch.lab.observe import Watch, failed, only, passed, tell, undecided
from hpatch.lab.programs import last_words
from hpatch.lab.relay import Hop, Relay, relay
from hpatch.lab.scenario import Observation, scenario
from hpatch.lab.session import Session
from hpatch.records import NamedTuple

_REQUESTS = 8
_SIZE = 512 * 1024
_RATE = 4_000_000
_DELAY = 0.01
_BODY = bytes(20_000)
_SCHEMES: tuple[Scheme, ...] = ("fcgi", "uwsgi", "http")
_FAULTS = ("sound", "early-lingers", "unread")
_LOSES = "unread"
"""The fault that is meant to lose responses: what the others do is compared with it."""


_NETEM = "ip link set lo up && exec tc qdisc add dev lo root netem delay 1ms"


class _Way(NamedTuple):
    """A path of the gateway, the hop behind it, and the body that requests have."""

    name: str
    path: str
    hop: Relay
    body: bytes | None


@scenario(
    "slow-hop",
    "A gateway gets a response whole over a slow hop to its backend",
    gateways=("nginx", "httpd"),
    backends=("responder", "uwsgi"),
    transports=("tcp",),
    threaded=True,
    effort=12,
)
def run(session: Session, cell: Cell) -> Observation:
    """Does the gateway read a response to its end when the way to the backend is slow, or does its backend reset it?

    Method: between the two a relay lets 4 MB a second pass, 10 ms late, and takes little at once: the response waits at
    the backend, as it does behind a real slow link. Responses of 512 KiB, by FastCGI, the uwsgi protocol and HTTP. The
    responder reads the body and lingers ("sound"), answers first and lingers ("early-lingers"), or closes with input
    unread ("unread"). uWSGI gets GETs, and POSTs of 20,000 bytes to an application that reads none. Faulty: a response
    is not whole, other than from "unread"; or the gateway closes before it has all that came. The notes tell what the
    relay saw: how many connections the backend reset, and how many the gateway left early; and whether tc netem, which
    adds loss and reordering in a network namespace, could be used here.

    Measured with nginx 1.22.1 and httpd 2.4.71 alike, 8 requests each: "sound" and "early-lingers" whole, by each
    scheme; "unread" cut, each connection reset by the responder. uWSGI 2.0.21 with 4 threads: GETs whole, and POSTs by
    FastCGI, whose body uWSGI reads; POSTs by the uwsgi protocol and HTTP cut after 13 to 16 of 512 KiB on the average,
    each reset by uWSGI. No gateway left a connection early: each passed on every byte that came. With nginx below 40
    Mbit/s and 5% of the packets dropped (tc tbf in a network namespace), and over a link that lost 1% of its packets
    and delivered 5% out of order, the same were whole and the same cut. It is the missing lingering close.
    """
    count = session.requests or _REQUESTS
    content = uwsgi.answer(_SIZE)
    with ExitStack() as stack:
        ways, routes = [], []

        def add(name: str, scheme: Scheme, backend: Address, query: str, bodies: tuple[bytes | None, ...]) -> None:
            address = session.address("tcp", "hop")
            hop = stack.enter_context(relay(address, backend, rate=_RATE, delay=_DELAY))
            path = f"/{name.replace(' ', '-')}/"
            routes.append(Route(path, scheme, address))
            for body in bodies:
                kind = name if len(bodies) == 1 else f"{name} {'GET' if body is None else 'POST'}"
                ways.append(_Way(kind, path + query, hop, body))

        for scheme in _SCHEMES:
            if cell.backend.kind == "uwsgi":
                add(scheme, scheme, session.uwsgi(cell, scheme), f"?{_SIZE}", (None, _BODY))
                continue
            for fault in _FAULTS:
                address = session.address("tcp", fault)
                stack.enter_context(responder(address, scheme, fault, content))
                add(f"{scheme} {fault}", scheme, address, "", (_BODY,))
        gateway = session.gateway(cell.gateway, routes)
        watch = Watch(gateway)
        parts: dict[str, dict[Outcome, int]] = {}
        notes = []
        left = resets = 0
        for way in ways:
            before = len(way.hop.hops())
            parts[way.name] = dict(load(gateway.port, request(way.path, way.body), content, requests=count))
            seen = way.hop.hops()[before:]
            notes.append(f"{way.name}: {tell(parts[way.name])} ({_told(seen)})")
            left += sum(one.left for one in seen)
            resets += sum(one.end == "reset" for one in seen)
        figures = watch.figures(added(*parts.values()), notes=[*notes, _netem()])
    due = {name: found for name, found in parts.items() if not name.endswith(_LOSES)}
    lost = {name: found for name, found in due.items() if not only(found, "full")}
    if not any(found.get("full") for found in parts.values()):
        return undecided(figures.outcomes, figures)
    who = f"the backend reset {resets} of {figures.requests} connections, the gateway left {left} early"
    if lost or left:
        return failed(f"responses are lost ({', '.join(lost) or 'none'}); {who}", figures)
    return passed(f"every response that the backend ends in order is whole; {who}", figures)


def _told(hops: tuple[Hop, ...]) -> str:
    taken, came = sum(one.taken for one in hops), sum(one.passed for one in hops)
    return (
        f"{sum(one.end == 'reset' for one in hops)} reset, {sum(one.left for one in hops)} left early, "
        f"{came} of {taken} bytes passed"
    )


def _netem() -> str:
    """Whether the kernel's own bad link could be had, which the scenario does not need and docs/questions describes."""
    try:
        command = ("unshare", "--net", "sh", "-c", _NETEM)
        done = subprocess.run(
            command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=20, check=False
        )
        words = "" if done.returncode == 0 else last_words(done.stderr)
    except (OSError, subprocess.TimeoutExpired) as error:
        words = str(error)
    if words:
        return f"without loss and reordering: tc netem cannot be used here ({words})"
    return "without loss and reordering: run it in a network namespace with tc netem for these"
