"""`hpatch build`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from hpatch.cli import help, output
from hpatch.cli.interrupt import accounted
from hpatch.cli.options import building
from hpatch.cli.options.answer import Format
from hpatch.cli.options.verbose import Verbose
from hpatch.errors import UsageError

if TYPE_CHECKING:
    from hpatch.build.options import BuildOptions
    from hpatch.build.outcome import Built
    from hpatch.build.sanitize import Sanitizer
    from hpatch.build.trees.source import SourceTree
    from hpatch.report.prove.build import BuildReport

_MODULE = "Single modules"

_EXAMPLES = """
Examples:

  hpatch build httpd-2.4.62 --prefix ~/httpd-2.4.62
  hpatch build apache2-2.4.68 --prefix /opt/test --modules shared --mpm worker
  hpatch build httpd-2.4.62 --prefix ~/test --configure-arg=--enable-cgid
  hpatch build httpd-2.4.62 --prefix ~/modules --module mod_proxy_fcgi
  hpatch build httpd-2.4.62 --prefix ~/asan --sanitize address,undefined
  hpatch build httpd-2.4.62 --prefix ~/httpd-2.4.62 --plan
  hpatch build uwsgi-2.0.4 --prefix ~/uwsgi-2.0.4
  hpatch build nginx-1.22.1 --prefix ~/nginx-1.22.1

hpatch only reads the tree and builds a copy. The copy stays, so the next build compiles only what has changed. The tree
can be a release, a Debian source package or a checkout. APR and PCRE are the system's. ccache is used if it is
installed. The prefix changes as a whole or not at all.

A tree of uWSGI is built by its own uwsgiconfig.py, all of it each time: the server without optional libraries, and the
symcall plugin. Only --prefix, --jobs and --build-dir apply to it.

A tree of nginx is built by its own configure, with the modules of a reverse proxy. hpatch leaves out the modules whose
library is missing, and names them. --configure-arg and --sanitize apply to it, too.

