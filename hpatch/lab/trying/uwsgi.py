"""A uWSGI is tried as the backend, behind the httpd that is installed."""

from __future__ import annotations

from hpatch.errors import ToolError
from hpatch.lab.client import outcome, request, talk
from hpatch.lab.model import BackendSpec, Cell, Outcome
from hpatch.lab.net import uwsgi as nets
from hpatch.lab.net.model import NetResult, Way
from hpatch.lab.net.uwsgi import UwsgiSide
from hpatch.lab.session import Session
from hpatch.lab.smoke import SmokeCheck
from hpatch.lab.trying.model import Tell

_REQUESTS = 10
_CONTENT = b"hpatch lab\n" * 2000
"""What the application is asked for; before it come lines about the request."""


class UwsgiTrying:
    """Of uWSGI."""

    def cell(self, made: BackendSpec, cell: Cell) -> Cell:
        """With this uWSGI."""
        return cell._replace(backend=made)

    def checks(self, made: BackendSpec, tell: Tell) -> tuple[SmokeCheck, ...]:
        """It answers by each protocol that the httpd in front speaks, over Unix sockets and TCP."""
        try:
            ways = nets.ways()
            with Session() as session:
                side = UwsgiSide(session, made, ways)
                found = []
                for way in ways:
                    tell(way.name)
                    found.append(_answers(side, way))
                return tuple(found)
        except ToolError as error:
            return (SmokeCheck("start", "failed", str(error)),)

    def compare(self, before: BackendSpec, after: BackendSpec, tell: Tell) -> NetResult:
        """Requests of all kinds, through the httpd that is installed."""
        return nets.compare(before, after, tell=tell)


def _answers(side: UwsgiSide, way: Way) -> SmokeCheck:
    """GETs and POSTs in turn. A version that loses some, by a fault that a set is for, answers all the same."""
    path = f"{way.path}?down={len(_CONTENT)}"
    scripts = [request(path), request(path, b"0123456789")]
    ends: list[Outcome] = []
    for number in range(_REQUESTS):
        came = talk(side.gateway.port, scripts[number % 2])
        ends.append(outcome(came._replace(body=came.body[-len(_CONTENT) :]), _CONTENT))
    seen = ", ".join(f"{ends.count(one)} {one}" for one in dict.fromkeys(ends))
    return SmokeCheck(way.name, "passed" if 2 * ends.count("full") > _REQUESTS else "failed", seen)
