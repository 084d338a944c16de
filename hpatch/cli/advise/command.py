"""`hpatch advise`."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from hpatch.cli import help, output
from hpatch.cli.options import backends, building, matrix, placing, which
from hpatch.cli.options import configuration as shared
from hpatch.cli.options import revisions as sources
from hpatch.cli.options import roots as configurations
from hpatch.cli.options.verbose import Verbose
from hpatch.errors import UsageError
from hpatch.lint.settings import Settings

if TYPE_CHECKING:
    from hpatch.advise.advice import HttpdAdvice
    from hpatch.build.options import BuildOptions
    from hpatch.build.trees.source import SourceTree
    from hpatch.lab.recipe import Recipe

_APPLY = "Carrying it out"

_EXAMPLES = """
Examples:

  hpatch advise /etc/apache2 --tree httpd-2.4.9 --git ~/src/httpd
  hpatch advise /etc/apache2 --httpd /usr/sbin/apache2
  hpatch advise /etc/apache2 --tree httpd-2.4.9 --apply --prefix ~/httpd
  hpatch advise /etc/apache2 --httpd /usr/sbin/apache2 --uwsgi-version 2.0.21
  hpatch advise /etc/apache2 --uwsgi /etc/uwsgi --tree uwsgi-2.0.31
  hpatch advise /etc/apache2 --package "apache2 2.4.57-2" --advisories osv/
  hpatch advise /etc/httpd --httpd-version 2.4.53 --format html > advice.html

hpatch shows the known problems of this httpd that this configuration meets: where, what happens, the first release
without it, and the patch set that cures it. With --tree, hpatch tries in memory whether the sets apply, and names the
one command that applies, builds and proves all of them. Without a version, it names the releases that have a problem.
With the version of the uWSGI behind httpd, it shows uWSGI's problems, too; with uWSGI's source tree, also their cures.
With --apply, hpatch proves the sets in copies, applies them to the tree, builds it, and looks again. The tree changes
as a whole or not at all. If hpatch is interrupted, the same command goes on. With -v, hpatch also lists the
problems that comments silence.

