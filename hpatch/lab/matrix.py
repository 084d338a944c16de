"""Scenarios in all the cells where they make sense, one after another."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from itertools import product
from typing import Literal

from hpatch.errors import InputError, ToolError
from hpatch.lab.model import BackendSpec, Cell, GatewaySpec, Result, Transport
from hpatch.lab.scenario import Scenario
from hpatch.lab.session import Session
from hpatch.records import NamedTuple

THREADS = (1, 4)
"""uWSGI's numbers of threads that are tried unless others are asked for."""


class Wanted(NamedTuple):
    """What to try; None: all that a scenario is meant for."""

    gateways: Sequence[GatewaySpec] | None = None
    backends: Sequence[BackendSpec] | None = None
    transports: Sequence[Transport] | None = None
    threads: Sequence[int] = THREADS


class Experiment(NamedTuple):
    """A scenario in a cell."""

    scenario: Scenario
    cell: Cell


class LeftOut(NamedTuple):
    """What is wanted and makes no sense for a scenario: a kind of gateway or backend, or a transport.

    `runs_with` are those of which one is needed.
    """

    scenario: str
    option: Literal["gateway", "backend", "transport"]
    value: str
    runs_with: tuple[str, ...]


def experiments(scenarios: Sequence[Scenario], wanted: Wanted) -> Iterator[Experiment]:
    """The experiments that make sense; a scenario that has none of what is wanted gives none."""
    for one in scenarios:
        gateways = wanted.gateways or [GatewaySpec(kind) for kind in one.gateways]
        backends = wanted.backends or [BackendSpec(kind) for kind in one.backends]
        for gateway, backend, transport in product(gateways, backends, wanted.transports or one.transports):
            if gateway.kind in one.gateways and backend.kind in one.backends and transport in one.transports:
                threads = wanted.threads if one.threaded and backend.kind == "uwsgi" else (None,)
                for number in threads:
                    yield Experiment(one, Cell(gateway, backend, transport, number))


def left_out(scenarios: Sequence[Scenario], wanted: Wanted) -> tuple[LeftOut, ...]:
    """What of the wanted `experiments` leaves out."""
    found: dict[LeftOut, None] = {}
    for one in scenarios:
        for gateway in wanted.gateways or ():
            if gateway.kind not in one.gateways:
                found[LeftOut(one.name, "gateway", gateway.kind, one.gateways)] = None
        for backend in wanted.backends or ():
            if backend.kind not in one.backends:
                found[LeftOut(one.name, "backend", backend.kind, one.backends)] = None
        for transport in wanted.transports or ():
            if transport not in one.transports:
                found[LeftOut(one.name, "transport", transport, one.transports)] = None
    return tuple(found)


def run(experiment: Experiment, requests: int | None = None, tell: Callable[[str], None] = lambda text: None) -> Result:
    """Try a scenario in a cell; what it has started has ended on return. `tell` hears of what takes its time.

    Where something is missing or fails to start, the verdict is `cannot-run`.
    """
    scenario, cell = experiment
    try:
        with Session(requests, tell) as session:
            found = scenario.run(session, cell)
    except (ToolError, InputError) as error:
        return Result(scenario=scenario.name, cell=cell, verdict="cannot-run", why=str(error))
    return Result(scenario.name, cell, found.verdict, found.why, found.figures, *_versions(cell))


def _versions(cell: Cell) -> tuple[str | None, str | None]:
    """The versions of a cell's programs; None for one that is missing: not every scenario needs both."""
    from hpatch.lab.backends import uwsgi

    gateway = backend = None
    with suppress(ToolError):
        gateway = _gateway_version(cell.gateway)
    with suppress(ToolError):
        backend = uwsgi.version(uwsgi.program_of(cell.backend)) if cell.backend.kind == "uwsgi" else None
    return gateway, backend


def _gateway_version(spec: GatewaySpec) -> str:
    from hpatch.build.httpd.installed import ask
    from hpatch.lab.gateways import httpd, nginx

    if spec.kind == "httpd":
        return str(ask(str(httpd.program_of(spec))).version)
    return str(nginx.version(nginx.program_of(spec)))
