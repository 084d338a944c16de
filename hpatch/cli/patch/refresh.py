"""`hpatch refresh`."""

from collections.abc import Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import Annotated, Literal

import typer

from hpatch import files
from hpatch.build.trees import queueing
from hpatch.cli import help, output
from hpatch.cli.options import tree as trees
from hpatch.cli.options.answer import Format
from hpatch.cli.options.verbose import Verbose
from hpatch.errors import UsageError
from hpatch.patch.apply import stack as stacks
from hpatch.patch.series import queue as queues
from hpatch.report.common.renderer import FORMS
from hpatch.report.patch.refresh import RefreshReport

_EXAMPLES = """
Examples:

  hpatch refresh           fold your edits into the topmost patch
  hpatch refresh --all     write all patches at the lines where they went
  hpatch refresh --all --as quilt --dry-run

hpatch writes a patch's text again if it went to other lines, was merged, or has your edits now. What stands above the
diff stays. The texts are in the tree's folder .hpatch; hpatch export writes them to files. Edits count in all files
that a patch changes; name others with hpatch add before you edit them.
"""


def _command(
    patches: Annotated[
        list[str] | None,
        typer.Argument(metavar="[PATCH]...", help="The patches to refresh. The default is the topmost one."),
    ] = None,
    tree: trees.Tree = Path(),
    everything: Annotated[bool, typer.Option("--all", "-a", help="Refresh all applied patches.")] = False,
    form: Annotated[
        Literal["quilt", "git"] | None,
        typer.Option(
            "--as",
            help="Write all of these patches, also those that fit, in this form: as quilt refresh -p ab "
            "--no-timestamps --no-index, or as git diff. The default is each patch's own form.",
        ),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would change; change nothing.")] = False,
    format: Format = "text",
    verbose: Verbose = False,
) -> int:
    """Write patches as they are applied now, with your edits in the topmost one."""
    if patches and everything:
        raise UsageError("name patches, or give --all")
    if dry_run:
        trees.settle(tree)
    with nullcontext() if dry_run else trees.changed(tree):
        stack, queue = stacks.load(tree), queues.load(tree)
        names = [step.name for step in stack.steps]
        numbers = _numbers(patches or (), names, everything=everything)
        done = queueing.refresh(tree, stack, queue, numbers, form)
        if done.changes and not dry_run:
            files.replace(tree, done.changes)
    report = RefreshReport(root=str(tree), done=done, dry_run=dry_run)
    return output.show(report, FORMS, format, code=0 if report.ok else 1)


def _numbers(wanted: Sequence[str], names: list[str], *, everything: bool) -> list[int]:
    if not names:
        return []
    if everything:
        return list(range(len(names)))
    if not wanted:
        return [len(names) - 1]
    queueing.check_applied(wanted, names)
    return sorted({names.index(word) for word in wanted})


def register(app: typer.Typer) -> None:
    """Add the command."""
    help.command(app, "refresh", _command, _EXAMPLES)
