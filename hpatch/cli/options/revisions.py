"""The options that commands share which need patch sets and their revisions."""

from typing import Annotated

import typer

from hpatch.errors import UsageError
from hpatch.patch.sets.load import load
from hpatch.patch.sets.model import Catalog
from hpatch.patch.sources.cache import Checked
from hpatch.patch.sources.choose import choose

SOURCE = "Where revisions come from"

CatalogDirs = Annotated[
    list[str] | None,
    typer.Option("--catalog", metavar="DIR", help="Also use the patch sets in this folder. Repeatable."),
]
GitDir = Annotated[
    str | None,
    typer.Option(
        "--git",
        metavar="DIR",
        help="Take revisions from this clone or mirror of httpd's git repository. "
        "A diff's index lines name files in it, too.",
        rich_help_panel=SOURCE,
    ),
]
SvnUrl = Annotated[
    str | None,
    typer.Option(
        "--svn",
        metavar="URL",
        help="Take revisions from this Subversion repository: the URL above its trunk.",
        rich_help_panel=SOURCE,
    ),
]
Web = Annotated[
    bool,
    typer.Option(
        "--web", help="Fetch revisions from the project's public git host over HTTPS.", rich_help_panel=SOURCE
    ),
]
WebBase = Annotated[
    str | None,
    typer.Option(
        metavar="URL", help="With --web, fetch from another host: URL/commit/COMMIT.diff.", rich_help_panel=SOURCE
    ),
]
From = Annotated[
    str | None,
    typer.Option("--from", metavar="DIR", help="Take diffs from this folder: r1591508.diff, …", rich_help_panel=SOURCE),
]


def catalog(folders: list[str] | None) -> Catalog:
    """hpatch's sets and the user's own."""
    return load(folders or ())


def source(
    catalog: Catalog, git: str | None, svn: str | None, web: bool, web_base: str | None, diffs: str | None
) -> Checked:
    """The source that the options name, behind the cache; the cache alone where they name none."""
    if web_base is not None and not web:
        raise UsageError("--web-base needs --web")
    return choose(catalog, git=git, svn=svn, web=(web_base or "") if web else None, diffs=diffs)
