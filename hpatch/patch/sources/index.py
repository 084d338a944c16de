"""Which commit a Subversion revision is: an index of a repository's git-svn-id lines, kept in the user's cache."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from hpatch.patch.sources.store import Store, transaction

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

    `folder` is where it is kept, None for memory alone; `directory` is the repository's own and names the file. What it
    says is a hint: who reads a commit checks what it is.
    """

    def __init__(self, folder: Path | None, directory: str, git: Run) -> None:
        self._git = git
        self._store = Store(folder, directory, "", _SCHEMA, self._update)

    def find(self, number: int, line: str) -> str | None:
        """The commit of a revision on a line of development; of several, any."""
        rows = self._store.rows("select commit_ from revisions where number = ? and line = ?", (number, line))
        return next((str(row[0]) for row in rows), None)

    def told(self, commit: str) -> tuple[int, str] | None:
        """The revision that a commit is, and its line of development."""
        rows = self._store.rows("select number, line from revisions where commit_ = ?", (commit,))
        return next(((int(row[0]), str(row[1])) for row in rows), None)

    def clear(self) -> None:
        """Forget everything and read the repository again."""
        self._store.clear()

    def _update(self, db: Connection) -> None:
        tips = set(self._git("for-each-ref", "--format=%(objectname)", *_REFS).decode().split())
        new = unread(db, tips, self._git)
        if new is None:
            return
        told = self._git("log", "--stdin", "--no-show-signature", "--format=%x00%H%n%B", stdin=new)
        with transaction(db):
            db.executemany("insert or ignore into revisions values (?, ?, ?)", _revisions(told))
            db.execute("delete from tips")
            db.executemany("insert into tips values (?)", [(tip,) for tip in tips])


def unread(db: Connection, tips: set[str], git: Run) -> bytes | None:
    """What to tell git to read, of the commits that tips reach, but for those that a store's table of tips reaches.

    None where the two tables are the same.
    """
    known = {row[0] for row in db.execute("select commit_ from tips")}
    if tips == known:
        return None
    # What was a tip may be gone with a history that was rewritten.
    there = git("cat-file", "--batch-check=%(objectname)", stdin="".join(f"{tip}\n" for tip in known).encode())
    read = [row for row in there.decode().split("\n") if row in known]
    return ("".join(f"{tip}\n" for tip in tips - known) + "".join(f"^{tip}\n" for tip in read)).encode()


def _revisions(told: bytes) -> Iterator[tuple[int, str, str]]:
    """Number, line of development and commit of each commit that has them. The last git-svn-id of a message counts."""
    for part in told.split(b"\0")[1:]:
        found = None
        for found in _ID.finditer(part):  # noqa: B007 - the last one
            pass
        if found is not None and (line := found[1] or found[2]) is not None:
            yield int(found[3]), line.decode("utf-8", "replace"), part[:40].decode()
