"""A working copy of git: files are replaced as one, and staged."""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from hpatch import files
from hpatch.backport.merge.copies.model import CopyKind
from hpatch.backport.merge.copies.words import SAID, changed
from hpatch.errors import InputError, ToolError
from hpatch.files import FileChange
from hpatch.patch.sources.git import Git
from hpatch.processes import run as process
from hpatch.processes.run import FailedError, environment

_UNDER_WAY = (
    ("MERGE_HEAD", "a merge"),
    ("CHERRY_PICK_HEAD", "a cherry-pick"),
    ("REVERT_HEAD", "a revert"),
    ("rebase-merge", "a rebase"),
    ("rebase-apply", "a rebase"),
)
_LISTED = ("--pathspec-from-file=-", "--pathspec-file-nul")


class GitCopy:
    """The work tree of a clone. Raises InputError for a folder that is not its top."""

    kind: CopyKind = "git"

    def __init__(self, root: Path) -> None:
        self.root = root
        self._git = Git(str(root))
        self._modes: dict[str, int | None] = {}
        try:
            inside = self._said("rev-parse", "--show-prefix")
        except FailedError:
            raise InputError(f"{root}: is a bare repository and has no files; give a clone with a work tree") from None
        if inside:
            raise InputError(f"{root}: is not the top of its working copy; give that folder")

    def busy(self) -> str:
        """Changed or staged files, or what git has not ended."""
        for name, what in _UNDER_WAY:
            if os.path.lexists(self.root / self._said("rev-parse", "--git-path", name)):
                return f"{what} is under way in it; finish or abort that first"
        told = self._git.run("status", "--porcelain=v1", "-z", "--untracked-files=no", "--ignore-submodules")
        paths = [row[3:] for row in told.decode("utf-8", "surrogateescape").split("\0") if row[2:3] == " "]
        return changed(paths, "commit or stash")

    def line(self) -> str:
        """The branch that is checked out, or else the commit."""
        try:
            return self._said("symbolic-ref", "--quiet", "--short", "HEAD")
        except FailedError:
            return self._said("rev-parse", "HEAD")

    def plain(self, content: bytes) -> bytes:
        """As it is."""
        return content

    def bring(self, changes: Sequence[FileChange], numbers: Sequence[int], *, native: bool) -> None:
        """Replace the files and stage them."""
        self._modes = {one.path: files.mode(self.root, one.path) for one in changes}
        files.replace(self.root, changes)
        try:
            self._git.run("add", "--all", "--force", *_LISTED, stdin=_paths(changes))
        except BaseException:
            self.undo(changes)
            raise

    def commit(self, message: str) -> str:
        """With the user's own hooks and signature."""
        kept = {name: text for name, text in os.environ.items() if name.startswith(("GIT_AUTHOR_", "GIT_COMMITTER_"))}
        command = ("git", "-C", str(self.root), "commit", "--quiet", "--cleanup=verbatim", "--file=-")
        try:
            process.run(command, env=environment(**kept), stdin=message.encode("utf-8", "surrogateescape"))
        except FailedError as error:
            said = " ".join(error.said.split())[:SAID] or f"exit code {error.code}; a hook may have refused it"
            raise ToolError(f"{self.root}: git commit: {said}; nothing was changed") from None
        return self._said("rev-parse", "HEAD")

    def undo(self, changes: Sequence[FileChange]) -> None:
        """The files as they were, their permissions too, and the index as the commit has it."""
        back = [
            FileChange(path=one.path, before=after, after=one.before, mode=self._modes.get(one.path))
            for one in changes
            for after in (files.read(self.root, one.path),)
            if after != one.before or files.mode(self.root, one.path) != self._modes.get(one.path)
        ]
        files.replace(self.root, back)
        with suppress(ToolError):
            self._git.run("reset", "--quiet", *_LISTED, stdin=_paths(changes))

    def _said(self, *arguments: str) -> str:
        return self._git.run(*arguments).decode("utf-8", "surrogateescape").strip()


def _paths(changes: Sequence[FileChange]) -> bytes:
    return b"\0".join(one.path.encode("utf-8", "surrogateescape") for one in changes)
