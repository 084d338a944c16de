"""Proofs that somebody made up, of every kind."""

from __future__ import annotations

from pathlib import Path

from hpatch.build.trees.applying import Prepared
from hpatch.build.trees.choice import Chosen
from hpatch.build.trees.presence import Presence
from hpatch.build.trees.source import SourceTree
from hpatch.lab.matrix import Experiment
from hpatch.lab.model import BackendSpec, Cell, Figures, GatewaySpec, Result, Verdict
from hpatch.lab.net.model import Difference, Figure, NetResult
from hpatch.lab.proof import Checks, Proof, ProofPlan, Row
from hpatch.lab.smoke import SmokeCheck
from hpatch.patch.apply.stack import Stack
from hpatch.patch.place import plan as planning
from hpatch.patch.sets.load import load
from hpatch.versions import Version

CATALOG = load()
TREE = SourceTree(Path("/src"), Version(2, 4, 9))
CELL = Cell(GatewaySpec("httpd", Path("/p/bin/httpd")), BackendSpec("responder"), "unix")
HOSTILE = "a \x1b[31m|*_<script>"


def chosen(id: str, needed_by: tuple[str, ...] = ()) -> Chosen:
    return Chosen(Presence(set=CATALOG.get(id), state="missing", by="code", why=""), needed_by)


def made(*sets: Chosen, experiments: tuple[tuple[tuple[str, ...], Experiment], ...] = ()) -> ProofPlan:
    empty = planning.Plan((), ())
    prepared = Prepared(
        root=Path("/src"),
        tree=TREE,
        stack=Stack(),
        chosen=sets,
        refused=(),
        there=(),
        tasks=(),
        plan=empty,
        blockers=(),
        sets=(),
        steps=(),
    )
    return ProofPlan(prepared, experiments)


def result(verdict: Verdict, why: str = "seen") -> Result:
    figures = Figures(
        requests=20,
        outcomes={"full": 19, "503": 1},
        segfaults=2,
        log={"AH01075": 1},
        cpu=0.5,
        records=(8192, 8192, 0),
        seconds=1.25,
        notes=("a note",),
    )
    return Result(scenario="fcgi-stdin-eof", cell=CELL, verdict=verdict, why=why, figures=figures, gateway="2.4.9")


DIFFERENCE = Difference("fcgi tcp", "faults", "an early response", "status", "503", "200 OK")
FIGURE = Figure("median of fcgi tcp", "ms", 1.0, 1.01, False)
WAYS = ("fcgi unix", "fcgi tcp")
NET = NetResult(ways=WAYS, trials=812, differences=(), figures=(FIGURE,), unsteady=(), seconds=12.5)


def proof(
    *rows: Row,
    sets: tuple[Chosen, ...] = (chosen("fcgi-stdin-eof"),),
    failure: str | None = None,
    net: NetResult | None = NET,
) -> Proof:
    page = SmokeCheck("page", "passed", "200")
    return Proof(
        plan=made(*sets),
        rows=rows,
        checks=(Checks(page, page),),
        net=net,
        built={"before": {"make": 3.0}},
        failure=failure,
        seconds=9.5,
    )


SET = ("fcgi-stdin-eof",)
PROVED = Row(SET, result("failed"), result("passed"))
UNAFFECTED = Row(SET, result("passed"), result("passed"))
NOT_CURED = Row(SET, result("failed"), result("failed"))
BROKEN = Row(SET, result("passed"), result("failed"))
NOT_RUN = Row(SET, result("failed"), result("cannot-run"))
AS_BEFORE = Row((), result("failed"), result("failed"))
WORSE = Row((), result("passed"), result("failed"))
LOST = Row((), result("passed"), result("cannot-run"))
