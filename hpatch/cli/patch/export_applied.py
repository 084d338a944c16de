"""`hpatch export`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from hpatch.cli import help, output
from hpatch.cli.options import tree as trees
from hpatch.cli.options.answer import Format
from hpatch.cli.options.verbose import Verbose
from hpatch.cli.patch import writing
from hpatch.errors import UsageError
from hpatch.report.common.terminal import visible

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hpatch.build.trees.exported import ExportedPatch
    from hpatch.patch.apply.stack import Stack

_EXAMPLES = """
Examples:

  hpatch export --as quilt --output debian/patches
  hpatch export mine.patch --output debian/patches \\
    --forwarded no --bug https://bugs.debian.org/1
  hpatch export --as git --output mails
  hpatch export --as diff > all.diff

The patches fit the tree as it was before hpatch changed it. A patch keeps its text if GNU patch would apply it as it
is; otherwise, hpatch writes it for the place where it went, below its own header. hpatch adds to an existing series.
It only overwrites files that it read, or that have an earlier text of the patch. Your edits are in the patches after
hpatch refresh. DEP-3 fields that you give are set in the patches that you name, or else in those that lack them.
"""

_DEP3 = "DEP-3 fields"

Forwarded = Annotated[
    str | None,
    typer.Option(metavar="URL|no|not-needed", help="Where the patch was sent.", rich_help_panel=_DEP3),
]
Bug = Annotated[str | None, typer.Option(metavar="URL", help="The upstream bug that it fixes.", rich_help_panel=_DEP3)]
Origin = Annotated[
    str | None,
    typer.Option(metavar="TEXT", help="Where it comes from: 'upstream, URL', 'vendor'.", rich_help_panel=_DEP3),
]
AppliedUpstream = Annotated[
    str | None, typer.Option(metavar="TEXT", help="The upstream version that has it.", rich_help_panel=_DEP3)
]


def _command(
    patches: Annotated[
        list[str] | None,
        typer.Argument(metavar="[PATCH]...", help="The applied patches to export. The default is all."),
    ] = None,
    form: Annotated[
        Literal["quilt", "git", "diff"],
        typer.Option("--as", help="What to write: a quilt series, mails for git am, or one diff (-p1)."),
    ] = "quilt",
    tree: trees.Tree = Path(),
    folder: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="DIR", help="Write to this folder. Not needed for one diff."),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Overwrite files that have other content.")] = False,
    forwarded: Forwarded = None,
    bug: Bug = None,
    origin: Origin = None,
    applied_upstream: AppliedUpstream = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would be written; write nothing.")] = False,
    format: Format = "text",
    verbose: Verbose = False,
) -> int:
    """Write the patches that are applied in a tree for quilt, git am or patch."""
    from hpatch.build.trees import queueing
    from hpatch.build.trees.exported import exported, mails
    from hpatch.patch.apply import export
    from hpatch.patch.apply import stack as stacks
    from hpatch.patch.series import queue as queues
    from hpatch.report.common.renderer import FORMS
    from hpatch.report.patch.export import ExportReport, of_applied

    if folder is None and (form != "diff" or format == "json"):
        raise UsageError(f"--as {form}{' --format json' * (form == 'diff')} needs --output DIR")
    named = {"Forwarded": forwarded, "Bug": bug, "Origin": origin, "Applied-Upstream": applied_upstream}
    fields = {name: _plain(name, value) for name, value in named.items() if value is not None}
    if fields and form == "diff":
        raise UsageError("one diff has no DEP-3 fields; give --as quilt")
    trees.settle(tree)
    stack, queue = stacks.load(tree), queues.load(tree)
    queueing.check_applied(patches or (), [step.name for step in stack.steps])
    made = exported(tree, stack, queue, patches or (), fields)
    if not made:
        print("hpatch: nothing to export: nothing is applied in this tree", file=sys.stderr)
    _tell_edited(tree, stack)
    whole = export.unified(export.merged(edit for one in made for edit in one.edits))
    if folder is None:
        output.write_bytes(whole)
        return 0
    known = {one.file: one.known for one in made}
    files = _quilt(made) if form == "quilt" else mails(made) if form == "git" else {"applied.diff": whole}
    names = writing.written(folder, files, dry_run=dry_run, known=known, force=force) if made else []
    written = [str(folder / name) for name in names]
    report = ExportReport(form=form, files=written, patches=[of_applied(one) for one in made], dry_run=dry_run)
    return output.show(report, FORMS, format)


def _plain(name: str, value: str) -> str:
    if not value.strip() or not value.isprintable():
        raise UsageError(f"{name}: give one line of text")
    return value.strip()


def _tell_edited(tree: Path, stack: Stack) -> None:
    from hpatch.build.trees.queueing import own_edits

    edited = [edit.path for edit in own_edits(tree, stack)]
    if edited:
        names = visible(", ".join(edited))
        print(f"hpatch: your edits of {names} are not in the patches; hpatch refresh folds them in", file=sys.stderr)


def _quilt(made: Sequence[ExportedPatch]) -> dict[str, bytes]:
    files = {one.file: one.text for one in made}
    lines = (one.file if one.strip == 1 else f"{one.file} -p{one.strip}" for one in made)
    return {**files, writing.SERIES: "".join(f"{line}\n" for line in lines).encode("utf-8", "surrogateescape")}


def register(app: typer.Typer) -> None:
    """Add the command."""
    help.command(app, "export", _command, _EXAMPLES)
