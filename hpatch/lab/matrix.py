"""Scenarios in all the cells where they make sense, one after another."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from hpatch.errors import InputError, ToolError
from hpatch.lab.model import BackendSpec, Cell, GatewaySpec, Result, Transport
from hpatch.lab.scenario import Scenario
from hpatch.lab.session import Session

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


def experiments(scenarios: Sequence[Scenario], wanted: Wanted) -> Iterator[Experiment]:
    """The experiments that make sense; a scenario that has none of what is wanted gives none."""
    for one in scenarios:
        for gateway in wanted.gateways or [GatewaySpec(kind) for kind in one.gateways]:
            for backend in wanted.backends or [BackendSpec(kind) for kind in one.backends]:
                if gateway.kind not in one.gateways or backend.kind not in one.backends:
                    continue
                for transport in wanted.transports or one.transports:
                    if transport not in one.transports:
                        continue
                    threads = wanted.threads if one.threaded and backend.kind == "uwsgi" else (None,)
                    for number in threads:
                        yield Experiment(one, Cell(gateway, backend, transport, number))


def run(experiment: Experiment, requests: int | None = None, tell: Callable[[str], None] = lambda text: None) -> Result:
    """Try a scenario in a cell; what it has started has ended on return. `tell` hears of what takes its time.

    Where something is missing or fails to start, the verdict is `cannot-run`.
    """
    scenario, cell = experiment
    try:
        with Session(requests, tell) as session:
            found = scenario.run(session, cell)
    except (ToolError, InputError) as error:
        return Result(scenario.name, cell, "cannot-run", str(error))
    return Result(scenario.name, cell, found.verdict, found.why, found.figures, *_versions(cell))


def _versions(cell: Cell) -> tuple[str | None, str | None]:
    """The versions of a cell's programs, which have just run."""
    from hpatch.httpd.installed import ask
    from hpatch.lab.backends import uwsgi
    from hpatch.lab.gateways import httpd, nginx

    if cell.gateway.kind == "httpd":
        gateway = str(ask(str(httpd.program_of(cell.gateway))).version)
    else:
        gateway = str(nginx.version(nginx.program_of(cell.gateway)))
    backend = uwsgi.version(uwsgi.program_of(cell.backend)) if cell.backend.kind == "uwsgi" else None
    return gateway, backend
