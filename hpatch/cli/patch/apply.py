"""`hpatch apply`."""

import os
import re
import sys
from collections.abc import Sequence
from contextlib import nullcontext
from hashlib import sha256
from pathlib import Path
from typing import Annotated

import typer

from hpatch.build.trees import committing, leaving, queueing
from hpatch.build.trees import conflicts as marking
from hpatch.build.trees.applying import Given, Prepared, Request, commit, idle, prepare
from hpatch.build.trees.conflicts import AskedToApply
from hpatch.cli import help, interrupt, output
from hpatch.cli.options import answers as kept_answers
from hpatch.cli.options import given, placing
from hpatch.cli.options import revisions as shared
from hpatch.cli.options import series as given_series
from hpatch.cli.options import tree as trees
from hpatch.cli.options.answer import Format
from hpatch.cli.options.placing import MISFITS, PLACING
from hpatch.cli.options.verbose import Verbose
from hpatch.errors import UsageError
from hpatch.patch.series import queue as queues
from hpatch.patch.sets.model import Catalog
from hpatch.patch.sources.cache import Checked
from hpatch.report.common.progress import shown
from hpatch.report.common.renderer import FORMS
from hpatch.report.common.terminal import visible
from hpatch.report.patch.plan import MadeBranch, MarkedCopy, PlanReport

_EXAMPLES = """
Examples:

  hpatch apply fcgi-body-cpu --tree httpd-2.4.9 --git ~/src/httpd
  hpatch apply fcgi-body-cpu scgi-unix --tree httpd-2.4.9 --web --dry-run
  hpatch apply local/fix.diff r1591472 --tree httpd-2.4.9
  hpatch apply local/fix.diff --tree httpd-2.4.9 --reject ~/rejects
  hpatch apply local/fix.diff --tree httpd-2.4.9 --conflicts ~/copy
  hpatch apply --series debian/patches
  git format-patch --stdout v1.. | hpatch apply --series -
  hpatch apply --series debian/patches --into-git patched

Sets that the named sets need are applied too. hpatch applies everything or nothing. If something does not fit, it shows
the lines in the way and, with --git, the revisions that brought the missing lines. hpatch revert undoes a set.

A diff's odd forms that GNU patch reads too (a git header without hunks, an Index: line alone, mail around a diff) are
read with a warning. A diff that may have lost lines is refused.

Exit codes: 0 applied, or already there; 1 does not apply; 2 wrong usage; 3 a tree or a diff cannot be read; 4 the
source cannot be reached, the tree cannot be written, or another hpatch is working in it.
"""

_REVISION = re.compile(r"r(\d{1,9})")


def _command(
    what: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[SET|FILE|rN]...", help="Patch sets, diffs (FILE.diff, FILE.patch) or single revisions."
        ),
    ] = None,
    series: given_series.Series = None,
    exclude: Annotated[
        list[str] | None,
        typer.Option(
            "--exclude",
            metavar="PATH",
            help="Leave out changes of this file, of files below this folder, or of files that match a pattern with *. "
            "Repeatable.",
        ),
    ] = None,
    into_git: Annotated[
        str | None,
        typer.Option(
            "--into-git",
            metavar="BRANCH",
            help="Make a commit of each diff on this branch of the tree's git repository: a new one at HEAD, or one "
            "that is not checked out. The work tree and the index stay as they are.",
        ),
    ] = None,
    tree: trees.Tree = Path(),
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would change; change nothing.")] = False,
    reject: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR",
            help="Apply the hunks of diffs that fit. Write the others to .rej files in this folder, outside the tree.",
            rich_help_panel=MISFITS,
        ),
    ] = None,
    conflicts: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR",
            help="Copy the tree to this folder and mark there what does not fit; hpatch resume takes the edited copy.",
            rich_help_panel=MISFITS,
        ),
    ] = None,
    answers: kept_answers.Answers = None,
    no_answers: kept_answers.NoAnswers = False,
    format: Format = "text",
    fuzz: placing.Fuzz = 0,
    ignore_whitespace: placing.IgnoreWhitespace = False,
    by_words: placing.ByWords = False,
    accept_place: placing.AcceptPlace = False,
    strip: Annotated[
        int | None,
        typer.Option(
            "-p",
            "--strip",
            metavar="N",
            min=0,
            max=99,
            help="Strip this many leading folders from a diff's paths. Detected by default.",
            rich_help_panel=PLACING,
        ),
    ] = None,
    any_version: placing.AnyVersion = False,
    *,
    revisions: shared.RevisionOptions,
    verbose: Verbose = False,
) -> int:
    """Apply patch sets, diffs and revisions to a source tree."""
    known = revisions.sets()
    if not what and series is None:
        raise UsageError("name sets, diffs or revisions, or give --series PATH")
    request, origins = _request(what or (), {one.id for one in known.sets})
    if series is not None:
        patches = given_series.patches(series)
        request = request._replace(diffs=(*request.diffs, *queueing.given(patches, strip)))
        origins.update((one.name, one.origin) for one in patches if one.origin)
    request = request._replace(
        exclude=tuple(one.removeprefix("./") for one in exclude or ()),
        fuzz=fuzz,
        ignore_whitespace=ignore_whitespace,
        words=by_words,
        accept_place=accept_place,
        strip=strip,
        any_version=any_version,
    )
    if reject is not None and conflicts is not None:
        raise UsageError("--reject and --conflicts exclude each other")
    if conflicts is not None:
        leaving.check(tree, conflicts)
    kept = kept_answers.chosen(answers, none=no_answers)
    request = request._replace(answers=kept)
    if reject is not None:
        if request.ids or request.revisions:
            raise UsageError("--reject is for diffs; hpatch applies a set or a revision as a whole or not at all")
        leaving.check(tree, reject)
        request = request._replace(partly=True)
    source = revisions.source(known)
    if into_git is not None:
        if reject is not None or conflicts is not None:
            raise UsageError("--into-git excludes --reject and --conflicts")
        report = _into_git(into_git, tree, request, known, source, dry_run=dry_run, hunks=verbose)
        return output.show(report, FORMS, format, code=0 if report.prepared.ok else 1)
    if dry_run:
        trees.settle(tree)
    left = waiting = None
    with nullcontext() if dry_run else trees.changed(tree):
        with shown() as progress:
            prepared = prepare(tree, request, known, source, tell=progress.step)
        _tell_idle(prepared, request)
        if reject is not None and not prepared.ok:
            left = leaving.rejects_of(prepared, reject)
            if not dry_run:
                leaving.reject(prepared, left)
        elif prepared.ok and not dry_run:
            before = queues.load(tree)
            after = before.having(queueing.queued(prepared, request.diffs, known, origins))
            with shown() as progress:
                progress.step(1, 1, f"writing {tree}")
                commit(prepared, before, after)
        elif conflicts is not None and not dry_run and _markable(prepared):
            folder = None if kept is None else kept.folder
            asked = AskedToApply(
                request=request, source=revisions.absolute()._asdict(), origins=origins, answers=folder
            )
            waiting = marking.copy(prepared, conflicts, asked)
    copy = None if waiting is None else MarkedCopy(waiting)
    report = PlanReport(prepared=prepared, dry_run=dry_run, hunks=verbose, rejects=left, copy=copy)
    return output.show(report, FORMS, format, code=0 if prepared.ok else 1)


