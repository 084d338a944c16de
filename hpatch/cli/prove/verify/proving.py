"""The proofs of one tree, one after the other, and what each leaves behind."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from hpatch.cli.interrupt import accounted
from hpatch.cli.prove import keeping
from hpatch.cli.prove.verify.answer import ended_are_kept
from hpatch.cli.prove.verify.moment import Moment, account
from hpatch.cli.prove.verify.ways import place
from hpatch.records import NamedTuple

if TYPE_CHECKING:
    from hpatch.build.trees.applying import Request
    from hpatch.lab.proof import Proof, ProofPlan
    from hpatch.lab.recipe import BuildWay
    from hpatch.lab.suite.model import SuiteChoice
    from hpatch.patch.sets.model import Catalog
    from hpatch.patch.sources.cache import Checked


class ProofRequest(NamedTuple):
    """What the command line says of each proof."""

    plan: ProofPlan
    request: Request
    catalog: Catalog
    source: Checked
    requests: int | None
    twice: bool
    suite: SuiteChoice | None
    build_dir: Path | None


def prove(
    asked: ProofRequest,
    ways: Sequence[tuple[str, BuildWay]],
    bundles: Mapping[str, Path | None],
    repeat: Callable[[str], str],
) -> tuple[list[Proof], list[keeping.Keeping]]:
    """Build and try in each way; `repeat` gives the command that does one of them again. Raises as `lab.proof` does."""
    from hpatch.build.folder import held
    from hpatch.lab import proof as proving
    from hpatch.report.common.progress import shown
    from hpatch.report.prove.building import following

    tree = asked.plan.tree.root
    proofs: list[Proof] = []
    kept: list[keeping.Keeping] = []
    with ended_are_kept(ways, proofs, kept), accounted() as accounting, shown() as progress:
        for name, way in ways:
            where = place(tree, name, asked.build_dir)
            moment = Moment(progress, name)
            accounting.of = partial(account, moment, tree, where)
            with held(where, tree):
                candidate = way.candidate(where, following(progress, f"{name} build: ".lstrip()))
                kept.append(keeping.Keeping(bundles[name], asked.plan, candidate, where, repeat(name)))
                with kept[-1].whatever_comes() as diary:
                    proofs += [
                        proving.prove(
                            asked.plan,
                            asked.request,
                            asked.catalog,
                            asked.source,
                            candidate,
                            where,
                            asked.requests,
                            moment.tell,
                            diary,
                            twice=asked.twice,
                            suite=asked.suite,
                        )
                    ]
    return proofs, kept
