"""`hpatch backport list`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hpatch import log
from hpatch.cli import help, output
from hpatch.cli.options import status as status_path
from hpatch.cli.options.answer import Format
from hpatch.cli.options.verbose import Verbose
from hpatch.errors import InputError, UsageError

if TYPE_CHECKING:
    from hpatch.backport.status.file import Entry

_LIST = """
Examples:

  hpatch backport list --repo ~/src/httpd
  hpatch backport list --repo ~/src/httpd --branch 2.4.x --format json
  hpatch backport list --repo ~/2.4.x
  hpatch backport list --status ~/2.4.x/STATUS
  hpatch backport list

--repo reads the STATUS that is committed in a git repository, or the file in a Subversion working copy. --status reads
a file with uncommitted changes. A proposal needs three +1 and no veto. Only a git repository shows a proposal's age.
"""
_BRANCH = "2.4.x"


def _list(
    repo: Annotated[
        str | None,
        typer.Option(
            "--repo",
            metavar="DIR",
            help="Read STATUS from this clone or mirror of httpd's git repository, or Subversion working copy.",
        ),
    ] = None,
    status: status_path.Status = None,
    branch: Annotated[str, typer.Option("--branch", metavar="NAME", help="With --repo, read this branch.")] = _BRANCH,
    format: Format = "text",
    verbose: Verbose = False,
) -> None:
    """List the proposals in STATUS, their votes, and what each still needs."""
    from datetime import UTC, datetime

    from hpatch.report.backport.status import StatusReport
    from hpatch.report.common.renderer import FORMS

    since: dict[Entry, str | None] = {}
    subversion = repo is not None and status_path.is_subversion(repo)
    if repo is not None and status is not None:
        raise UsageError("--status and --repo exclude each other")
    if subversion and branch != _BRANCH:
        raise UsageError(f"--branch needs a git repository; the Subversion working copy {repo} is of one branch")
    if repo is not None and not subversion:
        from hpatch.backport.status.repository import History

        history = History(repo, branch)
        found = status_path.known(history.head())
        since = history.since(found.entries)
    else:
        path = status_path.find(status, None if repo is None else Path(repo))
        try:
            log.tell("read %s", path)
            data = path.read_bytes()
        except OSError as error:
            why = error.strerror or error
            raise InputError(f"{path}: cannot be read: {why}; give --status FILE or --repo DIR") from error
        found = status_path.parse(path, data)
    today = datetime.now(UTC).date()
    output.show(StatusReport(status=found, since=since, today=today), FORMS, format)


def register(group: typer.Typer) -> None:
    """Add the command."""
    help.command(group, "list", _list, _LIST)
