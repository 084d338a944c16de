"""`hpatch advise`."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated, Literal

import typer

from hpatch.cli import help, output
from hpatch.cli.options import backends, placing, which
from hpatch.cli.options import configuration as shared
from hpatch.cli.options import revisions as sources
from hpatch.cli.options import roots as configurations
from hpatch.cli.options.verbose import Verbose
from hpatch.errors import UsageError
from hpatch.lint.settings import Settings
from hpatch.lint.settings import modules as modules_of

_BACKENDS = "Backends"

_EXAMPLES = """
Examples:

  hpatch advise /etc/apache2 --tree httpd-2.4.9 --git ~/src/httpd
  hpatch advise /etc/apache2 --httpd /usr/sbin/apache2
  hpatch advise /etc/apache2 --package "apache2 2.4.57-2" --advisories osv/
  hpatch advise /etc/httpd --httpd-version 2.4.53 --format html > advice.html

hpatch shows the known problems of this httpd that this configuration meets: where, what happens, the first release
without it, and the patch set that cures it. With --tree, hpatch tries in memory whether the sets apply, and names the
one command that applies, builds and proves all of them. Without a version, it names the releases that have a problem.

Exit codes: 0 nothing that is known is to be done; 1 something is to be done; 2 wrong usage; 3 some input could not be
read; 4 httpd cannot be run.
"""


def _command(
    path: Annotated[
        list[str],
        typer.Argument(
            metavar="CONFIG...",
            help="Main configuration files, folders of configurations, or - for the standard input.",
        ),
    ],
    tree: Annotated[
        Path | None,
        typer.Option(
            "--tree",
            metavar="DIR",
            help="Take httpd from this source tree, and try the sets on it.",
            rich_help_panel=shared.HTTPD,
        ),
    ] = None,
    httpd: shared.Httpd = None,
    httpd_version: shared.HttpdVersion = None,
    package: which.Package = None,
    advisories: which.Advisories = None,
    modules: shared.ModuleList = None,
    mpm: shared.Mpm = None,
    define: shared.Define = None,
    env_file: shared.EnvFile = None,
    server_root: shared.ServerRoot = None,
    root: shared.Root = None,
    no_outside: shared.NoOutside = False,
    uwsgi: Annotated[
        list[str] | None,
        typer.Option(
            metavar="PATH",
            help="Read this file of uWSGI, or those in this folder. Repeatable.",
            rich_help_panel=_BACKENDS,
        ),
    ] = None,
    backend: Annotated[
        list[str] | None,
        typer.Option(
            metavar="PATH",
            help="Read this file of a backend, or those in this folder. Repeatable.",
            rich_help_panel=_BACKENDS,
        ),
    ] = None,
    config: shared.Config = None,
    no_config: shared.NoConfig = False,
    fuzz: placing.Fuzz = 0,
    ignore_whitespace: placing.IgnoreWhitespace = False,
    git: sources.GitDir = None,
    svn: sources.SvnUrl = None,
    web: sources.Web = False,
    web_base: sources.WebBase = None,
    from_: sources.From = None,
    catalog: sources.CatalogDirs = None,
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
    from hpatch.advise.vendor.read import read
    from hpatch.build.trees.applying import Request
    from hpatch.cli.advise import following
    from hpatch.cli.options import tree as trees
    from hpatch.lint import registry, roots
    from hpatch.lint.selection import matching
    from hpatch.report.advise.advice import FORMS, AdviceReport

    if tree is not None and (httpd_version is not None or package is not None):
        raise UsageError("--tree excludes --httpd-version and --package: it tells httpd's version")
    which.refuse_both(package, httpd_version)
    instances = backends.named(uwsgi, None)
    chosen = shared.given(
        path[0] if path[0] == shared.STDIN else roots.located(path[0], root),
        Settings(
            httpd_version=httpd_version,
            modules=None if modules is None else modules_of(modules),
            mpm=mpm,
            define=None if define is None else tuple(define),
            env_file=env_file,
            server_root=server_root,
            root=root,
            outside=False if no_outside else None,
            uwsgi=instances.files,
            backend=None if backend is None else tuple(backend),
        ),
        config,
        no_config,
    )
    trial = None
    if tree is not None:
        trees.settle(tree)
        here = httpds.of_tree(tree)
        chosen = chosen._replace(httpd_version=str(here.version))
        known = sources.catalog(catalog)
        source = sources.source(known, git, svn, web, web_base, from_)
        trial = CureTrial(tree, Request(fuzz=fuzz, ignore_whitespace=ignore_whitespace), known, source)
    reading = shared.reading(chosen, httpd, package)
    meant = httpds.of_tree(tree) if tree is not None else reading.httpd or httpds.UNKNOWN
    evidence = HttpdEvidence(meant, read(advisories).statements if advisories else (), trial)
    ignored = frozenset(rule.code for selector in chosen.ignore or () for rule in matching(selector, registry.rules()))
    found = configurations.found(path, chosen, reading)
    advice = advise(found, evidence, ignored=ignored, base=os.getcwd())  # noqa: PTH109 - the path stays text
    options: dict[str, following.Value] = {
        "--fuzz": fuzz,
        "--ignore-whitespace": ignore_whitespace,
        "--git": git,
        "--svn": svn,
        "--web": web,
        "--web-base": web_base,
        "--from": from_,
        "--catalog": catalog,
    }
    command = following.command(() if advice.clash else advice.asked, tree, options)
    code = configurations.tell_unread(advice.read) or (0 if advice.ok else 1)
    return output.show(AdviceReport(advice=advice, command=command), FORMS, format, file=output_file, code=code)


def register(app: typer.Typer) -> None:
    """Add the command."""
    help.command(app, "advise", _command, _EXAMPLES)
