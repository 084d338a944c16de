"""`hpatch config`: what httpd, and mod_proxy, would make of a configuration."""

import sys
from typing import Annotated, Literal

import typer

from hpatch.cli import help, output
from hpatch.cli.lint import map
from hpatch.cli.options import configuration as shared
from hpatch.cli.options.answer import Format
from hpatch.cli.options.verbose import Verbose
from hpatch.conf.tree import Configuration
from hpatch.errors import InputError, UsageError
from hpatch.lint import roots
from hpatch.lint.engine.root import Root, read
from hpatch.lint.settings import Settings
from hpatch.lint.settings import modules as modules_of
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
    output.show(WorkersReport(build(configuration), configuration.as_written), FORMS, format)
    return _problems(configuration)


def _who(
    path: Path,
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
    """Show who answers a request, and what httpd asks before."""
    from hpatch.paths.asked import asked
    from hpatch.paths.disk import Machine
    from hpatch.paths.site import Site
    from hpatch.paths.who import who
    from hpatch.report.lint.who import WhoReport

    configuration = _load(
        path,
        _chosen(httpd_version, modules, mpm, define, env_file, server_root, root, no_outside),
        httpd,
        config,
        no_config,
        stdin_filename,
    )
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
    chosen = shared.given(path, chosen, config, no_config, httpd=httpd)
    reading = shared.reading(chosen, httpd)
    if stdin:
        text = shared.text_of_stdin()
        root = roots.standard_input(text, stdin_filename, reading.options, environment=reading.environment)
        return _read(root)
    found = roots.roots(roots.located(path, chosen.root), reading.options, environment=reading.environment, parts=False)
    if len(found) > 1:
        names = ", ".join(root.path for root in found[:3]) + (", …" if len(found) > 3 else "")
        raise UsageError(f"{path}: {len(found)} configurations in this folder; name one of them: {names}")
    return _read(found[0])


def _read(root: Root) -> Configuration:
    """The configuration of a root. Raises InputError if nothing of it can be read: there is then nothing to show."""
    configuration = read(root)
    if not configuration.sources and configuration.problems:
        raise InputError(configuration.problems[0].message)
    return configuration


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
