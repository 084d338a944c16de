"""`hpatch backport move`."""

from typing import TYPE_CHECKING, Annotated, Literal

import typer

from hpatch.cli import help
from hpatch.cli.backport.editing import ENTRY, EditOptions, EditWish, Which, accepted, edit
from hpatch.cli.options.verbose import Verbose

if TYPE_CHECKING:
    from hpatch.backport.status.file import Entry, StatusFile

_MOVE = f"""
Examples:

  hpatch backport move r1912462 --to stalled
  hpatch backport move "PR 69233" --to showstopper --dry-run
  hpatch backport move 3 --to proposed

The entry goes to the end of the section as it is, with its votes and comments. '--to accepted' asks for the same votes
as 'hpatch backport accept'.
{ENTRY}"""
_SAID = {
    "stalled": "moved to the stalled ones",
    "showstopper": "moved to the release showstoppers",
    "proposed": "moved to the proposed ones",
}


def _command(
    which: Which,
    to: Annotated[
        Literal["stalled", "showstopper", "accepted", "proposed"],
        typer.Option("--to", help="The section to move it to."),
    ],
    *,
    options: EditOptions,
    verbose: Verbose = False,
) -> int:
    """Move an entry to another section of STATUS."""
    from hpatch.backport.status import file as status_file

    def change(found: "StatusFile", entry: "Entry") -> EditWish:
        if to == "accepted":
            return accepted(found, entry, force=False, option="'hpatch backport accept --force'")
        if entry.kind == to:
            return EditWish(said="is in that section already")
        return EditWish(status_file.move(found, entry, to), _SAID[to])

    return edit("move", which, change, options)


def register(group: typer.Typer) -> None:
    """Add the command."""
    help.command(group, "move", _command, _MOVE)
