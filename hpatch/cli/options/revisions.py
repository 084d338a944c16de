"""The options that commands share which need patch sets and their revisions."""

from pathlib import Path
from typing import Annotated

import typer

from hpatch.errors import UsageError
from hpatch.patch.sets.load import load
from hpatch.patch.sets.model import Catalog
from hpatch.patch.sources.cache import Checked
from hpatch.patch.sources.choose import choose
from hpatch.records import NamedTuple

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


class RevisionOptions(NamedTuple):
    """The options that say which patch sets there are, and where their revisions come from."""

    git: GitDir = None
    svn: SvnUrl = None
    web: Web = False
    web_base: WebBase = None
    from_: From = None
    catalog: CatalogDirs = None

    def sets(self) -> Catalog:
        """hpatch's sets and the user's own."""
        return catalog(self.catalog)

    def source(self, catalog: Catalog) -> Checked:
        """The source that the options name, behind the cache; the cache alone where they name none."""
        if self.web_base is not None and not self.web:
            raise UsageError("--web-base needs --web")
        return choose(catalog, git=self.git, svn=self.svn, web=self.base, diffs=self.from_)

    def absolute(self) -> "RevisionOptions":
        """The same with paths that do not depend on the current folder."""
        return self._replace(
            git=None if self.git is None else str(Path(self.git).absolute()),
            from_=None if self.from_ is None else str(Path(self.from_).absolute()),
            catalog=None if self.catalog is None else [str(Path(folder).absolute()) for folder in self.catalog],
        )

    @property
    def base(self) -> str | None:
        """The host on the web, "" for the usual one; None where the web is not asked."""
        return (self.web_base or "") if self.web else None


def catalog(folders: list[str] | None) -> Catalog:
    """hpatch's sets and the user's own."""
    return load(folders or ())
