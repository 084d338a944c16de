"""What `hpatch backport propose --build` shows: the branch built without the change and with it, and its scenarios."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from hpatch.backport.proposal.evidence import Evidence, Result
from hpatch.cli.interrupt import accounted

if TYPE_CHECKING:
    from hpatch.backport.history.revisions import Revisions
    from hpatch.backport.proposal.proposal import Proposal
    from hpatch.build.trees.applying import Request
    from hpatch.lab.matrix import Experiment
    from hpatch.lab.proof import Proof, ProofPlan
    from hpatch.patch.sets.model import Catalog
    from hpatch.patch.sources.cache import Checked

_SHOWN: dict[str, tuple[Result, str]] = {
    "proved": ("yes", "fails without the change, passes with it"),
    "unaffected": ("note", "passes without the change and with it"),
    "not-cured": ("no", "fails without the change and with it"),
    "broken": ("no", "passes without the change and fails with it"),
    "cannot-run": ("unknown", "could not be run"),
}


def tried(history: Revisions, proposal: Proposal) -> list[Evidence]:
    """Build the branch, run the scenarios of the revisions' sets, apply, build and run again. Raises ToolError."""
    from hpatch.build.folder import folder_of, held
    from hpatch.build.options import BuildOptions
    from hpatch.lab import proof as proving
    from hpatch.lab.across.versions import export
    from hpatch.lab.candidates.httpd import Whole
    from hpatch.patch.sets.load import load
    from hpatch.patch.sources.cache import folder
    from hpatch.patch.sources.choose import choose
    from hpatch.report.common.progress import shown
    from hpatch.report.prove.building import following

    if proposal.patch is None:
        return [Evidence("builds", "unknown", "not tried: there is no patch to build with")]
    catalog = load(())
    source = choose(catalog)
    options = BuildOptions(mpm="event", modules="static", documentation=False)
    place = folder_of(Path(history.git.folder), "backport")
    with (
        accounted() as account,
        TemporaryDirectory(prefix="backport-", dir=folder()) as scratch,
        shown() as progress,
    ):
        account.of = lambda: f"{progress.at or 'nothing was run'}; nothing is proposed; {place} keeps what was compiled"
        tree = Path(scratch) / "httpd"
        export(history.git, history.onto.commit, tree)
        plan, request = _planned(tree, proposal, catalog, source)
        with held(place, tree):
            candidate = Whole(place, options, following(progress, "build: "))
            proof = proving.prove(plan, request, catalog, source, candidate, place)
    return list(_evidence(proof))


def _planned(tree: Path, proposal: Proposal, catalog: Catalog, source: Checked) -> tuple[ProofPlan, Request]:
    from hpatch.build.trees.applying import Given, Request, prepare
    from hpatch.build.trees.source import open_tree
    from hpatch.lab.proof import ProofPlan

    assert proposal.patch is not None
    request = Request(diffs=(Given("proposal.diff", proposal.patch),), strip=0)
    prepared = prepare(tree, request, catalog, source)
    return ProofPlan(prepared._replace(tree=open_tree(tree)), tuple(_experiments(proposal, catalog))), request


def _experiments(proposal: Proposal, catalog: Catalog) -> Iterator[tuple[tuple[str, ...], Experiment]]:
    """The scenarios of the sets that have one of the revisions."""
    from hpatch.lab.matrix import Wanted, experiments
    from hpatch.lab.model import BackendSpec, GatewaySpec
    from hpatch.lab.registry import find

    sets: dict[str, list[str]] = {}
    for revision in proposal.revisions:
        for one in catalog.holding(revision.number) if revision.number is not None else ():
            if one.scenario and one.id not in sets.get(one.scenario, []):
                sets.setdefault(one.scenario, []).append(one.id)
    wanted = Wanted([GatewaySpec("httpd")], [BackendSpec("responder")])
    for name, ids in sets.items():
        for experiment in experiments([find(name)], wanted):
            yield tuple(ids), experiment


def _evidence(proof: Proof) -> Iterator[Evidence]:
    if proof.failure is not None:
        yield Evidence("builds", "no", f"it builds without the change, and not with it: {proof.failure}")
        return
    yield Evidence("builds", "yes", "it builds without the change and with it")
    for check in proof.checks:
        if check.worse:
            yield Evidence("works", "no", f"with the change, {check.after.name} is worse: {check.after.why}")
    passed = [check for check in proof.checks if check.after.verdict == "passed"]
    result: Result = "yes" if len(passed) == len(proof.checks) else "note"
    yield Evidence(
        "works", result, f"with the change, {len(passed)} of {len(proof.checks)} checks of a running httpd pass"
    )
    for row in proof.rows:
        shown, text = _SHOWN[row.shown]
        why = row.after.why if row.shown in ("not-cured", "broken", "cannot-run") else row.before.why
        told = f": {why}" if why else ""
        yield Evidence("scenario", shown, f"{row.after.scenario} ({row.after.cell.transport}) {text}{told}")
    if not proof.rows:
        yield Evidence("scenario", "unknown", "no scenario is known for it")
