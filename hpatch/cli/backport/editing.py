"""What the commands share that edit STATUS in a working copy: which entry, the edit by spans, the answer."""

from collections.abc import Callable
from contextlib import nullcontext
from typing import TYPE_CHECKING, Annotated

import typer

from hpatch.cli import output
from hpatch.cli.options import status as status_path
from hpatch.cli.options import tree as trees
from hpatch.cli.options.answer import Format
from hpatch.records import NamedTuple

if TYPE_CHECKING:
    from hpatch.backport.status.file import Entry, StatusFile, TextEdit

ENTRY = """
ENTRY is a number from 'hpatch backport list', a revision of trunk (r1900001), or a part of the title. hpatch changes
only the affected words of STATUS, as a whole or not at all, and commits nothing.
"""
"""Ends the help of a command that edits an entry."""

Which = Annotated[
    str, typer.Argument(metavar="ENTRY", help="The entry's number, a revision (rN), or a part of its title.")
]
Name = Annotated[str, typer.Option("--name", metavar="NAME", help="The name of the committer who votes.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Show the change; write nothing.")]


class EditOptions(NamedTuple):
    """The options that say which STATUS is edited, whether it is, and how that is shown."""

    status: status_path.Status = None
    repo: status_path.Repo = None
    dry_run: DryRun = False
    format: Format = "text"


class EditWish(NamedTuple):
    """What a command makes of an entry: edits and a word on them, or why it refuses."""

    edits: "tuple[TextEdit, ...]" = ()
    said: str = ""
    refused: str = ""


def edit(
    action: str,
    which: str,
    change: "Callable[[StatusFile, Entry], EditWish]",
    options: EditOptions,
) -> int:
    """Make the edit that `change` wants, and show it; the exit code."""
    from hpatch.backport.status import file as status_file
    from hpatch.backport.status.choose import choose
    from hpatch.report.backport.edit import EditReport, State
    from hpatch.report.common.renderer import FORMS

    path = status_path.find(options.status, options.repo)
    with nullcontext() if options.dry_run else trees.held(path.parent):
        data = status_path.read(path)
        found = status_path.parse(path, data)
        entry = choose(found, which)
        wish = change(found, entry)
        text = status_file.apply(found.text, wish.edits)
        if wish.edits and not options.dry_run:
            status_path.write(path, data, text)
    state: State = "planned" if options.dry_run else "done"
    if not wish.edits:
        state = "refused" if wish.refused else "nothing"
    if wish.edits and action != "remove":
        after = status_path.parse(path, status_path.encoded(text))
        same = (one for one in after.entries if one.title == entry.title and {*entry.trunk} <= {*one.trunk})
        entry = next(same, entry)
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
    return output.show(report, FORMS, options.format, code=1 if wish.refused else 0)


def accepted(found: "StatusFile", entry: "Entry", *, force: bool, option: str = "--force") -> EditWish:
    """The move of an entry to the accepted ones. `option` is what accepts without votes."""
    from hpatch.backport.status import file as status_file
    from hpatch.report.backport.status import needed

    if entry.kind == "accepted":
        return EditWish(said="is accepted already")
    refused = unmet(found, entry, force=force, option=option, does="accepts")
    if refused:
        return EditWish(refused=refused)
    lacks = "" if entry.needs.nothing else f", though it needs {needed(entry.needs)}"
    return EditWish(status_file.move(found, entry, "accepted"), f"moved to the accepted ones{lacks}")


def unmet(found: "StatusFile", entry: "Entry", *, force: bool, option: str, does: str) -> str:
    """Why the votes for an entry are not enough, and what to do; empty: they are, or `force` is.

    `option` is what goes on without votes, and `does` what it does ("merges").
    """
    from hpatch.backport.status import exempt
    from hpatch.report.backport.status import needed

    if not entry.needs.vetoes and (force or not entry.needs.votes):
        return ""
    lacks = f"needs {needed(entry.needs)}"
    if entry.needs.vetoes:
        return lacks
    area = exempt.titled(found, entry.title)
    if area is not None:
        return f"{lacks}; {area} needs no votes: {option} {does} it without"
    areas = f": {', '.join(found.exempt)}" if found.exempt else ""
    return f"{lacks}; {option} is for the areas that need no votes{areas}"
