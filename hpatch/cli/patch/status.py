"""`hpatch status`."""

from pathlib import Path
from typing import Annotated

import typer

from hpatch.cli import help, output
from hpatch.cli.options import revisions as shared
from hpatch.cli.options import tree as trees
from hpatch.cli.options.answer import Format
from hpatch.cli.options.verbose import Verbose
from hpatch.report.common.renderer import FORMS
from hpatch.report.patch.status import PresenceReport

_EXAMPLES = """
Examples:

  hpatch status --tree httpd-2.4.9
  hpatch status --tree httpd-2.4.9 fcgi-memset scgi-unix
  hpatch status --tree httpd-2.4.9 --format json

States:

  present     hpatch applied it, the version contains it, or its marks are there
  partly      the tree has some of the set's changes
  superseded  the version contains it, but the tree lacks marks of it: later
              changes replaced it, or it was taken out
  missing     the tree does not have it

A mark is a text that tells a change (hpatch set show). Where the set's own diff is at hand, hpatch tries it, too: "the
code shows it" then says that the files have the marks and all lines that the diff brings, not within #if 0.
"""


def _command(
    sets: Annotated[list[str] | None, typer.Argument(metavar="[SET]...", help="Show only these sets.")] = None,
    tree: trees.Tree = Path(),
    catalog: shared.CatalogDirs = None,
    format: Format = "text",
    verbose: Verbose = False,
) -> None:
    """Show which patch sets a source tree has."""
    from hpatch.build.trees import presence
    from hpatch.build.trees.source import find
    from hpatch.patch.apply import stack
    from hpatch.patch.apply.tree import Tree

    found = shared.catalog(catalog)
    trees.settle(tree)
    source = find(tree)
    applied = stack.load(tree)
    if source is None and not applied.steps:
        from hpatch.build.trees.source import open_tree

        open_tree(tree)  # says what is missing
    wanted = [found.get(id) for id in dict.fromkeys(sets)] if sets else found.sets
    report = PresenceReport(
        root=str(tree),
        tree=source,
        presences=presence.presences(
            source,
            applied,
            (one for one in wanted if sets or one.project == source.project),
            catalogue=found.sets,
        )
        if source is not None
        else (),
        stack=applied,
        edited=sorted(presence.edited(Tree(tree), applied)),
    )
    output.show(report, FORMS, format)


def register(app: typer.Typer) -> None:
    """Add the command."""
    help.command(app, "status", _command, _EXAMPLES)
