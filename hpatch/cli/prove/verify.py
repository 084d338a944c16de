"""`hpatch verify`."""

from __future__ import annotations

from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

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
from hpatch.errors import HpatchError, InputError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from hpatch.build.httpd.plan import BuildOptions
    from hpatch.build.trees.applying import Request
    from hpatch.lab.proof import Proof, ProofPlan
    from hpatch.lab.recipe import BuildWay, Recipe
    from hpatch.patch.sets.model import Catalog
    from hpatch.patch.sources.cache import Checked
    from hpatch.report.common.progress import Progress
    from hpatch.report.prove.proof import ProofReport

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
  hpatch verify fcgi-stdin-eof --across 2.4.57,2.4.62 --git ~/src/httpd

hpatch builds the tree and runs the scenarios of the sets, which must fail. It applies the sets in a copy, builds what
changed, and runs the scenarios again. Now they must pass. Both httpds then get the same exchanges of all kinds (up to
1,400), and nothing may change that the sets are not meant to change. The backend is the responder, unless you name
another. The tree itself does not change. With --in-place, hpatch applies the sets to it once the proof holds.

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
            metavar="pytest[:PATH,...]",
            help="Also run the tree's own tests before and after: those in test/modules, or these in test.",
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
    git: shared.GitDir = None,
    svn: shared.SvnUrl = None,
    web: shared.Web = False,
    web_base: shared.WebBase = None,
    from_: shared.From = None,
    catalog: shared.CatalogDirs = None,
    verbose: Verbose = False,
) -> int:
    """Prove patch sets: scenarios fail without them and pass with them."""
    from hpatch.build.httpd.build import held
    from hpatch.build.trees.applying import Request
    from hpatch.cli.prove import across as many
    from hpatch.cli.prove.lab import cells
    from hpatch.lab import proof as proving
    from hpatch.lab.across.model import RevisionSource
    from hpatch.lab.model import GatewaySpec
    from hpatch.lab.recipe import Recipe
    from hpatch.lab.suite import run as suite_run
    from hpatch.report.common.progress import shown
    from hpatch.report.common.renderer import FORMS, TICKET_FORMS
    from hpatch.report.patch.plan import PlanReport
    from hpatch.report.prove import proof as report
    from hpatch.report.prove.building import following

    _check(
        module_only=module_only,
        modules=bool(httpd or apxs),
        whole=bool(configure_arg),
        across=across is not None,
        many=bool(state or workers or dask),
        one=in_place or tree != Path(),
        kept=bundle is not None or twice or suite is not None,
    )
    known = shared.catalog(catalog)
    request = Request(
        ids=tuple(sets), revisions=(), diffs=(), fuzz=fuzz, ignore_whitespace=ignore_whitespace, any_version=any_version
    )
    wanted = cells(None, None, backend or ["responder"], transport, threads)
    own = building.suite(suite)
    whole = None if module_only else building.whole(configure_arg, jobs, suite=bool(own))
    recipes = list(_recipes(Recipe(None, httpd=httpd, apxs=apxs, sanitize=building.sanitizers(sanitize)), mpm, whole))
    bundles = keeping.targets(bundle, [name for name, _ in recipes])
    if across is not None:
        return many.run(
            many.AcrossOptions(
                tags=across,
                sets=sets,
                recipes=recipes,
                wanted=wanted,
                request=request,
                requests=requests,
                catalogs=catalog or (),
                sources=RevisionSource(git, svn, (web_base or "") if web else None, from_),
                state=state,
                workers=workers,
                dask=dask,
                base=build_dir,
                dry_run=dry_run,
                format=format,
            ),
            known,
        )
    source = shared.source(known, git, svn, web, web_base, from_)
    trees.settle(tree)
    plan = proving.plan(tree, request, known, source, wanted._replace(gateways=[GatewaySpec("httpd")]))
    if not plan.prepared.ok:
        refused = PlanReport(prepared=plan.prepared, dry_run=True)
        return output.show(refused, FORMS, "json" if format == "json" else "text", code=1)
    if own:
        suite_run.check(tree, own)  # now, not after a build of minutes
    ways = [(name, recipe.settled(plan)) for name, recipe in recipes]
    if dry_run:
        how = "; ".join(way.how for _, way in ways)
        return output.show(report.ProofPlanReport(plan, how), TICKET_FORMS, format)
    if in_place:
        _writable(tree)
    proofs: list[Proof] = []
    kept: list[keeping.Keeping] = []
    with _ended_are_kept(ways, proofs, kept), accounted() as account, shown() as progress:
        for name, way in ways:
            place = _place(tree, name, build_dir)
            moment = _Moment(progress, name)
            account.of = partial(_account, moment, tree, place)
            with held(place, tree):
                candidate = way.candidate(place, following(progress, f"{name} build: ".lstrip()))
                repeat = keeping.command(context, sets, name)
                kept.append(keeping.Keeping(bundles[name], plan, candidate, place, repeat))
                with kept[-1].whatever_comes() as diary:
                    proofs += [
                        proving.prove(
                            plan,
                            request,
                            known,
                            source,
                            candidate,
                            place,
                            requests,
                            moment.tell,
                            diary,
                            twice=twice,
                            suite=own,
                        )
                    ]
    carry_out = partial(_apply, plan, tree, request, known, source) if in_place else None
    return _answer(ways, proofs, kept, format, carry_out)