def _markable(prepared: Prepared) -> bool:
    """Whether a copy can show the conflicts; says which file stands in the way."""
    path = marking.unmarkable(prepared)
    if path is not None:
        message = f"{visible(path)}: its conflict is not one of its lines, and has no marks; hpatch makes no copy"
        print(f"hpatch: {message}", file=sys.stderr)
    return marking.markable(prepared)


def _into_git(
    name: str, tree: Path, request: Request, known: Catalog, source: Checked, *, dry_run: bool, hunks: bool
) -> PlanReport:
    """Commit the diffs to a branch."""
    target = committing.branch(tree, name)
    interrupt.standing(lambda: f"{name} {'has all commits' if committing.moved(target) else 'is as it was'}")
    prepared = committing.prepare(target, tree, request, known, source)
    _tell_idle(prepared, request)
    made = committing.commit(target, prepared, request.diffs) if prepared.ok and not dry_run else []
    return PlanReport(prepared=prepared, dry_run=dry_run, hunks=hunks, branch=MadeBranch(name=name, commits=made))


def _tell_idle(prepared: Prepared, request: Request) -> None:
    """Say which --exclude leaves nothing out: a misspelt one would have the file changed."""
    for pattern in idle(prepared, request.exclude):
        print(f"hpatch: --exclude {visible(pattern)}: the diffs change no such file", file=sys.stderr)


def _request(words: Sequence[str], known: set[str]) -> tuple[Request, dict[str, str]]:
    """Sets, diffs and revisions, and the digests of the diffs' files by name.

    A name of a set is a set, whatever files there are; `./NAME` is a file.
    """
    ids: list[str] = []
    revisions: list[int] = []
    files: list[str] = []
    for word in dict.fromkeys(words):
        revision = _REVISION.fullmatch(word)
        if word in known:
            ids.append(word)
        elif revision is not None:
            revisions.append(int(revision[1]))
        elif "/" in word or word.endswith((".diff", ".patch")) or os.path.exists(word):  # noqa: PTH110 - never raises
            files.append(word)
        else:
            ids.append(word)
    diffs = [_diff(file, name) for name, file in _apart(files).items()]
    origins = {one.name: sha256(one.text).hexdigest() for one in diffs}
    return Request(ids=tuple(ids), revisions=tuple(revisions), diffs=tuple(diffs)), origins


def _apart(files: Sequence[str]) -> dict[str, str]:
    """The files by names that differ: each its own, with as many folders in front as tell it from the others.

    `a/fix.diff` and `b/fix.diff` are `a-fix.diff` and `b-fix.diff`. A file that is given twice counts once.
    """
    paths = {os.path.abspath(file): file for file in reversed(files)}  # noqa: PTH100 - links stay as they are
    found: dict[str, str] = {}
    for path in reversed(paths):
        parts = path.split("/")
        others = [other.split("/") for other in paths if other != path]
        count = next(n for n in range(1, len(parts) + 1) if all(other[-n:] != parts[-n:] for other in others))
        found["-".join(parts[-count:])] = paths[path]
    if len(found) < len(paths):
        raise UsageError("diffs of one name cannot be told apart by their folders; rename one")
    return found


def _diff(file: str, name: str) -> Given:
    return Given(name, given.read(file))


def register(app: typer.Typer) -> None:
    """Add the command."""
    help.command(app, "apply", _command, _EXAMPLES)
