"""Whether uWSGI waits for a FastCGI request's body."""

from __future__ import annotations

from time import monotonic

from hpatch.lab.model import Cell, Figures
from hpatch.lab.observe import failed, passed
from hpatch.lab.probe import probe
from hpatch.lab.scenario import Observation, scenario
from hpatch.lab.session import Session


@scenario(
    "uwsgi-fcgi-parser",
    "uWSGI waits for a FastCGI request's body",
    sets=("uwsgi-fcgi-parser",),
    backends=("uwsgi",),
    threaded=True,
    effort=3,
)
def run(session: Session, cell: Cell) -> Observation:
    """Does uWSGI begin a FastCGI request before its body is there?

    Method: without a gateway, a POST of 10 bytes to uWSGI that stops after FCGI_PARAMS, and goes on a second later.
    Faulty: uWSGI answers meanwhile.

    Measured: 2.0.4 answers and closes; with the set uwsgi-fcgi-parser, and 2.0.21, it waits. Source: uWSGI's commit
    9ffc3111.
    """
    address = session.uwsgi(cell, "fcgi")
    began = monotonic()
    found = probe(address)
    notes = (f"after FCGI_PARAMS: {found.after_variables.told}",)
    figures = Figures(seconds=round(monotonic() - began, 2), notes=notes)
    if found.after_variables.answered_early:
        return failed("uWSGI answers after FCGI_PARAMS, without the body", figures)
    return passed("uWSGI waits for the body", figures)
