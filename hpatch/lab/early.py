"""What the scenarios of early responses share: a response that comes before the request's body was wholly sent."""

from __future__ import annotations

from functools import partial

from hpatch.lab.backends import uwsgi
from hpatch.lab.backends.exchange import numbered
from hpatch.lab.backends.responder import CONTENT, responder
from hpatch.lab.client import Answer, Script, request
from hpatch.lab.load import added, load
from hpatch.lab.model import Cell, Outcome, Route, Scheme
from hpatch.lab.observe import Watch, failed, only, passed, tell, undecided
from hpatch.lab.scenario import Observation
from hpatch.lab.session import Session

_DELAYED = 20
_BODY = bytes(100_000)
"""More than one write of httpd's: over TCP the first write to a closed connection does not fail."""
_FULL = 2
_CUT = 8
_LARGE = bytes(8 << 20)
"""More than the kernel takes for a side that does not read, over TCP too."""
_SETTINGS = ("ProxyTimeout 5",)
_HALF = bytes(65536)
_MANY = 1000
"""Requests of each kind to uWSGI. Where 2 in 100 fail, that none of so many does is out of the question."""
_SMALL = b"0123456789"
_PAUSE = 0.1
"""Seconds by which the body comes after the headers, for uWSGI: that cannot tell when it has closed."""


def responses(session: Session, cell: Cell, scheme: Scheme) -> Observation:
    """Delayed bodies to a backend that has closed, both sides full, and responses that are cut."""
    count = session.requests or _DELAYED
    hidden = 0

    def hear(answer: Answer, result: Outcome) -> None:
        nonlocal hidden
        hidden += answer.status == 200 and answer.whole

    with (
        responder(session.address(cell.transport, "early"), scheme, "early") as early,
        responder(session.address(cell.transport, "full"), scheme, "early-lingers", _LARGE) as full,
        responder(session.address(cell.transport, "cut"), scheme, "resets", _HALF) as cut,
    ):
        routes = [early.route("/early/"), full.route("/full/"), cut.route("/cut/")]
        gateway = session.gateway(cell.gateway, routes, _SETTINGS)
        watch = Watch(gateway)

        def delayed(number: int) -> Script:
            return request("/early/", _BODY, headers=(numbered(number),), pause=partial(early.ended, number))

        late = load(gateway.port, delayed, CONTENT, requests=count)
        both = load(gateway.port, request("/full/", _LARGE), _LARGE, requests=_FULL, clients=_FULL)
        ends = load(gateway.port, request("/cut/", _LARGE), _HALF, requests=_CUT, hear=hear)
        reached = bool(early.seen and full.sent and cut.sent)
        outcomes = added(late, both)
        notes = [f"delayed POST: {tell(late)}", f"both sides full: {tell(both)}"]
        notes.append(f"cut: {tell(ends)}; {hidden} ended as if whole")
        figures = watch.figures(outcomes, notes=notes)
    if not reached:
        return undecided(outcomes, figures)
    if hidden:
        return failed(f"{hidden} cut responses end as if they were whole", figures)
    if only(outcomes, "full"):
        return passed(f"the response that came early is passed on: {tell(outcomes)}", figures)
    return failed(f"the response that came early is lost: {tell(outcomes)}", figures)


def real(session: Session, cell: Cell, scheme: Scheme) -> Observation:
    """Requests to a uWSGI whose application reads no body."""
    gateway = session.gateway(cell.gateway, [Route("/app/", scheme, session.uwsgi(cell, scheme))])
    watch = Watch(gateway)
    count = session.requests or _MANY
    got = load(gateway.port, request("/app/"), uwsgi.answer(), requests=count)
    posted = load(gateway.port, request("/app/", _SMALL), uwsgi.answer(), requests=count)
    late = request("/app/", _SMALL, pause=_PAUSE)
    delayed = load(gateway.port, late, uwsgi.answer(), requests=min(count, _DELAYED))
    outcomes = added(got, posted, delayed)
    notes = [f"GET: {tell(got)}", f"POST: {tell(posted)}", f"delayed POST: {tell(delayed)}"]
    figures = watch.figures(outcomes, notes=notes)
    if not outcomes.get("full"):
        return undecided(outcomes, figures)
    if only(outcomes, "full"):
        return passed(f"every response is passed on: {tell(outcomes)}", figures)
    return failed(f"responses are lost: {tell(outcomes)}", figures)
