"""A FastCGI backend that cannot be reached."""

from __future__ import annotations

from hpatch.lab.client import request
from hpatch.lab.load import added, load
from hpatch.lab.model import Cell, Route
from hpatch.lab.observe import Watch, failed, only, passed, tell, undecided
from hpatch.lab.scenario import Observation, scenario
from hpatch.lab.session import Session

_REQUESTS = 3
"""To each of the two. A crash takes httpd a second to notice."""


@scenario(
    "fcgi-connect-crash",
    "httpd answers 503 when a FastCGI backend cannot be reached, and does not crash",
    sets=("fcgi-connect-crash",),
)
def run(session: Session, cell: Cell) -> Observation:
    """Does httpd survive a FastCGI backend that is not there?

    Method: GETs, one after another, to an address where nobody listens, and to a worker that is disabled (`status=+D`).
    2.4.9 disables a worker by itself, for a minute, once it could not connect; later releases do so less often. Sound:
    each gets 503. Faulty: a child segfaults (AH00052 in the log), and its client gets no answer.

    Measured, of 5 GETs to the address over unix and tcp: 2.4.9 gave 3 times 503 and 2 times no answer, with 2
    segfaults; 2.4.9 with r1590437 and 2.4.71 gave 5 times 503. Of 5 GETs to the disabled worker: 2.4.9, and its module
    in 2.4.71, 5 times no answer; with r1590437 and 2.4.71 5 times 503. Source: httpd's r1590437.
    """
    dead = Route("/dead/", "fcgi", session.address(cell.transport, "dead"))
    disabled = Route("/disabled/", "fcgi", session.address(cell.transport, "disabled"), {"status": "+D"})
    gateway = session.gateway(cell.gateway, [dead, disabled])
    watch = Watch(gateway)
    count = session.requests or _REQUESTS
    outcomes = added(
        *(load(gateway.port, request(route.path), b"", requests=count, clients=1) for route in (dead, disabled))
    )
    figures = watch.figures(outcomes)
    if figures.segfaults or "none" in outcomes:
        return failed(f"{figures.segfaults} children crashed: {tell(outcomes)}", figures)
    if only(outcomes, "503"):
        return passed(f"no child crashed: {tell(outcomes)}", figures)
    return undecided(outcomes, figures)
