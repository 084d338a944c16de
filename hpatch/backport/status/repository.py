"""STATUS in a git repository: as a branch has it, and since when each of its proposals is there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from hpatch.backport.status.file import Entry, StatusFile, read
from hpatch.errors import InputError
from hpatch.patch.sources.git import Git, PartialError
from hpatch.processes.run import FailedError
from hpatch.records import NamedTuple
from hpatch.text import Source

PATH = "STATUS"
_CHUNK = 200
"""How many revisions of the file are asked for at once: few proposals are older."""


class StatusCommit(NamedTuple):
    """A commit that changed STATUS: its date (ISO 8601, as committed) and the file's blob."""

    date: str
    blob: str


class History:
    """STATUS on a branch. Raises InputError for what is no repository or has no such branch or file."""

    def __init__(self, folder: str, branch: str = "2.4.x") -> None:
        repository = Git(folder)
        self._git = repository.run
        self.name = f"{branch}:{PATH}"
        self._commit = repository.tip(branch)
        try:
            self._data = self._git("cat-file", "blob", f"{self._commit}:{PATH}")
        except PartialError:
            raise
        except FailedError:
            raise InputError(f"{folder}: {branch} has no file {PATH}") from None

    def head(self) -> StatusFile:
        """The file as the branch has it."""
        return _read(self.name, self._data)

    def since(self, entries: Sequence[Entry]) -> dict[Entry, str | None]:
        """The date of the revision that first had each entry, in any section; None where the history has none.

        An entry stays the same while its title's first line does, or else its first trunk revision.
        """
        found: dict[Entry, str | None] = dict.fromkeys(entries)
        open_ = {entry: _mark(entry.title, self._data) for entry in entries}
        for revision, data in self._revisions():
            parsed: StatusFile | None = None
            for entry, mark in list(open_.items()):
                if mark not in data:
                    parsed = parsed or _read(self.name, data)
                    same = [old for old in parsed.entries if entry.trunk and entry.trunk[:1] == old.trunk[:1]]
                    if not same:
                        del open_[entry]
                        continue
                    open_[entry] = _mark(same[0].title, data)
                found[entry] = revision.date
            if not open_:
                break
        return found

    def _revisions(self) -> Iterator[tuple[StatusCommit, bytes]]:
        """All that the branch had, the newest first."""
        log = self._git(
            *("log", "--first-parent", "-m", "--format=%x00%cI", "--raw", "--no-abbrev", "--no-renames"),
            *(self._commit, "--", PATH),
        ).decode("ascii", "replace")
        revisions = []
        for record in log.split("\0")[1:]:
            date, *rows = record.split("\n")
            blobs = [row.split()[3] for row in rows if row.startswith(":") and row.split()[4] != "D"]
            revisions += [StatusCommit(date, blob) for blob in blobs]
        for at in range(0, len(revisions), _CHUNK):
            some = revisions[at : at + _CHUNK]
            data = self._git("cat-file", "--batch", stdin="".join(f"{one.blob}\n" for one in some).encode())
            start = 0
            for revision in some:
                head = data.index(b"\n", start)
                end = head + 1 + int(data[start:head].split()[2])
                yield revision, data[head + 1 : end]
                start = end + 1


def _read(name: str, data: bytes) -> StatusFile:
    return read(Source(name, data.decode("utf-8", "surrogateescape")))


def _mark(title: str, data: bytes) -> bytes:
    """The longest start of a title, in whole words, that the file has in one line."""
    words = title.encode("utf-8", "surrogateescape").split(b" ")
    low, high = 1, len(words)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if b" ".join(words[:middle]) in data else (low, middle - 1)
    return b" ".join(words[:low])