def _answer(
    ways: Sequence[tuple[str, BuildWay]],
    proofs: Sequence[Proof],
    kept: Sequence[keeping.Keeping],
    format: str,
    carry_out: Callable[[], None] | None,
) -> int:
    """Apply the sets where that is asked for and all holds, show the proofs, and give the exit code."""
    done = False
    try:
        if carry_out is not None and all(proof.ok for proof in proofs):
            carry_out()
            done = True
    finally:  # a proof is an answer, also where the tree does not take the sets
        _show(ways, proofs, kept, format, in_place=done)
    return 0 if all(proof.ok for proof in proofs) else 4 if all(proof.ok or proof.undecided for proof in proofs) else 1


def _show(
    ways: Sequence[tuple[str, BuildWay]],
    proofs: Sequence[Proof],
    kept: Sequence[keeping.Keeping],
    format: str,
    *,
    in_place: bool,
) -> None:
    from hpatch.report.common.renderer import TICKET_FORMS
    from hpatch.report.prove.proofs import ProofsReport

    answers = _reports(ways, proofs, in_place=in_place)
    if len(answers) == 1:
        output.show(next(iter(answers.values())), TICKET_FORMS, format)
    else:
        output.show(ProofsReport(answers), TICKET_FORMS, format)
    for one, answer in zip(kept, answers.values(), strict=True):
        one.write(answer)


def _reports(
    ways: Sequence[tuple[str, BuildWay]], proofs: Sequence[Proof], *, in_place: bool
) -> Mapping[str, ProofReport]:
    """Those of the proofs that have ended, by the name of each way."""
    from hpatch.report.prove.proof import ProofReport

    return {
        name: ProofReport(proof=proof, how=way.how, in_place=in_place)
        for (name, way), proof in zip(ways, proofs, strict=False)
    }


@contextmanager
def _ended_are_kept(
    ways: Sequence[tuple[str, BuildWay]], proofs: Sequence[Proof], kept: Sequence[keeping.Keeping]
) -> Iterator[None]:
    """Where one of several proofs cannot go on, those that have ended before it are kept all the same."""
    try:
        yield
    except (HpatchError, KeyboardInterrupt, SystemExit):
        for one, answer in zip(kept, _reports(ways, proofs, in_place=False).values(), strict=False):
            with suppress(HpatchError):  # the first error is the one to tell of
                one.write(answer)
        raise


def _check(*, module_only: bool, modules: bool, whole: bool, across: bool, many: bool, one: bool, kept: bool) -> None:
    """Raises UsageError for options that exclude each other."""
    if modules and not module_only:
        raise UsageError("--httpd and --apxs need --module-only")
    if module_only and whole:
        raise UsageError("--configure-arg does not apply to --module-only, which takes the options of --httpd")
    if many and not across:
        raise UsageError("--state, --workers and --dask need --across")
    if across and one:
        raise UsageError("--across takes its trees from --git; leave out --tree and --in-place")
    if across and kept:
        raise UsageError("--bundle, --twice and --suite are for the proof of one tree; leave out --across")


def _recipes(recipe: Recipe, mpm: str | None, whole: BuildOptions | None) -> Iterator[tuple[str, Recipe]]:
    """The recipe with each MPM, and the MPM's name where there are several; `whole`: how to build all of httpd."""
    mpms = building.mpms(mpm)
    for one in mpms or (None,):
        name = one if one is not None and len(mpms) > 1 else ""
        if whole is None:
            yield name, recipe._replace(mpm=one)
        else:
            yield name, recipe._replace(options=whole._replace(mpm=one or "event"))


def _place(tree: Path, name: str, build_dir: Path | None) -> Path:
    """Where to build; several builds are beside each other."""
    from hpatch.build.httpd.build import folder_of

    if build_dir is None:
        return folder_of(tree, "-".join(filter(None, ("verify", name)))).absolute()
    return (build_dir / name).absolute()


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

    def __init__(self, progress: Progress, name: str) -> None:
        self._progress = progress
        self._name = name
        self._begun = 0

    def tell(self, what: str, detail: str) -> None:
        """Of a step, and what it is at."""
        self._begun = (_STEPS.index(what) if what in _STEPS else _STEPS.index("apply")) + 1
        self._progress.step(self._begun, len(_STEPS), f"{self._name} {what}".lstrip())
        self._progress.detail(detail)

    def account(self) -> str:
        """What has been done, for one who interrupts it."""
        at = f" ({self._progress.at})" if self._progress.at else ""
        where = f" with {self._name}" if self._name else ""
        return f"nothing is proved{where}; {_DONE[self._begun]}{at}"


def _account(moment: _Moment, tree: Path, place: Path) -> str:
    return f"{moment.account()}; {tree} is as it was; {place} keeps what was compiled"


def _writable(tree: Path) -> None:
    """Raises ToolError for a tree that cannot be written: or it would be found out when all is proved."""
    with trees.held(tree):
        pass


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
