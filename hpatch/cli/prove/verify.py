"""`hpatch verify`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from hpatch.cli import help, output
from hpatch.cli.interrupt import accounted
from hpatch.cli.options import building, matrix, placing
from hpatch.cli.options import revisions as shared
from hpatch.cli.options import tree as trees
from hpatch.cli.options.building import BUILD
from hpatch.cli.options.verbose import Verbose
from hpatch.errors import InputError, UsageError

if TYPE_CHECKING:
    from hpatch.build.httpd.plan import BuildOptions
    from hpatch.build.trees.applying import Request
    from hpatch.lab.candidates import Candidate
    from hpatch.lab.proof import ProofPlan
    from hpatch.patch.sets.model import Catalog
    from hpatch.patch.sources.cache import Checked
    from hpatch.report.common.progress import Progress

_EXAMPLES = """
Examples:

  hpatch verify fcgi-stdin-eof --tree apache2-2.4.68
  hpatch verify fcgi-body-cpu scgi-unix --tree httpd-2.4.9 --git ~/src/httpd
  hpatch verify fcgi-stdin-eof --tree apache2-2.4.68 --module-only
  hpatch verify fcgi-stdin-eof --tree httpd-2.4.62 --backend uwsgi@2.0.4
  hpatch verify scgi-unix --tree httpd-2.4.9 --format markdown > ticket.md

hpatch builds the tree and runs the scenarios of the sets, which must fail. It applies the sets in a copy, builds what
changed, and runs the scenarios again. Now they must pass. Both httpds then get the same exchanges of all kinds (about
800), and nothing may change that the sets are not meant to change. The backend is the responder, unless you name
another. The tree itself does not change. With --in-place, hpatch applies the sets to it once the proof holds.

Exit codes: 0 proved; 1 not proved, or the sets do not apply; 2 wrong usage; 3 the tree cannot be read; 4 the tree does
not build as it is, something that it needs is missing, or something could not run.
"""


def _command(
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
    mpm: building.Mpm = "event",
    configure_arg: building.ConfigureArgs = None,
    jobs: building.Jobs = None,
    build_dir: building.BuildDir = None,
    backend: matrix.Backends = None,
    transport: matrix.Transports = None,
    threads: matrix.Threads = None,
    requests: matrix.Requests = None,
    fuzz: placing.Fuzz = 0,
    ignore_whitespace: placing.IgnoreWhitespace = False,
    any_version: placing.AnyVersion = False,
    git: shared.GitDir = None,
    svn: shared.SvnUrl = None,
    web: shared.Web = False,
    web_base: shared.WebBase = None,
    from_: shared.From = None,
    catalog: shared.CatalogDirs = None,
    verbose: Verbose = False,
) -> int:
    """Prove patch sets: scenarios fail without them and pass with them."""
    from hpatch.build.httpd.build import folder_of, held
    from hpatch.build.httpd.plan import BuildOptions
    from hpatch.build.trees.applying import Request
    from hpatch.cli.prove.lab import cells
    from hpatch.lab import proof as proving
    from hpatch.lab.model import GatewaySpec
    from hpatch.report.common.progress import shown
    from hpatch.report.common.renderer import FORMS
    from hpatch.report.patch.plan import PlanReport
    from hpatch.report.prove import proof as report

    if (httpd or apxs) and not module_only:
        raise UsageError("--httpd and --apxs need --module-only")
    if module_only and (configure_arg or mpm != "event"):
        raise UsageError("--configure-arg and --mpm do not apply to --module-only, which takes the options of --httpd")
    known = shared.catalog(catalog)
    source = shared.source(known, git, svn, web, web_base, from_)
    request = Request(
        ids=tuple(sets), revisions=(), diffs=(), fuzz=fuzz, ignore_whitespace=ignore_whitespace, any_version=any_version
    )
    wanted = cells(None, None, backend or ["responder"], transport, threads)
    trees.settle(tree)
    plan = proving.plan(tree, request, known, source, wanted._replace(gateways=[GatewaySpec("httpd")]))
    if not plan.prepared.ok:
        refused = PlanReport(prepared=plan.prepared, dry_run=True)
        return output.show(refused, FORMS, "json" if format == "json" else "text", code=1)
    options = (
        None
        if module_only
        else BuildOptions(
            mpm=mpm, modules="static", arguments=tuple(configure_arg or ()), jobs=jobs, documentation=False
        )
    )
    way = _Way(plan, options, httpd, apxs)
    if dry_run:
        return output.show(report.ProofPlanReport(plan, way.how), report.FORMS, format)
    if in_place:
        with trees.held(tree):  # or it would be found out when all is proved that it cannot be written
            pass
    place = (build_dir or folder_of(tree, "verify")).absolute()
    with accounted() as account, shown() as progress, held(place, tree):
        moment = _Moment(progress)
        account.of = lambda: f"{moment.account()}; {tree} is as it was; {place} keeps what was compiled"
        proof = proving.prove(
            plan, request, known, source, way.candidate(place, progress), place, requests, moment.tell
        )
    done = False
    try:
        if proof.ok and in_place:
            _apply(plan, tree, request, known, source)
            done = True
    finally:  # a proof is an answer, also where the tree does not take the sets
        output.show(report.ProofReport(proof=proof, how=way.how, in_place=done), report.FORMS, format)
    return 0 if proof.ok else 4 if proof.undecided else 1


_STEPS = ("before", "apply", "after", "net")
"""What `prove` tells of, in its order; what is tried between two sets belongs to applying."""
_DONE = (
    "nothing was tried",
    "the tree was built without the sets",
    "the tree was built and tried without the sets",
    "the tree was built and tried without the sets, and built with them",
    "the scenarios were run without the sets and with them",
)
"""What is done when none of the steps has begun, and when each has."""


class _Moment:
    """How far a proof has come."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._begun = 0

    def tell(self, what: str, detail: str) -> None:
        """Of a step, and what it is at."""
        self._begun = (_STEPS.index(what) if what in _STEPS else _STEPS.index("apply")) + 1
        self._progress.step(self._begun, len(_STEPS), what)
        self._progress.detail(detail)

    def account(self) -> str:
        """What has been done, for one who interrupts it."""
        at = f" ({self._progress.at})" if self._progress.at else ""
        return f"nothing is proved; {_DONE[self._begun]}{at}"


