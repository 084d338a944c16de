"""`hpatch backport missing`."""

import re
from typing import Annotated

import typer

from hpatch.cli import help, output
from hpatch.cli.options import history as shared
from hpatch.cli.options.answer import Format
from hpatch.cli.options.verbose import Verbose
from hpatch.errors import UsageError

_EXAMPLES = """
Examples:

  hpatch backport missing --path modules/proxy --since 2023-01-01
  hpatch backport missing --path server/mpm/event --path server/listen.c --all
  hpatch backport missing --repo ~/src/httpd --mergeinfo ~/2.4.x --format json

Revisions that name a CVE come first, then fixes that name a bug report. hpatch recognises merges by the branch's log
messages, by the entries that a commit takes out of STATUS, by Subversion's record (--mergeinfo) and by content. It
leaves out what the branch already has.
"""
_DATE = re.compile(r"\d{4}(?:-\d{2}(?:-\d{2})?)?")


def _command(
    repo: shared.Repo = ".",
    path: Annotated[
        list[str] | None,
        typer.Option("--path", metavar="PATH", help="Show only revisions that touch this path. Repeatable."),
    ] = None,
    since: Annotated[
        str | None,
        typer.Option("--since", metavar="DATE", help="Show only revisions since this date, such as 2023-01-31."),
    ] = None,
    all_: Annotated[bool, typer.Option("--all", help="Show all revisions, not only the best candidates.")] = False,
    most: Annotated[int, typer.Option("--most", min=1, metavar="N", help="Show at most this many.")] = 30,
    onto: shared.Onto = "2.4.x",
    trunk: shared.Trunk = "trunk",
    mergeinfo: shared.Mergeinfo = None,
    format: Format = "text",
    verbose: Verbose = False,
) -> None:
    """List what trunk has and the branch lacks, best candidates first."""
    from hpatch.backport.check.missing import find
    from hpatch.report.backport.missing import MissingReport
    from hpatch.report.common.progress import shown
    from hpatch.report.common.renderer import FORMS

    if since is not None and _DATE.fullmatch(since) is None:
        raise UsageError(f"--since: '{since}' is not a date; write it like 2023-01-31")
    paths = tuple(one.removeprefix("./") for one in path or ())
    history = shared.revisions(repo, onto, trunk, mergeinfo)
    with shown() as progress:
        found = find(history, paths, since, None if all_ else most, progress.step)
    output.show(MissingReport(history=history, found=found), FORMS, format)


def register(group: typer.Typer) -> None:
    """Add the command."""
    help.command(group, "missing", _command, _EXAMPLES)
