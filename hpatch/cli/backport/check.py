"""`hpatch backport check`."""

from typing import Annotated

import typer

from hpatch.cli import help, output
from hpatch.cli.options import history as shared
from hpatch.cli.options import status as status_path
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

hpatch merges the revisions in the order of history, onto the branch as it is, and writes nothing. If they do not merge,
it shows who brought the missing lines, whether the branch has those revisions, and the smallest set of revisions that
makes them merge. It also lists later revisions of trunk that name these or change their lines: they may be repairs. The
last lines say what to do next, and with which other revisions.

Exit codes: 0 they merge, or the branch has them; 1 they do not merge, or use names that the branch does not have. With
--all, 1 means that a proposal no longer merges although it says so.
"""


def _command(
    revisions: Annotated[
        list[str] | None,
        typer.Argument(metavar="[REV]...", help="Revisions of trunk: r1591508, 1591508,1603027-1603029, or a commit."),
    ] = None,
    repo: shared.Repo = ".",
    onto: shared.Onto = "2.4.x",
    trunk: shared.Trunk = "trunk",
    mergeinfo: shared.Mergeinfo = None,
    all_: Annotated[bool, typer.Option("--all", help="Check every open proposal in the branch's STATUS.")] = False,
    format: Format = "text",
    verbose: Verbose = False,
) -> int:
    """Check whether revisions of trunk can be merged to the branch."""
    if all_ and revisions:
        raise UsageError("revisions and --all exclude each other")
    if not all_ and not revisions:
        raise UsageError("name the revisions to check, such as r1892805, or give --all")
    history = shared.revisions(repo, onto, trunk, mergeinfo)
    if all_:
        from hpatch.backport.check.standing import proposals
        from hpatch.backport.status.repository import History
        from hpatch.report.backport.standing import StandingReport
        from hpatch.report.common.progress import shown

        status = status_path.headed(History(repo, onto).head())
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
