"""SCGI over a Unix socket."""

from __future__ import annotations

from hpatch.lab.backends.responder import CONTENT, responder
from hpatch.lab.client import request
from hpatch.lab.load import load
from hpatch.lab.model import Cell
from hpatch.lab.observe import Watch, failed, only, passed, tell, undecided
from hpatch.lab.scenario import Observation, scenario
from hpatch.lab.session import Session

_REQUESTS = 5


@scenario("scgi-unix", "mod_proxy_scgi reaches Unix sockets", sets=("scgi-unix",), transports=("unix",))
def run(session: Session, cell: Cell) -> Observation:
    """Does `ProxyPass unix:/path|scgi://…` reach the socket?

    Method: GETs to a sound SCGI backend on a Unix socket. Faulty: each gets 503 and the backend sees none of them.

    Measured, of 5: 2.4.9 none; 2.4.71 all. Source: httpd's r1592529.
    """
    with responder(session.address(cell.transport, "scgi"), "scgi", "sound") as sound:
        gateway = session.gateway(cell.gateway, [sound.route("/scgi/")])
        watch = Watch(gateway)
        outcomes = load(gateway.port, request("/scgi/"), CONTENT, requests=session.requests or _REQUESTS)
        sound.settle(outcomes.get("full", 0))
        seen = len(sound.seen)
        figures = watch.figures(outcomes, notes=[f"the backend saw {seen}"])
    if only(outcomes, "full"):
        return passed(f"all came through: {tell(outcomes)}", figures)
    if only(outcomes, "503") and not seen:
        return failed(f"none came through: {tell(outcomes)}", figures)
    return undecided(outcomes, figures)
