"""An httpd that begins anew while it serves."""

from __future__ import annotations

from collections.abc import Iterator

from hpatch.lab.net.model import Bench, Facts, NetTrial
from hpatch.lab.net.requests import head

_WAIT = 500
"""Milliseconds that the request takes which is under way."""
_PAUSE = 0.1


def trials() -> Iterator[NetTrial]:
    """Restarts."""
    yield NetTrial("restarts", "a graceful restart with a request under way", _graceful)


def _graceful(bench: Bench) -> Facts:
    """The request under way gets its response, and so do those after it."""
    restarted: list[bool] = []

    def restart(came: bool) -> bool:
        restarted.append(bench.restart())
        return True

    path = bench.way.patient + "restart"
    (under_way, *_) = bench.converse((head("GET", path, bench.order(wait=_WAIT)), _PAUSE, restart), "GET")
    later = [reply for _ in range(3) for reply in bench.converse((head("GET", path, bench.order()),), "GET")]
    return {
        "restarted": "yes" if restarted == [True] else "no",
        "under way": f"{under_way.status}{'' if under_way.whole else ', cut'}",
        "later": ", ".join(sorted({f"{one.status}{'' if one.whole else ', cut'}" for one in later})),
    }
