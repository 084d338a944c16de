"""What was read of a repository, kept in the user's cache: a file that is made anew when it is damaged."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hpatch.errors import ToolError

if TYPE_CHECKING:
    from sqlite3 import Connection

Update = Callable[["Connection"], None]
"""Brings a store up to date with its repository."""


class Store:
    """A database of one repository, up to date when it is open.

    `folder` is where it is kept, None for memory alone; `directory` is the repository's own and, with `kind`, names the
    file. A store that cannot be kept, or is found damaged when it is opened, is made anew: the answer does not depend
    on the cache.
    """

    def __init__(self, folder: Path | None, directory: str, kind: str, schema: str, update: Update) -> None:
        from hashlib import sha256

        name = f"{sha256(directory.encode('utf-8', 'surrogateescape')).hexdigest()[:24]}{kind}.sqlite"
        self._file = None if folder is None else folder / name
        self._schema = schema
        self._update = update
        self._open()

    def __del__(self) -> None:
        with contextlib.suppress(AttributeError):
            self._db.close()

    def rows(self, sql: str, values: Sequence[object] = ()) -> Iterator[Any]:
        """What a question finds. Raises ToolError where the file proves damaged only now, and removes it."""
        import sqlite3

        try:
            yield from self._db.execute(sql, values)
        except sqlite3.DatabaseError as error:
            self._remove()
            place = "what is kept of the repository in memory" if self._file is None else f"{self._file}"
            raise ToolError(f"{place}: is damaged ({error}) and was removed; run the command again") from error

    def clear(self) -> None:
        """Forget everything and read the repository again."""
        self._db.close()
        self._remove()
        self._open()

    def _remove(self) -> None:
        """Remove the file, and the journal by which SQLite would mend another in its place."""
        if self._file is not None:
            with contextlib.suppress(OSError):
                self._file.with_name(f"{self._file.name}-journal").unlink(missing_ok=True)
                self._file.unlink(missing_ok=True)

    def _open(self) -> None:
        import sqlite3  # only what asks a repository's history pays for it

        try:
            self._connect(":memory:" if self._file is None else str(self._file))
        except sqlite3.Error:
            # Damaged, or a folder that cannot be written: the answer must not depend on the cache.
            if self._file is None:
                raise
            self._remove()
            try:
                self._connect(str(self._file))
            except sqlite3.Error:
                self._remove()  # a part of it, on a disk that is full
                self._file = None
                self._connect(":memory:")

    def _connect(self, where: str) -> None:
        import sqlite3

        db = sqlite3.connect(where, timeout=60, isolation_level=None, check_same_thread=False)
        try:
            db.executescript(self._schema)
            self._update(db)
        except BaseException:
            db.close()
            raise
        self._db = db


@contextlib.contextmanager
def transaction(db: Connection) -> Iterator[None]:
    """All of it or nothing."""
    db.execute("begin immediate")
    try:
        yield
    except BaseException:
        db.execute("rollback")
        raise
    db.execute("commit")
