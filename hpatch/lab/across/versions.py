"""The versions of httpd that a repository has, and getting one of them onto disk."""

from __future__ import annotations

import io
import re
import tarfile
from pathlib import Path

from hpatch.errors import ToolError, UsageError
from hpatch.lab.across.model import TreeVersion
from hpatch.patch.sources.git import Git
from hpatch.suggest import closest
from hpatch.versions import Version

_RELEASE = re.compile(r"2\.4\.\d{1,6}")
_PLACES = ("refs/tags/", "refs/remotes/tags/", "refs/remotes/origin/tags/")
"""Where tags are; the latter two as git-svn makes them. The first one wins."""


def versions(repository: Git, text: str) -> tuple[TreeVersion, ...]:
    """The tags that a user names: `2.4.9,2.4.10`, or `all` for the releases of 2.4. Raises UsageError, ToolError."""
    known = _tags(repository)
    if text == "all":
        names = sorted((name for name in known if _RELEASE.fullmatch(name)), key=Version.parse)
        if not names:
            raise UsageError(f"{repository.folder} has no tag of a release (2.4.1, 2.4.2, …)")
    else:
        names = list(dict.fromkeys(filter(None, text.split(","))))
    if not names:
        raise UsageError(f"--across '{text}': tags with commas between them, such as 2.4.9,2.4.62, or all")
    for name in names:
        if name not in known:
            near = closest(name, list(known))
            hint = f"; did you mean '{near}'?" if near else ""
            raise UsageError(f"{repository.folder} has no tag '{name}'{hint}")
    return tuple(TreeVersion(name, known[name]) for name in names)


def _tags(repository: Git) -> dict[str, str]:
    """The commits of the tags, by name."""
    form = "--format=%(refname) %(objectname) %(*objectname)"
    found: dict[str, str] = {}
    for place in reversed(_PLACES):
        for line in repository.run("for-each-ref", form, place).decode("utf-8", "surrogateescape").splitlines():
            name, commit, *peeled = line.split(" ")
            found[name.removeprefix(place)] = next(filter(None, peeled), commit)
    return found


def export(repository: Git, commit: str, folder: Path) -> None:
    """Write a commit's files to a new folder, and nothing outside of it. Raises ToolError."""
    if not hasattr(tarfile, "data_filter"):
        raise ToolError("unpacking a tree safely takes Python 3.11.4 or later")
    content = repository.run("archive", "--format=tar", commit)
    try:
        folder.mkdir()
        with tarfile.open(fileobj=io.BytesIO(content)) as archive:
            archive.extractall(folder, filter="data")
    except (OSError, tarfile.TarError) as error:
        raise ToolError(f"{repository.folder}: {commit[:12]} cannot be unpacked: {error}") from error
