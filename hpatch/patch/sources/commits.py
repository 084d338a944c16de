"""Commits written to a branch of a repository; its work tree and its index stay as they are.

Git's fast-import makes all commits at once, reachable from nowhere; then the branch moves, if it is still where it was.
No hook runs, and no filter.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence

from hpatch.errors import ToolError
from hpatch.patch.diff.names import quote
from hpatch.patch.sources.git import Git
from hpatch.processes.run import FailedError
from hpatch.records import NamedTuple

HEADS = "refs/heads/"
FILE, PROGRAM, LINK = 0o100644, 0o100755, 0o120000
"""What a file can be in a commit."""
_OWN = ("-c", "core.hooksPath=/dev/null", "-c", "gc.auto=0", "-c", "maintenance.auto=false")
_TOLD = ("-c", "user.useConfigOnly=true")
"""Git does not guess who the committer is."""
_COMMITTER = ("GIT_COMMITTER_NAME", "GIT_COMMITTER_EMAIL", "GIT_COMMITTER_DATE")
_UNBORN = "refs/hpatch-unborn"
"""What the commits are made on, and is gone before fast-import writes it."""


class CommitFile(NamedTuple):
    """A file of a commit: its path, what it is (`FILE`, `PROGRAM`, `LINK`) and its content; None: it goes."""

    path: str
    mode: int
    data: bytes | None


class NewCommit(NamedTuple):
    """A commit to be made: its author with date in git's raw form, its message, and the files that differ from `tree`.

    `tree` is the name of a tree, None: that of the commit before.
    """

    author: bytes
    message: bytes
    files: tuple[CommitFile, ...]
    tree: str | None = None


def committer(git: Git) -> bytes:
    """Who commits, and when, in git's raw form. Raises ToolError where git was not told, FailedError."""
    own = {name: value for name in _COMMITTER if (value := os.environ.get(name))}
    try:
        return git.run(*_TOLD, "var", "GIT_COMMITTER_IDENT", env=own).strip()
    except FailedError as error:
        if "user.email" not in error.said and "auto-detection" not in error.said:
            raise
        raise ToolError(
            "git does not know who you are; run 'git config --global user.name NAME' and 'git config --global "
            "user.email ADDRESS'"
        ) from None


def write(git: Git, name: str, base: str, commits: Sequence[NewCommit], *, who: bytes, new: bool) -> tuple[str, ...]:
    """Make commits by the committer `who` on top of `base`, and move the branch `name` from there to the last of them.

    `new`: there is no such branch yet. The commits' names, the newest last. Raises ToolError where the branch is
    another one by now, or cannot be written; it is as it was then.
    """
    stream = b"".join(_stream(base, commits, who))
    try:
        told = git.run(*_OWN, "fast-import", "--quiet", "--done", "--date-format=raw", stdin=stream)
        made = tuple(told.decode("ascii").split())
        before = "0" * len(base) if new else base
        git.run(*_OWN, "update-ref", "-m", f"hpatch: {len(made)} commits", f"{HEADS}{name}", made[-1], before)
    except FailedError as error:
        what = "made" if new else "moved"
        raise ToolError(f"{git.folder}: the branch {name} cannot be {what}: {error}") from None
    return made


def remove(git: Git, name: str, commit: str) -> None:
    """Take away a branch that was made, unless it has changed since."""
    git.run(*_OWN, "update-ref", "-d", f"{HEADS}{name}", commit)


def tip(git: Git, name: str) -> str | None:
    """The commit that a branch of this repository is at, None where there is none."""
    try:
        told = git.run("rev-parse", "--verify", "--quiet", "--end-of-options", f"{HEADS}{name}^{{commit}}")
    except FailedError:
        return None
    return told.decode("ascii").strip()


def _stream(base: str, commits: Sequence[NewCommit], who: bytes) -> Iterator[bytes]:
    """What fast-import reads; it answers with the commits' names."""
    for number, one in enumerate(commits, 1):
        yield b"commit %s\nmark :%d\n" % (_UNBORN.encode("ascii"), number)
        yield b"author %s\ncommitter %s\n" % (one.author, who)
        yield _data(one.message)
        if number == 1:
            yield b"from %s\n" % base.encode("ascii")
        if one.tree is not None:
            yield b'M 040000 %s ""\n' % one.tree.encode("ascii")
        # What goes goes first: a folder can come in a file's place.
        for file in sorted(one.files, key=lambda file: file.data is not None):
            path = quote(file.path.encode("utf-8", "surrogateescape"))
            if file.data is None:
                yield b"D %s\n" % path
            else:
                yield b"M %o inline %s\n" % (file.mode, path) + _data(file.data)
        yield b"\n"
    for number in range(1, len(commits) + 1):
        yield b"get-mark :%d\n" % number
    yield b"reset %s\nfrom %s\n\ndone\n" % (_UNBORN.encode("ascii"), b"0" * len(base))


def _data(data: bytes) -> bytes:
    return b"data %d\n%s\n" % (len(data), data)
