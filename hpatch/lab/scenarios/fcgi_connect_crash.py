"""A FastCGI backend that cannot be reached."""

from __future__ import annotations

from hpatch.lab.client import request
from hpatch.lab.load import load
from hpatch.lab.model import Cell, Route
from hpatch.lab.observe import Watch, failed, only, passed, tell, undecided
from hpatch.lab.scenario import Finding, scenario
from hpatch.lab.session import Session

_REQUESTS = 5


@scenario(
    "fcgi-connect-crash",
    "httpd answers 503 when a FastCGI backend cannot be reached, and does not crash",
    sets=("fcgi-connect-crash",),
)
def run(session: Session, cell: Cell) -> Finding:
    """Does httpd survive a FastCGI backend that is not there?

    Method: GETs, one after another, to an address where nobody listens. The first of them cannot connect, the next
    finds the worker in error. Sound: each gets 503. Faulty: a child segfaults (AH00052 in the log), and its client gets
    no answer.

    Measured, of 5 GETs over unix and tcp: 2.4.9 gave 3 times 503, 2 times no answer, with 2 segfaults; 2.4.9 with
    r1590437 and 2.4.71 gave 5 times 503. Source: httpd's r1590437.
    """
    route = Route("/dead/", "fcgi", session.address(cell.transport, "dead"))
    gateway = session.gateway(cell.gateway, [route])
    watch = Watch(gateway)
    outcomes = load(gateway.port, request("/dead/"), b"", requests=session.requests or _REQUESTS, clients=1)
    figures = watch.figures(outcomes)
    if figures.segfaults or "none" in outcomes:
        return failed(f"{figures.segfaults} children crashed: {tell(outcomes)}", figures)
    if only(outcomes, "503"):
        return passed(f"no child crashed: {tell(outcomes)}", figures)
    return undecided(outcomes, figures)
