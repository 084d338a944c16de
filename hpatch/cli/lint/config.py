"""`hpatch config`: what httpd, and mod_proxy, would make of a configuration."""

import sys
from typing import Annotated, Literal

import typer

from hpatch.cli import help, output
from hpatch.cli.options import configuration as shared
from hpatch.cli.options.answer import Format
from hpatch.cli.options.verbose import Verbose
from hpatch.conf.tree import Configuration
from hpatch.errors import UsageError
from hpatch.lint import roots
from hpatch.lint.engine import read
from hpatch.lint.settings import Settings
from hpatch.lint.settings import modules as modules_of
from hpatch.report.common.renderer import FORMS
from hpatch.report.common.terminal import visible
from hpatch.report.lint import tree

_GROUP = """
Examples:

  hpatch config tree /etc/apache2
  hpatch config workers /etc/apache2
"""

_TREE = """
Examples:

  hpatch config tree /etc/apache2
  hpatch config tree --format jsonl --modules all apache2.conf
  hpatch config tree -D SSL --httpd /usr/sbin/apache2 /etc/apache2

Exit code 3: httpd would not build its tree from this configuration. The reason is on standard error.
"""

_WORKERS = """
Examples:

  hpatch config workers /etc/apache2
  hpatch config workers --format json apache2.conf

Exit code 3: httpd would not build its tree from this configuration. The reason is on standard error.
"""

Path = Annotated[
    str,
    typer.Argument(
        metavar="PATH", help="A main configuration file, a folder with one configuration, or - for the standard input."
    ),
]


def _tree(
    path: Path,
    format: Annotated[
        Literal["text", "jsonl"],
        typer.Option(
            "--format",
            "-f",
            help="The output format. jsonl has one line per directive: [depth, "
            '"Directive", "arguments", "file", line].',
        ),
    ] = "text",
    httpd: shared.Httpd = None,
    httpd_version: shared.HttpdVersion = None,
    modules: shared.ModuleList = None,
    mpm: shared.Mpm = None,
    define: shared.Define = None,
    env_file: shared.EnvFile = None,
    server_root: shared.ServerRoot = None,
    root: shared.Root = None,
    stdin_filename: shared.StdinFilename = None,
    no_outside: shared.NoOutside = False,
    config: shared.Config = None,
    no_config: shared.NoConfig = False,
    verbose: Verbose = False,
) -> int:
    """Show the directives and sections that httpd reads, with their files and lines."""
    configuration = _load(
        path,
        _chosen(httpd_version, modules, mpm, define, env_file, server_root, root, no_outside),
        httpd,
        config,
        no_config,
        stdin_filename,
    )
    output.show(configuration, tree.FORMS, format)
    return _problems(configuration)


def _workers(
    path: Path,
    format: Format = "text",
    httpd: shared.Httpd = None,
    httpd_version: shared.HttpdVersion = None,
    modules: shared.ModuleList = None,
    mpm: shared.Mpm = None,
    define: shared.Define = None,
    env_file: shared.EnvFile = None,
    server_root: shared.ServerRoot = None,
    root: shared.Root = None,
    stdin_filename: shared.StdinFilename = None,
    no_outside: shared.NoOutside = False,
    config: shared.Config = None,
    no_config: shared.NoConfig = False,
    verbose: Verbose = False,
) -> int:
    """Show the servers, mappings, workers and balancers that mod_proxy creates."""
    from hpatch.proxy.build import build  # the tree does without
    from hpatch.report.lint.workers import WorkersReport

    configuration = _load(
        path,
        _chosen(httpd_version, modules, mpm, define, env_file, server_root, root, no_outside),
        httpd,
        config,
        no_config,
        stdin_filename,
    )
    output.show(WorkersReport(build(configuration)), FORMS, format)
    return _problems(configuration)


def _chosen(
    httpd_version: str | None,
    modules: str | None,
    mpm: str | None,
    define: list[str] | None,
    env_file: str | None,
    server_root: str | None,
    root: str | None,
    no_outside: bool,
) -> Settings:
    return Settings(
        httpd_version=httpd_version,
        modules=None if modules is None else modules_of(modules),
        mpm=mpm,
        define=None if define is None else tuple(define),
        env_file=env_file,
        server_root=server_root,
        root=root,
        outside=False if no_outside else None,
    )


def _load(
    path: str, chosen: Settings, httpd: str | None, config: str | None, no_config: bool, stdin_filename: str | None
) -> Configuration:
    stdin = path == shared.STDIN
    path = stdin_filename or path if stdin else roots.located(path, chosen.root)
    chosen = shared.given(path, chosen, config, no_config)
    reading = shared.reading(chosen, httpd)
    if stdin:
        text = shared.text_of_stdin()
        return read(roots.standard_input(text, stdin_filename, reading.options, environment=reading.environment))
    found = roots.roots(roots.located(path, chosen.root), reading.options, environment=reading.environment, parts=False)
    if len(found) > 1:
        names = ", ".join(root.path for root in found[:3])
        raise UsageError(f"{path}: {len(found)} configurations in this folder; name one of them: {names}, …")
    return read(found[0])


def _problems(configuration: Configuration) -> int:
    """Say what is wrong, a line each; the exit code."""
    for problem in configuration.problems:
        where = f"{problem.place.file}:{problem.place.line}:{problem.place.column}"
        weight = "error" if problem.fatal and not problem.conditions else "warning"
        print(visible(f"{where}: {weight}: {problem.message}"), file=sys.stderr)
    return 0 if configuration.built else 3


def register(app: typer.Typer) -> None:
    """Add the commands."""
    group = help.group(app, "config", "Show what httpd and mod_proxy make of a configuration.", _GROUP)
    help.command(group, "tree", _tree, _TREE)
    help.command(group, "workers", _workers, _WORKERS)
