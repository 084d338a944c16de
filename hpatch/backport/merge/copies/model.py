"""What a working copy must be able to do, whoever made it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Literal, Protocol

from hpatch.files import FileChange

CopyKind = Literal["git", "svn"]


class WorkingCopy(Protocol):
    """A working copy of the branch; `root` is its top. What it has besides versioned files stays untouched."""

    kind: CopyKind
    root: Path

    def busy(self) -> str:
        """Why nothing may be merged into it now, in words: changed files, or a merge that has not ended."""

    def line(self) -> str:
        """What the copy is of, in the words of its own history: a branch, or a commit."""

    def plain(self, content: bytes) -> bytes:
        """A file's content without what the copy expands by itself."""

    def bring(self, changes: Sequence[FileChange], numbers: Sequence[int], *, native: bool) -> None:
        """Make all changes, and register new files; on an error all is as it was. The copy's lock must be held.

        `numbers` are revisions of trunk; `native`: they make the changes themselves, and not a patch of the branch's.
        Raises InputError, ToolError.
        """

    def commit(self, message: str) -> str:
        """Commit what was brought; the name of the commit. Raises ToolError: nothing is committed then."""

    def undo(self, changes: Sequence[FileChange]) -> None:
        """Take back what was brought and not committed."""
