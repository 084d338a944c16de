"""The source that a user names."""

from __future__ import annotations

from pathlib import Path

from hpatch.errors import UsageError
from hpatch.patch.sets.model import Catalog
from hpatch.patch.sources.cache import Cache, Checked, folder
from hpatch.patch.sources.model import DiffSource


def choose(
    catalog: Catalog,
    *,
    git: str | None = None,
    svn: str | None = None,
    web: str | None = None,
    diffs: str | None = None,
) -> Checked:
    """One source, behind the cache; none: the cache alone. `web` is a base address, empty for the projects' own.

    Raises UsageError when several are named.
    """
    if sum(one is not None for one in (git, svn, web, diffs)) > 1:
        raise UsageError("--git, --svn, --web and --from exclude each other")
    path = folder()
    return Checked(_source(catalog, path, git, svn, web, diffs), Cache(path))


def _source(
    catalog: Catalog, path: Path, git: str | None, svn: str | None, web: str | None, diffs: str | None
) -> DiffSource | None:
    # Each source's own needs are imported only where it is chosen.
    if git is not None:
        from hpatch.patch.sources.git import Git

        return Git(git, path)
    if svn is not None:
        from hpatch.patch.sources.svn import Svn

        return Svn(svn)
    if web is not None:
        from hpatch.patch.sources.web import Web

        return Web(catalog.project, web or None)
    if diffs is not None:
        from hpatch.patch.sources.folder import Folder

        return Folder(diffs)
    return None
