"""`hpatch backport list`."""

from typing import Annotated, Literal

import typer

from hpatch.cli import output

_LIST = """
Examples:

  hpatch backport list --repo ~/src/httpd
  hpatch backport list --repo ~/src/httpd --branch 2.4.x --format json
  hpatch backport list --status STATUS

A proposal needs three +1 and no veto. Since when it is there only a repository tells.
"""

Format = Annotated[Literal["text", "json"], typer.Option("--format", "-f", help="The form of the answer.")]


def _list(
    repo: Annotated[
        str | None, typer.Option("--repo", metavar="DIR", help="A clone or mirror of httpd's git repository.")
    ] = None,
    status: Annotated[str | None, typer.Option("--status", metavar="FILE", help="A STATUS file.")] = None,
    branch: Annotated[str, typer.Option("--branch", metavar="NAME", help="With --repo: its branch.")] = "2.4.x",
    format: Format = "text",
) -> None:
    """Show the proposals in STATUS, their votes and what each still needs."""
    from datetime import UTC, datetime

    from hpatch.backport import status_file
    from hpatch.conf.source import Source
    from hpatch.errors import InputError, UsageError
    from hpatch.report import backport as report

    if (repo is None) == (status is None):
        raise UsageError("one of --repo DIR and --status FILE is needed")
    since: dict[status_file.Entry, str | None] = {}
    if repo is not None:
        from hpatch.backport.history import History

        history = History(repo, branch)
        found = history.head()
        since = history.since(found.entries)
    else:
        assert status is not None
        try:
            found = status_file.read(Source.read(status))
        except OSError as error:
            raise InputError(f"{status}: cannot be read: {error.strerror or error}") from error
    if all(section.kind in ("notes", "showstopper") for section in found.sections):
        raise InputError(f"{found.source.name}: is no STATUS file of a stable branch: it has no section of patches")
    today = datetime.now(UTC).date()
    output.write(report.render(found, since, format, today=today, width=output.width(), color=output.color()))


def register(group: typer.Typer) -> None:
    """Add the command."""
    group.command("list", epilog=_LIST)(_list)
