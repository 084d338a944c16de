"""`hpatch backport check`."""

from typing import Annotated

import typer

from hpatch.cli import help, output
from hpatch.cli.options import history as shared
from hpatch.cli.options.answer import Format
from hpatch.cli.options.verbose import Verbose
from hpatch.errors import UsageError
from hpatch.report.common.renderer import FORMS

_EXAMPLES = """
Examples:

  hpatch backport check r1892805 --repo ~/src/httpd
  hpatch backport check r1919620,r1919621 --repo ~/src/httpd --format json
  hpatch backport check 1591508 --repo ~/src/httpd --onto 2.4.9
  hpatch backport check --all --repo ~/src/httpd
  hpatch backport check 3f2a9c1 --repo ~/src/other --trunk main --onto 2.x

Revisions are merged in history's order, onto the branch as it is; nothing is written. Where they do not go in: who
brought the lines that they expect, whether the branch has that, and the smallest set of revisions with which they do.
Later revisions of trunk that name them or change their lines are offered, for they may be their repair. The last lines
say what to do next, with which others.

Exit codes: 0 they go in, or are there; 1 they do not, or use names that the branch does not have (with --all: a
proposal that says so went stale).
"""


def _command(
    revisions: Annotated[
        list[str] | None,
        typer.Argument(metavar="[REV]...", help="Revisions of trunk: r1591508, 1591508,1603027-1603029 or a commit."),
    ] = None,
    repo: shared.Repo = ".",
    onto: shared.Onto = "2.4.x",
    trunk: shared.Trunk = "trunk",
    mergeinfo: shared.Mergeinfo = None,
    all_: Annotated[bool, typer.Option("--all", help="Check every open proposal in the branch's STATUS.")] = False,
    format: Format = "text",
    verbose: Verbose = False,
) -> int:
    """Say whether revisions of trunk can be merged to the branch, and if not, why."""
    if all_ == bool(revisions):
        raise UsageError("give revisions or --all, not both")
    history = shared.revisions(repo, onto, trunk, mergeinfo)
    if all_:
        from hpatch.backport.check.standing import proposals
        from hpatch.backport.status.repository import History
        from hpatch.report.backport.standing import StandingReport
        from hpatch.report.common.progress import shown

        status = History(repo, onto).head()
        standing = []
        with shown() as progress:
            for one in proposals(history, status):
                standing.append(one)
                progress.step(len(standing), len(status.entries), one.entry.title)
        report = StandingReport(status=status, proposals=standing)
        return output.show(report, FORMS, format, code=1 if any(one.state == "stale" for one in standing) else 0)
    from hpatch.backport.check.check import check
    from hpatch.report.backport.check import CheckReport

    answer = check(history, history.find(revisions or ()))
    good = answer.verdict in ("works", "modulo", "there") and not answer.lacking
    return output.show(CheckReport(answer), FORMS, format, code=0 if good else 1)


def register(group: typer.Typer) -> None:
    """Add the command."""
    help.command(group, "check", _command, _EXAMPLES)
