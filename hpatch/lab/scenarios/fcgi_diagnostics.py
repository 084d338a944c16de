"""What httpd logs when an exchange with a FastCGI backend fails."""

from __future__ import annotations

import re
from functools import partial

from hpatch.lab.backends.exchange import numbered
from hpatch.lab.backends.responder import CONTENT, responder
from hpatch.lab.client import request
from hpatch.lab.load import added, load
from hpatch.lab.model import Cell
from hpatch.lab.observe import Watch, failed, passed, undecided
from hpatch.lab.scenario import Observation, scenario
from hpatch.lab.session import Session

_MESSAGE = re.compile(r"AH01075: Error dispatching request to [^(\n]*(?:\(([a-z ]+)\))?")


@scenario(
    "fcgi-diagnostics",
    "mod_proxy_fcgi names the step that failed in AH01075",
    sets=("fcgi-diagnostics",),
)
def run(session: Session, cell: Cell) -> Observation:
    """Does AH01075 say which step of an exchange with a FastCGI backend failed?

    Method: a GET to a backend that ends in the middle of a record, which must fail while the response is read; and a
    POST whose body is sent when the backend has answered and closed, where sending may fail.
    Faulty: the message ends after "Error dispatching request to :". Sound: the step follows in brackets, "(sending
    stdin)" for one.

    Measured: 2.4.9 names none; with r1592032 "reading response body" and "sending empty stdin", with r1603122 after it
    also "sending stdin"; 2.4.71 as that. Between r1591508 and r1603027, which breaks the GET, "polling", after 20
    seconds. Source: httpd's r1592032 and r1603122.
    """
    with (
        responder(session.address(cell.transport, "truncates"), "fcgi", "truncates") as truncates,
        responder(session.address(cell.transport, "early"), "fcgi", "early") as early,
    ):
        gateway = session.gateway(cell.gateway, [truncates.route("/truncates/"), early.route("/early/")])
        watch = Watch(gateway)
        late = request("/early/", b"0123456789", headers=(numbered(1),), pause=partial(early.ended, 1))
        outcomes = added(
            load(gateway.port, request("/truncates/"), CONTENT, requests=1),
            load(gateway.port, late, CONTENT, requests=1),
        )
        steps = [found[1] for found in _MESSAGE.finditer(gateway.log().text)]
    named = sorted({step for step in steps if step})
    figures = watch.figures(outcomes, notes=[f"named: {', '.join(named) or 'no step'}"])
    if not steps:
        return undecided(outcomes, figures)
    if None in steps:
        return failed(f"{steps.count(None)} of {len(steps)} messages AH01075 name no step", figures)
    return passed(f"AH01075 names {' and '.join(named)}", figures)