class _Way:
    """How the tree is built: all of it with options, or the modules that change for an installed httpd."""

    def __init__(self, plan: ProofPlan, options: BuildOptions | None, httpd: str | None, apxs: str | None) -> None:
        self._options = options
        if options is not None:
            self.how = f"httpd with the MPM {options.mpm}"
            return
        from hpatch.build.httpd import apxs as modules
        from hpatch.build.httpd.installed import ask
        from hpatch.lab import specs
        from hpatch.lab.candidates import touched

        self._apxs = modules.find(apxs, None if httpd is None else specs.program("httpd", httpd))
        self._names = touched(plan.tree, plan.paths, self._apxs)
        version = ask(str(self._apxs.httpd)).version
        files = ", ".join(f"mod_{name}" for name in self._names)
        self.how = f"{files} in httpd {version} ({self._apxs.httpd})"

    def candidate(self, folder: Path, progress: Progress) -> Candidate:
        """What builds, in a folder."""
        from hpatch.lab.candidates import SingleModules, Whole
        from hpatch.report.prove.building import following

        if self._options is not None:
            return Whole(folder, self._options, following(progress, "build: "))
        return SingleModules(folder, self._names, self._apxs)


def _apply(plan: ProofPlan, tree: Path, request: Request, catalog: Catalog, source: Checked) -> None:
    """Apply to the tree what was proved. Raises InputError when the tree has changed meanwhile."""
    from hpatch.build.trees.applying import commit, prepare

    with trees.held(tree):
        prepared = prepare(tree, request, catalog, source)
        if prepared.steps != plan.prepared.steps:
            raise InputError(f"{tree}: has changed while it was verified; nothing was applied to it")
        commit(prepared)


def register(app: typer.Typer) -> None:
    """Add the command."""
    help.command(app, "verify", _command, _EXAMPLES)