Exit codes: 0 nothing that is known is to be done, or --apply has left nothing that a set cures; 1 something is to be
done, or the proof does not hold; 2 wrong usage; 3 some input could not be read; 4 something that it needs is missing or
failed.
"""


def _command(
    path: shared.ManyPaths,
    tree: Annotated[
        Path | None,
        typer.Option(
            "--tree",
            metavar="DIR",
            help="Take httpd, or the uWSGI behind it, from this source tree, and try the sets on it.",
            rich_help_panel=shared.HTTPD,
        ),
    ] = None,
    *,
    options: shared.ConfigurationOptions,
    package: which.Package = None,
    advisories: which.Advisories = None,
    uwsgi: backends.Uwsgi = None,
    uwsgi_version: backends.UwsgiVersion = None,
    backend: backends.BackendFiles = None,
    apply: Annotated[
        bool,
        typer.Option(
            "--apply",
            help="Prove the sets, apply them to the tree, build it to --prefix, and look again.",
            rich_help_panel=_APPLY,
        ),
    ] = False,
    prefix: Annotated[
        Path | None,
        typer.Option(
            "--prefix", metavar="DIR", help="With --apply, install the server to this folder.", rich_help_panel=_APPLY
        ),
    ] = None,
    module_only: Annotated[
        bool,
        typer.Option(
            "--module-only",
            help="With --apply, build only the changed modules, for an installed httpd.",
            rich_help_panel=_APPLY,
        ),
    ] = False,
    apxs: Annotated[
        str | None,
        typer.Option(metavar="PROGRAM", help="With --module-only, use this apxs.", rich_help_panel=_APPLY),
    ] = None,
    configure_arg: building.ConfigureArgs = None,
    jobs: building.Jobs = None,
    build_dir: building.BuildDir = None,
    transport: matrix.Transports = None,
    requests: matrix.Requests = None,
    fuzz: placing.Fuzz = 0,
    ignore_whitespace: placing.IgnoreWhitespace = False,
    revisions: sources.RevisionOptions,
    format: Annotated[
        Literal["text", "json", "markdown", "html"], typer.Option("--format", "-f", help="The output format.")
    ] = "text",
    output_file: Annotated[
        str | None, typer.Option("--output", "-o", metavar="FILE", help="Write the advice to this file.")
    ] = None,
    verbose: Verbose = False,
) -> int:
    """Name the known problems that a configuration meets on an httpd, and the patch sets that cure them."""
    from hpatch.advise import httpd as httpds
    from hpatch.advise.advice import HttpdEvidence, advise
    from hpatch.advise.cures import CureTrial
    from hpatch.build.kinds.table import refuse
    from hpatch.build.trees.applying import Request
    from hpatch.cli.advise import following
    from hpatch.lint import registry
    from hpatch.lint.selection import matching
    from hpatch.report.advise.advice import FORMS, AdviceReport

    _check(
        apply=apply,
        tree=tree is not None,
        prefix=prefix is not None,
        module_only=module_only,
        apxs=apxs is not None,
        whole=bool(configure_arg),
        building=bool(jobs or build_dir or transport or requests),
    )
    if apply and path[0] == shared.STDIN:
        raise UsageError("--apply reads the configuration twice: give files, not -")
    instances = backends.named(uwsgi, uwsgi_version)
    opened = _opened(tree, instances.version)
    of_httpd = opened is not None and opened.project != "uwsgi"
    if of_httpd and advisories:
        raise UsageError("--tree excludes --advisories: they speak of a vendor's build, and not of a source tree")
    which.refuse_both(package, options.httpd_version, tree=of_httpd)
    chosen = options.effective(
        path[0],
        others=Settings(
            uwsgi=instances.files,
            uwsgi_version=instances.version,
            backend=None if backend is None else tuple(backend),
        ),
    ).settings
    trial = None
    known = revisions.sets()
    source = revisions.source(known)
    if opened is not None:
        trial = CureTrial(opened.root, Request(fuzz=fuzz, ignore_whitespace=ignore_whitespace), known, source)
        if of_httpd:
            chosen = chosen._replace(httpd_version=str(httpds.of_tree(opened.root).version))
        else:
            refuse(opened.project, ["module-only"] if module_only else ["configure-arg"] if configure_arg else [])
            chosen = chosen._replace(uwsgi_version=str(opened.version))
    reading = options.reading(chosen, package)
    ignored = frozenset(rule.code for selector in chosen.ignore or () for rule in matching(selector, registry.rules()))
    statements = which.statements(reading.httpd, advisories)
    behind = None if chosen.uwsgi_version is None else backends.target(chosen.uwsgi_version)

    def look() -> HttpdAdvice:
        meant = httpds.of_tree(opened.root) if opened and of_httpd else reading.httpd or httpds.UNKNOWN
        found = configurations.found(path, chosen, reading)
        evidence = HttpdEvidence(httpd=meant, statements=statements, uwsgi=behind)
        evidence = evidence._replace(trial=trial) if of_httpd else evidence._replace(uwsgi_trial=trial)
        return advise(found, evidence, ignored=ignored, base=os.getcwd())  # noqa: PTH109 - the path stays text

    advice = look()
    if apply and tree is not None and prefix is not None and trial is not None and _is_for(advice, tree):
        from hpatch.cli.advise.applying import ApplyOrder, carry_out  # only --apply pays for it
        from hpatch.lab.model import GatewaySpec

        order = ApplyOrder(
            tree=tree,
            prefix=prefix,
            request=trial.request,
            catalog=known,
            source=source,
            recipe=_recipe(
                module_only,
                options.httpd,
                apxs,
                building.whole(configure_arg, jobs, suite=False),
                chosen.mpm if of_httpd else None,
            ),
            wanted=matrix.cells(None, None, ["responder"], transport, None)._replace(gateways=[GatewaySpec("httpd")]),
            requests=requests,
            build_dir=build_dir,
            again=look,
        )
        advice, applied, code = carry_out(order, advice)
        code = configurations.tell_unread(advice.read) or code
        return output.show(
            AdviceReport(advice=advice, applied=applied, silenced=verbose), FORMS, format, file=output_file, code=code
        )
    if apply:
        print(f"hpatch: nothing was applied: {_why_not(advice)}", file=sys.stderr)
    command = following.command(
        () if advice.clash else advice.asked,
        tree,
        {
            "--fuzz": fuzz,
            "--ignore-whitespace": ignore_whitespace,
            **{f"--{name.strip('_').replace('_', '-')}": value for name, value in revisions._asdict().items()},
        },
    )
    code = configurations.tell_unread(advice.read) or (0 if advice.ok else 1)
    return output.show(
        AdviceReport(advice=advice, command=command, silenced=verbose), FORMS, format, file=output_file, code=code
    )


def _check(
    *, apply: bool, tree: bool, prefix: bool, module_only: bool, apxs: bool, whole: bool, building: bool
) -> None:
    """Raises UsageError for options that do not go together."""
    if apply and not (tree and prefix):
        raise UsageError("--apply needs --tree TREE, which it patches, and --prefix DIR, where it installs")
    if not apply and (prefix or module_only or apxs or whole or building):
        raise UsageError(
            "--prefix, --module-only, --apxs, --configure-arg, --jobs, --build-dir, --transport and --requests need "
            "--apply"
        )
    if apxs and not module_only:
        raise UsageError("--apxs needs --module-only")
    if whole and module_only:
        raise UsageError("--configure-arg does not apply to --module-only")


def _opened(tree: Path | None, uwsgi: str | None) -> SourceTree | None:
    """The tree, of httpd or uWSGI. Raises InputError for none of these, UsageError for two versions of uWSGI."""
    from hpatch.build.trees.source import open_tree
    from hpatch.cli.options import tree as trees

    if tree is None:
        return None
    trees.settle(tree)
    opened = open_tree(tree)
    if opened.project == "uwsgi" and uwsgi is not None:
        raise UsageError("--tree excludes --uwsgi-version and a program in --uwsgi: it tells uWSGI's version")
    return opened


def _is_for(advice: HttpdAdvice, tree: Path) -> bool:
    """Whether there is something to carry out, or an earlier run of it to go on with."""
    from hpatch.patch.apply import stack

    return not advice.clash and not advice.read.unread and bool(advice.asked or stack.load(tree).sets)


def _why_not(advice: HttpdAdvice) -> str:
    """Why there is nothing to carry out."""
    if advice.read.unread:
        return "some of the configuration could not be read"
    return "the sets do not go in together" if advice.clash else "no set cures anything here"


def _recipe(module_only: bool, httpd: str | None, apxs: str | None, whole: BuildOptions, mpm: str | None) -> Recipe:
    from hpatch.lab.recipe import Recipe

    if module_only:
        return Recipe(None, httpd=httpd, apxs=apxs)
    (wanted,) = building.mpms((mpm or "event").lower().removeprefix("mpm_"))
    return Recipe(whole._replace(mpm=wanted))


def register(app: typer.Typer) -> None:
    """Add the command."""
    help.command(app, "advise", _command, _EXAMPLES)
