"""`hpatch backport list`."""

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
  hpatch backport list --status ~/2.4.x/STATUS
  hpatch backport list

--repo reads the STATUS that is committed, --status a file with uncommitted changes. A proposal needs three +1 and no
veto. Only --repo shows the age of a proposal.
"""


def _list(
    repo: Annotated[
        str | None,
        typer.Option("--repo", metavar="DIR", help="Read STATUS from this clone or mirror of httpd's git repository."),
    ] = None,
    status: status_path.Status = None,
    branch: Annotated[str, typer.Option("--branch", metavar="NAME", help="With --repo, read this branch.")] = "2.4.x",
    format: Format = "text",
    verbose: Verbose = False,
) -> None:
    """List the proposals in STATUS, their votes, and what each still needs."""
    from datetime import UTC, datetime

    from hpatch.report.backport.status import StatusReport
    from hpatch.report.common.renderer import FORMS

    since: dict[Entry, str | None] = {}
    if repo is not None:
        from hpatch.backport.status.repository import History

        if status is not None:
            raise UsageError("--status and --repo exclude each other")
        history = History(repo, branch)
        found = status_path.known(history.head())
        since = history.since(found.entries)
    else:
        path = status_path.find(status, None)
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
