"""Revisions from a local git repository: a clone or a bare mirror whose commits carry git-svn-id lines."""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path

from hpatch.errors import InputError, ToolError
from hpatch.patch.sets.model import SetRevision
from hpatch.patch.sources.index import Index
from hpatch.patch.sources.model import LIMIT, NotKnownError, Origin
from hpatch.processes import run as process
from hpatch.processes.run import FailedError, environment

_EMPTY_TREE = "4b825dc642cb6eb9a060e54bf8d69288fbee4904"
_NAME = re.compile(r"[0-9a-f]{7,64}")
"""A blob's name, not so short that chance could tell one blob from another."""
_BRANCHES = 8
"""How many branches are named where one is not there."""
DIFF = (
    *("diff-tree", "-p", "-r", "--no-commit-id", "--no-color", "--no-ext-diff", "--no-textconv", "--no-renames"),
    *("--unified=3", "--inter-hunk-context=0", "--diff-algorithm=myers", "--indent-heuristic", "--ignore-submodules"),
    *("--src-prefix=a/", "--dst-prefix=b/", "--full-index"),
)
"""What a user's or a repository's configuration could change is told."""
_BINARY = re.compile(rb"^Binary files (.*) differ$", re.M)


_LACKS = ("lazy fetching disabled", "not allowed", "promisor")
"""What git says where a file of a partial clone would have to be fetched, one of these."""
WHOLE = "run 'git fetch --refetch --no-filter'"
"""What makes a partial clone whole."""
_NEWEST = 100
"""How many commits tell whether a clone lacks files."""


class PartialError(FailedError):
    """A partial clone does not have what is asked for."""

    exit_code = 3


