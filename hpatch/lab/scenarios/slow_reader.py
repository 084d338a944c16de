"""A client that reads slowly, and a long response."""

from __future__ import annotations

from hpatch.lab.backends.exchange import numbered
from hpatch.lab.backends.responder import responder
from hpatch.lab.client import outcome, request, talk
from hpatch.lab.model import Cell
from hpatch.lab.observe import Watch, failed, only, passed, tell, undecided
from hpatch.lab.scenario import Observation, scenario
from hpatch.lab.session import Session

_CONTENT = bytes(range(256)) * 65536
"""16 MiB: more than the kernel holds for a connection on either side of a gateway."""
_STILL = 0.5
"""Seconds without a byte after which the gateway is held to take no more."""
_PATIENCE = 60.0


@scenario("slow-reader", "A client that reads slowly gets a long response whole", gateways=("httpd", "nginx"), effort=3)
def run(session: Session, cell: Cell) -> Observation:
    """Does the gateway read a long response to its end while the client does not? Does the client get all of it?

    Method: a GET of 16 MiB from a sound FastCGI backend, by a client that reads nothing until the backend has sent all
    or could send nothing for half a second. Faulty: the client does not get the whole response in the end. The notes
    tell how much the backend could send meanwhile: a gateway that takes all of it, into memory or a file, lets the
    backend go; one that takes a part holds it as long as the client likes.

    Measured, client whole in each: nginx 1.22.1 took 100% (it writes to a file what memory does not hold); httpd 2.4.9
    and 2.4.71 took 18% over unix and 42% over tcp, which is what the kernel's buffers hold.
    """
    with responder(session.address(cell.transport, "sound"), "fcgi", "sound", _CONTENT) as sound:
        gateway = session.gateway(cell.gateway, [sound.route("/sound/")])
        watch = Watch(gateway)
        taken = 0

        def still(answered: bool) -> bool:
            nonlocal taken
            taken = sound.sent
            return sound.rests(1, _STILL, answered)

        answer = talk(
            gateway.port, (*request("/sound/", headers=(numbered(1),)), still), patience=_PATIENCE, narrow=True
        )
        found = {outcome(answer, _CONTENT): 1}
        share = min(100, 100 * taken // len(_CONTENT))
        figures = watch.figures(found, notes=[f"{share}% taken from the backend while the client read nothing"])
    if not taken:
        return undecided(found, figures)
    if only(found, "full"):
        return passed(f"the client got all; the gateway took {share}% while it read nothing", figures)
    return failed(f"the client did not get all: {tell(found)}", figures)
