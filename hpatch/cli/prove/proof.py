"""`hpatch proof`: what proofs have left behind."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from hpatch.cli import help, output
from hpatch.cli.options.answer import Format
from hpatch.cli.options.verbose import Verbose

_GROUP = """
Examples:

  hpatch verify fcgi-stdin-eof --tree httpd-2.4.62 --bundle proof.tar
  hpatch proof show proof.tar
  hpatch proof compare proof.tar older.tar
"""

_SHOW = """
Examples:

  hpatch proof show proof.tar
  hpatch proof show proof.tar --format markdown > ticket.md

hpatch shows the proof as verify did, and then what it was made of: versions, hashes, compiler, machine, log messages
and the command that repeats it. It runs nothing.

Exit codes: 0 the proof holds; 1 it does not; 2 wrong usage; 3 the bundle cannot be read or is damaged; 4 there is no
verdict: something could not run, or verify was interrupted.
"""

_COMPARE = """
Examples:

  hpatch proof compare proof.tar older.tar
  hpatch proof compare proof.tar httpd-2.4.62

hpatch shows what two proofs do not share: verdicts, hashes, compiler, modules, machine. It leaves out times and
measured figures. If the second one is a source tree, hpatch compares its hash with those of the bundle.

Exit codes: 0 no difference, or the tree is that of the proof, before or after the change; 1 differences, or another
tree; 2 wrong usage; 3 one of them cannot be read or is damaged.
"""

File = Annotated[Path, typer.Argument(metavar="BUNDLE", help="A folder or tar file that --bundle wrote, or its JSON.")]


def _show(
    bundle: File,
    format: Annotated[
        Literal["text", "json", "markdown"], typer.Option("--format", "-f", help="The output format.")
    ] = "text",
    verbose: Verbose = False,
) -> int:
    """Show a proof that was kept."""
    from hpatch.lab.bundle import store
    from hpatch.report.common.renderer import TICKET_FORMS
    from hpatch.report.prove.bundle.shown import BundleReport

    kept = store.read(bundle)
    return output.show(BundleReport(kept), TICKET_FORMS, format, code=kept.bundle.exit_code)


def _compare(
    bundle: File,
    other: Annotated[Path, typer.Argument(metavar="BUNDLE|TREE", help="Another bundle, or a source tree.")],
    format: Format = "text",
    verbose: Verbose = False,
) -> int:
    """Show what two proofs do not share, or whether a tree is that of a proof."""
    from hpatch.build.trees.source import find
    from hpatch.lab.bundle import store
    from hpatch.report.common.renderer import FORMS
    from hpatch.report.prove.bundle import compared

    first = store.read(bundle).bundle
    if other.is_dir() and find(other) is not None:
        answer = compared.compare_tree(first, other)
        return output.show(answer, FORMS, format, code=1 if answer.state == "other" else 0)
    both = compared.compare(first, store.read(other).bundle, (str(bundle), str(other)))
    return output.show(both, FORMS, format, code=1 if both.differences else 0)


def register(app: typer.Typer) -> None:
    """Add the commands."""
    group = help.group(app, "proof", "Show and compare proofs that hpatch verify --bundle has kept.", _GROUP)
    help.command(group, "show", _show, _SHOW)
    help.command(group, "compare", _compare, _COMPARE)
