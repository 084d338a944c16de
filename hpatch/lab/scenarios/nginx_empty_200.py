"""nginx's status 200 without the response's content."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from hpatch.lab.backends import uwsgi
from hpatch.lab.backends.responder import CONTENT, responder
from hpatch.lab.client import Answer, request
from hpatch.lab.load import added, load
from hpatch.lab.model import Cell, Outcome, Route
from hpatch.lab.observe import Watch, failed, only, passed, tell, undecided
from hpatch.lab.scenario import Observation, scenario
from hpatch.lab.session import Gateway, Session

_REQUESTS = 60
_DELAYED = 40
_MANY = 500
_BODY = b"0123456789"
_LARGE = bytes(20_000)
_PAUSE = 0.05


@scenario(
    "nginx-empty-200",
    "nginx passes on what a FastCGI backend sent before the end of FCGI_STDIN",
    sets=("nginx-empty-response",),
    gateways=("nginx",),
    backends=("responder", "uwsgi"),
    threaded=True,
)
def run(session: Session, cell: Cell) -> Observation:
    """Does nginx answer 200 without any content when a FastCGI backend answers and closes without reading its input?

    Method, with the responder: GETs and POSTs to a backend that answers after FCGI_PARAMS and closes; 40 POSTs have
    their body 50 ms after the headers. With uWSGI: GETs, POSTs of 10 and of 20,000 bytes to an application that reads
    none. Faulty: any response that is not whole; "empty" are those with status 200 and no content. From the responder
    over tcp only a response that is not whole and ends as if it were: nginx cannot pass on what a reset destroyed.

    Measured with nginx 1.22.1 in two runs, responder, empty: over unix of 60 GETs 48 and 1, of 60 POSTs 37 and 11, a
    fifth to three quarters of the delayed ones; over tcp 1 and 12, 8 and 29, a fifth to a third. Responses of 2 MB come
    with status 200 and are cut. uWSGI 2.0.4 with 4 threads: no GET and no POST of 10 bytes of 500; of 500 POSTs of
    20,000 bytes 169 got 502 over unix and 197 over tcp (without a Content-Length in the response many get an empty
    200). uWSGI 2.0.21: none. nginx logs "readv() failed (104: Connection reset by peer)". A backend that closes its
    sending side and reads on (lingering close) loses none, nor does nginx with "fastcgi_buffering off" or with the set
    nginx-empty-response: 160 of 160 are whole over either transport, and 84 and 135 empty without.

    Source: ngx_event_pipe() and ngx_event_pipe_read_upstream() of nginx 1.22.1, and its debug log.
    """
    if cell.backend.kind == "uwsgi":
        count = session.requests or _MANY
        gateway = session.gateway(cell.gateway, [Route("/app/", "fcgi", session.uwsgi(cell, "fcgi"))])
        watch = Watch(gateway)
        parts = {
            name: load(gateway.port, request("/app/", body), uwsgi.answer(), requests=count)
            for name, body in (("GET", None), ("POST of 10 bytes", _BODY), ("POST of 20,000 bytes", _LARGE))
        }
        return _judge(watch, parts, any(found.get("full") for found in parts.values()))
    count = session.requests or _REQUESTS
    with responder(session.address(cell.transport, "early"), "fcgi", "early") as early:
        gateway = session.gateway(cell.gateway, [early.route("/early/")])
        watch = Watch(gateway)
        deceived = 0

        def hear(answer: Answer, result: Outcome) -> None:
            nonlocal deceived
            deceived += answer.status == 200 and answer.whole and result != "full"

        parts = _early(gateway, count, hear)
        found = _judge(watch, parts, bool(early.seen))
        if found.verdict == "failed" and cell.transport == "tcp" and not deceived:
            return passed(f"no response that is cut looks whole: {tell(found.figures.outcomes)}", found.figures)
        return found


def _early(gateway: Gateway, count: int, hear: Callable[[Answer, Outcome], None]) -> dict[str, Mapping[Outcome, int]]:
    """What becomes of requests to the early backend, by their kind."""
    kinds = {
        "GET": (request("/early/"), count),
        "POST": (request("/early/", _BODY), count),
        "delayed POST": (request("/early/", _BODY, pause=_PAUSE), min(count, _DELAYED)),
    }
    return {
        name: load(gateway.port, script, CONTENT, requests=number, hear=hear)
        for name, (script, number) in kinds.items()
    }


def _judge(watch: Watch, parts: Mapping[str, Mapping[Outcome, int]], reached: bool) -> Observation:
    """The verdict; `reached`: the backend had requests."""
    outcomes = added(*parts.values())
    figures = watch.figures(outcomes, notes=[f"{name}: {tell(found)}" for name, found in parts.items()])
    if not reached:
        return undecided(outcomes, figures)
    if only(outcomes, "full"):
        return passed(f"every response is whole: {tell(outcomes)}", figures)
    return failed(f"responses are lost: {tell(outcomes)}", figures)
