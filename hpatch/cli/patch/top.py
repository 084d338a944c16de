"""`hpatch top`."""

import sys
from pathlib import Path

import typer

from hpatch.cli import help, output
from hpatch.cli.options import tree as trees
from hpatch.cli.options.answer import Format
from hpatch.cli.options.verbose import Verbose
from hpatch.cli.patch.applied import report
from hpatch.report.common.renderer import FORMS

_EXAMPLES = """
Examples:

  hpatch top --tree httpd-2.4.9

Exit code 1: nothing is applied.
"""


def _command(tree: trees.Tree = Path(), format: Format = "text", verbose: Verbose = False) -> int:
    """Show the topmost patch of a tree."""
    found = report(tree, "top")
    if not found.stack.steps and format == "text":
        print("hpatch: nothing is applied in this tree", file=sys.stderr)
    return output.show(found, FORMS, format, code=0 if found.stack.steps else 1)


def register(app: typer.Typer) -> None:
    """Add the command."""
    help.command(app, "top", _command, _EXAMPLES)
