"""Whether uWSGI reads the end of FCGI_STDIN before it closes."""

from __future__ import annotations

from hpatch.lab.backends import uwsgi
from hpatch.lab.client import request
from hpatch.lab.load import load
from hpatch.lab.model import Cell, Route
from hpatch.lab.observe import Watch, failed, only, passed, tell, undecided
from hpatch.lab.probe import probe
from hpatch.lab.scenario import Observation, scenario
from hpatch.lab.session import Session

_REQUESTS = 2000


@scenario(
    "uwsgi-stdin-eof",
    "uWSGI reads the end of FCGI_STDIN before it closes",
    sets=("uwsgi-stdin-eof",),
    backends=("uwsgi",),
    threaded=True,
    effort=3,
)
def run(session: Session, cell: Cell) -> Observation:
    """Does uWSGI close a FastCGI connection before it has read the end of FCGI_STDIN? Which version does?

    Method: without a gateway, POSTs to uWSGI that stop after FCGI_PARAMS, or after the body and before the empty record
    that ends it. A uWSGI that reads the end still has the connection open after a second, answered or not; then the
    rest is sent, and it closes. After that GETs through the gateway, 4 clients: how many lose their response. Faulty:
    uWSGI closes early, or a response is lost.

    Measured, over unix and tcp, with 1 and 4 threads: 2.0.4 answers and closes after FCGI_PARAMS; with the set
    uwsgi-fcgi-parser it does so after the body; with uwsgi-stdin-eof after it, and 2.0.21, it answers after the body
    and reads on. Lost of 2,000 GETs through httpd 2.4.71 from 2.0.4 with 1 and 4 threads: 43 and 208 over unix, none
    and 4 over tcp; with the set none. Source: uWSGI's commits 9ffc3111 and 68d5b2de.
    """
    address = session.uwsgi(cell, "fcgi")
    gateway = session.gateway(cell.gateway, [Route("/app/", "fcgi", address)])
    watch = Watch(gateway)
    found = probe(address)
    outcomes = load(gateway.port, request("/app/"), uwsgi.answer(), requests=session.requests or _REQUESTS)
    stops = {"FCGI_PARAMS": found.after_variables, "the body": found.after_body}
    figures = watch.figures(outcomes, notes=[f"after {name}: {stopped.told}" for name, stopped in stops.items()])
    early = [name for name, stopped in stops.items() if stopped.closed_early]
    if early:
        return failed(f"uWSGI closes after {' and after '.join(early)}; through the gateway: {tell(outcomes)}", figures)
    if not outcomes.get("full"):
        return undecided(outcomes, figures)
    if not only(outcomes, "full"):
        return failed(f"uWSGI reads the end of FCGI_STDIN, yet responses are lost: {tell(outcomes)}", figures)
    return passed(f"uWSGI reads the end of FCGI_STDIN; through the gateway: {tell(outcomes)}", figures)
