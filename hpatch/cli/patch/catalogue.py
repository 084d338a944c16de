"""`hpatch set new` and `hpatch set check`: a set made from history, and a catalogue held against it."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hpatch.cli import output
from hpatch.cli.options import history as histories
from hpatch.cli.options import revisions as shared
from hpatch.cli.options.answer import Format
from hpatch.cli.options.verbose import Verbose
from hpatch.errors import InputError, UsageError
from hpatch.report.common.renderer import FORMS

if TYPE_CHECKING:
    from hpatch.patch.sets.model import Catalog

NEW = """
Examples:

  hpatch set new proxy-hang r1908095 --git ~/src/httpd --into ~/patches
  hpatch set new my-fix r1592529 --git ~/src/httpd --into ~/patches \\
    --mark 'modules/proxy/proxy_util.c:"scgi"'
  hpatch set new fix 9ffc3111 --git ~/src/uwsgi --into ~/patches \\
    --trunk master --onto uwsgi-2.0

hpatch writes DIR/ID/set.toml: the revisions with their fingerprints and files, their merges to the branch, the first
release that has them, the releases that they fit (tried on every tag), the sets that they need, and a mark for each
revision. It tries a mark on the revision's parent, on the revision and on every release, and refuses one that the
parent has too. Read the title and the text of "cures", which come from the log messages, and write what users see.

Exit codes: 0 written; 1 the revisions fit no release; 2 wrong usage, or the set is there already; 3 a revision is not
in the repository, or a mark does not tell it; 4 the set cannot be written.
"""

CHECK = """
Examples:

  hpatch set check --git ~/src/httpd
  hpatch set check --git ~/src/httpd --git ~/src/uwsgi
  hpatch set check my-fix --catalog ~/patches --git ~/src/httpd

hpatch checks commits, fingerprints, files and merges; tries each set on every release; and looks for each mark in the
revision's parent, in the revision, in every release that has the set, and in every one for which it is meant, before
and after. Releases that a set fits although it is not meant for them are named, and are no fault. Sets of a project
whose history is not given are not checked, and listed.

Exit codes: 0 no fault in what was checked; 1 faults; 2 wrong usage; 3 a repository cannot be read, or has nothing of
the sets.
"""


def new(
    id: Annotated[str, typer.Argument(metavar="ID", help="The set's name, and that of its folder.")],
    revisions: Annotated[
        list[str], typer.Argument(metavar="REV...", help="Revisions of trunk: r1591508, 1603027-1603029, or a commit.")
    ],
    git: Annotated[
        str, typer.Option("--git", metavar="DIR", help="Read history from this clone or mirror of the git repository.")
    ],
    into: Annotated[
        Path, typer.Option("--into", metavar="DIR", help="Write the set to this folder of sets, as DIR/ID/set.toml.")
    ],
    title: Annotated[
        str | None, typer.Option("--title", metavar="TEXT", help="What the set does, in a few words.")
    ] = None,
    cures: Annotated[
        str | None, typer.Option("--cures", metavar="TEXT", help="What goes wrong without the set.")
    ] = None,
    mark: Annotated[
        list[str] | None,
        typer.Option(
            "--mark",
            metavar="PATH:TEXT",
            help="Recognise the set by this text in a file; PATH:!TEXT by its absence. Repeatable.",
        ),
    ] = None,
    onto: histories.Onto = "2.4.x",
    trunk: histories.Trunk = "trunk",
    force: Annotated[bool, typer.Option("--force", help="Replace a set.toml that is there already.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show the set; write nothing.")] = False,
    catalog: shared.CatalogDirs = None,
    format: Format = "text",
    verbose: Verbose = False,
) -> int:
    """Make a patch set from revisions of a repository."""
    from hpatch.backport.catalogue import write
    from hpatch.backport.catalogue.draft import Draft, SetOrder, draft
    from hpatch.backport.catalogue.releases import TaggedReleases, project
    from hpatch.patch.sets.load import SET_FILE, is_id
    from hpatch.report.patch.catalogue import NewSetReport

    if not is_id(id):
        raise UsageError(f"'{id}' is not a set's name: lower-case letters and digits, in words joined by '-'")
    known = _known(catalog, into, id)
    target = into / id / SET_FILE
    if target.exists() and not force and not dry_run:
        raise UsageError(f"{target}: is there already; --force replaces it")
    history = histories.revisions(git, onto, trunk)
    whose = project(history.git, known)
    releases = TaggedReleases(history.git, whose, onto)
    order = SetOrder(id=id, revisions=tuple(revisions), title=title, cures=cures, marks=tuple(mark or ()))
    made = draft(history, known, whose.id, releases, order)
    text = ""
    if isinstance(made, Draft):
        text = write.text(made.set)
        if not dry_run:
            write.save(made.set, known, into, force=force)
    report = NewSetReport(made=made, target=str(target), content=text, dry_run=dry_run)
    return output.show(report, FORMS, format, code=0 if isinstance(made, Draft) else 1)


def _known(catalog: list[str] | None, into: Path, id: str) -> "Catalog":
    """The sets that there are, with those of the folder to write to. Raises UsageError for another of this name."""
    from hpatch.patch.sets.load import SET_FILE

    folders = list(catalog or ())
    if any(into.glob(f"*/{SET_FILE}")) and into.resolve() not in {Path(one).resolve() for one in folders}:
        folders.append(str(into))
    known = shared.catalog(folders)
    for one in known.sets:
        if one.id == id and one.folder.resolve() != (into / id).resolve():
            raise UsageError(f"there is a set '{id}' already, in {one.folder}")
    return known


def check(
    git: Annotated[
        list[str],
        typer.Option("--git", metavar="DIR", help="Check against this clone or mirror of a project. Repeatable."),
    ],
    sets: Annotated[
        list[str] | None, typer.Argument(metavar="[SET]...", help="Names of patch sets. All by default.")
    ] = None,
    onto: histories.Onto = "2.4.x",
    trunk: histories.Trunk = "trunk",
    catalog: shared.CatalogDirs = None,
    format: Format = "text",
    verbose: Verbose = False,
) -> int:
    """Check patch sets against the history of their projects."""
    from hpatch.backport.catalogue.check import Checker
    from hpatch.backport.catalogue.releases import TaggedReleases, project
    from hpatch.patch.sources.git import Git
    from hpatch.report.common.progress import shown
    from hpatch.report.patch.catalogue import CatalogueReport

    known = shared.catalog(catalog)
    wanted = [known.get(id) for id in dict.fromkeys(sets)] if sets else list(known.sets)
    checkers: dict[str, Checker] = {}
    for folder in git:
        whose = project(Git(folder), known)
        if whose.id in checkers:
            raise UsageError(f"--git {folder}: the history of {whose.title} is given already")
        numbered = any(one.trunk for one in wanted if one.project == whose.id)
        history = histories.revisions(folder, onto, trunk) if numbered else None
        repository = Git(folder) if history is None else history.git
        releases = TaggedReleases(repository, whose, None if history is None else onto)
        checkers[whose.id] = Checker(repository, known, releases, history)
    checked = []
    some = [one for one in wanted if one.project in checkers]
    if not some:
        raise InputError("none of the sets is of a project whose history is given")
    with shown() as progress:
        for number, one in enumerate(some, 1):
            progress.step(number, len(some), one.id)
            checked.append(checkers[one.project].check(one))
    report = CatalogueReport(checked=checked, left=[one for one in wanted if one.project not in checkers])
    return output.show(report, FORMS, format, code=1 if any(one.faults for one in checked) else 0)
