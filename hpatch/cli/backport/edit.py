"""`hpatch backport vote`, `accept`, `withdraw` and `remove`: STATUS in a working copy, edited by spans."""

from typing import TYPE_CHECKING, Annotated

import typer

from hpatch.cli import help
from hpatch.cli.backport.editing import ENTRY, EditOptions, EditWish, Name, Which, accepted, edit
from hpatch.cli.options.verbose import Verbose

if TYPE_CHECKING:
    from hpatch.backport.status.file import Entry, StatusFile

_VOTE = f"""
Examples:

  hpatch backport vote r1912462 --vote +1 --name jdoe
  hpatch backport vote "PR 69233" --vote -1 --name jdoe --remark "no docs"
  hpatch backport vote 3 --name jdoe --dry-run

A new vote replaces the old one of the same name. A veto (-1) needs a reason.
{ENTRY}"""
_ACCEPT = f"""
Examples:

  hpatch backport accept r1912462
  hpatch backport accept 3 --status ~/2.4.x/STATUS --dry-run

hpatch refuses (exit code 1) without three +1, or against a veto. --force accepts without votes in the areas that need
none; the head of STATUS names them.
{ENTRY}"""
_WITHDRAW = f"""
Examples:

  hpatch backport withdraw r1912462 --name jdoe

hpatch withdraws the vote, whatever its weight.
{ENTRY}"""
_REMOVE = f"""
Examples:

  hpatch backport remove r1912462

Remove an entry after its merge, or when nobody proposes it any more.
{ENTRY}"""


def _vote(
    which: Which,
    name: Name,
    weight: Annotated[str, typer.Option("--vote", metavar="WEIGHT", help="The vote: +1, -1, +0, -0.5, …")] = "+1",
    remark: Annotated[str, typer.Option(metavar="TEXT", help="Add a remark. A veto needs one, as its reason.")] = "",
    *,
    options: EditOptions,
    verbose: Verbose = False,
) -> int:
    """Vote for or against a proposal in STATUS."""
    from hpatch.backport.status import file as status_file
    from hpatch.errors import UsageError

    said = weight.strip()

    def change(found: "StatusFile", entry: "Entry") -> EditWish:
        edits = status_file.vote(found, entry, name, said, remark.strip())
        if edits and status_file.weighs(said) <= -1 and not remark.strip():
            raise UsageError("a veto needs a reason; give it with --remark TEXT")
        return EditWish(edits, f"{said}: {name}" if edits else f"{name} has voted {said} already")

    return edit("vote", which, change, options)


def _accept(
    which: Which,
    force: Annotated[
        bool, typer.Option("--force", help="Accept without three +1: the change is in an area that needs no votes.")
    ] = False,
    *,
    options: EditOptions,
    verbose: Verbose = False,
) -> int:
    """Move a proposal to the accepted ones."""

    def change(found: "StatusFile", entry: "Entry") -> EditWish:
        return accepted(found, entry, force=force)

    return edit("accept", which, change, options)


def _withdraw(
    which: Which,
    name: Name,
    *,
    options: EditOptions,
    verbose: Verbose = False,
) -> int:
    """Withdraw a vote."""
    from hpatch.backport.status import file as status_file

    def change(found: "StatusFile", entry: "Entry") -> EditWish:
        return EditWish(status_file.withdraw(found, entry, name), f"took back the vote of {name}")

    return edit("withdraw", which, change, options)


def _remove(
    which: Which,
    *,
    options: EditOptions,
    verbose: Verbose = False,
) -> int:
    """Delete a proposal from STATUS."""
    from hpatch.backport.status import file as status_file

    def change(found: "StatusFile", entry: "Entry") -> EditWish:
        return EditWish(status_file.remove(found, entry), "removed")

    return edit("remove", which, change, options)


def register(group: typer.Typer) -> None:
    """Add the commands."""
    help.command(group, "vote", _vote, _VOTE)
    help.command(group, "accept", _accept, _ACCEPT)
    help.command(group, "withdraw", _withdraw, _WITHDRAW)
    help.command(group, "remove", _remove, _REMOVE)
