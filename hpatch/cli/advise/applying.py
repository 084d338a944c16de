"""`hpatch advise --apply`: prove the sets, apply them, build the tree, and look again."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from hpatch.cli.advise.estimates import Estimates, minutes
from hpatch.cli.interrupt import accounted
from hpatch.errors import HpatchError, UsageError
from hpatch.records import NamedTuple
from hpatch.report.advise.applied import ApplyRun, ApplyStep, StepName
from hpatch.report.common.numbers import count

if TYPE_CHECKING:
    from hpatch.advise.advice import HttpdAdvice
    from hpatch.build.trees.applying import Request
    from hpatch.lab.matrix import Wanted
    from hpatch.lab.proof import Proof, ProofPlan
    from hpatch.lab.recipe import BuildWay, Recipe
    from hpatch.patch.sets.model import Catalog
    from hpatch.patch.sources.cache import Checked

STEPS: dict[StepName, str] = {
    "prove": "build and try the tree without the sets and with them, in copies",
    "apply": "apply the sets to the tree",
    "build": "build the patched tree",
    "lint": "look for the problems again",
}


class ApplyOrder(NamedTuple):
    """What the command line asks for. `again` gives the advice on the tree as it is then."""

    tree: Path
    prefix: Path
    request: Request
    catalog: Catalog
    source: Checked
    recipe: Recipe
    wanted: Wanted
    requests: int | None
    build_dir: Path | None
    again: Callable[[], HttpdAdvice]


class _Run:
    """The steps, and how far they are."""

    def __init__(self, estimates: Estimates, tree: Path) -> None:
        self._estimates = estimates
        self._tree = tree
        self.steps: list[ApplyStep] = []

    def pending(self) -> list[StepName]:
        """The steps that have not ended."""
        return list(STEPS)[len(self.steps) :]

    def skip(self, told: str) -> None:
        """The next step is not needed."""
        self.steps.append(ApplyStep(name=self.pending()[0], state="not needed", told=told))

    @contextmanager
    def step(self) -> Iterator[Callable[[str, bool], None]]:
        """The next step; what it yields is told what came of it, and whether it went well."""
        name, begun = self.pending()[0], time.monotonic()
        at = f"step {len(self.steps) + 1} of {len(STEPS)}"
        left = self._estimates.left(self.pending())
        here = minutes(self._estimates.seconds(name))
        print(f"hpatch: {at}, about {here}: {STEPS[name]}; about {left} until the end", file=sys.stderr)

        def ended(told: str, well: bool) -> None:
            seconds = time.monotonic() - begun
            self.steps.append(
                ApplyStep(name=name, state="done" if well else "failed", told=told, seconds=round(seconds, 1))
            )
            if well:
                self._estimates.took(name, seconds)

        yield ended

    def stop(self) -> None:
        """Nothing more is begun."""
        self.steps += [ApplyStep(name=name, state="not begun", told=STEPS[name]) for name in self.pending()]

    def account(self) -> str:
        """What is done, for one who interrupts it."""
        done = [one.name for one in self.steps if one.state == "done"]
        state = "has the sets" if "apply" in done else "is as it was"
        ended = f"{', '.join(done)} {'is' if len(done) == 1 else 'are'} done" if done else "no step is done"
        pending = self.pending()
        ahead = f"the same command goes on with {pending[0]}" if pending else "no step is left"
        return f"{ended}; {self._tree} {state}; {ahead}"


def carry_out(asked: ApplyOrder, advice: HttpdAdvice) -> tuple[HttpdAdvice, ApplyRun, int]:
    """Do it. The advice on the tree then, what was done, and the exit code. Raises as the steps do."""
    from hpatch.build import prefix
    from hpatch.cli.prove.verify import applying
    from hpatch.patch.sources.cache import folder
    from hpatch.report.prove.proof import ProofReport

    if asked.prefix.resolve().is_relative_to(asked.tree.resolve()):
        raise UsageError(f"{asked.prefix}: lies in the source tree; choose another --prefix")
    prefix.check(asked.prefix.absolute())
    prefix.writable(asked.prefix.absolute())
    applying.writable(asked.tree)
    run = _Run(Estimates(folder(), "modules" if asked.recipe.options is None else "whole"), asked.tree)
    proofs: dict[str, ProofReport] = {}
    code = 0
    with accounted() as account:
        account.of = run.account
        try:
            if advice.asked:
                request = asked.request._replace(ids=advice.asked)
                way, plan, proof = _prove(asked, request, run)
                proofs[""] = ProofReport(proof=proof, how=way.how, in_place=proof.ok)
                if not proof.ok:
                    run.stop()
                    return advice, ApplyRun(steps=tuple(run.steps), proofs=proofs), 4 if proof.undecided else 1
                with run.step() as ended:
                    applying.carry_out(plan, asked.tree, request, asked.catalog, asked.source)
                    ended(f"{asked.tree} has {', '.join(one.set.id for one in plan.sets)}", True)
            else:
                run.skip("the tree has all sets that cure something here; they were not tried now")
                run.skip("the tree has them")
            with run.step() as ended:
                ended(_build(asked), True)
            with run.step() as ended:
                advice = asked.again()
                left = [one.problem.id for one in advice.curable]
                others = len(advice.met) - len(left)
                told = (
                    f"{count(len(left), 'problem')} left that a set cures" if left else "all that a set cures is gone"
                )
                more = f"; {count(others, 'problem')} left that none cures here" if others else ""
                option = next((one.problem.option for one in advice.met if one.there), "")
                more += f"; now set {option}, without which a set changes nothing" if option else ""
                ended(f"{told}{more}", not left)
                code = 1 if left else 0
        except HpatchError:
            if run.steps:
                print(f"hpatch: {run.account()}", file=sys.stderr)
            raise
    return advice, ApplyRun(steps=tuple(run.steps), proofs=proofs), code


def _prove(asked: ApplyOrder, request: Request, run: _Run) -> tuple[BuildWay, ProofPlan, Proof]:
    from hpatch.cli.prove.verify.proving import ProofRequest, prove
    from hpatch.lab import proof as proving
    from hpatch.lab.kinds.table import settle

    plan = proving.plan(asked.tree, request, asked.catalog, asked.source, asked.wanted)
    way = settle(asked.recipe, plan.tree, plan.paths)
    order = ProofRequest(
        plan=plan,
        request=request,
        catalog=asked.catalog,
        source=asked.source,
        requests=asked.requests,
        twice=False,
        suite=None,
        build_dir=asked.build_dir,
    )
    with run.step() as ended:
        ((proof,), _) = prove(order, [("", way)], {"": None}, lambda name: "")
        ended("the proof holds" if proof.ok else "the proof does not hold", proof.ok)
    return way, plan, proof


def _build(asked: ApplyOrder) -> str:
    """Build the tree into the prefix; what there is now, in words."""
    from hpatch.build.trees.source import open_tree
    from hpatch.cli.prove import build

    tree = open_tree(asked.tree)
    if asked.recipe.options is not None:
        options = asked.recipe.options._replace(modules="shared", reproducible=False)
        built = build.build_whole(tree, asked.prefix, options, asked.build_dir and asked.build_dir / "prefix", False)
        return f"{built.program}"
    from hpatch.lab.candidates.httpd import touched
    from hpatch.patch.apply import stack

    apxs = asked.recipe.found()
    paths = list(dict.fromkeys(file.path for step in stack.load(asked.tree).steps for file in step.files))
    names = list(touched(tree, paths, apxs))
    into = asked.build_dir and asked.build_dir / "prefix"
    made = build.build_modules(tree, asked.prefix, names, str(apxs.program), into, False)
    return ", ".join(map(str, made.modules.values()))
