"""The end of a long response whose backend closes without lingering."""

from __future__ import annotations

from functools import partial

from hpatch.lab.backends.exchange import numbered
from hpatch.lab.backends.responder import responder
from hpatch.lab.client import Answer, Script, request
from hpatch.lab.load import load
from hpatch.lab.model import Cell, Outcome
from hpatch.lab.observe import Watch, failed, only, passed, tell, undecided
from hpatch.lab.scenario import Observation, scenario
from hpatch.lab.session import Session

_REQUESTS = 20
_CONTENT = bytes(range(256)) * 8192
"""2 MiB: as much as the kernel takes from a backend at once over TCP, and more than a gateway has read by then."""
_STILL = 0.2
"""Seconds without a byte after which the gateway is held to take no more, where the backend has not closed before."""
_SETTINGS = {"httpd": ("SendBufferSize 65536",), "nginx": ()}


@scenario("lost-tail", "The end of a long response survives a close without lingering", gateways=("httpd", "nginx"))
def run(session: Session, cell: Cell) -> Observation:
    """Is the end of a long response lost when a FastCGI backend closes with input unread? Can the client tell?

    Method: GETs of 2 MiB, once from a backend that answers and closes while the end of FCGI_STDIN is unread, which over
    TCP resets the connection; once, as a control, from one that closes its sending side and reads on (lingering close).
    The clients of the first read nothing until the backend has closed, or could send nothing for 0.2 seconds; and httpd
    keeps little for them (SendBufferSize): it has not read all when the reset comes. Faulty: a response of the first is
    not whole. The notes count those that were cut and yet ended as if whole.

    Measured, not whole of 20: over tcp httpd 2.4.9, 2.4.71 and nginx 1.22.1 20 each; of these 20, 0 and 12 ended as if
    whole (2.4.9 appends its error page and ends in order; 2.4.71 leaves the chunked body unfinished). Over unix nginx
    12, all ended as if whole; httpd none. With lingering close none, in any gateway. Without the pause httpd loses half
    to three quarters. No gateway can bring back what a reset destroyed: it is the backend's to linger.
    """
    silent = 0

    def hear(answer: Answer, result: Outcome) -> None:
        nonlocal silent
        silent += result == "cut" and answer.whole

    count = session.requests or _REQUESTS
    with (
        responder(session.address(cell.transport, "unread"), "fcgi", "unread", _CONTENT) as unread,
        responder(session.address(cell.transport, "lingers"), "fcgi", "early-lingers", _CONTENT) as lingers,
    ):
        routes = [unread.route("/unread/"), lingers.route("/lingers/")]
        gateway = session.gateway(cell.gateway, routes, _SETTINGS[cell.gateway.kind])
        watch = Watch(gateway)

        def slow(number: int) -> Script:
            return (*request("/unread/", headers=(numbered(number),)), partial(unread.rests, number, _STILL))

        outcomes = load(gateway.port, slow, _CONTENT, requests=count, narrow=True, hear=hear)
        control = load(gateway.port, request("/lingers/"), _CONTENT, requests=count)
        notes = [f"{silent} cut and ended as if whole", f"with lingering close: {tell(control)}"]
        figures = watch.figures(outcomes, notes=notes)
    if not only(control, "full"):
        return undecided(control, figures)
    if only(outcomes, "full"):
        return passed(f"every response is whole: {tell(outcomes)}", figures)
    return failed(f"responses are not whole: {tell(outcomes)}", figures)
