"""`hpatch pop`."""

from contextlib import nullcontext
from pathlib import Path
from typing import Annotated

import typer

from hpatch.build.trees import queueing
from hpatch.cli import help, output
from hpatch.cli.options import tree as trees
from hpatch.cli.options.answer import Format
from hpatch.cli.options.verbose import Verbose
from hpatch.errors import UsageError
from hpatch.patch.apply import stack as stacks
from hpatch.patch.series import queue as queues
from hpatch.report.common.renderer import FORMS
from hpatch.report.patch.pop import PopReport

_EXAMPLES = """
Examples:

  hpatch pop                              take the topmost patch off
  hpatch pop 3
  hpatch pop fix-macro.patch              take off all above this one
  hpatch pop --all

The patches wait: hpatch push applies them again. hpatch revert takes a patch out from under others, and forgets it.
If you edited a file of these patches, hpatch changes nothing (exit code 1): hpatch refresh folds your edits into the
topmost patch.
"""


def _command(
    what: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[N|PATCH]", help="How many patches, or the one that is then the topmost. The default is 1."
        ),
    ] = None,
    tree: trees.Tree = Path(),
    everything: Annotated[bool, typer.Option("--all", "-a", help="Take all patches off.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would change; change nothing.")] = False,
    format: Format = "text",
    verbose: Verbose = False,
) -> int:
    """Take the topmost patches off a tree; they wait for the next push."""
    if what and everything:
        raise UsageError("give a number or a patch, or --all")
    if dry_run:
        trees.settle(tree)
    with nullcontext() if dry_run else trees.changed(tree):
        stack, queue = stacks.load(tree), queues.load(tree)
        names = [step.name for step in stack.steps][::-1]
        count = len(names) if everything else queueing.told(what or (), names, "applied")
        if what and what[0] in names:
            count -= 1  # that one stays
        popped = queueing.pop(tree, stack, queue, min(count, len(names)))
        if not dry_run and popped.changes:
            stacks.take_back(tree, popped.changes)
    top = names[count] if count < len(names) else None
    report = PopReport(root=str(tree), popped=popped, top=top, dry_run=dry_run)
    return output.show(report, FORMS, format, code=0 if report.ok else 1)


def register(app: typer.Typer) -> None:
    """Add the command."""
    help.command(app, "pop", _command, _EXAMPLES)
