"""The proof of patch sets: without them their scenarios fail, with them they pass, and nothing else is worse."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

from hpatch import files
from hpatch.build.httpd.apxs import ModuleError
from hpatch.build.outcome import BuildError
from hpatch.build.reproducible import SecondBuild
from hpatch.build.trees.applying import Prepared, Request, commit, prepare
from hpatch.build.trees.choice import Chosen
from hpatch.build.trees.source import SourceTree
from hpatch.errors import InputError, ToolError, UsageError
from hpatch.lab import logs, matrix, scratch
from hpatch.lab.candidates.model import Candidate
from hpatch.lab.diary import Diary
from hpatch.lab.kinds.table import kind
from hpatch.lab.matrix import Experiment, Wanted
from hpatch.lab.model import Product, Result, Verdict
from hpatch.lab.net.model import NetResult
from hpatch.lab.registry import find, scenarios
from hpatch.lab.sanitizers import Collected, Reported
from hpatch.lab.scenario import Scenario
from hpatch.lab.smoke import SmokeCheck
from hpatch.lab.suite.compare import SuiteProof
from hpatch.lab.suite.model import SuiteChoice, SuiteRun
from hpatch.lab.trying.model import Trying
from hpatch.patch.apply.stack import Content, Pushed
from hpatch.patch.sets.model import Catalog
from hpatch.patch.sources.cache import Checked
from hpatch.records import NamedTuple

Shown = Literal["proved", "unaffected", "not-cured", "broken", "cannot-run"]
"""What two results show: the fault is there before and not after; it is in neither; in both; only after; one of the two
could not be had, which is never a proof."""
Tell = Callable[[str, str], None]
"""Hears what is being done, and the detail."""


def shown(before: Verdict, after: Verdict) -> Shown:
    """What two verdicts show together."""
    if "cannot-run" in (before, after):
        return "cannot-run"
    if before == "failed":
        return "not-cured" if after == "failed" else "proved"
    return "broken" if after == "failed" else "unaffected"


def lost(before: Verdict, after: Verdict) -> bool:
    """Whether something that was well is so no more."""
    return before == "passed" and after != "passed"


class Row(NamedTuple):
    """A scenario in a cell, before and after. `sets` are those that it tells of; none: all is to stay as it is.

    `stage`: before is not the tree as it is, but with these revisions of other sets.
    """

    sets: tuple[str, ...]
    before: Result
    after: Result
    stage: tuple[str, ...] = ()

    @property
    def shown(self) -> Shown:
        """What it shows."""
        return shown(self.before.verdict, self.after.verdict)

    @property
    def worse(self) -> bool:
        """Whether something that was well is so no more."""
        return lost(self.before.verdict, self.after.verdict)


class Checks(NamedTuple):
    """Something that a server is to do in any case, before and after. `before` is None where it was not tried."""

    before: SmokeCheck | None
    after: SmokeCheck

    @property
    def worse(self) -> bool:
        """Whether it does it no more."""
        return lost("passed" if self.before is None else self.before.verdict, self.after.verdict)


class ProofPlan(NamedTuple):
    """What is to be shown: the experiments with the sets that each tells of. Their gateways are still to be built."""

    prepared: Prepared
    experiments: tuple[tuple[tuple[str, ...], Experiment], ...]

    @property
    def tree(self) -> SourceTree:
        """The tree."""
        assert self.prepared.tree is not None, "sets were asked for"
        return self.prepared.tree

    @property
    def sets(self) -> tuple[Chosen, ...]:
        """The sets that are applied."""
        return tuple(one for one in self.prepared.chosen if one.wanted)

    @property
    def changes(self) -> tuple[str, ...]:
        """What the sets say that they change of what the net tries."""
        return tuple(pattern for one in self.sets for pattern in one.set.changes)

    @property
    def paths(self) -> tuple[str, ...]:
        """The files that change."""
        return tuple(dict.fromkeys(edit.path for step in self.prepared.steps for edit in step.edits))


class Proof(NamedTuple):
    """How it went. `failure`: the patched tree does not build, and why; then there are no rows.

    `net` compares requests of all kinds; None where the patched tree does not build, or its httpd does not start.
    `built` are the seconds of building, by moment and phase. `again` is what building the patched tree a second time
    gave, None where that was not asked for. `reports` is what sanitizers reported, None without them;
    `suite` what httpd's own tests gave, None where they were not asked for.
    """

    plan: ProofPlan
    rows: tuple[Row, ...]
    checks: tuple[Checks, ...]
    net: NetResult | None
    built: Mapping[str, Mapping[str, float]]
    failure: str | None
    seconds: float
    again: SecondBuild | None = None
    reports: tuple[Reported, ...] | None = None
    suite: SuiteRun | None = None

    def of(self, set: str) -> tuple[Row, ...]:
        """The rows of a set."""
        return tuple(row for row in self.rows if set in row.sets)

    def proved(self, one: Chosen) -> bool:
        """Whether a set does what it is for. One without behaviour does when nothing else is worse."""
        if self.failure is not None or (not one.set.scenario and not self.sound):
            return False
        rows = self.of(one.set.id)
        if any(row.shown in ("not-cured", "broken", "cannot-run") for row in rows):
            return False
        # A set that only came along is shown where it can be.
        return not one.set.scenario or bool(one.needed_by) or any(row.shown == "proved" for row in rows)

    @property
    def sound(self) -> bool:
        """Whether nothing is worse, as far as could be seen."""
        worse = any(row.worse for row in self.rows) or any(check.worse for check in self.checks)
        return self.failure is None and not (worse or self.unexpected or self.reported or self.failing)

    @property
    def failing(self) -> tuple[str, ...]:
        """Those of httpd's own tests that pass no more."""
        return () if self.suite is None else self.suite.worse

    @property
    def reported(self) -> tuple[str, ...]:
        """What sanitizers report after the change and not before it."""
        return tuple(one.name for one in self.reports or () if one.new)

    @property
    def unexpected(self) -> tuple[str, ...]:
        """What the net found to be different, and no set says that it changes it."""
        return () if self.net is None else self.net.unexpected(self.plan.changes)

    @property
    def ok(self) -> bool:
        """Whether it holds."""
        return self.sound and all(map(self.proved, self.plan.sets))

    @property
    def undecided(self) -> bool:
        """Whether it does not hold only because something could not be run."""
        if self.ok or self.failure is not None or self.unexpected or self.reported or self.failing:
            return False
        if any(check.worse for check in self.checks):
            return False
        shown = {row.shown for row in self.rows if row.sets or row.worse}
        return "cannot-run" in shown and not shown & {"not-cured", "broken"}


