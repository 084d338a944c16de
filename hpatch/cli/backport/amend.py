"""`hpatch backport amend`."""

import re
from typing import TYPE_CHECKING, Annotated

import typer

from hpatch.cli import help
from hpatch.cli.backport.editing import ENTRY, EditOptions, EditWish, Which, edit
from hpatch.cli.options.verbose import Verbose
from hpatch.errors import UsageError

if TYPE_CHECKING:
    from hpatch.backport.status.file import Entry, StatusFile

_REVISION = re.compile(r"r?(\d{4,8})")
_AMEND = f"""
Examples:

  hpatch backport amend r1912462 r1912999
  hpatch backport amend "PR 69233" 1912999,1913001 --name jdoe
  hpatch backport amend 3 r1912999 --status ~/2.4.x/STATUS --dry-run

The revisions join the trunk field and the merge command. The votes were for less: every vote in favor goes, and a note
names who has to vote again. Votes against and comments stay. An accepted entry becomes a proposal again.
{ENTRY}"""


def _command(
    which: Which,
    revisions: Annotated[
        list[str], typer.Argument(metavar="REV...", help="Revisions of trunk to add: r1912999, or 1912999,1913001.")
    ],
    name: Annotated[
        str | None, typer.Option("--name", metavar="NAME", help="Sign the note and vote +1 under this name.")
    ] = None,
    *,
    options: EditOptions,
    verbose: Verbose = False,
) -> int:
    """Add revisions to a proposal; the votes for it start again."""
    from hpatch.backport.status import file as status_file

    numbers = [_number(word) for one in revisions for word in re.split(r"[,\s]+", one) if word]
    if not numbers:
        raise UsageError("no revision is given; name one, e.g. r1912999")
    if name is not None and not status_file.is_name(name):
        raise UsageError(f"--name: '{name}' is not the name of a committer")

    def change(found: "StatusFile", entry: "Entry") -> EditWish:
        new = sorted(set(numbers).difference(entry.trunk))
        if not new:
            return EditWish(said="has these revisions already")
        names = ", ".join(f"r{number}" for number in new)
        people = dict.fromkeys(vote.name for vote in entry.votes if vote.value > 0 and vote.name != name)
        said = f"added {names}" + (f"; {', '.join(people)} must vote again" if people else "")
        places = (*entry.branch.patches, *(f"pull request {number}" for number in entry.branch.pulls))
        if places:
            said += f"; the branch's own patch must have {names} too: {', '.join(places)}"
        return EditWish(status_file.amend(found, entry, new, name), said)

    return edit("amend", which, change, options)


def _number(word: str) -> int:
    found = _REVISION.fullmatch(word)
    if found is None:
        raise UsageError(f"'{word}' is not a revision of trunk; write r1912999 or 1912999")
    return int(found[1])


def register(group: typer.Typer) -> None:
    """Add the command."""
    help.command(group, "amend", _command, _AMEND)
