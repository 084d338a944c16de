"""`hpatch config`: what httpd, and mod_proxy, would make of a configuration."""

import sys
from typing import Annotated, Literal

import typer

from hpatch.cli import help, output
from hpatch.cli.lint import map
from hpatch.cli.options import configuration as shared
from hpatch.cli.options import roots as given
from hpatch.cli.options.answer import Format
from hpatch.cli.options.verbose import Verbose
from hpatch.conf.tree import Configuration
from hpatch.lint import roots
from hpatch.report.common.renderer import FORMS
from hpatch.report.common.terminal import visible
from hpatch.report.lint import tree

_GROUP = """
Examples:

  hpatch config tree /etc/apache2
  hpatch config workers /etc/apache2
  hpatch config who /etc/apache2 https://shop.example/api/items
  hpatch config map --format svg --output gateway.svg /etc/apache2
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

_WHO = """
URL is a path (/api/items?id=1) or a whole URL. Without a port, the request comes to the only port that httpd listens
on, or else to 80, or 443 with https. hpatch follows httpd's hooks in their order: virtual host, rewrite rules,
ProxyPass, redirections and aliases, sections, access rules, handlers. It names what it does not know, such as whether a
file exists, instead of guessing. With --httpd it looks at this machine's files.

Examples:

  hpatch config who /etc/apache2 https://shop.example/api/items
  hpatch config who /etc/apache2 /api/items --host shop.example --port 8080
  hpatch config who apache2.conf /admin/ --client 192.0.2.7 --format json

Exit code 3: httpd would not build its tree from this configuration. The reason is on standard error.
"""


def _tree(
    path: shared.OnePath,
    format: Annotated[
        Literal["text", "jsonl"],
        typer.Option(
            "--format",
            "-f",
            help="The output format. jsonl has one line per directive: [depth, "
            '"Directive", "arguments", "file", line].',
        ),
    ] = "text",
    *,
    options: shared.ConfigurationOptions,
    stdin_filename: shared.StdinFilename = None,
    verbose: Verbose = False,
) -> int:
    """Show the directives and sections that httpd reads, with their files and lines."""
    configuration = _load(path, options, stdin_filename)
    output.show(configuration, tree.FORMS, format)
    return _problems(configuration)


def _workers(
    path: shared.OnePath,
    format: Format = "text",
    *,
    options: shared.ConfigurationOptions,
    stdin_filename: shared.StdinFilename = None,
    verbose: Verbose = False,
) -> int:
    """Show the servers, mappings, workers and balancers that mod_proxy creates."""
    from hpatch.proxy.build import build  # the tree does without
    from hpatch.report.lint.workers import WorkersReport

    configuration = _load(path, options, stdin_filename)
    output.show(WorkersReport(build(configuration), configuration.as_written), FORMS, format)
    return _problems(configuration)


def _who(
    path: shared.OnePath,
    url: Annotated[str, typer.Argument(metavar="URL", help="The path that is asked for, or a whole URL.")],
    host: Annotated[str | None, typer.Option(metavar="NAME", help="The name in the Host header.")] = None,
    port: Annotated[int | None, typer.Option(metavar="PORT", help="The port that the client reaches.")] = None,
    https: Annotated[bool, typer.Option("--https", help="The request comes through TLS.")] = False,
    method: Annotated[str, typer.Option(metavar="METHOD", help="The request's method.")] = "GET",
    address: Annotated[str | None, typer.Option(metavar="IP", help="The server's address that it reaches.")] = None,
    client: Annotated[str | None, typer.Option(metavar="IP", help="The client's address, for access rules.")] = None,
    header: Annotated[
        list[str] | None,
        typer.Option(
            metavar="LINE",
            help='A header of the request: "Name: value", or "Name:" for one that is not sent. What others hold is '
            "unknown. Repeatable.",
        ),
    ] = None,
    format: Format = "text",
    *,
    options: shared.ConfigurationOptions,
    stdin_filename: shared.StdinFilename = None,
    verbose: Verbose = False,
) -> int:
    """Show who answers a request, and what httpd asks before."""
    from hpatch.paths.asked import asked
    from hpatch.paths.disk import Machine
    from hpatch.paths.site import Site
    from hpatch.paths.who import who
    from hpatch.report.lint.who import WhoReport

    configuration = _load(path, options, stdin_filename)
    request = asked(
        configuration,
        url,
        host,
        port,
        https=https,
        method=method,
        address=address,
        client=client,
        headers=tuple(header or ()),
    )
    site = Site(configuration, disk=Machine() if configuration.check_files else None)
    output.show(WhoReport(who(site, request)), FORMS, format)
    return _problems(configuration)


def _load(path: str, options: shared.ConfigurationOptions, stdin_filename: str | None) -> Configuration:
    chosen = options.effective(path, stdin_filename).settings
    reading = options.reading(chosen)
    if path == shared.STDIN:
        text = shared.text_of_stdin()
        return given.readable(
            roots.standard_input(text, stdin_filename, reading.options, environment=reading.environment)
        )
    path = roots.located(path, chosen.root)
    found = roots.roots(path, reading.options, environment=reading.environment, parts=False)
    return given.readable(given.only(path, found))


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
    help.command(group, "who", _who, _WHO)
    map.register(group)
