"""The records in which a request body reaches a FastCGI backend, and their end."""

from __future__ import annotations

from hpatch.lab.backends.responder import CONTENT, responder
from hpatch.lab.client import request
from hpatch.lab.load import added, load
from hpatch.lab.model import Cell
from hpatch.lab.observe import Watch, failed, only, passed, tell, undecided
from hpatch.lab.scenario import Observation, scenario
from hpatch.lab.session import Session

_BUFFER = 32768
_DEFAULT = 8192
"""The size of mod_proxy's buffer without `iobuffersize` (AP_IOBUFSIZE)."""
_BODY = 100_000
_TRIES = 3
_PATIENCE = 5.0
"""Seconds for an answer that takes milliseconds, or never comes."""


@scenario(
    "fcgi-iobuffersize",
    "mod_proxy_fcgi sends request bodies in records of iobuffersize, and their end",
    sets=("fcgi-iobuffersize",),
)
def run(session: Session, cell: Cell) -> Observation:
    """Does `iobuffersize` decide how large the FCGI_STDIN records are, and is their end sent?

    Method: a POST of 100,000 bytes with `iobuffersize=32768`; the backend notes the size of each record. Then a GET
    to a backend that answers only after the empty FCGI_STDIN that ends the body. Faulty: no record is over 8,192 bytes;
    or the GET gets no answer in 5 seconds, as with r1591508 without r1603027.

    How much a record holds also depends on how much of the body is there by then, so one larger record is enough, in
    any of three POSTs.

    Measured: 2.4.9 12 records of 8,192 bytes, 1,696, 0; with r1591508 3 of 32,768, 1,696, 0, and no answer to the GET;
    with r1603027 an answer to it; 2.4.71 16,384 first, then up to 32,768. Source: httpd's r1591508 and r1603027.
    """
    with (
        responder(session.address(cell.transport, "sound"), "fcgi", "sound") as sound,
        responder(session.address(cell.transport, "waits"), "fcgi", "waits") as waits,
    ):
        routes = [sound.route("/sound/", {"iobuffersize": str(_BUFFER)}), waits.route("/waits/")]
        gateway = session.gateway(cell.gateway, routes)
        watch = Watch(gateway)
        ended = load(gateway.port, request("/waits/"), CONTENT, requests=1, patience=_PATIENCE)
        total = ended
        records: tuple[int, ...] = ()
        for _ in range(_TRIES):
            posted = load(gateway.port, request("/sound/", bytes(_BODY)), CONTENT, requests=1)
            total = added(total, posted)
            if not only(posted, "full"):
                break
            # The responder notes a request when its connection is over, which it may be a moment later.
            sound.settle(1)
            records = max((seen.records for seen in sound.seen), key=lambda sizes: max(sizes, default=0), default=())
            if max(records, default=0) > _DEFAULT:
                break
    figures = watch.figures(total, records=records)
    if only(ended, "none"):
        return failed(f"a backend that waits for the end of FCGI_STDIN waits {_PATIENCE:.0f} seconds in vain", figures)
    if not only(total, "full") or not records:
        return undecided(total, figures)
    if max(records) <= _DEFAULT:
        return failed(f"with iobuffersize={_BUFFER} no FCGI_STDIN record has over {_DEFAULT} bytes", figures)
    return passed(f"a record of {max(records)} bytes, and the end of FCGI_STDIN: {tell(total)}", figures)
