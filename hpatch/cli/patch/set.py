"""`hpatch set`: the patch sets of the catalogue, and their diffs."""

from typing import Annotated

import typer

from hpatch.cli import output
from hpatch.cli.options import revisions as shared
from hpatch.cli.options.answer import Format
from hpatch.cli.patch import export
from hpatch.report.common.renderer import FORMS
from hpatch.report.patch.sets import FetchReport, SetReport, SetsReport

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
  hpatch set fetch scgi-unix --svn https://svn.apache.org/repos/asf/httpd/httpd
  hpatch set fetch scgi-unix fcgi-memset --web
  hpatch set fetch fcgi-memset --from ~/diffs
  hpatch set fetch fcgi-memset --dry-run      what the cache has and lacks

The sets that a set needs are fetched too. Each diff is held against the catalogue's fingerprint and kept; nothing
else is. Exit code 3 where a revision is not to be had or is another change, 4 where the source cannot be asked.
"""


def _list(catalog: shared.CatalogDirs = None, format: Format = "text") -> None:
    """Show all patch sets."""
    output.show(SetsReport(shared.catalog(catalog).sets), FORMS, format)


def _show(
    set: Annotated[str, typer.Argument(metavar="SET", help="A set's name.")],
    catalog: shared.CatalogDirs = None,
    format: Format = "text",
) -> None:
    """Show a patch set: what it cures, its revisions, what it needs, how it is recognised."""
    known = shared.catalog(catalog)
    output.show(SetReport(known.get(set), known), FORMS, format)


def _fetch(
    sets: Annotated[list[str], typer.Argument(metavar="SET...", help="Names of sets.")],
    git: shared.GitDir = None,
    svn: shared.SvnUrl = None,
    web: shared.Web = False,
    web_base: shared.WebBase = None,
    from_: shared.From = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Fetch nothing: say what is in the cache.")] = False,
    catalog: shared.CatalogDirs = None,
    format: Format = "text",
) -> int:
    """Fetch the diffs of patch sets and of those that they need into the cache."""
    from hpatch.patch.sets.model import applying_order
    from hpatch.patch.sources.fetch import Unavailable, fetch

    known = shared.catalog(catalog)
    wanted = applying_order(known.closure(sets))
    source = shared.source(known, git, svn, web, web_base, from_)
    if dry_run:
        source.source = None
    found = list(fetch((revision for _, revision in wanted), source))
    owners = {revision.name: one.id for one, revision in wanted}
    failed = [one.error.exit_code for one in found if isinstance(one, Unavailable)]
    return output.show(FetchReport(found, owners), FORMS, format, code=0 if dry_run else max(failed, default=0))


def register(app: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(no_args_is_help=True, help="Show patch sets, fetch their diffs, export them.")
    group.command("list", epilog=_LIST)(_list)
    group.command("show", epilog=_SHOW)(_show)
    group.command("fetch", epilog=_FETCH)(_fetch)
    group.command("export", epilog=export.EXAMPLES)(export.command)
    app.add_typer(group, name="set")
