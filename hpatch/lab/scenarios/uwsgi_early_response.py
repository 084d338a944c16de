"""A response over the uwsgi protocol that comes before the request's body was wholly sent."""

from __future__ import annotations

from hpatch.lab import early
from hpatch.lab.model import Cell
from hpatch.lab.scenario import Observation, scenario
from hpatch.lab.session import Session


@scenario(
    "uwsgi-early-response",
    "mod_proxy_uwsgi passes a response on that came before the end of the request's body",
    sets=("uwsgi-early-response",),
    backends=("responder", "uwsgi"),
    threaded=True,
    effort=8,
)
def run(session: Session, cell: Cell) -> Observation:
    """Does a client get the response of a uwsgi backend that answers before it has read all of the body?

    Method, with the responder: 20 POSTs whose 100,000 bytes are sent when the backend has answered and closed; 2 POSTs
    of 8 MiB to a backend that sends 8 MiB before it reads the body; 8 POSTs to a backend that sends half of a response
    and resets the connection. With uWSGI: GETs and POSTs of 10 bytes to an application that reads no body, and 20 POSTs
    whose body comes 0.1 seconds after the headers. Faulty: a request of the first two without the whole response
    (503, AH10098), or a cut response that ends as if it were whole.

    Measured, httpd 2.4.71 with its own module and with the patched one of 2.4.68, lost: delayed POSTs 20 and 0 of 20,
    both sides full 2 and 0 of 2, over unix and tcp. uWSGI 2.0.21 with 4 threads over unix: 1 to 7 and 0 of 1,000
    POSTs, 20 and 0 of 20 delayed POSTs; over tcp 0 and 0.
    """
    if cell.backend.kind == "uwsgi":
        return early.real(session, cell, "uwsgi")
    return early.responses(session, cell, "uwsgi")
