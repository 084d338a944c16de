"""`hpatch push`."""

from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from hpatch.build.trees import queueing
from hpatch.build.trees.applying import Request, commit, prepare
from hpatch.cli import help, output
from hpatch.cli.options import answers as kept_answers
from hpatch.cli.options import placing
from hpatch.cli.options import series as given_series
from hpatch.cli.options import tree as trees
from hpatch.cli.options.answer import Format
from hpatch.cli.options.verbose import Verbose
from hpatch.errors import UsageError
from hpatch.patch.apply import stack as stacks
from hpatch.patch.series import queue as queues
from hpatch.patch.sets.load import load
from hpatch.patch.sources.choose import choose
from hpatch.report.common.progress import shown
from hpatch.report.common.renderer import FORMS
from hpatch.report.patch.plan import PlanReport

_EXAMPLES = """
Examples:

  hpatch push --series debian/patches     take the series, apply its first patch
  hpatch push                             apply the next one
  hpatch push 3
  hpatch push fix-macro.patch             apply all up to this one
  hpatch push --all

hpatch pop takes patches off again; they wait for the next push. hpatch keeps their texts in the tree's folder .hpatch.
Each push applies all its patches or none.

Exit codes: 0 applied, or nothing waits; 1 does not apply; 2 wrong usage; 3 a tree or a patch cannot be read; 4 the
tree cannot be written, or another hpatch is working in it.
"""


def _command(
    what: Annotated[
        list[str] | None,
        typer.Argument(metavar="[N|PATCH]", help="How many patches, or the last one to apply. The default is 1."),
    ] = None,
    tree: trees.Tree = Path(),
    everything: Annotated[bool, typer.Option("--all", "-a", help="Apply all patches that wait.")] = False,
    series: given_series.Series = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would change; change nothing.")] = False,
    format: Format = "text",
    fuzz: placing.Fuzz = 0,
    ignore_whitespace: placing.IgnoreWhitespace = False,
    by_words: placing.ByWords = False,
    accept_place: placing.AcceptPlace = False,
    answers: kept_answers.Answers = None,
    no_answers: kept_answers.NoAnswers = False,
    verbose: Verbose = False,
) -> int:
    """Apply the next patches that wait in a tree."""
    if what and everything:
        raise UsageError("give a number or a patch, or --all")
    known = load(())
    source = choose(known, git=None, svn=None, web=None, diffs=None)
    new = () if series is None else given_series.patches(series)
    if dry_run:
        trees.settle(tree)
    with nullcontext() if dry_run else trees.changed(tree):
        stack, before = stacks.load(tree), queues.load(tree)
        after = queueing.with_series(stack, before, new)
        waiting = after.waiting(stack)
        names = [one.name for one in waiting]
        count = len(names) if everything else queueing.told(what or (), names, "a patch that waits")
        request = Request(
            diffs=queueing.waiting(waiting[:count]),
            fuzz=fuzz,
            ignore_whitespace=ignore_whitespace,
            words=by_words,
            accept_place=accept_place,
            answers=kept_answers.chosen(answers, none=no_answers),
        )
        with shown() as progress:
            prepared = prepare(tree, request, known, source, tell=progress.step)
        if not dry_run:
            # The series is taken even where its first patch does not fit.
            after = queueing.without_empty(prepared, after) if prepared.ok else after
            commit(prepared, before, after)
    report = PlanReport(prepared=prepared, dry_run=dry_run, hunks=verbose)
    if not names:
        report = replace(report, nothing="no patch waits in this tree")
    return output.show(report, FORMS, format, code=0 if prepared.ok else 1)


def register(app: typer.Typer) -> None:
    """Add the command."""
    help.command(app, "push", _command, _EXAMPLES)
