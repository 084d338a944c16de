"""rpm's database as SQLite: `Packages(hnum, blob)`, and an index by name."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from hpatch.advise.packages.rpm.header import DamagedError

_STEPS = 20_000_000
"""Of SQLite's machine, after which a database is not honest: it may hold a view without end."""


def headers(path: str, names: tuple[str, ...]) -> Iterator[bytes]:
    """The headers of the packages with these names. Raises DamagedError."""
    import sqlite3

    marks = ",".join("?" * len(names))
    wanted = f"SELECT blob FROM Packages WHERE hnum IN (SELECT hnum FROM Name WHERE key IN ({marks}))"
    try:
        base = sqlite3.connect(f"{Path(path).absolute().as_uri()}?mode=ro&immutable=1", uri=True)
        try:
            steps = iter(range(_STEPS // 1000))
            base.set_progress_handler(lambda: next(steps, None) is None, 1000)
            base.text_factory = bytes
            base.execute("PRAGMA trusted_schema = OFF")
            for (blob,) in base.execute(wanted, names):
                if not isinstance(blob, bytes):
                    raise DamagedError("a header is not bytes")
                yield blob
        finally:
            base.close()
    except (sqlite3.Error, ValueError, OverflowError) as error:
        raise DamagedError(str(error)) from None
