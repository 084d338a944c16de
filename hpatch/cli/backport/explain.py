"""`hpatch backport explain`."""

from typing import Annotated

import typer

from hpatch.cli import help, output
from hpatch.cli.options import history as shared
from hpatch.cli.options.answer import Format
from hpatch.cli.options.verbose import Verbose
from hpatch.errors import UsageError

_EXAMPLES = """
Examples:

  hpatch backport explain r1592037 --repo ~/src/httpd
  hpatch backport explain r1605639 --repo ~/src/httpd --format json

For a revision of trunk: what it changed, which revisions of the branch merged it, the first release with it, and what
followed on trunk. For a revision of the branch: what it merged.
"""


def _command(
    name: Annotated[str, typer.Argument(metavar="REV", help="A revision: r1592037, 1592037, or a commit.")],
    repo: shared.Repo = ".",
    onto: shared.Onto = "2.4.x",
    trunk: shared.Trunk = "trunk",
    mergeinfo: shared.Mergeinfo = None,
    format: Format = "text",
    verbose: Verbose = False,
) -> None:
    """Show what a revision changed, where it was merged and in which release."""
    from hpatch.backport.check.explain import explain
    from hpatch.report.backport.explain import ExplanationReport
    from hpatch.report.common.renderer import FORMS

    history = shared.revisions(repo, onto, trunk, mergeinfo)
    found = history.find((name,), side=None)
    if len(found) != 1:
        raise UsageError("give one revision at a time")
    output.show(ExplanationReport(history=history, answer=explain(history, found[0])), FORMS, format)


def register(group: typer.Typer) -> None:
    """Add the command."""
    help.command(group, "explain", _command, _EXAMPLES)
