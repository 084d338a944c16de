"""The versions of a project that a repository has, and getting one of them onto disk."""

from __future__ import annotations

import io
import os
import re
import tarfile
from collections.abc import Mapping
from pathlib import Path

from hpatch.errors import ToolError, UsageError
from hpatch.lab.across.model import TreeVersion
from hpatch.lab.backends import uwsgi_source
from hpatch.patch.sources.git import Git
from hpatch.processes.keeper import Keeper
from hpatch.records import NamedTuple
from hpatch.suggest import closest

_PLACES = ("refs/tags/", "refs/remotes/tags/", "refs/remotes/origin/tags/")
"""Where tags are; the latter two as git-svn makes them. The first one wins."""


class Releases(NamedTuple):
    """The releases that `all` stands for, with examples; `packaged`: pip brings those that a repository lacks."""

    pattern: re.Pattern[str]
    examples: tuple[str, str]
    packaged: bool = False


RELEASES: Mapping[str, Releases] = {
    "httpd": Releases(re.compile(r"2\.4\.\d{1,6}"), ("2.4.9", "2.4.62")),
    "uwsgi": Releases(re.compile(r"2\.0(\.\d{1,6}){1,2}"), ("2.0.21", "2.0.31"), packaged=True),
}
"""By project."""


def versions(repository: Git | None, text: str, project: str = "httpd") -> tuple[TreeVersion, ...]:
    """The versions that a user names: `2.4.9,2.4.10`, or `all` for the releases that the repository has.

    None: there is no repository, and all versions come as packages. Raises UsageError, ToolError.
    """
    releases = RELEASES[project]
    known = {} if repository is None else _tags(repository)
    if text == "all":
        if repository is None:
            raise UsageError(f"--across all needs --git DIR; name the versions: {','.join(releases.examples)}")
        names = sorted((name for name in known if releases.pattern.fullmatch(name)), key=_order)
        if not names:
            raise UsageError(f"{repository.folder} has no tag of a release ({', '.join(releases.examples)}, …)")
    else:
        names = list(dict.fromkeys(filter(None, text.split(","))))
    if not names:
        raise UsageError(
            f"--across '{text}': tags with commas between them, such as {','.join(releases.examples)}, or all"
        )
    for name in names:
        if name in known or (releases.packaged and releases.pattern.fullmatch(name)):
            continue
        if repository is None:
            raise UsageError(f"'{name}' is not a release of {project}, such as {releases.examples[0]}")
        near = closest(name, list(known))
        hint = f"; did you mean '{near}'?" if near else ""
        raise UsageError(f"{repository.folder} has no tag '{name}'{hint}")
    return tuple(TreeVersion(name, known.get(name, "")) for name in names)


def _order(name: str) -> tuple[int, ...]:
    return tuple(map(int, name.split(".")))


def _tags(repository: Git) -> dict[str, str]:
    """The commits of the tags, by name."""
    form = "--format=%(refname) %(objectname) %(*objectname)"
    found: dict[str, str] = {}
    for place in reversed(_PLACES):
        for line in repository.run("for-each-ref", form, place).decode("utf-8", "surrogateescape").splitlines():
            name, commit, *peeled = line.split(" ")
            found[name.removeprefix(place)] = next(filter(None, peeled), commit)
    return found


def fetch(version: TreeVersion, repository: str | None, folder: Path) -> None:
    """Write a version's files to a new folder, and nothing outside of it. Raises ToolError."""
    if version.commit:
        assert repository is not None, "it has the commit"
        export(Git(repository), version.commit, folder)
        return
    work = folder.with_name(f"{folder.name}-package")
    with Keeper(work) as keeper:
        archive = uwsgi_source.fetch(keeper, work, version.tag)
        uwsgi_source.unpack(archive, work / "source").replace(folder)


def export(repository: Git, commit: str, folder: Path) -> None:
    """Write a commit's files to a new folder, and nothing outside of it. Raises ToolError."""
    content = repository.run("archive", "--format=tar", commit)
    try:
        folder.mkdir()
        with tarfile.open(fileobj=io.BytesIO(content)) as archive:
            archive.extractall(folder, members=_inside(archive))
    except (OSError, ValueError, tarfile.TarError) as error:
        raise ToolError(f"{repository.folder}: {commit[:12]} cannot be unpacked: {error}") from error


def _inside(archive: tarfile.TarFile) -> list[tarfile.TarInfo]:
    """What git wrote into an archive, if all of it stays in the folder: files, folders and links to these. ValueError.

    Python's own filter came with 3.11.4, which Debian 12 does not have.
    """
    links: set[str] = set()
    for one in archive:
        parents = one.name.rstrip("/").split("/")
        above = {"/".join(parents[:count]) for count in range(1, len(parents) + 1)}
        if one.name.startswith("/") or ".." in parents or not links.isdisjoint(above):
            raise ValueError(f"{one.name!r} leads out of the tree")
        if one.issym():
            leads = os.path.normpath(os.path.join(os.path.dirname(one.name), one.linkname))  # noqa: PTH118, PTH120
            if one.linkname.startswith("/") or leads.split("/")[0] == "..":
                raise ValueError(f"{one.name!r} leads out of the tree: {one.linkname!r}")
            links.add(one.name)
        elif not (one.isreg() or one.isdir()):
            raise ValueError(f"{one.name!r} is neither a file nor a folder")
    return archive.getmembers()
