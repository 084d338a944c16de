"""`hpatch proof`: what proofs have left behind."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from hpatch.cli import help, output
from hpatch.cli.options.verbose import Verbose

_GROUP = """
Examples:

  hpatch verify fcgi-stdin-eof --tree httpd-2.4.62 --bundle proof.tar
  hpatch proof show proof.tar
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
    from hpatch.report.prove.bundle import shown

    kept = store.read(bundle)
    return output.show(shown.BundleReport(kept), shown.FORMS, format, code=kept.bundle.exit_code)


def register(app: typer.Typer) -> None:
    """Add the commands."""
    group = help.group(app, "proof", "Show proofs that hpatch verify --bundle has kept.", _GROUP)
    help.command(group, "show", _show, _SHOW)
