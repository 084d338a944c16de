"""A project's releases in a repository: its tags, the commits that they have, and their files."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from hpatch.errors import InputError
from hpatch.patch.sets.model import Catalog, Project
from hpatch.patch.sources.git import Git
from hpatch.records import NamedTuple
from hpatch.versions import Version

_LINE = re.compile(r"(\d+)\.(\d+)")


class TaggedRelease(NamedTuple):
    """A release and the commit that its tag names."""

    version: Version
    commit: str


class TaggedReleases:
    """The releases of a project in a repository, the oldest first. `line` keeps those of one stable branch, `2.4.x`."""

    def __init__(self, git: Git, project: Project, line: str | None = None) -> None:
        self.git = git
        form = re.escape(project.tags).replace(re.escape("{version}"), r"(\d+\.\d+(?:\.\d+)?)")
        told = git.run("for-each-ref", "--format=%(refname:lstrip=2) %(objectname) %(*objectname)", "refs/tags")
        wanted = None if line is None else _LINE.search(line)
        found: dict[Version, str] = {}
        for row in told.decode("utf-8", "surrogateescape").splitlines():
            name, *commits = row.split()
            match = re.fullmatch(form, name)
            if match is None:
                continue
            version = Version.parse(match[1])
            if wanted is None or version[:2] == (int(wanted[1]), int(wanted[2])):
                found[version] = commits[-1]
        self.all = tuple(TaggedRelease(version, found[version]) for version in sorted(found))
        self._blobs: dict[str, bytes] = {}

    def holding(self, commits: Iterable[str]) -> frozenset[Version]:
        """The releases whose history has all of these commits."""
        found = set(self.all)
        for commit in commits:
            told = self.git.run("tag", "--contains", commit, "--format=%(objectname) %(*objectname)").decode("ascii")
            having = {words[-1] for row in told.splitlines() if (words := row.split())}
            found = {one for one in found if one.commit in having}
        return frozenset(one.version for one in found)

    def files(self, release: TaggedRelease, paths: Iterable[str]) -> ReleaseFiles:
        """Some of a release's files, read at once."""
        wanted = sorted(set(paths))
        rows = self.git.run("ls-tree", "-r", "-z", "--full-tree", release.commit, "--", *wanted).split(b"\0")
        entries = {}
        for row in filter(None, rows):
            head, _, path = row.partition(b"\t")
            mode, _, blob = head.decode("ascii").split()
            if mode.startswith("100"):
                entries[path.decode("utf-8", "surrogateescape")] = (int(mode, 8) & 0o777, blob)
        for _, blob in entries.values():
            if blob not in self._blobs:  # most files are the same in many releases
                self._blobs[blob] = self.git.run("cat-file", "blob", blob)
        return ReleaseFiles({path: (self._blobs[blob], mode) for path, (mode, blob) in entries.items()})


class ReleaseFiles:
    """Some files of a release, as the patch engine reads them."""

    def __init__(self, files: dict[str, tuple[bytes, int]]) -> None:
        self._files = files

    def read(self, path: str) -> bytes | None:
        """A file's content, None where there is none or it was not asked for."""
        found = self._files.get(path)
        return None if found is None else found[0]

    def mode(self, path: str) -> int | None:
        """A file's permission bits, None where there is none or it was not asked for."""
        found = self._files.get(path)
        return None if found is None else found[1]


def spanned(all: Sequence[Version], some: Iterable[Version]) -> Iterator[str]:
    """Some of all releases in words: those that follow each other as `2.4.3 to 2.4.9`."""
    wanted = set(some)
    for there, run in groupby(all, wanted.__contains__):
        if there:
            first, *rest = run
            yield f"{first} to {rest[-1]}" if rest else str(first)


def project(git: Git, catalog: Catalog) -> Project:
    """Whose history a repository is, by the file that only this project has. Raises InputError."""
    tips = git.run("for-each-ref", "--format=%(objectname)", "refs/heads", "refs/remotes").decode("ascii").split()
    for tip in dict.fromkeys(tips):
        for one in catalog.projects:
            if git.run("ls-tree", "--full-tree", tip, "--", one.shows):
                return one
    names = ", ".join(one.id for one in catalog.projects)
    raise InputError(f"{git.folder}: is not the history of a project that hpatch knows ({names})")
