"""mod_proxy_uwsgi, and nginx's uwsgi_pass, under load."""

from __future__ import annotations

from contextlib import ExitStack

from hpatch.lab.backends import uwsgi
from hpatch.lab.backends.responder import CONTENT, responder
from hpatch.lab.client import request
from hpatch.lab.load import added, load
from hpatch.lab.model import Cell, Route
from hpatch.lab.observe import Watch, failed, only, passed, tell, undecided
from hpatch.lab.scenario import Observation, scenario
from hpatch.lab.session import Session

_REQUESTS = 500
_DELAYED = 40
_CLIENTS = 16
_BODY = b"0123456789"
_LARGE = bytes(20_000)
_PAUSE = 0.05


@scenario(
    "uwsgi-load",
    "The uwsgi protocol under load loses no response",
    gateways=("httpd", "nginx"),
    backends=("responder", "uwsgi"),
    threaded=True,
    effort=4,
)
def run(session: Session, cell: Cell) -> Observation:
    """Does every request over the uwsgi protocol get its response, also from an application that reads no body?

    Method: 16 clients; GETs, POSTs of 10 and of 20,000 bytes, and POSTs whose 10 bytes come 50 ms after the headers.
    The responder reads all of a body; uWSGI's application reads none, and uWSGI closes after its answer. Faulty: any
    response that is not whole.

    Measured, lost of 500 GETs, 500 and 500 POSTs, 40 delayed POSTs: responder, with httpd 2.4.71 and nginx 1.22.1 none.
    uWSGI 2.0.21 with 1 and 4 threads behind httpd 2.4.71: no GET; over unix up to 4 and 69 POSTs and all delayed ones
    (503, AH10098), over tcp up to 30 POSTs of 20,000 bytes. Behind nginx up to 340 POSTs of 20,000 bytes (502), no
    others. httpd has mod_proxy_uwsgi since 2.4.30.
    """
    count = session.requests or _REQUESTS
    with ExitStack() as stack:
        if cell.backend.kind == "uwsgi":
            route, content = Route("/app/", "uwsgi", session.uwsgi(cell, "uwsgi")), uwsgi.answer()
        else:
            sound = stack.enter_context(responder(session.address(cell.transport, "sound"), "uwsgi"))
            route, content = sound.route("/app/"), CONTENT
        gateway = session.gateway(cell.gateway, [route])
        watch = Watch(gateway)
        kinds = {
            "GET": (request("/app/"), count),
            "POST of 10 bytes": (request("/app/", _BODY), count),
            "POST of 20,000 bytes": (request("/app/", _LARGE), count),
            "delayed POST": (request("/app/", _BODY, pause=_PAUSE), min(count, _DELAYED)),
        }
        parts = {
            name: load(gateway.port, script, content, requests=number, clients=_CLIENTS)
            for name, (script, number) in kinds.items()
        }
        outcomes = added(*parts.values())
        figures = watch.figures(outcomes, notes=[f"{name}: {tell(found)}" for name, found in parts.items()])
    if not outcomes.get("full"):
        return undecided(outcomes, figures)
    if only(outcomes, "full"):
        return passed(f"every response is whole: {tell(outcomes)}", figures)
    return failed(f"responses are lost: {tell(outcomes)}", figures)
