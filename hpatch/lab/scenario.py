"""How a scenario is declared: one module each in `scenarios/`, one decorated function."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from hpatch.lab.model import BackendKind, Cell, Figures, GatewayKind, Transport, Verdict
from hpatch.records import NamedTuple

if TYPE_CHECKING:
    from hpatch.lab.session import Session


class Observation(NamedTuple):
    """What a scenario found in a cell."""

    verdict: Verdict
    why: str
    figures: Figures


Run = Callable[["Session", Cell], Observation]


class Scenario(NamedTuple):
    """A black-box experiment. `sets` are the patch sets of the catalogue that it tells the presence of.

    `gateways`, `backends` and `transports` are those with which it makes sense; `threaded`: uWSGI's number of threads
    matters; `effort` is about how many seconds a cell takes.
    """

    name: str
    title: str
    manual: str
    sets: tuple[str, ...]
    gateways: tuple[GatewayKind, ...]
    backends: tuple[BackendKind, ...]
    transports: tuple[Transport, ...]
    threaded: bool
    effort: int
    run: Run


registered: dict[str, Scenario] = {}
"""By name, those of the modules imported so far."""


def scenario(
    name: str,
    title: str,
    *,
    sets: Iterable[str] = (),
    gateways: Iterable[GatewayKind] = ("httpd",),
    backends: Iterable[BackendKind] = ("responder",),
    transports: Iterable[Transport] = ("unix", "tcp"),
    threaded: bool = False,
    effort: int = 2,
) -> Callable[[Run], Run]:
    """Declare a function as a scenario; its docstring is the manual."""

    def declare(run: Run) -> Run:
        registered[name] = Scenario(
            name=name,
            title=title,
            manual=(run.__doc__ or "").strip(),
            sets=tuple(sets),
            gateways=tuple(gateways),
            backends=tuple(backends),
            transports=tuple(transports),
            threaded=threaded,
            effort=effort,
            run=run,
        )
        return run

    return declare
