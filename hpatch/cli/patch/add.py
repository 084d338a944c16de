"""`hpatch add`."""

from pathlib import Path
from typing import Annotated

import typer

from hpatch import files
from hpatch.build.trees import queueing
from hpatch.cli import help, output
from hpatch.cli.options import tree as trees
from hpatch.cli.options.verbose import Verbose
from hpatch.errors import UsageError
from hpatch.patch.apply import stack as stacks
from hpatch.report.common.terminal import visible

_EXAMPLES = """
Examples:

  hpatch add modules/proxy/proxy_util.c   then edit the file
  hpatch refresh                          the topmost patch has the edits

Name a file before you edit it, and before you make a new one. Files that a patch changes need no add. Paths are those
of the tree.
"""


def _command(
    paths: Annotated[list[str], typer.Argument(metavar="PATH...", help="Files of the tree.")],
    tree: trees.Tree = Path(),
    verbose: Verbose = False,
) -> int:
    """Have the topmost patch take your edits of further files."""
    wanted = list(dict.fromkeys(path.removeprefix("./") for path in paths))
    with trees.changed(tree):
        stack = stacks.load(tree)
        if not stack.steps:
            raise UsageError(f"{tree}: nothing is applied in this tree")
        changes = queueing.add(tree, stack, wanted)
        if changes:
            files.replace(tree, changes)
    output.write("".join(f"{visible(stack.steps[-1].name)}: {visible(path)}\n" for path in wanted))
    return 0


def register(app: typer.Typer) -> None:
    """Add the command."""
    help.command(app, "add", _command, _EXAMPLES)
