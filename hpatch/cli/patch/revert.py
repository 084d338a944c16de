"""`hpatch revert`."""

from __future__ import annotations

import os
import sys
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hpatch.cli import help, output
from hpatch.cli.options import tree as trees
from hpatch.cli.options.answer import Format
from hpatch.cli.options.verbose import Verbose
from hpatch.errors import UsageError
from hpatch.report.common.terminal import visible

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hpatch.patch.apply.stack import Set, Stack
    from hpatch.report.patch.revert import RevertReport

_EXAMPLES = """
Examples:

  hpatch revert fcgi-memset --tree httpd-2.4.9
  hpatch revert local/fix.diff --tree httpd-2.4.9
  hpatch revert --all --dry-run --tree httpd-2.4.9

hpatch forgets what you revert, and so a patch that waits for hpatch push if you name it, or give --all.

You can revert any applied set, not only the last one. Later changes and your own edits stay if they touch other lines.
If they touch the same lines, hpatch changes nothing and shows those lines (exit code 1).
"""


def _command(
    sets: Annotated[
        list[str] | None, typer.Argument(metavar="[SET|FILE]...", help="The sets to revert, or the files of diffs.")
    ] = None,
    tree: trees.Tree = Path(),
    everything: Annotated[bool, typer.Option("--all", help="Revert everything that is applied.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would change; change nothing.")] = False,
    format: Format = "text",
    verbose: Verbose = False,
) -> int:
    """Revert patch sets in a source tree."""
    from hpatch.report.common.renderer import FORMS

    if bool(sets) is everything:
        raise UsageError("name the sets to revert, or give --all")
    if dry_run:
        trees.settle(tree)
    with nullcontext() if dry_run else trees.changed(tree):
        revert = _revert(tree, sets or (), dry_run)
    return output.show(revert, FORMS, format, code=0 if revert.ok else 1)


def _revert(tree: Path, wanted: Sequence[str], dry_run: bool) -> RevertReport:
    from hpatch.patch.apply import stack as stacks
    from hpatch.patch.series import queue as queues
    from hpatch.report.patch.revert import RevertReport

    root, stack, queue = str(tree), stacks.load(tree), queues.load(tree)
    waiting = [one for one in queue.waiting(stack) if one.name in wanted or one.set.id in wanted]
    told = {word for one in waiting for word in (one.name, one.set.id)}
    applied = [word for word in wanted if word not in told or stack.find(word) is not None]
    if not stack.sets and applied:
        raise UsageError(f"{tree}: nothing is applied in this tree")
    ids = list(dict.fromkeys(_id(word, stack) for word in applied)) if wanted else [one.id for one in stack.sets]
    dependents = stack.dependents(ids)
    if dependents:
        return RevertReport(root=root, ids=ids, done=None, dependents=dependents, unneeded=(), dry_run=dry_run)
    done = stacks.revert(tree, stack, ids)
    if not done.clashes:
        # What is reverted is forgotten; what is popped waits.
        gone = {step.name for step in stack.steps if step.set in ids}
        gone.update(one.name for one in queue.patches if one.set.id in ids or not wanted or one in waiting)
        _tell([one.name for one in queue.waiting(stack) if one.name in gone], dry_run=dry_run)
        if not dry_run:
            stacks.take_back(tree, queues.with_queue(tree, done.changes, queue, queue.without(gone)))
    unneeded = _unneeded(done.stack, stack, ids)
    return RevertReport(root=root, ids=ids, done=done, dependents=(), unneeded=unneeded, dry_run=dry_run)


def _tell(forgotten: Sequence[str], *, dry_run: bool) -> None:
    """Name the waiting patches that are not known any more."""
    if forgotten:
        what = f"{'would forget' if dry_run else 'forgot'} {'a patch' if len(forgotten) == 1 else 'patches'}"
        print(f"hpatch: {what} that waited: {visible(', '.join(forgotten))}", file=sys.stderr)


def _id(word: str, stack: Stack) -> str:
    """The applied set that a word means: its name, or the file of a diff with the same text."""
    if stack.find(word) is not None:
        return word
    if "/" in word or os.path.exists(word):  # noqa: PTH110 - never raises
        from hashlib import sha256

        from hpatch.cli.options import given

        digest = sha256(given.read(word)).hexdigest()
        found = next((one.id for one in stack.sets if one.diff == digest), None)
        if found is not None:
            return found
        name = os.path.basename(word)  # noqa: PTH119 - the path stays text, as written
        if stack.find(name) is not None:
            raise UsageError(f"{word}: is not the diff that is applied as '{name}'; name that: hpatch revert {name}")
    raise UsageError(f"'{word}' is not applied in this tree; {_applied(word, stack)}")


def _applied(id: str, stack: Stack) -> str:
    from hpatch.suggest import closest  # only failures pay for it

    names = [one.id for one in stack.sets]
    near = closest(id, names)
    return f"did you mean '{near}'?" if near else f"applied are: {', '.join(names)}"


def _unneeded(left: Stack, before: Stack, ids: Sequence[str]) -> list[Set]:
    """Sets that came along for one that is gone now, and that no other needs."""
    needed = {id for one in before.sets if one.id in ids for id in one.requires}
    return [one for one in left.sets if not one.asked and one.id in needed and not left.dependents([one.id])]


def register(app: typer.Typer) -> None:
    """Add the command."""
    help.command(app, "revert", _command, _EXAMPLES)
