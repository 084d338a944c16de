"""`hpatch applied`."""

from pathlib import Path
from typing import Annotated

import typer

from hpatch.cli import help, output
from hpatch.cli.options import tree as trees
from hpatch.cli.options.answer import Format
from hpatch.cli.options.verbose import Verbose
from hpatch.report.common.renderer import FORMS
from hpatch.report.patch.series import SeriesReport

_EXAMPLES = """
Examples:

  hpatch applied --tree httpd-2.4.9
  hpatch applied --waiting    the patches that hpatch push would apply
  hpatch applied --format json

The patches are in the order of applying. A set's revisions are listed one by one, with the set's name.
"""


def _command(
    tree: trees.Tree = Path(),
    waiting: Annotated[bool, typer.Option("--waiting", help="List the patches that wait instead.")] = False,
    format: Format = "text",
    verbose: Verbose = False,
) -> int:
    """List the patches that are applied in a tree, the topmost last."""
    return output.show(report(tree, "waiting" if waiting else "applied"), FORMS, format)


def report(tree: Path, shown: str) -> SeriesReport:
    """What a tree knows. Raises InputError."""
    from hpatch.patch.apply import stack as stacks
    from hpatch.patch.series import queue as queues

    trees.settle(tree)
    return SeriesReport(root=str(tree), stack=stacks.load(tree), queue=queues.load(tree), shown=shown)


def register(app: typer.Typer) -> None:
    """Add the command."""
    help.command(app, "applied", _command, _EXAMPLES)
