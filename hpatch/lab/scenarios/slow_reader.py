"""A client that reads slowly, and a long response."""

from __future__ import annotations

import threading
from collections import Counter
from time import sleep

from hpatch.lab.backends.responder import responder
from hpatch.lab.client import outcome, request, talk
from hpatch.lab.model import Cell, Outcome
from hpatch.lab.observe import Watch, failed, only, passed, tell, undecided
from hpatch.lab.scenario import Observation, scenario
from hpatch.lab.session import Session

_CONTENT = bytes(range(256)) * 65536
"""16 MiB: more than the kernel holds for a connection on either side of a gateway."""
_HOLD = 1.5
"""Seconds in which the client reads nothing."""


@scenario("slow-reader", "A client that reads slowly gets a long response whole", gateways=("httpd", "nginx"), effort=3)
def run(session: Session, cell: Cell) -> Observation:
    """Does the gateway read a long response to its end while the client does not? Does the client get all of it?

    Method: a GET of 16 MiB by a client that reads nothing for 1.5 seconds, from a sound FastCGI backend. Faulty: the
    client does not get the whole response in the end. The notes tell how much the backend could send meanwhile: a
    gateway that takes all of it, into memory or a file, lets the backend go; one that takes a part holds it as long as
    the client likes.

    Measured, client whole in each: nginx 1.22.1 took 100% (it writes to a file what memory does not hold); httpd 2.4.9
    and 2.4.71 took 18% over unix and 42% over tcp, which is what the kernel's buffers hold.
    """
    with responder(session.address(cell.transport, "sound"), "fcgi", "sound", _CONTENT) as sound:
        gateway = session.gateway(cell.gateway, [sound.route("/sound/")])
        watch = Watch(gateway)
        found: Counter[Outcome] = Counter()

        def read() -> None:
            found[outcome(talk(gateway.port, request("/sound/"), hold=_HOLD), _CONTENT)] += 1

        client = threading.Thread(target=read, daemon=True)
        client.start()
        sleep(_HOLD * 0.9)
        taken = sound.sent
        client.join()
        share = min(100, 100 * taken // len(_CONTENT))
        figures = watch.figures(found, notes=[f"{share}% taken from the backend while the client read nothing"])
    if not taken:
        return undecided(found, figures)
    if only(found, "full"):
        return passed(f"the client got all; the gateway took {share}% while it read nothing", figures)
    return failed(f"the client did not get all: {tell(found)}", figures)