def plan(root: Path, request: Request, catalog: Catalog, source: Checked, wanted: Wanted) -> ProofPlan:
    """What proving sets takes. Where they do not apply, its `prepared` says so, and there are no experiments.

    Raises UsageError for sets that the tree has, or that none of the wanted cells tells of, and for a kind of tree that
    cannot be tried.
    """
    prepared = prepare(root, request, catalog, source)
    if not prepared.ok:
        return ProofPlan(prepared, ())
    assert prepared.tree is not None, "sets were asked for"
    wanted = cells(prepared.tree.project, wanted)
    sets = [one for one in prepared.chosen if one.wanted]
    if not sets:
        raise UsageError(f"{root} has {', '.join(request.ids)} already, so there is no tree without it to compare with")
    experiments = tuple(_experiments(sets, wanted))
    for one in sets:
        if one.set.scenario and not one.needed_by and not any(one.set.id in ids for ids, _ in experiments):
            raise UsageError(f"none of these combinations tests {one.set.id}; see 'hpatch lab list'")
    return ProofPlan(prepared, experiments)


def cells(project: str, wanted: Wanted) -> Wanted:
    """What is wanted, with the server that is proved in its place: what stands there is replaced when it is built."""
    one = kind(project)
    return one.cells(wanted, one.server())


def _experiments(sets: Sequence[Chosen], wanted: Wanted) -> Iterator[tuple[tuple[str, ...], Experiment]]:
    """Those of the sets; where one that is asked for has no behaviour, also the others, which are to stay as is."""
    told: dict[str, list[str]] = {}
    for one in sets:
        for scenario in _scenarios(one):
            told.setdefault(scenario.name, []).append(one.set.id)
    silent = any(not one.set.scenario and not one.needed_by for one in sets)
    others = [one for one in scenarios() if one.sets] if silent else []
    for scenario in [*map(find, told), *(one for one in others if one.name not in told)]:
        for experiment in matrix.experiments([scenario], wanted):
            yield tuple(told.get(scenario.name, ())), experiment


