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

Best candidates first: those that name a CVE, then fixes that name a bug report. Merges are known by what the branch's
messages say, by Subversion's record where it is given, and by content: what the branch has already is not shown.
"""
_DATE = re.compile(r"\d{4}(?:-\d{2}(?:-\d{2})?)?")


def _command(
    repo: shared.Repo = ".",
    path: Annotated[
        list[str] | None, typer.Option("--path", metavar="PATH", help="Only what touches this. Repeatable.")
    ] = None,
    since: Annotated[str | None, typer.Option("--since", metavar="DATE", help="As 2023-01-31.")] = None,
    all_: Annotated[bool, typer.Option("--all", help="Show all, not the best only.")] = False,
    most: Annotated[int, typer.Option("--most", min=1, metavar="N", help="How many to show.")] = 30,
    onto: shared.Onto = "2.4.x",
    trunk: shared.Trunk = "trunk",
    mergeinfo: shared.Mergeinfo = None,
    format: Format = "text",
    verbose: Verbose = False,
) -> None:
    """Show what trunk has and the branch lacks, the best candidates for a backport first."""
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
