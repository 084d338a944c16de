"""The options that commands share which look at a repository's trunk and branch."""

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from hpatch.cli.options import status as status_path
from hpatch.errors import InputError

if TYPE_CHECKING:
    from pathlib import Path

    from hpatch.backport.history.revisions import Revisions

Repo = Annotated[
    str, typer.Option("--repo", metavar="DIR", help="Read history from this clone or mirror of the git repository.")
]
Onto = Annotated[str, typer.Option("--onto", metavar="BRANCH|COMMIT", help="The stable branch, or one of its commits.")]
Trunk = Annotated[
    str, typer.Option("--trunk", metavar="BRANCH|COMMIT", help="The development branch, or one of its commits.")
]
Mergeinfo = Annotated[
    str | None,
    typer.Option(
        "--mergeinfo",
        metavar="FILE|DIR",
        help="Subversion's record of merges: a file with the value of svn:mergeinfo, or a working copy of the branch.",
    ),
]


def revisions(repo: str, onto: str, trunk: str, mergeinfo: str | None = None) -> "Revisions":
    """The revisions of both lines; what takes seconds is told on a terminal."""
    if status_path.is_subversion(repo):
        raise InputError(
            f"{repo}: is a Subversion working copy, which has no history of trunk; give --repo a git clone of httpd "
            f"with both branches, and --mergeinfo this working copy"
        )
    from hpatch.backport.history.mergeinfo import load
    from hpatch.backport.history.revisions import Revisions

    record = frozenset[int]() if mergeinfo is None else load(mergeinfo, trunk)
    return Revisions(repo, onto, trunk, cache=_cache(), mergeinfo=record, tell=_tell)


def _cache() -> "Path | None":
    """The cache; None where there can be none: then the history is read each time."""
    from hpatch.errors import ToolError
    from hpatch.patch.sources.cache import folder

    try:
        return folder()
    except ToolError as error:
        _tell(f"{error}; without it")
        return None


def _tell(what: str) -> None:
    if sys.stderr.isatty():
        from hpatch.report.common.terminal import visible

        print(f"hpatch: {visible(what)} …", file=sys.stderr)
