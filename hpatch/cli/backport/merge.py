"""`hpatch backport merge`."""

from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hpatch.cli import help, output
from hpatch.cli.backport.editing import DryRun, Which, unmet
from hpatch.cli.options import history as shared
from hpatch.cli.options import status as status_path
from hpatch.cli.options import tree as trees
from hpatch.cli.options.answer import Format
from hpatch.cli.options.verbose import Verbose
from hpatch.errors import InputError

if TYPE_CHECKING:
    from hpatch.backport.merge.contents import PatchFile
    from hpatch.backport.merge.copies.model import WorkingCopy
    from hpatch.backport.merge.merge import MergePlan
    from hpatch.backport.status.file import Entry, StatusFile

_MERGE = """
Examples:

  hpatch backport merge r1912462 --to ~/src/httpd
  hpatch backport merge 1 --to ~/2.4.x --repo ~/src/httpd --message merge.txt
  hpatch backport merge "PR 69233" --patch 484.diff --commit
  hpatch backport merge 1 --dry-run

ENTRY is a number from 'hpatch backport list', a revision of trunk (r1900001), or a part of the title. --to is a working
copy of the branch (git or Subversion) without uncommitted changes; unversioned files stay untouched. hpatch merges the
entry's revisions, takes the entry out of STATUS, writes the entry for CHANGES where trunk's revisions bring one, and
shows the commit message. It does all of this or nothing. In Subversion 'svn merge' brings and records the revisions,
and history is read from --repo, a git clone.

hpatch fetches nothing. If the entry names a patch or a pull request instead of trunk's own change, save it, look at it,
and give it with --patch.

Exit codes: 0 merged; 1 refused, with the reason (votes, a veto, uncommitted changes, a conflict); 2 wrong usage; 3 a
file, repository or revision cannot be read; 4 a program failed; nothing was changed then.
"""


def _command(
    which: Which,
    to: Annotated[
        Path,
        typer.Option("--to", metavar="DIR", help="The working copy of the branch. The default is the current folder."),
    ] = Path(),
    repo: Annotated[
        str | None,
        typer.Option(
            "--repo", metavar="DIR", help="Read history from this git clone. The default is the working copy."
        ),
    ] = None,
    onto: Annotated[
        str | None,
        typer.Option("--onto", metavar="BRANCH", help="With --repo, the branch there. The default is 2.4.x."),
    ] = None,
    trunk: shared.Trunk = "trunk",
    patch: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Merge this patch of the branch's own, and not trunk's change."),
    ] = None,
    force: Annotated[
        bool, typer.Option("--force", help="Merge without three +1: the change is in an area that needs no votes.")
    ] = False,
    message: Annotated[
        Path | None, typer.Option("--message", metavar="FILE", help="Write the commit message to this file.")
    ] = None,
    commit: Annotated[bool, typer.Option("--commit", help="Commit it with this message.")] = False,
    dry_run: DryRun = False,
    format: Format = "text",
    verbose: Verbose = False,
) -> int:
    """Merge an accepted proposal into a working copy of the branch."""
    from hpatch.backport.merge.copies.open import open_copy
    from hpatch.backport.status.choose import choose
    from hpatch.report.backport.merge import MergeReport, MergeState
    from hpatch.report.common.renderer import FORMS

    given = None if patch is None else _read(patch)
    path = status_path.find(None, to)
    copy = open_copy(Path(to))
    with nullcontext() if dry_run else trees.held(copy.root):
        data = status_path.read(path)
        status = status_path.parse(path, data)
        entry = choose(status, which)
        reason = _refused(status, entry, copy, force=force)
        plan = None
        if not reason:
            plan = _planned(status, data, entry, copy, given, repo=repo, onto=onto, trunk=trunk)
            reason = plan.files.refused
        done: MergeState = "refused" if reason else "planned"
        made = None
        if plan is not None and not reason and not dry_run:
            done = "merged"
            copy.bring(
                plan.changes, [one.number for one in plan.files.revisions if one.number], native=plan.files.native
            )
            try:
                if message is not None:
                    output.write(plan.message, str(message))
                if commit:
                    made = copy.commit(plan.message)
                    done = "committed"
            except BaseException:
                copy.undo(plan.changes)
                raise
    report = MergeReport(
        folder=str(to),
        kind=copy.kind,
        state=done,
        entry=entry,
        plan=None if reason else plan,
        reason=reason,
        saved=None if message is None or reason else str(message),
        commit=made,
    )
    return output.show(report, FORMS, format, code=1 if reason else 0)


def _refused(status: "StatusFile", entry: "Entry", copy: "WorkingCopy", *, force: bool) -> str:
    """Why the entry must not be merged, whatever it changes."""
    from hpatch.backport.merge.merge import barred

    votes = unmet(status, entry, force=force, option="--force", does="merges")
    return barred(entry) or votes or copy.busy()


def _planned(
    status: "StatusFile",
    data: bytes,
    entry: "Entry",
    copy: "WorkingCopy",
    patch: "PatchFile | None",
    *,
    repo: str | None,
    onto: str | None,
    trunk: str,
) -> "MergePlan":
    from hpatch.backport.merge.merge import plan

    line = onto or ("2.4.x" if repo is not None else copy.line())
    history = shared.revisions(str(copy.root) if repo is None else repo, line, trunk)
    return plan(history, status, data, entry, copy, patch)


def _read(file: Path) -> "PatchFile":
    """The patch. A URL is none: nothing is fetched."""
    from hpatch.backport.merge.contents import PatchFile

    try:
        return PatchFile(str(file), file.read_bytes())
    except OSError as error:
        hint = "; hpatch fetches nothing: save the patch to a file" if "://" in str(file) or ":/" in str(file) else ""
        raise InputError(f"{file}: cannot be read: {error.strerror or error}{hint}") from None


def register(group: typer.Typer) -> None:
    """Add the command."""
    help.command(group, "merge", _command, _MERGE)
