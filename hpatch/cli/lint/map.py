"""`hpatch config map`: the gateway as a picture."""

from __future__ import annotations

import os
from typing import Annotated, Literal

import typer

from hpatch.cli import help, output
from hpatch.cli.options import configuration as shared
from hpatch.cli.options import roots as given
from hpatch.cli.options.verbose import Verbose
from hpatch.errors import UsageError
from hpatch.lint.engine.lint import lint
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
    path: shared.OnePath,
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
    *,
    options: shared.ConfigurationOptions,
    stdin_filename: shared.StdinFilename = None,
    verbose: Verbose = False,
) -> int:
    """Draw the gateway: what listens, which paths lead where, and what was found there."""
    from hpatch.lint.gateway.build import gateway
    from hpatch.lint.gateway.model import fold, of_host
    from hpatch.report.lint.gateway.report import FORMS, GatewayReport

    chosen = options.effective(path, stdin_filename).settings
    root = given.only(path, given.found([path], chosen, options.reading(chosen), stdin_filename))
    one = root._replace(configuration=given.readable(root))
    result = lint([one], task_of(chosen, shared.uwsgi_version(chosen)), base=os.getcwd())  # noqa: PTH109 - the path stays text, as written
    made = gateway(one, result.findings, host)
    if host is not None:
        made = of_host(made, host)
        if not made.hosts:
            raise UsageError(f'--host: no server named "{host}" has a path to a backend')
    output.show(GatewayReport(made, made if host is not None else fold(made)), FORMS, format, file=output_file)
    return given.tell_unread(result)


def register(group: typer.Typer) -> None:
    """Add the command."""
    help.command(group, "map", _map, _EXAMPLES)
