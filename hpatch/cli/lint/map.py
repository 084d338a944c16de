"""`hpatch config map`: the gateway as a picture."""

from __future__ import annotations

import os
from typing import Annotated, Literal

import typer

from hpatch.cli import help, output
from hpatch.cli.options import configuration as shared
from hpatch.cli.options import roots as given
from hpatch.cli.options.verbose import Verbose
from hpatch.errors import InputError, UsageError
from hpatch.lint import roots
from hpatch.lint.engine.lint import lint
from hpatch.lint.engine.root import read
from hpatch.lint.settings import Settings
from hpatch.lint.settings import modules as modules_of
from hpatch.lint.task import task as task_of

_EXAMPLES = """
Examples:

  hpatch config map /etc/apache2
  hpatch config map --format svg --output gateway.svg /etc/apache2
  hpatch config map --format mermaid --host shop.example /etc/apache2
  hpatch config map --format dot apache2.conf | dot -Tpng > gateway.png

The picture has ports, virtual hosts with their paths in the order in which httpd asks for them, the access rule of
each path, workers, balancers, and the files of backends that hpatch found. Colors show findings. Of many hosts and
paths, pictures show those with findings and the first ones; text and JSON have all.

Exit code 3: httpd would not build its tree from this configuration. The reason is on standard error.
"""


def _map(
    path: Annotated[
        str,
        typer.Argument(
            metavar="PATH",
            help="A main configuration file, a folder with one configuration, or - for the standard input.",
        ),
    ],
    format: Annotated[
        Literal["text", "json", "mermaid", "dot", "svg"],
        typer.Option("--format", "-f", metavar="FORMAT", help="The output format: text, json, mermaid, dot or svg."),
    ] = "text",
    output_file: Annotated[
        str | None, typer.Option("--output", "-o", metavar="FILE", help="Write the picture to this file.")
    ] = None,
    host: Annotated[
        str | None, typer.Option(metavar="NAME", help="Show this virtual host only, with all its paths.")
    ] = None,
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
    """Draw the gateway: what listens, which paths lead where, and what was found there."""
    from hpatch.lint.gateway.build import gateway
    from hpatch.lint.gateway.model import fold, of_host
    from hpatch.report.lint.gateway.report import FORMS, GatewayReport

    chosen = shared.given(
        (stdin_filename or path) if path == shared.STDIN else roots.located(path, root),
        Settings(
            httpd_version=httpd_version,
            modules=None if modules is None else modules_of(modules),
            mpm=mpm,
            define=None if define is None else tuple(define),
            env_file=env_file,
            server_root=server_root,
            root=root,
            outside=False if no_outside else None,
        ),
        config,
        no_config,
        httpd=httpd,
    )
    found = given.found([path], chosen, shared.reading(chosen, httpd), stdin_filename)
    if len(found) > 1:
        names = ", ".join(one.path for one in found[:3]) + (", …" if len(found) > 3 else "")
        raise UsageError(f"{path}: {len(found)} configurations in this folder; name one of them: {names}")
    configuration = read(found[0])
    if not configuration.sources and configuration.problems:
        raise InputError(configuration.problems[0].message)
    one = found[0]._replace(configuration=configuration)
    result = lint([one], task_of(chosen, shared.uwsgi_version(chosen)), base=os.getcwd())  # noqa: PTH109 - the path stays text, as written
    made = gateway(one, result.findings)
    if host is not None:
        made = of_host(made, host)
        if not made.hosts:
            raise UsageError(f'--host: no server named "{host}" has a path to a backend')
    output.show(GatewayReport(made, made if host is not None else fold(made)), FORMS, format, file=output_file)
    return given.tell_unread(result)


def register(group: typer.Typer) -> None:
    """Add the command."""
    help.command(group, "map", _map, _EXAMPLES)
