"""What revisions change, and the files that they are about, read from a repository in few calls."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property

from hpatch.backport.history.revisions import Revision
from hpatch.errors import HpatchError, InputError
from hpatch.patch.diff import read as diff
from hpatch.patch.diff import strip
from hpatch.patch.diff.model import FilePatch
from hpatch.patch.sources.git import DIFF, WHOLE, Git
from hpatch.patch.sources.model import LIMIT
from hpatch.records import NamedTuple

_SECTION = re.compile(rb"^(?=diff --git )", re.MULTILINE)
_BINARY = re.compile(rb"^(?:Binary files .* differ|GIT binary patch)$", re.MULTILINE)
_LINK = re.compile(rb"^(?:(?:new|old|new file|deleted file) mode|index [0-9a-f.]+) 120000$", re.MULTILINE)
_HUNK = re.compile(rb"^@@ ", re.MULTILINE)
_INDEX = re.compile(rb"^index ([0-9a-f]{40,64})\.\.([0-9a-f]{40,64})", re.MULTILINE)
_NO_FILE = ("000000", ":000000", "160000")
"""Modes of what has no content here: nothing, another repository."""
_NONE = re.compile(r"0+")


class Binary(NamedTuple):
    """A file that is no text, or a symbolic link: git's names of its content before and after, None for no file."""

    path: str
    old: str | None
    new: str | None


class Change(NamedTuple):
    """What a revision changes: text files as patches with paths of the tree, and what can only be taken as a whole."""

    revision: Revision
    files: tuple[FilePatch, ...]
    binaries: tuple[Binary, ...]

    @property
    def paths(self) -> frozenset[str]:
        """All that it touches."""
        return frozenset([one.path for one in self.files] + [one.path for one in self.binaries])


class TreeEntry(NamedTuple):
    """A file of a commit's tree: its mode (0o100644) and git's name of its content."""

    mode: int
    blob: str


