"""The end of FCGI_STDIN in the same write as the end of FCGI_PARAMS."""

from __future__ import annotations

import select
import socket
import time
from pathlib import Path

from hpatch.errors import ToolError
from hpatch.lab.backends.exchange import Exchange
from hpatch.lab.backends.responder import CONTENT, responder
from hpatch.lab.client import request
from hpatch.lab.load import load
from hpatch.lab.model import Cell
from hpatch.lab.observe import Watch, failed, only, passed, tell, undecided
from hpatch.lab.scenario import Observation, scenario
from hpatch.lab.session import Session
from hpatch.lab.wire.fastcgi import PARAMS, STDIN, Record, write

_REQUESTS = 10
_BUFFER = Path("/proc/sys/net/core/wmem_default")
"""How many bytes a Unix socket lets wait; Linux calls it writable again when a quarter of them are left, or less."""
_LINE = 8000
"""Bytes in one of the client's headers: httpd's limit is 8,190."""
_MOST = 90
"""How many headers: httpd's limit is 100."""
_PATIENCE = 10.0
_WAIT = 0.2
"""Seconds that httpd has to send the end of FCGI_STDIN when it has sent that of FCGI_PARAMS and is not held up.

Nothing tells that it will not come; with the set both come at once, so that a busy machine changes no verdict.
"""
_ENDS = write(Record(PARAMS, b"")), write(Record(STDIN, b""))


@scenario(
    "fcgi-stdin-coalesce",
    "httpd sends the end of FCGI_STDIN together with that of FCGI_PARAMS when there is no body",
    sets=("fcgi-stdin-coalesce",),
    transports=("unix",),
    effort=4,
)
def run(session: Session, cell: Cell) -> Observation:
    """Does a backend that has the end of FCGI_PARAMS of a request without a body have the end of FCGI_STDIN, too?

    Method: GETs with so many headers that FCGI_PARAMS fills half of what a Unix socket lets wait, to a backend that
    reads nothing at first. httpd may still write, and does; but a socket as full as that is not writable to poll(), and
    what httpd would send after polling stays away until the backend reads. The backend looks, without reading, whether
    both ends are there. Certain: always or never. Faulty: the end of FCGI_STDIN is not there.

    Measured: 2.4.9, 2.4.10, 2.4.62, 2.4.68 and trunk never together; with the set always.
    """
    seen: list[bool] = []

    def look(exchange: Exchange) -> None:
        seen.append(_together(exchange.connection))
        exchange.head()
        exchange.rest()
        exchange.send(exchange.answer())

    headers = [f"X-Fill-{number}: {'x' * _LINE}" for number in range(_count())]
    with responder(session.address(cell.transport, "looks"), "fcgi", look) as looks:
        gateway = session.gateway(cell.gateway, [looks.route("/looks/")])
        watch = Watch(gateway)
        script = request("/looks/", headers=headers)
        outcomes = load(gateway.port, script, CONTENT, requests=session.requests or _REQUESTS)
        figures = watch.figures(outcomes, notes=[f"together in {sum(seen)} of {len(seen)}"])
    if not only(outcomes, "full"):
        return undecided(outcomes, figures)
    if all(seen):
        return passed(f"both ends come in one write: {tell(outcomes)}", figures)
    return failed(f"the end of FCGI_STDIN came on its own in {seen.count(False)} of {len(seen)}", figures)


def _count() -> int:
    """How many headers fill half of a Unix socket. Raises ToolError where it takes more than httpd reads."""
    try:
        size = int(_BUFFER.read_text())
    except (OSError, ValueError) as error:
        raise ToolError(f"{_BUFFER}: cannot be read, so the size of a Unix socket is not known: {error}") from error
    count = size // 2 // _LINE + 1
    if count > _MOST:
        raise ToolError(f"{_BUFFER}: {size} bytes are more than the headers of a request can fill")
    return count


def _together(connection: socket.socket) -> bool:
    """Whether the end of FCGI_STDIN has come with that of FCGI_PARAMS, while nothing is read."""
    limit = time.monotonic() + _PATIENCE
    told: float | None = None
    with select.epoll() as news:
        # What came and is not read stays readable: only what is new wakes an edge-triggered one.
        news.register(connection, select.EPOLLIN | select.EPOLLET)
        while (left := (limit if told is None else min(limit, told + _WAIT)) - time.monotonic()) > 0:
            waiting = connection.recv(1 << 20, socket.MSG_PEEK)
            if waiting.endswith(b"".join(_ENDS)):
                return True
            if told is None and _ENDS[0] in waiting:
                told = time.monotonic()
            else:
                news.poll(left)
    return False
