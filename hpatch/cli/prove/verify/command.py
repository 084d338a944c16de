"""`hpatch verify`."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Annotated, Literal

import typer

from hpatch.cli import help, output
from hpatch.cli.interrupt import accounted
from hpatch.cli.options import across as versions
from hpatch.cli.options import building, matrix, placing
from hpatch.cli.options import revisions as shared
from hpatch.cli.options import tree as trees
from hpatch.cli.options.building import BUILD
from hpatch.cli.options.verbose import Verbose
from hpatch.cli.prove import keeping
from hpatch.cli.prove.verify import applying, usage
from hpatch.cli.prove.verify.announce import announced
from hpatch.cli.prove.verify.answer import answer
from hpatch.cli.prove.verify.proving import ProofRequest, prove
from hpatch.cli.prove.verify.ways import recipes

_EXAMPLES = """
Examples:

  hpatch verify fcgi-stdin-eof --tree apache2-2.4.68
  hpatch verify fcgi-body-cpu scgi-unix --tree httpd-2.4.9 --git ~/src/httpd
  hpatch verify fcgi-stdin-eof --tree apache2-2.4.68 --module-only
  hpatch verify fcgi-stdin-eof --tree httpd-2.4.62 --backend uwsgi@2.0.4
  hpatch verify scgi-unix --tree httpd-2.4.9 --format markdown > ticket.md
  hpatch verify fcgi-stdin-eof --tree httpd-2.4.62 --mpm event,worker,prefork
  hpatch verify fcgi-stdin-eof --tree httpd-2.4.62 --sanitize address,undefined
  hpatch verify fcgi-stdin-eof --tree apache2-2.4.68 --bundle proof.tar
  hpatch verify fcgi-stdin-eof --tree httpd-2.4.62 --suite pytest:modules/proxy
  hpatch verify fcgi-stdin-eof --tree httpd-2.4.62 --suite perl:~/httpd-tests
  hpatch verify uwsgi-stdin-eof --tree uwsgi-2.0.4 --git ~/src/uwsgi
  hpatch verify nginx-empty-response --tree nginx-1.22.1
  hpatch verify fcgi-stdin-eof --across 2.4.57,2.4.62 --git ~/src/httpd

hpatch builds the tree and runs the scenarios of the sets, which must fail. It applies the sets in a copy, builds what
changed, and runs the scenarios again. Now they must pass. Both servers then get the same exchanges of all kinds (up to
1,400), and nothing may change that the sets are not meant to change. The backend is the responder, unless you name
another. A tree of uWSGI is tried as the backend, behind the installed httpd. The tree itself does not change. With
--in-place, hpatch applies the sets to it once the proof holds.

