"""A FastCGI response that comes before the end of FCGI_STDIN."""

from __future__ import annotations

from functools import partial

from hpatch.lab.backends.exchange import numbered
from hpatch.lab.backends.responder import CONTENT, responder
from hpatch.lab.client import Script, request
from hpatch.lab.early import real
from hpatch.lab.load import load
from hpatch.lab.model import Cell
from hpatch.lab.observe import Watch, failed, only, passed, tell, undecided
from hpatch.lab.scenario import Observation, scenario
from hpatch.lab.session import Session

_DELAYED = 20
_BODY = b"0123456789"


@scenario(
    "fcgi-stdin-eof",
    "httpd passes a response on that a FastCGI backend sent before the end of FCGI_STDIN",
    sets=("fcgi-stdin-eof",),
    backends=("responder", "uwsgi"),
    threaded=True,
)
def run(session: Session, cell: Cell) -> Observation:
    """Does a client get the response of a FastCGI backend that answers and closes without reading all of FCGI_STDIN?

    Method, with the responder: POSTs whose 10-byte body is sent when the backend has answered and closed. Certain: all
    fail or none does. With uWSGI: GETs and POSTs of 10 bytes, 4 clients, to an application that reads no body, and 20
    POSTs whose body comes 0.1 seconds after the headers; uWSGI 2.0.4 fails some of the former and, over unix, all of
    the latter, 2.0.5 and later none. Faulty: any request without the whole response; the log has AH01075 with "Broken
    pipe" or "Connection reset by peer" then.

    Measured, percent failed. Responder: 2.4.62, 2.4.68 and 2.4.71 100, over unix and tcp; 2.4.9 100 over unix and 0
    over tcp; with the set fcgi-stdin-eof 0. uWSGI 2.0.4 with 4 threads over unix, of 1,000 to 2,000 GETs, of as many
    POSTs, and of delayed POSTs: 2.4.9 0 to 9, 0 to 8 and 100; 2.4.71 0 to 13, 1 to 17 and 100; 2.4.9 with the set 0, 0
    and 0. Over tcp up to 2 of 100 POSTs stay lost with it: no patch recovers a response that a reset destroyed. uWSGI
    2.0.21: 0 everywhere.
    """
    if cell.backend.kind == "uwsgi":
        return real(session, cell, "fcgi")
    with responder(session.address(cell.transport, "early"), "fcgi", "early") as early:
        gateway = session.gateway(cell.gateway, [early.route("/early/")])
        watch = Watch(gateway)

        def delayed(number: int) -> Script:
            return request("/early/", _BODY, headers=(numbered(number),), pause=partial(early.ended, number))

        outcomes = load(gateway.port, delayed, CONTENT, requests=session.requests or _DELAYED)
        reached = bool(early.seen)
        figures = watch.figures(outcomes)
    if not reached:
        return undecided(outcomes, figures)
    if only(outcomes, "full"):
        return passed(f"the response that came early is passed on: {tell(outcomes)}", figures)
    return failed(f"the response that came early is lost: {tell(outcomes)}", figures)
