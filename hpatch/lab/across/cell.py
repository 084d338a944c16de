"""One cell: a set proved on a tree, and what that says in one word and one sentence."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from hpatch.build.folder import held
from hpatch.build.outcome import BuildError
from hpatch.build.trees.applying import Blocker, Prepared, prepare
from hpatch.errors import HpatchError
from hpatch.lab import proof as proving
from hpatch.lab.across.model import AcrossCell, AcrossJob, CellVerdict, ProvedCell
from hpatch.lab.across.versions import fetch
from hpatch.lab.diary import Diary
from hpatch.lab.kinds.table import settle
from hpatch.lab.model import GatewaySpec
from hpatch.lab.proof import Proof
from hpatch.patch.sets.load import load
from hpatch.patch.sets.model import Catalog
from hpatch.patch.sources.cache import Checked
from hpatch.patch.sources.choose import choose

_MOST = 3
"""So many things that got worse are named."""


def cells(job: AcrossJob, folder: Path) -> Iterator[AcrossCell]:
    """Prove a job's sets one after the other; `folder` is there and empty, and what is left in it may go.

    No HpatchError is raised: it is the cell's reason.
    """
    work = _RowWork(job, folder)
    for id in job.sets:
        began = time.monotonic()
        verdict, reason = work.prove(id)
        yield AcrossCell(
            row=job.row,
            set=id,
            verdict=verdict,
            reason=reason,
            seconds=round(time.monotonic() - began, 1),
            when=datetime.now(UTC).isoformat(timespec="seconds"),
        )


def errors(job: AcrossJob, reason: str) -> Iterator[AcrossCell]:
    """The cells of a job of which nothing could be tried."""
    for id in job.sets:
        yield AcrossCell(job.row, set=id, verdict="error", reason=reason)


class _RowWork:
    """A row: the tree and the build folder are made once."""

    def __init__(self, job: AcrossJob, folder: Path) -> None:
        self._job = job
        self._tree = folder / "tree"
        self._folder = folder / "build"
        self._hopeless = ""
        """Why no set can be tried on this tree."""

    def prove(self, id: str) -> tuple[CellVerdict, str]:
        try:
            if not self._tree.exists():
                fetch(self._job.version, self._job.repository, self._tree)
            catalog = load(self._job.catalogs)
            return self._prove(id, catalog, choose(catalog, **self._job.sources._asdict()))
        except BuildError as error:
            self._hopeless = f"the tree does not build as it is: {error.phase} failed: {error.failure.text}"
            return "error", self._hopeless
        except HpatchError as error:
            return "error", str(error)

    def _prove(self, id: str, catalog: Catalog, source: Checked) -> tuple[CellVerdict, str]:
        job = self._job
        request = job.request._replace(ids=(id,))
        prepared = prepare(self._tree, request, catalog, source)
        there = next(one for one in prepared.chosen if one.set.id == id).presence
        if there.there:
            return "there", there.why
        if not prepared.ok:
            return "not-applying", _obstacle(prepared)
        if self._hopeless:
            return "error", self._hopeless
        wanted = job.wanted._replace(gateways=[GatewaySpec("httpd")])
        plan = proving.plan(self._tree, request, catalog, source, wanted)
        settled = settle(job.recipe, plan.tree, plan.paths)
        with held(self._folder, self._tree):
            candidate = settled.candidate(self._folder)
            diary = Diary()
            proof = proving.prove(plan, request, catalog, source, candidate, self._folder, job.requests, diary=diary)
            if job.keep is not None:
                job.keep(
                    ProvedCell(
                        row=job.row,
                        set=id,
                        how=settled.how,
                        plan=plan,
                        proof=proof,
                        diary=diary,
                        candidate=candidate,
                        folder=self._folder,
                    )
                )
        return judged(proof)


def _obstacle(prepared: Prepared) -> str:
    """Why sets do not apply: the first reason."""
    for one in prepared.refused:
        needed = f" (needed by {', '.join(one.needed_by)})" if one.needed_by else ""
        return f"{one.set.id}{needed}: {one.presence.why}"
    return _blocked(prepared.blockers[0])


def _blocked(blocker: Blocker) -> str:
    whose = " of ".join(dict.fromkeys((blocker.task.item.name, blocker.task.set)))
    if blocker.outcome is None:
        return f"{whose}: {blocker.placed.path}: {blocker.placed.reason}"
    return f"{whose}: {blocker.placed.path}: hunk {blocker.number}: {blocker.outcome.reason}"


def judged(proof: Proof) -> tuple[CellVerdict, str]:
    """What a proof says."""
    if proof.ok:
        shown = sum(row.shown == "proved" for row in proof.rows)
        trials = f"{proof.net.trials} exchanges as before" if proof.net is not None else ""
        cells = f"its fault is cured in {shown} of {len(proof.rows)} cells" if shown else "nothing got worse"
        return "proved", ", ".join(filter(None, (cells, trials)))
    if proof.failure is not None:
        return "not-proved", f"the patched tree does not build: {proof.failure}"
    if proof.undecided:
        why = next(half.why for row in proof.rows for half in (row.before, row.after) if half.verdict == "cannot-run")
        return "error", f"something could not run: {why}"
    if not proof.sound:
        worse = [f"{one.after.name}: {one.after.why}" for one in proof.checks if one.worse]
        worse += [f"{row.after.scenario}: {row.after.why}" for row in proof.rows if row.worse]
        worse += proof.unexpected
        worse += [f"a sanitizer reports {name}" for name in proof.reported]
        more = f" and {len(worse) - _MOST} more" if len(worse) > _MOST else ""
        return "worse", "; ".join(worse[:_MOST]) + more
    for row in proof.rows:
        if row.shown in ("not-cured", "broken"):
            return "not-proved", f"{row.after.scenario}, {row.after.cell.transport}: {row.after.why}"
    return "not-proved", "the tree does not show the fault without the set"
