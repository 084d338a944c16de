"""`hpatch server`."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from importlib.util import find_spec
from typing import TYPE_CHECKING

import typer

from hpatch import log
from hpatch.cli import help
from hpatch.cli.options import backends, findings, which
from hpatch.cli.options import baseline as known
from hpatch.cli.options import configuration as shared
from hpatch.cli.options import roots as given
from hpatch.cli.options.plugins import NoPlugins
from hpatch.cli.options.verbose import Verbose
from hpatch.errors import ToolError, UsageError
from hpatch.lint.settings import Settings
from hpatch.lint.task import task as task_of
from hpatch.report.common.terminal import visible

if TYPE_CHECKING:
    from hpatch.language.analysis import FoundRoots

_EXAMPLES = """
Examples:

  hpatch server
  hpatch server --httpd /usr/sbin/apache2

An editor starts this command by itself, and speaks with it through its standard input and output. docs/editors.md says
how to set up Visual Studio Code, Neovim, Helix, Emacs and Kate.

Exit codes: 0 the editor shut the server down; 1 it ended the connection without that; 2 wrong usage; 4 pygls is
missing.
"""


def _command(
    httpd: shared.Httpd = None,
    config: shared.Config = None,
    no_config: shared.NoConfig = False,
    no_plugins: NoPlugins = False,
    verbose: Verbose = False,
) -> int:
    """Serve an editor by the Language Server Protocol: findings while you type, completion, and more."""
    if config is not None and no_config:
        raise UsageError("--config and --no-config exclude each other")
    if find_spec("pygls") is None:
        raise ToolError("hpatch server needs the library pygls: pip install 'hpatch[server]'")

    def find(path: str, texts: Mapping[str, str]) -> FoundRoots:
        return _chosen(path, texts, httpd, config, no_config)

    from hpatch.language.server import serve  # only this command pays for it

    return serve(find, _tell)


def _tell(text: str) -> None:
    print(f"hpatch: {visible(text)}", file=sys.stderr, flush=True)


def _chosen(path: str, texts: Mapping[str, str], httpd: str | None, config: str | None, no_config: bool) -> FoundRoots:
    """What `hpatch lint PATH` would lint, and how."""
    read = shared.effective(path, Settings(), config, no_config, httpd=httpd)
    chosen = findings.known(read)
    backends.refuse_programs(chosen.uwsgi or ())
    reading = shared.reading(chosen, httpd)
    reading = reading._replace(options=reading.options._replace(texts=texts))
    task = task_of(chosen, shared.uwsgi_version(chosen))._replace(
        build=which.build(reading.httpd, None), uwsgi_build=backends.build(chosen.uwsgi_version)
    )
    log.tell("looked for configurations in %s", path)
    from hpatch.language.analysis import FoundRoots

    return FoundRoots(
        roots=tuple(given.found([path], chosen, reading)),
        task=task,
        settings=chosen,
        judge=lambda result: known.judged(result, task, chosen.baseline, None),
    )


def register(app: typer.Typer) -> None:
    """Add the command."""
    help.command(app, "server", _command, _EXAMPLES)