def _scenarios(one: Chosen) -> list[Scenario]:
    main = [find(one.set.scenario)] if one.set.scenario else []
    return main + [other for other in scenarios() if one.set.id in other.sets and other not in main]


def prove(
    plan: ProofPlan,
    request: Request,
    catalog: Catalog,
    source: Checked,
    candidate: Candidate[Any],
    folder: Path,
    requests: int | None = None,
    tell: Tell = lambda what, detail: None,
    diary: Diary | None = None,
    *,
    twice: bool = False,
    suite: SuiteChoice | None = None,
) -> Proof:
    """Build, try, apply in a copy, build, and try again. The tree is only read; `folder` is held by the caller.

    Raises ToolError when the tree does not build as it is, or its httpd does not start: nothing can be compared with
    that. Raises InputError when the tree has changed since it was planned. The `diary` has what was done by then.
    `twice`: also build the patched tree a second time, and compare. `suite`: run these of httpd's own tests, too.
    """
    diary = Diary() if diary is None else diary
    with logs.heard(diary.log):
        tell = diary.listening(tell)
        return _prove(plan, request, catalog, source, candidate, folder, requests, tell, diary, twice, suite)


def _prove(
    plan: ProofPlan,
    request: Request,
    catalog: Catalog,
    source: Checked,
    candidate: Candidate[Any],
    folder: Path,
    requests: int | None,
    tell: Tell,
    diary: Diary,
    twice: bool,
    suite: SuiteChoice | None,
) -> Proof:
    begun = time.monotonic()
    copy = folder / "patched"
    rows: tuple[Row, ...] = ()
    checks: tuple[Checks, ...] = ()
    reports: tuple[Reported, ...] | None = None
    net = again = told = None
    failure = None
    collected = Collected(folder / "reports", candidate.sanitize, candidate.environment)
    diary.begin("build before")
    made = collected.watched(candidate.made(plan.tree.root, "before"), "before")
    diary.built("before", made)
    checked = candidate.trying.checks(made, lambda detail: tell("before", detail))
    _started(checked, collected, plan.tree.project)
    diary.checks["before"] = checked
    before = _try(plan.experiments, candidate.trying, made, "before", requests, tell, diary)
    own = SuiteProof(candidate.suite(plan.tree.root, suite) if suite is not None else None)
    own.begin(made, lambda detail: tell("before", detail))
    kept = candidate.keep(made)
    diary.kept("before", kept)
    try:
        tell("apply", "")
        scratch.make(plan.tree.root, copy)
        stages = _stages(plan, before, candidate, copy, requests, tell, collected)
        _commit(plan, copy, request, catalog, source)
        diary.begin("build after")
        made = collected.watched(candidate.made(copy, "after"), "after")
        diary.built("after", made)
        after = _try(plan.experiments, candidate.trying, made, "after", requests, tell, diary)
        now = candidate.trying.checks(made, lambda detail: tell("after", detail))
        diary.checks["after"] = now
        checks = compared(checked, now)
        if now[0].name != "start":
            net = candidate.trying.compare(kept, made, lambda detail: tell("net", detail))
        rows = tuple(_rows(plan, before, after, stages))
        told = own.end(kept, made, lambda detail: tell("net", detail))
        reports = collected.compared("before", "after")
        if twice:
            tell("net", "building once more")
            diary.begin("build again")
            again = _again(candidate, copy, made)
    except (BuildError, ModuleError) as error:
        failure = str(error)
        diary.failed(error.log)
    finally:
        scratch.remove(copy)
        collected.remove()
    diary.end()
    return Proof(
        plan=plan,
        rows=rows,
        checks=checks,
        net=net,
        built=candidate.seconds,
        failure=failure,
        seconds=time.monotonic() - begun,
        again=again,
        reports=reports,
        suite=told,
    )


