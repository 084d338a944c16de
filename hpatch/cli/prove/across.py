"""`hpatch verify --across`: the sets on many versions."""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from hpatch.cli import output
from hpatch.cli.interrupt import accounted
from hpatch.errors import UsageError

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from hpatch.build.trees.applying import Request
    from hpatch.lab.across.across import AcrossWork
    from hpatch.lab.across.model import AcrossJob, RevisionSource
    from hpatch.lab.matrix import Wanted
    from hpatch.lab.recipe import Recipe
    from hpatch.patch.sets.model import Catalog


class AcrossOptions(NamedTuple):
    """What the command line says: `recipes` by the name of each, which is none where there is one."""

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


def run(options: AcrossOptions, catalog: Catalog) -> int:
    """Prove, show the table, and give the exit code."""
    from hpatch.lab.across.across import AcrossWork
    from hpatch.lab.across.state import Done
    from hpatch.patch.sources.cache import folder
    from hpatch.report.common.renderer import TICKET_FORMS
    from hpatch.report.prove.across import AcrossReport

    jobs = _jobs(options, catalog)
    done = Done((options.state or folder() / "across").absolute(), catalog)
    work = AcrossWork(jobs, done)

    def report() -> AcrossReport:
        how = ", ".join((_how(options), _where(options, len(work.left)))) if options.dry_run else _how(options)
        return AcrossReport(table=work.table, how=how, state=str(done.folder), dry_run=options.dry_run)

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
    from hpatch.lab.across.model import AcrossJob
    from hpatch.lab.across.versions import versions
    from hpatch.patch.sources.git import Git

    repository = options.sources.git or os.environ.get("HPATCH_HTTPD_GIT")
    if repository is None:
        raise UsageError("--across needs --git DIR, a clone or mirror of httpd's repository with the tags")
    for id in options.sets:
        if catalog.get(id).project != "httpd":
            project = catalog.get(id).project
            raise UsageError(
                f"'{id}' is for {project}, and --across takes its trees from httpd's repository; use --tree"
            )
    sources = options.sources
    if not any(sources):
        sources = sources._replace(git=repository)
    found = versions(Git(repository), options.tags)
    return [
        AcrossJob(
            row=" ".join(filter(None, (version.tag, name))),
            version=version,
            repository=os.path.abspath(repository),  # noqa: PTH100 - the path stays text, as written
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
        )
        for version in found
        for name, recipe in options.recipes
    ]


def _how(options: AcrossOptions) -> str:
    mpms = [recipe.options.mpm for _, recipe in options.recipes if recipe.options is not None]
    sanitizers = options.recipes[0][1].sanitize
    with_ = f", with -fsanitize={','.join(sanitizers)}" if sanitizers else ""
    if not mpms:
        return f"the changed modules in an installed httpd{with_}"
    return f"httpd with the MPM{'s' if len(mpms) > 1 else ''} {', '.join(mpms)}{with_}"


def _where(options: AcrossOptions, rows: int) -> str:
    """Where what is left would run."""
    from hpatch.lab.across.local import usual_workers

    if options.dask is not None:
        return f"by the Dask cluster at {options.dask}"
    return f"on this machine, {min(options.workers or usual_workers(), rows or 1)} at once"
