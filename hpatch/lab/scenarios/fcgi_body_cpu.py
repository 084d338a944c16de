"""The processor time that a FastCGI request body costs which the backend does not take."""

from __future__ import annotations

import gzip
from random import Random

from hpatch.lab.backends.responder import responder
from hpatch.lab.client import outcome, request, talk
from hpatch.lab.model import Cell
from hpatch.lab.observe import Watch, failed, only, passed, undecided
from hpatch.lab.scenario import Observation, scenario
from hpatch.lab.session import Session

_BUFFER = 1_000_000
_SECONDS = 2.5
_MOST = 0.1
"""Of the time. A loop that spins takes all it gets, with ten busy neighbours on two processors still 20%; one that
waits takes below 1%."""
_SETTINGS = (
    "<IfModule !deflate_module>",
    'Error "this experiment needs mod_deflate"',
    "</IfModule>",
    "SetInputFilter DEFLATE",
)
_HEADERS = ("Content-Encoding: gzip",)


@scenario(
    "fcgi-body-cpu",
    "mod_proxy_fcgi does not spin while a backend takes no request body",
    sets=("fcgi-body-cpu",),
    transports=("unix",),
    effort=3,
)
def run(session: Session, cell: Cell) -> Observation:
    """Does httpd wait, or keep a processor busy, while a FastCGI backend does not read the request body?

    Method: a POST of 4 MB to a backend that never reads, 2.5 seconds long, with `iobuffersize=1000000`; the processor
    time of httpd's processes meanwhile. Faulty: over a tenth of the time.

    httpd spins where it has more to write at once than the socket takes, so two things are needed. One is that
    `iobuffersize` counts (the set fcgi-iobuffersize): 2.4.9 as it was released writes 8 KB where there is room for
    them, and never spins. The other is that so much of the body is there; mod_deflate unpacks it, so that 8 KB that
    came make 400 KB to send. Over TCP a socket takes megabytes.

    Measured on 2.4.9, in seconds of 2.5: as released 0.00; with r1591508 1.2 to 2.3; with r1592032 after it 1.1 to 2.5
    (on a busy machine); with r1592037 after these 0.01; 2.4.71 0.00. Source: httpd's r1592037.
    """
    body = _body()
    with responder(session.address(cell.transport, "never"), "fcgi", "never-reads") as never:
        gateway = session.gateway(cell.gateway, [never.route("/never/", {"iobuffersize": str(_BUFFER)})], _SETTINGS)
        watch = Watch(gateway)
        answer = talk(gateway.port, request("/never/", body, headers=_HEADERS), patience=_SECONDS)
        seconds, cpu = watch.seconds, watch.cpu
        outcomes = {outcome(answer, b""): 1}
        figures = watch.figures(outcomes)
    if not only(outcomes, "none") or seconds < _SECONDS:
        return undecided(outcomes, figures)  # whoever ends such a request early has nothing to wait for
    told = f"{cpu:.2f} seconds of processor time in {seconds:.1f} seconds"
    if cpu > _MOST * seconds:
        return failed(f"httpd spins: {told}", figures)
    return passed(f"httpd waits: {told}", figures)


def _body() -> bytes:
    """4 MB, packed to about a fiftieth: mod_deflate refuses what is packed to less than a two-hundredth."""
    noise = Random(1)
    return gzip.compress(b"".join(noise.randbytes(80) + bytes(4920) for _ in range(800)), mtime=0)
