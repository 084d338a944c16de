"""Responses that are whole and come in an unusual way."""

from __future__ import annotations

from contextlib import ExitStack

from hpatch.lab.backends.responder import CONTENT, responder
from hpatch.lab.client import request
from hpatch.lab.load import added, load
from hpatch.lab.model import Cell
from hpatch.lab.observe import Watch, failed, only, passed, tell, undecided
from hpatch.lab.scenario import Observation, scenario
from hpatch.lab.session import Session

_REQUESTS = 2
"""Of each backend: the slow one takes a second."""


@scenario(
    "odd-response",
    "Slow, split and large-headed responses of a FastCGI backend arrive whole",
    gateways=("httpd", "nginx"),
    effort=3,
)
def run(session: Session, cell: Cell) -> Observation:
    """Does a client get a response whole that comes slowly, in pieces, or with large headers?

    Method: GETs from three FastCGI backends: one sends its answer in twenty pieces, one sends the headers in a record
    of their own before the body, one sends over 8 KiB of headers. Faulty: a response is not whole.

    Measured over unix and tcp: httpd 2.4.71, also with the mod_proxy_fcgi of 2.4.9, passes all on. nginx 1.22.1 answers
    502 to the large headers: its fastcgi_buffer_size is 4 or 8 KiB unless it is set.
    """
    count = session.requests or _REQUESTS
    with ExitStack() as stack:
        backends = {
            fault: stack.enter_context(responder(session.address(cell.transport, fault), "fcgi", fault))
            for fault in ("slow", "headers-first", "large-header")
        }
        gateway = session.gateway(cell.gateway, [one.route(f"/{name}/") for name, one in backends.items()])
        watch = Watch(gateway)
        parts = {fault: load(gateway.port, request(f"/{fault}/"), CONTENT, requests=count) for fault in backends}
        outcomes = added(*parts.values())
        figures = watch.figures(outcomes, notes=[f"{fault}: {tell(part)}" for fault, part in parts.items()])
        reached = any(one.seen for one in backends.values())
    if not reached:
        return undecided(outcomes, figures)
    lost = [fault for fault, part in parts.items() if not only(part, "full")]
    if lost:
        return failed(f"responses are not whole ({', '.join(lost)}): {tell(outcomes)}", figures)
    return passed(f"every response is whole: {tell(outcomes)}", figures)
