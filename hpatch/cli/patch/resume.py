"""`hpatch resume`."""

from __future__ import annotations

from contextlib import nullcontext, suppress
from pathlib import Path
from typing import Annotated

import typer

from hpatch.build.trees import conflicts, queueing
from hpatch.build.trees.applying import commit, prepare
from hpatch.cli import help, output
from hpatch.cli.options import tree as trees
from hpatch.cli.options.answer import Format
from hpatch.cli.options.revisions import RevisionOptions
from hpatch.cli.options.verbose import Verbose
from hpatch.errors import ToolError
from hpatch.patch.series import queue as queues
from hpatch.report.common.renderer import FORMS
from hpatch.report.patch.plan import MarkedCopy, PlanReport

_EXAMPLES = """
Examples:

  hpatch apply fix.diff --tree httpd-2.4.9 --conflicts ~/copy
  hpatch resume ~/copy --tree httpd-2.4.9

hpatch takes the files in which it marked conflicts as you edited them, and applies everything to the tree as one. A
file that you deleted is left out. The tree must be as it was. Your answers are kept, and hpatch apply uses them where
the same conflicts come up again; it says so.

Exit codes: 0 applied; 1 something else does not fit, and is marked now; 2 wrong usage; 3 a marker is left, or the tree
changed; 4 the tree cannot be written, or another hpatch is working in it.
"""


def _command(
    folder: Annotated[
        Path, typer.Argument(metavar="DIR", help="The copy that hpatch apply --conflicts made, with your edits.")
    ],
    tree: trees.Tree = Path(),
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would change; change nothing.")] = False,
    format: Format = "text",
    verbose: Verbose = False,
) -> int:
    """Take an edited copy as the answer to the conflicts of an apply."""
    waiting = conflicts.load(folder)
    answers = conflicts.answered(waiting)
    request = waiting.asked.request._replace(answers=answers)
    revisions = RevisionOptions(**waiting.asked.source)
    if dry_run:
        trees.settle(tree)
    with nullcontext() if dry_run else trees.changed(tree):
        if not dry_run:
            answers.keep()
        conflicts.check(waiting, tree)
        known = revisions.sets()
        prepared = prepare(tree, request, known, revisions.source(known))
        others = conflicts.other_edits(waiting)
        if prepared.ok and not dry_run:
            queue = queues.load(tree)
            commit(
                prepared, queue, queue.having(queueing.queued(prepared, request.diffs, known, waiting.asked.origins))
            )
            # The tree has all of it, and is no longer as it was: nothing is taken twice.
            with suppress(ToolError):
                conflicts.done(waiting)
        elif not dry_run and conflicts.markable(prepared):
            waiting = conflicts.again(prepared, waiting)
    report = PlanReport(prepared=prepared, dry_run=dry_run, hunks=verbose, copy=MarkedCopy(waiting, others))
    return output.show(report, FORMS, format, code=0 if prepared.ok else 1)


def register(app: typer.Typer) -> None:
    """Add the command."""
    help.command(app, "resume", _command, _EXAMPLES)