class Git:
    """A repository. `cache` is the folder for its index; None: the index is built anew each time."""

    def __init__(self, folder: str, cache: Path | None = None) -> None:
        self.folder = folder
        self._cache = cache
        self._index: Index | None = None
        # A folder that is no repository itself must not stand for one that is around it, and nothing is to be
        # fetched: the repository's own settings say from where, and with which program.
        self._env = environment(
            GIT_CEILING_DIRECTORIES=os.path.dirname(os.path.realpath(folder)),  # noqa: PTH120 - the path stays text, as written
            GIT_ALLOW_PROTOCOL="",
            GIT_NO_LAZY_FETCH="1",
            GIT_NO_REPLACE_OBJECTS="1",
            GIT_OPTIONAL_LOCKS="0",
            GIT_TERMINAL_PROMPT="0",
        )
        try:
            self.directory = self._text("rev-parse", "--absolute-git-dir")
        except FailedError as error:
            if "not a git repository" in error.said:
                raise InputError(f"{folder}: not a git repository") from None
            if not os.path.isdir(folder):  # noqa: PTH112 - the path stays text, as written
                raise InputError(f"{folder}: there is no such folder") from None
            raise ToolError(f"{folder}: {error}") from None

    @property
    def name(self) -> str:
        """`git DIR`."""
        return f"git {self.folder}"

    def diff(self, revision: SetRevision) -> bytes:
        """The diff of the commit against its first parent. Raises NotKnownError, ToolError.

        Binary files that it adds or removes are in it whole, as lines; of one that it changes it says only so.
        """
        commit = self.commit(revision)
        sides = (self._parent(commit) or _EMPTY_TREE, commit, "--")
        diff = self.run(*DIFF, *sides)
        binary = _BINARY.findall(diff)
        if binary and all(one.startswith(b"/dev/null and ") or one.endswith(b" and /dev/null") for one in binary):
            return self.run(*DIFF, "--text", *sides)
        return diff

    def before(self, revision: SetRevision, path: str) -> bytes | None:
        """The file in the commit's first parent."""
        parent = self._parent(self.commit(revision))
        if parent is None or not self.run("ls-tree", "--full-tree", "-z", parent, "--", path):
            return None
        return self.run("cat-file", "blob", f"{parent}:{path}")

    def files(self, names: Collection[str]) -> Mapping[str, bytes]:
        """Blobs by their names; of several that a shortened name could mean, none. At most 256 MiB in all."""
        wanted = sorted(name for name in names if _NAME.fullmatch(name))
        if not wanted:
            return {}
        asked = "".join(f"{name}^{{blob}}\n" for name in wanted).encode("ascii")
        found: dict[str, str] = {}
        left = 4 * LIMIT
        for name, row in zip(wanted, self.run("cat-file", "--batch-check", stdin=asked).splitlines(), strict=True):
            words = row.decode("utf-8", "surrogateescape").split(" ")
            if (
                len(words) == 3
                and words[1] == "blob"
                and words[0].startswith(name)
                and int(words[2]) <= min(LIMIT, left)
            ):
                found[name] = words[0]
                left -= int(words[2])
        if not found:
            return {}
        whole = self.run("cat-file", "--batch", stdin="".join(f"{id}\n" for id in found.values()).encode("ascii"))
        contents: dict[str, bytes] = {}
        at = 0
        for name in found:
            head = whole.index(b"\n", at)
            at = head + 1 + int(whole[at:head].split(b" ")[2]) + 1
            contents[name] = whole[head + 1 : at - 1]
        return contents

    def origins(self, revision: SetRevision, path: str, lines: Sequence[int]) -> tuple[Origin, ...] | None:
        """From `git blame` of the commit's first parent; the lines' order is that of their first ones."""
        parent = self._parent(self.commit(revision))
        if parent is None or not lines:
            return ()
        found = self.blame(parent, path, lines)
        origins = []
        for commit, at in sorted(found.items(), key=lambda pair: min(pair[1])):
            number, line = self.index.told(commit) or (None, None)
            origins.append(Origin(commit, number, line, tuple(sorted(at))))
        return tuple(origins)

    def blame(self, commit: str, path: str, lines: Sequence[int]) -> dict[str, list[int]]:
        """The commits that lines of a file (from 1) come from, as it is in a commit. Raises ToolError.

        Lines that are older than a shallow clone are of no commit that is known.
        """
        ranges = [f"-L{first},{last}" for first, last in _runs(lines)]
        told = self.run("blame", "--no-textconv", "--incremental", *ranges, commit, "--", path)
        found: dict[str, list[int]] = {}
        for row in told.splitlines():
            words = row.split(b" ")
            if len(words) == 4 and len(words[0]) in (40, 64) and all(word.isdigit() for word in words[1:]):
                final, count = int(words[2]), int(words[3])
                found.setdefault(words[0].decode(), []).extend(range(final, final + count))
        for end in self.ends:
            found.pop(end, None)
        return found

    def words(
        self, words: Collection[bytes], commit: str, paths: Sequence[str] = ()
    ) -> dict[bytes, list[tuple[str, int]]]:
        """Where words stand in text files of a commit, of all of them or of some: path and line (from 1).

        Raises ToolError.
        """
        if not words:
            return {}
        forms = ("-z", "-n", "-o", "-w", "-I", "-F", "--no-column", "--no-color", "--no-heading", "--full-name")
        wanted = "".join(f"{word}\n" for word in map(os.fsdecode, words)).encode("utf-8", "surrogateescape")
        try:
            told = self.run("grep", *forms, "--no-textconv", "-f", "-", commit, "--", *paths, stdin=wanted)
        except FailedError as error:
            if error.code == 1:  # there is none
                return {}
            raise
        found: dict[bytes, list[tuple[str, int]]] = {}
        for row in told.split(b"\n"):
            place, _, rest = row.partition(b"\0")
            line, _, word = rest.partition(b"\0")
            if line.isdigit():
                path = place.removeprefix(f"{commit}:".encode()).decode("utf-8", "surrogateescape")
                found.setdefault(word, []).append((path, int(line)))
        return found

    @cached_property
    def ends(self) -> frozenset[str]:
        """The commits at which a shallow clone ends: to git they have no parents and bring all files."""
        if self._text("rev-parse", "--is-shallow-repository") != "true":
            return frozenset()
        common = Path(self._text("rev-parse", "--path-format=absolute", "--git-common-dir"))
        try:
            return frozenset((common / "shallow").read_text(encoding="ascii").split())
        except OSError as error:
            raise ToolError(f"{common / 'shallow'}: cannot be read: {error.strerror or error}") from error

    @cached_property
    def partial(self) -> bool:
        """Whether it is a partial clone that lacks files of its newest commits: nothing is fetched for hpatch."""
        try:
            self._text("config", "--get-regexp", r"^(remote\..*\.promisor|extensions\.partialclone)$")
        except FailedError:
            return False
        told = self._text("rev-list", "--objects", "--missing=print", "--all", f"--max-count={_NEWEST}")
        return any(line.startswith("?") for line in told.splitlines())

    def tip(self, name: str) -> str:
        """The commit of a branch, here or of a remote, or of whatever else has this name. Raises InputError."""
        for full in (f"refs/heads/{name}", f"refs/remotes/origin/{name}", f"refs/remotes/{name}", name):
            try:
                return self._text("rev-parse", "--verify", "--quiet", "--end-of-options", f"{full}^{{commit}}")
            except FailedError:
                continue
        raise InputError(f"{self.folder}: there is no branch {name}{self._branches()}")

    def is_ref(self, name: str) -> bool:
        """Whether a name that `tip` knows is that of a branch or tag, and not of a commit (`0a1b2c3`, `2.4.x~3`)."""
        told = self._text("for-each-ref", "--format=%(refname)", "refs/heads", "refs/remotes", "refs/tags").splitlines()
        ends = (f"refs/{folder}/{name}" for folder in ("heads", "remotes/origin", "remotes", "tags"))
        return name in told or any(end in told for end in ends)

    def _branches(self) -> str:
        """In words, the branches that there are, a few of them."""
        told = self._text("for-each-ref", "--format=%(refname:lstrip=2)", "refs/heads", "refs/remotes").splitlines()
        more = f" and {len(told) - _BRANCHES} more" if len(told) > _BRANCHES else ""
        return f"; it has {', '.join(told[:_BRANCHES])}{more}" if told else "; it has no branch"

    def commit(self, revision: SetRevision) -> str:
        """The commit of a revision: the one that the catalogue names, else the one whose git-svn-id it is.

        Raises NotKnownError.
        """
        if revision.commit is not None and self._has(revision.commit):
            return revision.commit
        if revision.number is not None:
            found = self.find(revision.number, revision.line)
            if found is not None:
                return found
        hint = "; the clone is shallow" if self.ends else ""
        raise NotKnownError(f"{self.name}: {revision.name} of {revision.line} is not in this repository{hint}")

    def find(self, number: int, line: str = "trunk") -> str | None:
        """The commit of a revision on `trunk` or a branch such as `2.4.x`, by its git-svn-id; None if there is none."""
        found = self.index.find(number, line)
        if found is not None and not self._has(found):  # history was rewritten, and the old one is gone
            self.index.clear()
            found = self.index.find(number, line)
        return found

    @property
    def index(self) -> Index:
        """Commits by their git-svn-id, as the repository is now; building it takes seconds, once."""
        if self._index is None:
            # What is kept of a shallow clone would stay cut off when it is deepened.
            self._index = Index(None if self.ends else self._cache, self.directory, self.run)
        return self._index

    def _parent(self, commit: str) -> str | None:
        words = self._text("rev-list", "--parents", "--max-count=1", commit).split()
        return words[1] if len(words) > 1 else None

    def _has(self, commit: str) -> bool:
        try:
            self.run("cat-file", "-e", f"{commit}^{{commit}}")
        except FailedError:
            return False
        return True

    def run(self, *arguments: str, stdin: bytes = b"", env: Mapping[str, str] | None = None) -> bytes:
        """What git writes, run safely in the repository; `env` is added. Raises ToolError, FailedError."""
        safe = (
            "core.fsmonitor=false",
            "log.showSignature=false",
            "core.quotePath=true",
            "diff.suppressBlankEmpty=false",
        )
        # Neither hooks nor filters run for these commands; what else a repository's settings could start is off.
        try:
            return process.run(
                (
                    "git",
                    "--no-pager",
                    "--literal-pathspecs",
                    *(word for one in safe for word in ("-c", one)),
                    "-C",
                    self.folder,
                    *arguments,
                ),
                env={**self._env, **(env or {})},
                stdin=stdin,
                told=("git", "-C", self.folder, *arguments),
            )
        except FailedError as error:
            if any(word in error.said for word in _LACKS) and self.partial:
                said = f"{self.name}: the clone is partial and lacks files that are needed; {WHOLE}"
                raise PartialError(said, error.said, error.code) from error
            raise

    def _text(self, *arguments: str) -> str:
        return self.run(*arguments).decode("utf-8", "surrogateescape").strip()


def _runs(lines: Sequence[int]) -> Iterator[tuple[int, int]]:
    """First and last of each run of line numbers that follow each other."""
    first = last = None
    for line in sorted(set(lines)):
        if first is None or last is None or line != last + 1:
            if first is not None and last is not None:
                yield first, last
            first = line
        last = line
    if first is not None and last is not None:
        yield first, last
