"""A response over SCGI that comes before the request's body was wholly sent."""

from __future__ import annotations

from hpatch.lab import early
from hpatch.lab.model import Cell
from hpatch.lab.scenario import Observation, scenario
from hpatch.lab.session import Session


@scenario(
    "scgi-early-response",
    "mod_proxy_scgi passes a response on that came before the end of the request's body",
    sets=("scgi-early-response",),
    effort=8,
)
def run(session: Session, cell: Cell) -> Observation:
    """Does a client get the response of an SCGI backend that answers before it has read all of the body?

    Method: 20 POSTs whose 100,000 bytes are sent when the backend has answered and closed; 2 POSTs of 8 MiB to a
    backend that sends 8 MiB before it reads the body; 8 POSTs to a backend that sends half of a response and resets the
    connection. Faulty: a request of the first two without the whole response (503, AH00858), or a cut response that
    ends as if it were whole.

    Measured, httpd 2.4.71 with its own module and with the patched one of 2.4.68, lost: delayed POSTs 20 and 0 of 20,
    both sides full 2 and 0 of 2, over unix and tcp.
    """
    return early.responses(session, cell, "scgi")
