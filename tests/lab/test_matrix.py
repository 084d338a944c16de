"""Which cells make sense for a scenario, and what becomes of one that cannot run."""

from __future__ import annotations

from pathlib import Path

import pytest

from hpatch.errors import InputError, ToolError
from hpatch.lab.matrix import Experiment, LeftOut, Wanted, experiments, left_out, run
from hpatch.lab.model import BackendSpec, Cell, Figures, GatewaySpec
from hpatch.lab.scenario import Observation, Scenario
from hpatch.lab.session import Session

HTTPD, NGINX = GatewaySpec("httpd"), GatewaySpec("nginx")
RESPONDER, UWSGI = BackendSpec("responder"), BackendSpec("uwsgi")


def done(session: Session, cell: Cell) -> Observation:
    assert session.folder.is_dir()
    return Observation("failed", "it is so", Figures(requests=session.requests or 0, outcomes={"503": 1}))


ONE = Scenario(
    name="one",
    title="",
    manual="",
    sets=(),
    gateways=("httpd",),
    backends=("responder",),
    transports=("unix", "tcp"),
    threaded=False,
    effort=1,
    run=done,
)
BOTH = Scenario(
    name="both",
    title="",
    manual="",
    sets=(),
    gateways=("httpd", "nginx"),
    backends=("responder", "uwsgi"),
    transports=("tcp",),
    threaded=True,
    effort=1,
    run=done,
)


def test_what_a_scenario_is_meant_for() -> None:
    assert list(experiments([ONE, BOTH], Wanted())) == [
        Experiment(ONE, Cell(HTTPD, RESPONDER, "unix")),
        Experiment(ONE, Cell(HTTPD, RESPONDER, "tcp")),
        Experiment(BOTH, Cell(HTTPD, RESPONDER, "tcp")),
        Experiment(BOTH, Cell(HTTPD, UWSGI, "tcp", 1)),
        Experiment(BOTH, Cell(HTTPD, UWSGI, "tcp", 4)),
        Experiment(BOTH, Cell(NGINX, RESPONDER, "tcp")),
        Experiment(BOTH, Cell(NGINX, UWSGI, "tcp", 1)),
        Experiment(BOTH, Cell(NGINX, UWSGI, "tcp", 4)),
    ]


def test_what_makes_no_sense_is_left_out() -> None:
    built = GatewaySpec("httpd", Path("/built/bin/httpd"))
    wanted = Wanted([built, NGINX], [UWSGI], ["tcp", "unix"], [2])
    assert list(experiments([ONE, BOTH], wanted)) == [
        Experiment(BOTH, Cell(built, UWSGI, "tcp", 2)),
        Experiment(BOTH, Cell(NGINX, UWSGI, "tcp", 2)),
    ]
    assert list(experiments([ONE], wanted)) == []
    assert left_out([ONE, BOTH], wanted) == (
        LeftOut("one", "gateway", "nginx", ("httpd",)),
        LeftOut("one", "backend", "uwsgi", ("responder",)),
        LeftOut("both", "transport", "unix", ("tcp",)),
    )
    assert left_out([ONE, BOTH], Wanted()) == ()


@pytest.mark.parametrize("error", [ToolError("no such thing"), InputError("no such thing")])
def test_what_cannot_run_has_not_passed(error: Exception) -> None:
    def fail(session: Session, cell: Cell) -> Observation:
        raise error

    result = run(Experiment(ONE._replace(run=fail), Cell(HTTPD, RESPONDER, "unix")))
    assert (result.verdict, result.why, result.figures.requests) == ("cannot-run", "no such thing", 0)
    assert (result.gateway, result.backend) == (None, None)


def test_a_gateway_that_is_not_needed_may_be_missing(tmp_path: Path) -> None:
    missing = GatewaySpec("httpd", tmp_path / "httpd")
    result = run(Experiment(ONE, Cell(missing, RESPONDER, "unix")))
    assert (result.verdict, result.gateway) == ("failed", None)


@pytest.mark.httpd
@pytest.mark.uwsgi
def test_a_result() -> None:
    result = run(Experiment(ONE, Cell(HTTPD, UWSGI, "unix")), requests=7)
    assert (result.scenario, result.verdict, result.why, result.figures.requests) == ("one", "failed", "it is so", 7)
    assert result.gateway is not None
    assert result.gateway.startswith("2.4.")
    assert result.backend is not None
    assert result.backend.startswith("2.0.")