def _commit(plan: ProofPlan, copy: Path, request: Request, catalog: Catalog, source: Checked) -> None:
    """Apply the sets in the copy. Raises InputError when the tree has changed since it was planned."""
    with files.lock(copy):
        prepared = prepare(copy, request, catalog, source)
        if prepared.steps != plan.prepared.steps:
            raise InputError(f"{plan.tree.root}: has changed while it was verified")
        commit(prepared)


def _rows(plan: ProofPlan, before: Sequence[Result], after: Sequence[Result], stages: _Staged) -> Iterator[Row]:
    for at, (sets, _) in enumerate(plan.experiments):
        result, stage = stages.get(at, (before[at], ()))
        yield Row(sets, result, after[at], stage)


def _started(checked: Sequence[SmokeCheck], collected: Collected, project: str) -> None:
    """Raises ToolError where the server as it is has not started."""
    if checked[0].name == "start":
        names = dict.fromkeys(one.name for one in collected.of("before"))
        reported = f" (reported: {', '.join(names)})" if names else ""
        raise ToolError(f"the {project} as it is cannot be tried: {checked[0].why}{reported}")


def _again(candidate: Candidate[Any], tree: Path, made: Product) -> SecondBuild:
    try:
        return candidate.again(tree, made)
    except ToolError as error:
        return SecondBuild(0, failure=str(error))


def compared(before: Sequence[SmokeCheck], after: Sequence[SmokeCheck]) -> tuple[Checks, ...]:
    """The checks of both moments by their names. What an httpd that starts has no more, it fails."""
    was, now = ({one.name: one for one in checks} for checks in (before, after))
    if "start" not in now:
        now.update({name: SmokeCheck(name, "failed", "it is there no more") for name in was if name not in now})
    return tuple(Checks(was.get(name), one) for name, one in now.items())


_Staged = dict[int, tuple[Result, tuple[str, ...]]]
"""By the experiment's place: its result in a stage, and the revisions that the stage has."""


def _stages(
    plan: ProofPlan,
    before: Sequence[Result],
    candidate: Candidate[Any],
    copy: Path,
    requests: int | None,
    tell: Tell,
    collected: Collected,
) -> _Staged:
    """Where the tree as it is does not show a set's fault, the tree with all that comes before the set may.

    fcgi-body-cpu for one: httpd 2.4.9 spins only with what fcgi-iobuffersize brings. The copy is as it was on return.
    """
    found: _Staged = {}
    steps = plan.prepared.steps
    for one in plan.sets:
        places = [at for at, (sets, _) in enumerate(plan.experiments) if one.set.id in sets]
        first = next(at for at, step in enumerate(steps) if step.set == one.set.id)
        if not places or first == 0 or any(before[at].verdict != "passed" for at in places):
            continue
        undo = _staged(copy, steps[:first])
        moment = f"before {one.set.id}"
        try:
            made = collected.watched(candidate.made(copy, moment), moment)
            results = _try([plan.experiments[at] for at in places], candidate.trying, made, moment, requests, tell)
        except (BuildError, ModuleError):
            continue  # what is half of a change need not build
        finally:
            scratch.write(copy, undo)
        names = tuple(dict.fromkeys(step.name for step in steps[:first]))
        if any(result.verdict == "failed" for result in results):
            found.update({at: (result, names) for at, result in zip(places, results, strict=True)})
    return found


def _staged(copy: Path, steps: Sequence[Pushed]) -> dict[str, Content | None]:
    """Write what the steps make of the files; what these were."""
    before: dict[str, Content | None] = {}
    after: dict[str, Content | None] = {}
    for step in steps:
        for edit in step.edits:
            before.setdefault(edit.path, edit.before)
            after[edit.path] = edit.after
    scratch.write(copy, after)
    return before


def _try(
    experiments: Sequence[tuple[tuple[str, ...], Experiment]],
    trying: Trying[Any],
    made: Product,
    moment: str,
    requests: int | None,
    tell: Tell,
    diary: Diary | None = None,
) -> list[Result]:
    results: list[Result] = []
    if diary is not None:
        diary.results[moment] = results
    for number, (_, (scenario, cell)) in enumerate(experiments, 1):
        tell(moment, f"{number} of {len(experiments)}: {scenario.name}, {cell.transport}")
        results.append(matrix.run(Experiment(scenario, trying.cell(made, cell)), requests))
    return results