Exit codes: 0 proved; 1 not proved, or the sets do not apply; 2 wrong usage; 3 the tree cannot be read; 4 the tree does
not build as it is, something that it needs is missing, or something could not run.
"""


def _command(
    context: typer.Context,
    sets: Annotated[
        list[str], typer.Argument(metavar="SET...", help="Patch sets. The sets that they need are applied too.")
    ],
    tree: trees.Tree = Path(),
    in_place: Annotated[
        bool, typer.Option("--in-place", help="Apply the sets to the tree if the proof holds.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would be applied and run; do nothing.")] = False,
    format: Annotated[
        Literal["text", "json", "markdown"], typer.Option("--format", "-f", help="The output format.")
    ] = "text",
    bundle: keeping.Bundle = None,
    module_only: Annotated[
        bool,
        typer.Option(
            "--module-only",
            help="Build only the changed modules, for an installed httpd.",
            rich_help_panel=BUILD,
        ),
    ] = False,
    httpd: Annotated[
        str | None,
        typer.Option(metavar="PREFIX|PROGRAM", help="With --module-only, build for this httpd.", rich_help_panel=BUILD),
    ] = None,
    apxs: Annotated[
        str | None,
        typer.Option(metavar="PROGRAM", help="With --module-only, use this apxs.", rich_help_panel=BUILD),
    ] = None,
    twice: Annotated[
        bool,
        typer.Option(
            "--twice",
            help="Also build the patched tree a second time, elsewhere, and tell whether the files are the same.",
            rich_help_panel=BUILD,
        ),
    ] = False,
    suite: Annotated[
        str | None,
        typer.Option(
            "--suite",
            metavar="pytest[:PATH,...]|perl[:DIR[,PATH...]]",
            help="Also run tests of httpd before and after: the tree's own ones in test/modules, or these in test; or "
            "those of a copy of httpd's test framework, in t/modules or these. DIR can be in HPATCH_HTTPD_TESTS.",
            rich_help_panel=BUILD,
        ),
    ] = None,
    mpm: building.Mpms = None,
    sanitize: building.Sanitize = None,
    configure_arg: building.ConfigureArgs = None,
    jobs: building.Jobs = None,
    build_dir: building.BuildDir = None,
    backend: matrix.Backends = None,
    transport: matrix.Transports = None,
    threads: matrix.Threads = None,
    requests: matrix.Requests = None,
    across: versions.Tags = None,
    state: versions.State = None,
    workers: versions.Workers = None,
    dask: versions.Dask = None,
    fuzz: placing.Fuzz = 0,
    ignore_whitespace: placing.IgnoreWhitespace = False,
    any_version: placing.AnyVersion = False,
    *,
    revisions: shared.RevisionOptions,
    verbose: Verbose = False,
) -> int:
    """Prove patch sets: scenarios fail without them and pass with them."""
    from hpatch.build.kinds.table import refuse
    from hpatch.build.trees.applying import Request
    from hpatch.cli.prove import across as many
    from hpatch.lab import proof as proving
    from hpatch.lab.across.model import RevisionSource
    from hpatch.lab.kinds.table import settle
    from hpatch.lab.model import GatewaySpec
    from hpatch.lab.recipe import Recipe
    from hpatch.lab.suite import kinds
    from hpatch.report.common.renderer import FORMS, TICKET_FORMS
    from hpatch.report.patch.plan import PlanReport
    from hpatch.report.prove import proof as report

    usage.check(
        module_only=module_only,
        modules=bool(httpd or apxs),
        whole=bool(configure_arg),
        across=across is not None,
        many=bool(state or workers or dask),
        one=in_place or tree != Path(),
        kept=twice or suite is not None,
    )
    known = revisions.sets()
    request = Request(
        ids=tuple(sets), revisions=(), diffs=(), fuzz=fuzz, ignore_whitespace=ignore_whitespace, any_version=any_version
    )
    wanted = matrix.cells(None, None, backend or ["responder"], transport, threads)
    own = building.suite(suite)
    whole = None if module_only else building.whole(configure_arg, jobs, suite=own is not None)
    builds = list(recipes(Recipe(None, httpd=httpd, apxs=apxs, sanitize=building.sanitizers(sanitize)), mpm, whole))
    repeat = partial(keeping.command, context)
    if across is not None:
        return many.run(
            many.AcrossOptions(
                tags=across,
                sets=sets,
                recipes=builds,
                wanted=wanted,
                request=request,
                requests=requests,
                catalogs=revisions.catalog or (),
                sources=RevisionSource(revisions.git, revisions.svn, revisions.base, revisions.from_),
                state=state,
                workers=workers,
                dask=dask,
                base=build_dir,
                dry_run=dry_run,
                format=format,
                bundle=None if dry_run else keeping.folder_of_cells(bundle, dask),
                repeat=repeat,
            ),
            known,
        )
    bundles = keeping.targets(bundle, [name for name, _ in builds])
    source = revisions.source(known)
    with accounted() as account:
        account.of = lambda: f"nothing is proved; nothing was tried; {tree} is as it was"
        trees.settle(tree)
        plan = proving.plan(tree, request, known, source, wanted._replace(gateways=[GatewaySpec("httpd")]))
    if not plan.prepared.ok:
        refused = PlanReport(prepared=plan.prepared, dry_run=True)
        return output.show(refused, FORMS, "json" if format == "json" else "text", code=1)
    if own is not None:
        refuse(plan.tree.project, ["suite"])
        kinds.check(tree, own)  # now, not after a build of minutes
    ways = [(name, settle(recipe, plan.tree, plan.paths)) for name, recipe in builds]
    if dry_run:
        how = "; ".join(way.how for _, way in ways)
        kept_in = [path for path in bundles.values() if path is not None]
        also = announced([name for name, _ in ways], tree, own, kept_in, twice=twice, in_place=in_place)
        return output.show(report.ProofPlanReport(plan, how, tuple(also)), TICKET_FORMS, format)
    if in_place:
        applying.writable(tree)
    asked = ProofRequest(
        plan=plan,
        request=request,
        catalog=known,
        source=source,
        requests=requests,
        twice=twice,
        suite=own,
        build_dir=build_dir,
    )
    proofs, kept = prove(asked, ways, bundles, partial(repeat, sets))
    carry_out = partial(applying.carry_out, plan, tree, request, known, source) if in_place else None
    return answer(ways, proofs, kept, format, carry_out)


def register(app: typer.Typer) -> None:
    """Add the command."""
    help.command(app, "verify", _command, _EXAMPLES)
