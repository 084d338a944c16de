"""`hpatch verify --across`: the sets on many versions."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

from hpatch.cli import output
from hpatch.cli.interrupt import accounted
from hpatch.cli.prove.keeping import CellBundles
from hpatch.errors import UsageError
from hpatch.records import NamedTuple

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from hpatch.build.trees.applying import Request
    from hpatch.lab.across.across import AcrossWork
    from hpatch.lab.across.model import AcrossJob, RevisionSource
    from hpatch.lab.matrix import Wanted
    from hpatch.lab.recipe import Recipe
    from hpatch.patch.sets.model import Catalog


_VARIABLES = {"httpd": "HPATCH_HTTPD_GIT", "uwsgi": "HPATCH_UWSGI_GIT"}
"""What may name the repository, by project."""


class AcrossOptions(NamedTuple):
    """What the command line says: `recipes` by the name of each, which is none where there is one.

    `bundle` is the folder for bundles of cells; `repeat` is the command that proves sets again, by the recipe's name.
    """

    tags: str
    sets: Sequence[str]
    recipes: Sequence[tuple[str, Recipe]]
    wanted: Wanted
    request: Request
    requests: int | None
    catalogs: Sequence[str]
    sources: RevisionSource
    state: Path | None
    workers: int | None
    dask: str | None
    base: Path | None
    dry_run: bool
    format: str
    bundle: Path | None
    repeat: Callable[[Sequence[str], str], str]


def run(options: AcrossOptions, catalog: Catalog) -> int:
    """Prove, show the table, and give the exit code."""
    from hpatch.lab.across.across import AcrossWork
    from hpatch.lab.across.state import Done
    from hpatch.lab.kinds.table import kind
    from hpatch.patch.sources.cache import folder
    from hpatch.report.common.numbers import count
    from hpatch.report.common.renderer import TICKET_FORMS
    from hpatch.report.prove.across import AcrossReport

    jobs = _jobs(options, catalog)
    done = Done((options.state or folder() / "across").absolute(), catalog)
    bundles = None if options.bundle is None else CellBundles(options.bundle, {})
    work = AcrossWork(jobs, done, (lambda cell: True) if bundles is None else bundles.has)

    project = _project(options, catalog)
    told = kind(project).how([recipe for _, recipe in options.recipes])

    def report() -> AcrossReport:
        how = f"{told}, {_where(options, len(work.left))}" if options.dry_run else told
        state = str(done.folder)
        return AcrossReport(table=work.table, how=how, state=state, dry_run=options.dry_run, project=project)

    if options.dry_run:
        return output.show(report(), TICKET_FORMS, options.format)
    cells = len(jobs) * len(work.table.sets)
    with accounted() as account:
        account.of = lambda: f"{len(work.table.cells)} of {cells} cells are known; the same command goes on from there"
        try:
            _work(work, options)
        except (KeyboardInterrupt, SystemExit):
            output.show(report(), TICKET_FORMS, options.format)
            raise
    if options.bundle is not None:
        kept = count(len(list(options.bundle.glob("*.tar"))), "bundle")
        print(f"hpatch: {options.bundle} has {kept} now", file=sys.stderr)
    table = work.table
    return output.show(report(), TICKET_FORMS, options.format, code=0 if table.ok else 4 if table.undecided else 1)


def _work(work: AcrossWork, options: AcrossOptions) -> None:
    from hpatch.lab.across.model import AcrossCell
    from hpatch.report.common.progress import shown

    with shown() as progress, _executor(options.dask) as executor:

        def tell(cell: AcrossCell, number: int, count: int) -> None:
            progress.step(min(number + 1, count), count, "prove")
            progress.detail(f"{cell.row} {cell.set}: {cell.verdict}")

        cells = work.table
        progress.step(len(cells.cells) + 1, len(cells.rows) * len(cells.sets), "prove")
        work.run(executor, options.workers, tell)


def _executor(address: str | None) -> AbstractContextManager[Executor | None]:
    if address is None:
        return nullcontext()
    from hpatch.lab.across.cluster import cluster

    return cluster(address)


def _jobs(options: AcrossOptions, catalog: Catalog) -> list[AcrossJob]:
    from hpatch.build.kinds.table import refuse
    from hpatch.lab.across.model import AcrossJob
    from hpatch.lab.across.versions import RELEASES, versions
    from hpatch.patch.sources.git import Git

    project = _project(options, catalog)
    repository = options.sources.git or os.environ.get(_VARIABLES[project])
    if repository is None and not RELEASES[project].packaged:
        raise UsageError(f"--across needs --git DIR, a clone or mirror of {project}'s repository with the tags")
    for _, recipe in options.recipes:
        refuse(project, recipe.given)
    sources = options.sources
    if not any(sources):
        sources = sources._replace(git=repository)
    found = versions(None if repository is None else Git(repository), options.tags, project)
    return [
        AcrossJob(
            row=" ".join(filter(None, (version.tag, name))),
            version=version,
            repository=repository and os.path.abspath(repository),  # noqa: PTH100 - the path stays text, as written
            sets=tuple(dict.fromkeys(options.sets)),
            recipe=recipe,
            wanted=options.wanted,
            request=options.request,
            requests=options.requests,
            catalogs=tuple(map(os.path.abspath, options.catalogs)),
            sources=sources._replace(
                git=sources.git and os.path.abspath(sources.git),  # noqa: PTH100
                diffs=sources.diffs and os.path.abspath(sources.diffs),  # noqa: PTH100
            ),
            base=options.base,
            keep=None
            if options.bundle is None
            else CellBundles(options.bundle, {id: options.repeat([id], name) for id in options.sets}),
        )
        for version in found
        for name, recipe in options.recipes
    ]


def _project(options: AcrossOptions, catalog: Catalog) -> str:
    """Whose trees the sets are for. Raises UsageError where that is not one project, or one that is not tried so."""
    projects = {catalog.get(id).project: id for id in options.sets}
    (project, *others) = projects
    if others:
        raise UsageError(
            f"'{projects[project]}' is for {project}, and '{projects[others[0]]}' for {others[0]}: prove them apart"
        )
    if project not in _VARIABLES:
        raise UsageError(f"'{projects[project]}' is for {project}, and --across is for {' and '.join(_VARIABLES)}")
    return project


def _where(options: AcrossOptions, rows: int) -> str:
    """Where what is left would run."""
    from hpatch.lab.across.local import usual_workers

    if options.dask is not None:
        return f"by the Dask cluster at {options.dask}"
    return f"on this machine, {min(options.workers or usual_workers(), rows or 1)} at once"
