"""Headers that filters set for a FastCGI response."""

from __future__ import annotations

from hpatch.lab.backends.responder import CONTENT, responder
from hpatch.lab.client import Answer, request
from hpatch.lab.load import load
from hpatch.lab.model import Cell, Outcome
from hpatch.lab.observe import Watch, failed, only, passed, tell, undecided
from hpatch.lab.scenario import Observation, scenario
from hpatch.lab.session import Session

_REQUESTS = 5
_SETTINGS = (
    "<IfModule !buffer_module>",
    'Error "this experiment needs mod_buffer"',
    "</IfModule>",
    "SetOutputFilter BUFFER",
)


@scenario(
    "fcgi-filter-headers",
    "A FastCGI response keeps the headers that filters set",
    sets=("fcgi-filter-headers",),
)
def run(session: Session, cell: Cell) -> Observation:
    """Do filters' headers stay in a response whose backend sends its own headers in a record by themselves?

    Method: GETs to such a backend, through mod_buffer, which collects the whole response. httpd then knows its length
    and sets Content-Length. A mod_proxy_fcgi with the fault sends an empty brigade through the filters as soon as it
    has the headers, and httpd sends them to the client before a filter has seen any content. Certain: always or never.
    Faulty: the response has no Content-Length.

    Measured over unix and tcp: 2.4.9, and its module in 2.4.71, sends none with it; with r1585824, and 2.4.71, all.
    mod_deflate keeps its Content-Encoding in either: it ignores an empty brigade. Source: httpd's r1585824, PR 55558.
    """
    lengths = 0

    def hear(answer: Answer, result: Outcome) -> None:
        nonlocal lengths
        lengths += answer.header("content-length") is not None

    with responder(session.address(cell.transport, "first"), "fcgi", "headers-first") as first:
        gateway = session.gateway(cell.gateway, [first.route("/first/")], _SETTINGS)
        watch = Watch(gateway)
        count = session.requests or _REQUESTS
        outcomes = load(gateway.port, request("/first/"), CONTENT, requests=count, hear=hear)
        figures = watch.figures(outcomes, notes=[f"{lengths} with Content-Length"])
    if not only(outcomes, "full"):
        return undecided(outcomes, figures)
    if lengths < count:
        return failed(f"{count - lengths} of {count} responses lack the Content-Length", figures)
    return passed(f"every response has its Content-Length: {tell(outcomes)}", figures)
