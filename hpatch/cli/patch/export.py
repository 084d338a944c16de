"""`hpatch set export`."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from hpatch.cli import output
from hpatch.cli.options import revisions as shared
from hpatch.cli.options import tree as trees
from hpatch.cli.options.answer import Format
from hpatch.cli.options.verbose import Verbose
from hpatch.cli.patch import writing
from hpatch.errors import UsageError

if TYPE_CHECKING:
    from hpatch.patch.apply.export import Patch

EXAMPLES = """
Examples:

  hpatch set export scgi-unix --tree httpd-2.4.9 --as diff | patch -p1
  hpatch set export fcgi-body-cpu --as quilt --output debian/patches
  hpatch set export fcgi-body-cpu --tree ~/src/httpd --as git --output mails

The patches fit the tree without the patches that hpatch applied in it. Sets that the named sets need and that the tree
lacks are included. hpatch appends to an existing series. It stops if a patch of the same name has other content.
"""

Form = Literal["quilt", "git", "diff"]


def command(
    sets: Annotated[list[str], typer.Argument(metavar="SET...", help="Names of patch sets.")],
    form: Annotated[
        Form,
        typer.Option(
            "--as", help="What to write: a quilt series with DEP-3 headers, mails for git am, or one diff (-p1)."
        ),
    ],
    tree: trees.Tree = Path(),
    folder: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="DIR", help="Write to this folder. Not needed for one diff."),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would be written; write nothing.")] = False,
    any_version: Annotated[
        bool, typer.Option("--any-version", help="Try sets that are not meant for this version, too.")
    ] = False,
    *,
    revisions: shared.RevisionOptions,
    format: Format = "text",
    verbose: Verbose = False,
) -> int:
    """Write patch sets as patches for quilt, git am or patch, fitted to a tree."""
    from hpatch.build.trees.applying import Request, prepare_bare
    from hpatch.build.trees.exporting import patches
    from hpatch.patch.apply import export
    from hpatch.report.common.renderer import FORMS
    from hpatch.report.patch.export import ExportReport, of_set
    from hpatch.report.patch.plan import PlanReport

    if folder is None and (form != "diff" or format == "json"):
        raise UsageError(f"--as {form}{' --format json' * (form == 'diff')} needs --output DIR")
    known = revisions.sets()
    source = revisions.source(known)
    trees.settle(tree)
    prepared = prepare_bare(tree, Request(tuple(sets), any_version=any_version), known, source)
    if not prepared.ok:
        refused = PlanReport(prepared=prepared, dry_run=True)
        if format == "json" or folder is not None:
            return output.show(refused, FORMS, format, code=1)
        sys.stderr.writelines(f"{line}\n" for line in refused.text(output.page()))
        return 1
    made = patches(prepared, known)
    if not made:
        print("hpatch: nothing to export: the tree has all of it", file=sys.stderr)
    if folder is None:
        output.write_bytes(export.diff(made))
        return 0
    files = _files(made, form, "+".join(dict.fromkeys(sets))) if made else {}
    names = [str(folder / name) for name in writing.written(folder, files, dry_run=dry_run)]
    report = ExportReport(form=form, files=names, patches=[of_set(one) for one in made], dry_run=dry_run)
    return output.show(report, FORMS, format)


def _files(made: "tuple[Patch, ...]", form: Form, name: str) -> dict[str, bytes]:
    from hpatch.patch.apply import export

    if form == "quilt":
        return export.quilt(made)
    if form == "git":
        return export.git(made)
    return {f"{name}.diff": export.diff(made)}
