"""A proof on the small tree that nothing was run for, and the bundle of it."""

from __future__ import annotations

from pathlib import Path

from hpatch.build.facts import BuildFacts
from hpatch.build.trees.applying import Request
from hpatch.build.trees.hashing import hashes
from hpatch.cli.options.revisions import RevisionOptions
from hpatch.lab import proof as proving
from hpatch.lab.bundle.masking import Mask
from hpatch.lab.diary import Diary
from hpatch.lab.matrix import Wanted
from hpatch.lab.model import BackendSpec, Cell, Figures, GatewaySpec, Result, Verdict
from hpatch.lab.net.model import Difference, Figure, NetResult
from hpatch.lab.proof import Checks, Proof, ProofPlan, Row
from hpatch.lab.smoke import SmokeCheck
from hpatch.report.prove.bundle.document import Ending, files
from hpatch.report.prove.proof import ProofReport
from tests.support.cli.tree import catalog, make

HOSTILE = "a \x1b[31m|*_<script>alert(1)</script>\u202e\udcff"
GATEWAY = GatewaySpec("httpd", Path("/p/bin/httpd"))
FACTS = BuildFacts(
    kind="whole",
    httpd="2.4.9",
    mpm="event",
    compiler="gcc 12.2.0",
    flags={"CC": "gcc", "CFLAGS": "-g -O2"},
    configure=("./configure", "--prefix=/p"),
    compiled=("core", "mod_proxy"),
    built=(),
)


def plan(folder: Path) -> ProofPlan:
    """To prove the set `one` on the small tree, which is made in the folder."""
    tree = make(folder)
    options = RevisionOptions(catalog=[catalog(folder)])
    known = options.sets()
    source = options.source(known)
    return proving.plan(tree, Request(ids=("one",)), known, source, Wanted(gateways=[GatewaySpec("httpd")]))


def result(verdict: Verdict, why: str = "seen") -> Result:
    """A scenario that ended so."""
    figures = Figures(requests=20, outcomes={"full": 20}, log={"AH01075": 1}, seconds=1.25, notes=("a note",))
    cell = Cell(GATEWAY, BackendSpec("responder"), "unix")
    return Result(scenario="fcgi-stdin-eof", cell=cell, verdict=verdict, why=why, figures=figures, gateway="2.4.9")


def proof(plan: ProofPlan, *, worse: bool = False, why: str = "seen", failure: str | None = None) -> Proof:
    """One that holds, or one in which something is worse, or that does not build."""
    page = SmokeCheck("page", "passed", "200")
    after = SmokeCheck("page", "failed", "500") if worse else page
    difference = Difference("fcgi tcp", "faults", "an early response", "status", "503", why)
    net = NetResult(
        ways=("fcgi tcp",),
        trials=812,
        differences=(difference,) if worse else (),
        figures=(Figure("median of fcgi tcp", "ms", 1.0, 1.01, False),),
        unsteady=(),
        seconds=12.5,
    )
    return Proof(
        plan=plan,
        rows=() if failure else (Row(("one",), result("failed", why), result("passed", why)),),
        checks=() if failure else (Checks(page, after),),
        net=None if failure else net,
        built={"before": {"make": 3.0}},
        failure=failure,
        seconds=9.5,
    )


def bundle(plan: ProofPlan, ending: Ending, diary: Diary | None = None) -> dict[str, bytes]:
    """The files of a bundle."""
    mask = Mask({plan.tree.root: "TREE"})
    repeat = ["hpatch verify one --tree TREE"]
    return files(plan, ending, diary or Diary(), FACTS, hashes(plan.tree.root), repeat, mask)


def kept(folder: Path, *, worse: bool = False, why: str = "seen") -> dict[str, bytes]:
    """The files of the bundle of a proof."""
    made = plan(folder)
    return bundle(made, Ending(report=ProofReport(proof=proof(made, worse=worse, why=why), how="how")))