Exit codes: 0 built; 2 wrong usage, or a prefix that hpatch did not make; 3 the tree cannot be read; 4 the build failed,
or something that it needs is missing.
"""


def _command(
    tree: Annotated[Path, typer.Argument(metavar="TREE", help="A source tree of httpd, uWSGI or nginx.")],
    prefix: Annotated[
        Path,
        typer.Option("--prefix", metavar="DIR", help="Install to this folder. hpatch makes it if it does not exist."),
    ],
    mpm: building.Mpm = "event",
    modules: Annotated[
        Literal["static", "shared"],
        typer.Option(
            help="Compile in what a reverse proxy needs (static), or build all usual modules as files (shared).",
            rich_help_panel=building.BUILD,
        ),
    ] = "static",
    sanitize: Annotated[
        str | None,
        typer.Option(
            metavar="address,undefined",
            help="Build with these sanitizers of the compiler, whole or single modules.",
            rich_help_panel=building.BUILD,
        ),
    ] = None,
    configure_arg: building.ConfigureArgs = None,
    jobs: building.Jobs = None,
    build_dir: building.BuildDir = None,
    module: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME", help="Build only this module, to DIR/modules. Repeatable.", rich_help_panel=_MODULE
        ),
    ] = None,
    apxs: Annotated[
        str | None,
        typer.Option(
            metavar="PROGRAM",
            help="Build for the httpd of this apxs. The default is the apxs on the PATH.",
            rich_help_panel=_MODULE,
        ),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--plan", "--dry-run", help="Show the commands; run nothing.")] = False,
    format: Format = "text",
    verbose: Verbose = False,
) -> None:
    """Build httpd, single modules of it, uWSGI or nginx from a source tree."""
    from hpatch.build.kinds.table import refuse
    from hpatch.build.options import BuildOptions
    from hpatch.build.trees.source import open_tree
    from hpatch.report.common.renderer import FORMS

    opened = open_tree(tree)
    sanitizers = building.sanitizers(sanitize)
    told = {
        "configure-arg": configure_arg,
        "mpm": mpm != "event",
        "modules": modules != "static",
        "sanitize": sanitize,
        "module": module,
        "apxs": apxs is not None,
    }
    refuse(opened.project, [name for name, given in told.items() if given])
    if module:
        if configure_arg or mpm != "event" or modules != "static":
            raise UsageError(
                "--configure-arg, --mpm and --modules do not apply to --module, which takes the options of its httpd"
            )
        answer = build_modules(opened, prefix, module, apxs, build_dir, dry_run, sanitizers)
    else:
        if apxs is not None:
            raise UsageError("--apxs needs --module")
        options = BuildOptions(
            mpm=mpm, modules=modules, arguments=tuple(configure_arg or ()), jobs=jobs, sanitize=sanitizers
        )
        answer = build_whole(opened, prefix, options, build_dir, dry_run)
    output.show(answer, FORMS, format)


def build_whole(tree: SourceTree, into: Path, options: BuildOptions, folder: Path | None, dry_run: bool) -> BuildReport:
    """Build all of a tree into a prefix, which changes as a whole or not at all. Raises ToolError."""
    from hpatch.build.folder import folder_of
    from hpatch.build.kinds.table import kind
    from hpatch.report.common.progress import shown
    from hpatch.report.prove.build import BuildReport, Command
    from hpatch.report.prove.building import following

    one = kind(tree.project)
    if dry_run:
        plan = one.planned(tree, into, options, folder)
        return BuildReport(
            tree=tree,
            prefix=plan.prefix,
            folder=plan.folder,
            log=plan.log,
            dry_run=True,
            files=plan.files,
            steps=[Command(*step) for step in plan.steps],
            without=plan.without,
        )
    before = _identity(into)
    with accounted() as account, shown() as progress:
        kept = f"; {folder or folder_of(tree.root)} keeps what was compiled" if one.keeps else ""
        account.of = lambda: f"{progress.at or 'nothing was run'}; {into} {_became(before, into, one.title)}{kept}"
        built = one.build(tree, into, options, folder, following(progress))
    return _report(tree, built)


def _report(tree: SourceTree, built: Built) -> BuildReport:
    from hpatch.report.prove.build import BuildReport

    return BuildReport(
        tree=tree,
        prefix=built.prefix,
        folder=built.log.parent,
        log=built.log,
        dry_run=False,
        program=built.program,
        seconds=built.seconds,
        without=built.without,
    )


def _identity(folder: Path) -> int | None:
    """What stands for a folder until another takes its place; None where there is none."""
    try:
        return folder.stat().st_ino
    except OSError:
        return None


def _became(before: int | None, folder: Path, title: str) -> str:
    """What has become of a prefix: it changes as a whole or not at all."""
    if _identity(folder) != before:
        return f"has the new {title}"
    return "was not made" if before is None else "is as it was"


def build_modules(
    tree: SourceTree,
    into: Path,
    names: list[str],
    program: str | None,
    folder: Path | None,
    dry_run: bool,
    sanitize: Sequence[Sanitizer] = (),
) -> BuildReport:
    """Build single modules to a prefix's folder of modules, perhaps with sanitizers. Raises ToolError."""
    from hpatch.build import prefix
    from hpatch.build.folder import Layout, folder_of, held
    from hpatch.build.httpd import apxs as modules
    from hpatch.build.sanitize import check, flags
    from hpatch.report.common.progress import shown
    from hpatch.report.prove.build import BuildReport, Command
    from hpatch.report.prove.building import following_module

    into = into.absolute()
    prefix.check(into)
    apxs = modules.find(program)
    layout = Layout(folder or folder_of(tree.root))
    layout.check(tree.root)
    place, log = layout.modules, layout.modules / "build.log"
    if dry_run:
        steps = [Command("apxs", *step) for step in modules.planned(tree.root, names, apxs, place, flags(sanitize))]
        return BuildReport(tree=tree, prefix=into, folder=place, log=log, dry_run=True, steps=steps)
    prefix.writable(into)
    check(sanitize)
    with accounted() as account, shown() as progress, held(layout.folder, tree.root):
        account.of = lambda: f"{progress.at}; {into} has none of these modules from this run"
        made = modules.module(tree.root, names, apxs, place, following_module(progress), flags=flags(sanitize))
        account.of = lambda: f"the modules were built, and some may be in {into}"
        files = prefix.add_modules(into, made.files, prefix.facts(tree, httpd=str(apxs.httpd)))
    seconds = {"apxs": made.seconds}
    return BuildReport(tree=tree, prefix=into, folder=place, log=log, dry_run=False, modules=files, seconds=seconds)


def register(app: typer.Typer) -> None:
    """Add the command."""
    help.command(app, "build", _command, _EXAMPLES)
