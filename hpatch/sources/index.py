"""Which commit a Subversion revision is: an index of a repository's git-svn-id lines, kept in the user's cache."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from sqlite3 import Connection

_REFS = ("refs/heads", "refs/remotes", "refs/tags")
_ID = re.compile(rb"^git-svn-id: \S*?/(?:(trunk)|branches/([^/@\s]+)|tags/[^/@\s]+)/?@(\d{1,9})(?:\s|\Z)", re.M)
_SCHEMA = """
create table if not exists tips (commit_ text primary key) without rowid;
create table if not exists revisions (number integer, line text, commit_ text, primary key (number, line, commit_))
    without rowid;
create index if not exists commits on revisions (commit_);
"""


class Run(Protocol):
    """Runs git in the repository."""

    def __call__(self, *arguments: str, stdin: bytes = b"") -> bytes: ...


class Index:
    """The index of one repository. Opening it brings it up to date: only commits that are new are read.

    `folder` is where it is kept, None for memory alone; `directory` is the repository's own and names the file. An
    index that cannot be kept or is damaged is made anew. What it says is a hint: who reads a commit checks what it is.
    """

    def __init__(self, folder: Path | None, directory: str, git: Run) -> None:
        from hashlib import sha256

        self._git = git
        self._file = None if folder is None else folder / f"{sha256(directory.encode()).hexdigest()[:24]}.sqlite"
        self._open()

    def __del__(self) -> None:
        with contextlib.suppress(AttributeError):
            self._db.close()

    def find(self, number: int, line: str) -> str | None:
        """The commit of a revision on a line of development; of several, any."""
        row = self._db.execute("select commit_ from revisions where number = ? and line = ?", (number, line)).fetchone()
        return None if row is None else str(row[0])

    def told(self, commit: str) -> tuple[int, str] | None:
        """The revision that a commit is, and its line of development."""
        row = self._db.execute("select number, line from revisions where commit_ = ?", (commit,)).fetchone()
        return None if row is None else (int(row[0]), str(row[1]))

    def clear(self) -> None:
        """Forget everything and read the repository again."""
        self._db.close()
        if self._file is not None:
            self._file.unlink(missing_ok=True)
        self._open()

    def _open(self) -> None:
        import sqlite3  # only --git pays for it

        try:
            self._db = self._connect(":memory:" if self._file is None else str(self._file))
            self._update()
        except sqlite3.Error:
            # Damaged, or a folder that cannot be written: the answer must not depend on the cache.
            if self._file is None:
                raise
            with contextlib.suppress(OSError):
                self._file.unlink(missing_ok=True)
            try:
                self._db = self._connect(str(self._file))
                self._update()
            except sqlite3.Error:
                self._file = None
                self._db = self._connect(":memory:")
                self._update()

    def _connect(self, where: str) -> Connection:
        import sqlite3

        db = sqlite3.connect(where, timeout=60, isolation_level=None, check_same_thread=False)
        try:
            db.executescript(_SCHEMA)
        except sqlite3.Error:
            db.close()
            raise
        return db

    def _update(self) -> None:
        tips = set(self._git("for-each-ref", "--format=%(objectname)", *_REFS).decode().split())
        known = {row[0] for row in self._db.execute("select commit_ from tips")}
        if tips == known:
            return
        # What was a tip may be gone with a history that was rewritten.
        there = self._git(
            "cat-file", "--batch-check=%(objectname)", stdin="".join(f"{tip}\n" for tip in known).encode()
        )
        read = [row for row in there.decode().split("\n") if row in known]
        wanted = "".join(f"{tip}\n" for tip in tips - known) + "".join(f"^{tip}\n" for tip in read)
        told = self._git("log", "--stdin", "--no-show-signature", "--format=%x00%H%n%B", stdin=wanted.encode())
        with self._transaction():
            self._db.executemany("insert or ignore into revisions values (?, ?, ?)", _revisions(told))
            self._db.execute("delete from tips")
            self._db.executemany("insert into tips values (?)", [(tip,) for tip in tips])

    @contextlib.contextmanager
    def _transaction(self) -> Iterator[None]:
        self._db.execute("begin immediate")
        try:
            yield
        except BaseException:
            self._db.execute("rollback")
            raise
        self._db.execute("commit")


def _revisions(told: bytes) -> Iterator[tuple[int, str, str]]:
    """Number, line of development and commit of each commit that has them. The last git-svn-id of a message counts."""
    for part in told.split(b"\0")[1:]:
        found = None
        for found in _ID.finditer(part):  # noqa: B007 - the last one
            pass
        if found is not None and (line := found[1] or found[2]) is not None:
            yield int(found[3]), line.decode("utf-8", "replace"), part[:40].decode()
