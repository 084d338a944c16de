"""A working copy of Subversion: `svn merge` brings trunk's revisions, so that it records them, and new files keep their
history and properties. Where it conflicts, and hpatch knows better, the file becomes what hpatch says.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory

from hpatch import files
from hpatch.backport.merge.copies.model import CopyKind
from hpatch.backport.merge.copies.words import SAID, changed
from hpatch.errors import InputError, ToolError
from hpatch.files import FileChange
from hpatch.processes import run as process
from hpatch.processes.run import FailedError, environment
from hpatch.records import NamedTuple

_STATUS = re.compile(r"^(.{7}) (\S.*)$", re.MULTILINE)
_BRANCH = re.compile(r"(\^/.*)/branches/[^/]+")
_KEYWORD = re.compile(
    rb"\$(Date|LastChangedDate|Revision|Rev|LastChangedRevision|Author|LastChangedBy|HeadURL|URL|Id|Header)"
    rb"(?::[^$\r\n]*)?\$"
)


class _Touched(NamedTuple):
    """A line of `svn status`: its columns, and a path below the top (`.` is the top itself)."""

    columns: str
    path: str


class SvnCopy:
    """A working copy of one branch. Raises InputError for one of something else."""

    kind: CopyKind = "svn"

    def __init__(self, root: Path) -> None:
        self.root = root
        url = self._said("info", "--show-item", "relative-url", ".").strip()
        found = _BRANCH.fullmatch(url)
        if found is None:
            raise InputError(f"{root}: is a working copy of {url}, not of a branch (^/…/branches/NAME)")
        self._trunk = f"{found[1]}/trunk"

    def busy(self) -> str:
        """Changed files."""
        return changed([one.path for one in self._touched() if one.columns[:1] != "X"], "commit or revert")

    def line(self) -> str:
        """A working copy has no history to name its line in."""
        return ""

    def plain(self, content: bytes) -> bytes:
        """Without the values of keywords (`$Revision: 12 $`)."""
        return _KEYWORD.sub(rb"$\1$", content)

    def bring(self, changes: Sequence[FileChange], numbers: Sequence[int], *, native: bool) -> None:
        """`svn merge`, and then what it lacks; a patch of the branch's own is only recorded as merged."""
        how = ("--accept", "working") if native else ("--record-only",)
        try:
            for number in numbers:
                self._said("merge", *how, "-c", str(number), self._trunk, ".")
            self._leave(changes)
            self._write(changes)
        except BaseException:
            self.undo(changes)
            raise

    def commit(self, message: str) -> str:
        """All that the copy has changed, which is what was brought."""
        with TemporaryDirectory(prefix="hpatch-") as scratch:
            file = Path(scratch) / "message"
            file.write_bytes(message.encode("utf-8", "replace"))
            try:
                told = self._said("commit", "--encoding", "UTF-8", "--file", str(file), ".")
            except FailedError as error:  # the first line only says that details follow
                raise ToolError(" ".join(error.said.split())[:SAID]) from None
        found = re.search(r"^Committed revision (\d+)", told, re.MULTILINE)
        return f"r{found[1]}" if found else ""

    def undo(self, changes: Sequence[FileChange]) -> None:
        """`svn revert`; files that were added go."""
        added = [one.path for one in self._touched() if one.columns[:1] == "A"]
        self._said("revert", "--quiet", "--recursive", ".")
        new = {one.path for one in changes if one.before is None}
        for path in sorted({*added, *new}, reverse=True):
            place = self.root / path
            with suppress(OSError):
                place.rmdir() if place.is_dir() and not place.is_symlink() else place.unlink()

    def _leave(self, changes: Sequence[FileChange]) -> None:
        """Take back what svn changed and hpatch would not: records of trunk's own. Properties stay."""
        wanted = {one.path for one in changes}
        for one in self._touched():
            if one.path not in wanted and one.columns[:1] in ("M", "A", "D", "R", "!") and self._is_file(one):
                self._said("revert", "--quiet", _name(one.path))
                if one.columns[:1] == "A":
                    (self.root / one.path).unlink(missing_ok=True)

    def _is_file(self, one: _Touched) -> bool:
        return one.path != "." and not (self.root / one.path).is_dir()

    def _write(self, changes: Sequence[FileChange]) -> None:
        """What differs from what it is to be."""
        wrong = []
        for one in changes:
            now = files.read(self.root, one.path)
            if (None if now is None else self.plain(now)) != (None if one.after is None else self.plain(one.after)):
                wrong.append(FileChange(path=one.path, before=now, after=one.after, mode=one.mode))
        gone = [one for one in wrong if one.after is None]
        for one in gone:
            self._said("delete", "--quiet", "--force", _name(one.path))
        files.replace(self.root, [one for one in wrong if one.after is not None])
        for one in changes:
            if one.before is None and one.after is not None:
                self._said("add", "--quiet", "--force", "--parents", _name(one.path))
        left = [one.path for one in self._touched() if "C" in (one.columns[0], one.columns[1], one.columns[6])]
        if left:
            raise ToolError(f"{self.root}: svn merge leaves conflicts in {', '.join(left)}; nothing was changed")

    def _touched(self) -> list[_Touched]:
        return [_Touched(*row) for row in _STATUS.findall(self._said("status", "--quiet", "."))]

    def _said(self, command: str, *arguments: str) -> str:
        # svn merge takes no folder with an `@` in its name, but the one that it works in.
        told = process.run(("svn", command, "--non-interactive", *arguments), env=environment(), cwd=str(self.root))
        return told.decode("utf-8", "surrogateescape")


def _name(path: str) -> str:
    """A path as svn takes it: what follows an `@` would be a revision."""
    return f"{path}@" if "@" in path else path