class Objects:
    """A repository's changes, trees and files, each read once."""

    def __init__(self, git: Git) -> None:
        self._git = git
        self._blobs: dict[str, bytes] = {}
        self._changes: dict[str, Change] = {}
        self._trees: dict[str, dict[str, TreeEntry]] = {}

    def tree(self, commit: str) -> dict[str, TreeEntry]:
        """All files of a commit by their paths."""
        if commit not in self._trees:
            rows = self._git.run("ls-tree", "-r", "-z", "--full-tree", commit).split(b"\0")
            found = {}
            for row in filter(None, rows):
                head, _, path = row.partition(b"\t")
                mode, _, blob = head.decode("ascii").split()
                found[path.decode("utf-8", "surrogateescape")] = TreeEntry(int(mode, 8), blob)
            self._trees[commit] = found
        return self._trees[commit]

    def blob(self, name: str) -> bytes:
        """A file's content by git's name."""
        if name not in self._blobs:
            self.want((name,))
        return self._blobs[name]

    def want(self, names: Iterable[str]) -> None:
        """Read several files at once. Raises InputError for one that is too large."""
        wanted = [name for name in dict.fromkeys(names) if name not in self._blobs]
        if not wanted:
            return
        asked = "".join(f"{name}\n" for name in wanted).encode()
        data = self._git.run("cat-file", "--batch", stdin=asked)
        at = 0
        for name in wanted:
            head = data.index(b"\n", at)
            words = data[at:head].split()
            if len(words) != 3 or words[1] != b"blob":
                hint = f"; the clone is partial: {WHOLE}" if self._git.partial else ""
                raise InputError(f"{self._git.name}: the file {name[:12]} is not there{hint}")
            size = int(words[2])
            if size > LIMIT:
                raise InputError(f"{self._git.name}: a file is larger than {LIMIT // 1024 // 1024} MiB")
            self._blobs[name] = data[head + 1 : head + 1 + size]
            at = head + 2 + size

    def changes(self, revisions: Iterable[Revision]) -> list[Change]:
        """What revisions change, each against its first parent. Raises InputError for one that a clone has without."""
        asked = list(revisions)
        for one in asked:
            if one.commit in self._git.ends:
                raise InputError(
                    f"{self._git.name}: the clone is shallow and begins with {one.name}, so its changes are not known; "
                    "run 'git fetch --unshallow'"
                )
        wanted = list(dict.fromkeys(one.commit for one in asked if one.commit not in self._changes))
        if wanted:
            parents = self._git.run("rev-list", "--no-walk=unsorted", "--parents", "--stdin", stdin=_lines(wanted))
            pairs = [" ".join(row.split()[:2]) for row in parents.decode("ascii").splitlines()]
            command = [option for option in DIFF if option != "--no-commit-id"]
            told = self._git.run(*command, "--root", "--stdin", stdin=_lines(pairs))
            parts = re.split(rb"(?m)^([0-9a-f]{40,64})\n", told)
            texts = {parts[at].decode("ascii"): parts[at + 1] for at in range(1, len(parts), 2)}
            by_commit = {one.commit: one for one in asked}
            for commit in wanted:
                self._changes[commit] = _change(by_commit[commit], texts.get(commit, b""))
        return [self._changes[one.commit] for one in asked]

    def readable(self, revisions: Sequence[Revision]) -> list[Change]:
        """The same, without those that cannot be read: of no known form, or not in a partial clone."""
        if self._git.partial:
            revisions = self._there(revisions)
        return self._readable(revisions)

    def _readable(self, revisions: Sequence[Revision]) -> list[Change]:
        try:
            return self.changes(revisions)
        except HpatchError:
            if len(revisions) <= 1:
                return []
        middle = len(revisions) // 2
        return self._readable(revisions[:middle]) + self._readable(revisions[middle:])

    def _there(self, revisions: Sequence[Revision]) -> list[Revision]:
        """The revisions of which a partial clone has all files, before and after."""
        options = (
            "diff-tree",
            "--stdin",
            "-r",
            "--raw",
            "--root",
            "--no-renames",
            "--no-abbrev",
            "-m",
            "--first-parent",
        )
        told = self._git.run(*options, stdin=_lines(one.commit for one in revisions)).decode("utf-8", "surrogateescape")
        files: dict[str, set[str]] = {}
        commit = ""
        for line in told.splitlines():
            if line.startswith(":"):
                modes, names = line[1:].partition("\t")[0].split()[:2], line.split()[2:4]
                some = (name for mode, name in zip(modes, names, strict=True) if mode not in _NO_FILE)
                files.setdefault(commit, set()).update(some)
            else:
                commit = line.strip().partition(" ")[0]
        return [one for one in revisions if files.get(one.commit, set()) <= self._present]

    @cached_property
    def _present(self) -> frozenset[str]:
        """All that the clone has. To ask for one object that it lacks would end git."""
        told = self._git.run("cat-file", "--batch-check=%(objectname)", "--batch-all-objects", "--unordered")
        return frozenset(told.decode("ascii").split())


def _lines(words: Iterable[str]) -> bytes:
    return "".join(f"{word}\n" for word in words).encode("ascii")


def _change(revision: Revision, text: bytes) -> Change:
    texts: list[bytes] = []
    binaries: list[Binary] = []
    for part in _SECTION.split(text):
        hunk = _HUNK.search(part)
        if _LINK.search(part, 0, hunk.start() if hunk else len(part)) or (hunk is None and _BINARY.search(part)):
            binaries += _binary(part)
        elif part.strip():
            texts.append(part)
    if not texts:
        return Change(revision, (), tuple(binaries))
    # Both names of a file are the same here, for renames are not looked for.
    parsed = strip.strip(diff.read(b"".join(texts), revision.name), lambda path: True, 1)
    return Change(revision, parsed.files, tuple(binaries))


def _binary(part: bytes) -> Iterator[Binary]:
    names = _INDEX.search(part)
    path = _path(part.partition(b"\n")[0])
    if names is not None and path is not None:
        old, new = (None if _NONE.fullmatch(name) else name for name in (names[1].decode(), names[2].decode()))
        yield Binary(path, old, new)


def _path(line: bytes) -> str | None:
    """The path of `diff --git a/PATH b/PATH`, where both are the same."""
    from hpatch.patch.diff.names import unquote

    text = line.removeprefix(b"diff --git ")
    if text.startswith(b'"'):
        found = unquote(text)
        name = None if found is None else found[0]
    else:
        name = text[: (len(text) - 1) // 2]
    return None if name is None or not name.startswith(b"a/") else name[2:].decode("utf-8", "surrogateescape")
