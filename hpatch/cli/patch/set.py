"""`hpatch set`: the patch sets of the catalogue, and their diffs."""

from typing import Annotated

import typer

from hpatch.cli import help, output
from hpatch.cli.options import revisions as shared
from hpatch.cli.options.answer import Format
from hpatch.cli.options.verbose import Verbose
from hpatch.cli.patch import catalogue, export
from hpatch.report.common.progress import shown
from hpatch.report.common.renderer import FORMS
from hpatch.report.patch.sets import FetchReport, SetReport, SetsReport

_GROUP = """
Examples:

  hpatch set list
  hpatch set show fcgi-iobuffersize
  hpatch set fetch fcgi-body-cpu --git ~/src/httpd
  hpatch set export scgi-unix --tree httpd-2.4.9 --as diff | patch -p1
  hpatch set new my-fix r1592529 --git ~/src/httpd --into ~/patches
  hpatch set check --git ~/src/httpd
"""

_LIST = """
Examples:

  hpatch set list
  hpatch set list --catalog ~/patches --format json
"""

_SHOW = """
Examples:

  hpatch set show fcgi-iobuffersize
"""

_FETCH = """
Examples:

  hpatch set fetch fcgi-body-cpu --git ~/src/httpd
  hpatch set fetch scgi-unix \\
    --svn https://svn.apache.org/repos/asf/httpd/httpd
  hpatch set fetch scgi-unix fcgi-memset --web
  hpatch set fetch fcgi-memset --from ~/diffs
  hpatch set fetch fcgi-memset --dry-run

Sets that the named sets need are fetched too. hpatch checks each diff against the catalogue's fingerprint, and keeps it
in the cache only if they match.

Exit codes: 0 all fetched; 2 wrong usage; 3 a revision is not available, or is a different change; 4 the source cannot
be reached.
"""


def _list(
    catalog: shared.CatalogDirs = None,
    format: Format = "text",
    verbose: Verbose = False,
) -> None:
    """List all patch sets."""
    output.show(SetsReport(shared.catalog(catalog).sets), FORMS, format)


def _show(
    set: Annotated[str, typer.Argument(metavar="SET", help="The name of a patch set.")],
    catalog: shared.CatalogDirs = None,
    format: Format = "text",
    verbose: Verbose = False,
) -> None:
    """Show a patch set: what it fixes, its revisions, what it needs, how a tree shows it."""
    known = shared.catalog(catalog)
    output.show(SetReport(known.get(set), known), FORMS, format)


def _fetch(
    sets: Annotated[list[str], typer.Argument(metavar="SET...", help="Names of patch sets.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Fetch nothing; show what is in the cache.")] = False,
    *,
    revisions: shared.RevisionOptions,
    format: Format = "text",
    verbose: Verbose = False,
) -> int:
    """Fetch the diffs of patch sets, and of the sets they need, into the cache."""
    from hpatch.patch.sets.model import applying_order
    from hpatch.patch.sources.fetch import Unavailable, fetch

    known = revisions.sets()
    wanted = applying_order(known.closure(sets))
    source = revisions.source(known)
    if dry_run:
        source.source = None
    found = []
    with shown() as progress:
        for number, one in enumerate(fetch((revision for _, revision in wanted), source), 1):
            found.append(one)
            progress.step(number, len(wanted), one.revision.name)
    owners = {revision.name: one.id for one, revision in wanted}
    failed = [one.error.exit_code for one in found if isinstance(one, Unavailable)]
    return output.show(FetchReport(found, owners), FORMS, format, code=0 if dry_run else max(failed, default=0))


def register(app: typer.Typer) -> None:
    """Add the commands."""
    group = help.group(app, "set", "List, show, fetch, export, make and check patch sets.", _GROUP)
    help.command(group, "list", _list, _LIST)
    help.command(group, "show", _show, _SHOW)
    help.command(group, "fetch", _fetch, _FETCH)
    help.command(group, "export", export.command, export.EXAMPLES)
    help.command(group, "new", catalogue.new, catalogue.NEW)
    help.command(group, "check", catalogue.check, catalogue.CHECK)
