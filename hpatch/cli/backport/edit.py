"""`hpatch backport vote`, `accept`, `withdraw` and `remove`: STATUS in a working copy, edited by spans."""

from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, NamedTuple

import typer

from hpatch.cli import help, output
from hpatch.cli.options import status as status_path
from hpatch.cli.options import tree as trees
from hpatch.cli.options.answer import Format
from hpatch.cli.options.verbose import Verbose

if TYPE_CHECKING:
    from hpatch.backport.status.file import Entry, StatusFile, TextEdit

_WHICH = """
ENTRY is a number from 'hpatch backport list', a revision of trunk (r1900001), or a part of the title. hpatch changes
only the affected words of STATUS, as a whole or not at all, and commits nothing.
"""
_VOTE = f"""
Examples:

  hpatch backport vote r1912462 --vote +1 --name jdoe
  hpatch backport vote "PR 69233" --vote -1 --name jdoe --remark "no docs"
  hpatch backport vote 3 --name jdoe --dry-run

A new vote replaces the old one of the same name. A veto (-1) needs a reason.
{_WHICH}"""
_ACCEPT = f"""
Examples:

  hpatch backport accept r1912462
  hpatch backport accept 3 --status ~/2.4.x/STATUS --dry-run

hpatch refuses (exit code 1) without three +1, or against a veto. --force accepts without votes in the areas that need
none; the head of STATUS names them.
{_WHICH}"""
_WITHDRAW = f"""
Examples:

  hpatch backport withdraw r1912462 --name jdoe

hpatch withdraws the vote, whatever its weight.
{_WHICH}"""
_REMOVE = f"""
Examples:

  hpatch backport remove r1912462

Remove an entry after its merge, or when nobody proposes it any more.
{_WHICH}"""

Which = Annotated[
    str, typer.Argument(metavar="ENTRY", help="The entry's number, a revision (rN), or a part of its title.")
]
Name = Annotated[str, typer.Option("--name", metavar="NAME", help="The name of the committer who votes.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Show the change; write nothing.")]


class _Wish(NamedTuple):
    """What a command makes of an entry: edits and a word on them, or why it refuses."""

    edits: "tuple[TextEdit, ...]" = ()
    said: str = ""
    refused: str = ""


def _vote(
    which: Which,
    name: Name,
    weight: Annotated[str, typer.Option("--vote", metavar="WEIGHT", help="The vote: +1, -1, +0, -0.5, …")] = "+1",
    remark: Annotated[str, typer.Option(metavar="TEXT", help="Add a remark. A veto needs one, as its reason.")] = "",
    status: status_path.Status = None,
    repo: status_path.Repo = None,
    dry_run: DryRun = False,
    format: Format = "text",
    verbose: Verbose = False,
) -> int:
    """Vote for or against a proposal in STATUS."""
    from hpatch.backport.status import file as status_file
    from hpatch.errors import UsageError

    said = weight.strip()

    def edit(found: "StatusFile", entry: "Entry") -> _Wish:
        edits = status_file.vote(found, entry, name, said, remark.strip())
        if edits and status_file.weighs(said) <= -1 and not remark.strip():
            raise UsageError("a veto needs a reason; give it with --remark TEXT")
        return _Wish(edits, f"{said}: {name}" if edits else f"{name} has voted {said} already")

    return _edit("vote", which, edit, status, repo, dry_run, format)


def _accept(
    which: Which,
    force: Annotated[
        bool, typer.Option("--force", help="Accept without three +1: the change is in an area that needs no votes.")
    ] = False,
    status: status_path.Status = None,
    repo: status_path.Repo = None,
    dry_run: DryRun = False,
    format: Format = "text",
    verbose: Verbose = False,
) -> int:
    """Move a proposal to the accepted ones."""
    from hpatch.backport.status import file as status_file
    from hpatch.report.backport.status import needed

    def edit(found: "StatusFile", entry: "Entry") -> _Wish:
        if entry.kind == "accepted":
            return _Wish(said="is accepted already")
        if entry.needs.vetoes or (entry.needs.votes and not force):
            return _Wish(refused=f"needs {needed(entry.needs)}{'' if entry.needs.vetoes else _hint(found, entry)}")
        lacks = "" if entry.needs.nothing else f", though it needs {needed(entry.needs)}"
        return _Wish(status_file.move(found, entry, "accepted"), f"moved to the accepted ones{lacks}")

    return _edit("accept", which, edit, status, repo, dry_run, format)


def _hint(found: "StatusFile", entry: "Entry") -> str:
    from hpatch.backport.status import exempt

    area = exempt.titled(found, entry.title)
    if area is not None:
        return f"; {area} needs no votes: --force accepts it without"
    areas = f": {', '.join(found.exempt)}" if found.exempt else ""
    return f"; --force is for the areas that need no votes{areas}"


def _withdraw(
    which: Which,
    name: Name,
    status: status_path.Status = None,
    repo: status_path.Repo = None,
    dry_run: DryRun = False,
    format: Format = "text",
    verbose: Verbose = False,
) -> int:
    """Withdraw a vote."""
    from hpatch.backport.status import file as status_file

    def edit(found: "StatusFile", entry: "Entry") -> _Wish:
        return _Wish(status_file.withdraw(found, entry, name), f"took back the vote of {name}")

    return _edit("withdraw", which, edit, status, repo, dry_run, format)


def _remove(
    which: Which,
    status: status_path.Status = None,
    repo: status_path.Repo = None,
    dry_run: DryRun = False,
    format: Format = "text",
    verbose: Verbose = False,
) -> int:
    """Delete a proposal from STATUS."""
    from hpatch.backport.status import file as status_file

    def edit(found: "StatusFile", entry: "Entry") -> _Wish:
        return _Wish(status_file.remove(found, entry), "removed")

    return _edit("remove", which, edit, status, repo, dry_run, format)


def _edit(
    action: str,
    which: str,
    edit: "Callable[[StatusFile, Entry], _Wish]",
    status: Path | None,
    repo: Path | None,
    dry_run: bool,
    format: Literal["text", "json"],
) -> int:
    from hpatch.backport.status import file as status_file
    from hpatch.backport.status.choose import choose
    from hpatch.report.backport.edit import EditReport, State
    from hpatch.report.common.renderer import FORMS

    path = status_path.find(status, repo)
    with nullcontext() if dry_run else trees.held(path.parent):
        data = status_path.read(path)
        found = status_path.parse(path, data)
        entry = choose(found, which)
        wish = edit(found, entry)
        text = status_file.apply(found.text, wish.edits)
        if wish.edits and not dry_run:
            status_path.write(path, data, text)
    state: State = "planned" if dry_run else "done"
    if not wish.edits:
        state = "refused" if wish.refused else "nothing"
    if wish.edits and action != "remove":
        after = status_path.parse(path, status_path.encoded(text))
        entry = next((one for one in after.entries if (one.title, one.trunk) == (entry.title, entry.trunk)), entry)
    report = EditReport(
        action=action,
        file=str(path),
        path=path.name,
        state=state,
        entry=entry,
        before=data,
        after=status_path.encoded(text),
        said=wish.said,
        reason=wish.refused,
    )
    return output.show(report, FORMS, format, code=1 if wish.refused else 0)


def register(group: typer.Typer) -> None:
    """Add the commands."""
    help.command(group, "vote", _vote, _VOTE)
    help.command(group, "accept", _accept, _ACCEPT)
    help.command(group, "withdraw", _withdraw, _WITHDRAW)
    help.command(group, "remove", _remove, _REMOVE)
