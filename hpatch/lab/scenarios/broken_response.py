"""Responses that the backend breaks off."""

from __future__ import annotations

from contextlib import ExitStack

from hpatch.lab.backends.responder import responder
from hpatch.lab.client import Answer, request
from hpatch.lab.load import added, load
from hpatch.lab.model import Cell, Outcome
from hpatch.lab.observe import Watch, failed, only, passed, tell, undecided
from hpatch.lab.scenario import Observation, scenario
from hpatch.lab.session import Session

_REQUESTS = 5
"""Of each backend."""
_CONTENT = bytes(range(256)) * 80
"""20,480 bytes: more than what a gateway must have before it sends the response's headers on."""


@scenario(
    "broken-response",
    "A response that a FastCGI backend breaks off does not look whole",
    gateways=("httpd", "nginx"),
)
def run(session: Session, cell: Cell) -> Observation:
    """Can the client tell that the backend did not send all of its response?

    Method: GETs of 20,480 bytes from three FastCGI backends: one closes without an answer, one sends half and resets
    the connection, one ends within a record. A sound one is the control. Faulty: status 200, and the message ends as if
    it were whole.

    Measured over unix and tcp, as if whole of 15: httpd 2.4.71 none; with the mod_proxy_fcgi of 2.4.9 10, all that
    began; nginx 1.22.1 the 5 that ended within a record.
    """
    count = session.requests or _REQUESTS
    deceived: dict[str, int] = {}
    parts = []
    with ExitStack() as stack:
        backends = {
            fault: stack.enter_context(responder(session.address(cell.transport, fault), "fcgi", fault, _CONTENT))
            for fault in ("silent", "resets", "truncates", "sound")
        }
        gateway = session.gateway(cell.gateway, [one.route(f"/{name}/") for name, one in backends.items()])
        watch = Watch(gateway)
        control = load(gateway.port, request("/sound/"), _CONTENT, requests=count)
        for fault in ("silent", "resets", "truncates"):

            def hear(answer: Answer, result: Outcome, fault: str = fault) -> None:
                deceived[fault] = deceived.get(fault, 0) + (answer.status == 200 and answer.whole)

            parts.append(load(gateway.port, request(f"/{fault}/"), _CONTENT, requests=count, hear=hear))
        outcomes = added(*parts)
        notes = [f"{fault}: {tell(part)}" for fault, part in zip(deceived, parts, strict=True)]
        figures = watch.figures(outcomes, notes=notes)
    if not only(control, "full"):
        return undecided(control, figures)
    wrong = {fault: number for fault, number in deceived.items() if number}
    if wrong:
        told = ", ".join(f"{number} of {count} ({fault})" for fault, number in wrong.items())
        return failed(f"broken responses end as if whole: {told}", figures)
    return passed(f"no broken response looks whole: {tell(outcomes)}", figures)
