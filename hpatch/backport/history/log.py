"""A repository's history as a table: each commit once, its message, its paths, and the revisions that it names."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any

from hpatch.backport.history import messages, proposals
from hpatch.patch.diff.names import unquote
from hpatch.patch.sources.git import PartialError
from hpatch.patch.sources.index import Run, unread
from hpatch.patch.sources.store import transaction

if TYPE_CHECKING:
    from sqlite3 import Connection

DIGITS = 7
"""How many of a git commit's digits a message has at least where it names one."""

SCHEMA = """
create table if not exists tips (commit_ text primary key) without rowid;
create table if not exists commits (id integer primary key, name text unique, parents text, number integer,
    author blob, date text, message blob, paths blob);
create index if not exists numbers on commits (number);
create index if not exists dates on commits (date);
create table if not exists mentions (key text, commit_ integer, said integer, primary key (key, commit_))
    without rowid;
"""
"""`id` grows from parents to children, `parents` are ids; `paths` are separated by NUL. A mention's key is a number as
text or a commit's first digits."""
MERGED, REVERTED, NAMED, DROPPED = range(4)
"""What a message says of a revision: that it brings it to a branch, that it takes it back, or anything else. `DROPPED`:
the message does not, but the commit takes the proposal to merge it out of STATUS."""
KIND = "-log-6"
"""Part of the file's name: a new one where what is kept, or how messages are understood, changes."""

_LOG = (
    *("log", "--stdin", "--no-show-signature", "--encoding=UTF-8", "--root", "--date-order", "--reverse"),
    *(
        "--diff-merges=first-parent",
        "--name-only",
        "--no-renames",
        "--no-color",
        "--no-ext-diff",
        "--ignore-submodules",
    ),
    "--format=%x00%H%n%P%n%an%n%aI%n%B%x00",
)
_STATUS = proposals.PATH.encode("ascii")
_CHUNK = 500
"""How many revisions of STATUS are read at once, twice."""
_ID = re.compile(r"^git-svn-id: \S*@(\d{1,9})(?:\s[^\n]*)?\s*\Z", re.MULTILINE)
_DOWN = "select id, parents from commits where id <= ? order by id desc"

Rows = Callable[[str, tuple[object, ...]], Iterable[Any]]
"""Asks the table: SQL and its values."""


def update(db: Connection, tips: set[str], git: Run, tell: Callable[[str], None] | None = None) -> None:
    """Read what tips reach and the table does not have yet."""
    known = {row[0] for row in db.execute("select commit_ from tips")}
    if tips <= known or all(_there(db, tip) for tip in tips):
        return
    wanted = unread(db, tips | known, git)
    if wanted is None:
        return
    if tell is not None:
        tell("reading the history" if not known else "reading what is new in the history")
    told = git(*_LOG, stdin=wanted)
    with transaction(db):
        _enter(db, told, git)
        db.executemany("insert or ignore into tips values (?)", [(tip,) for tip in tips])


def _there(db: Connection, tip: str) -> bool:
    """All that a commit reaches is in the table if it is: parents are entered with their children."""
    return db.execute("select 1 from commits where name = ?", (tip,)).fetchone() is not None


def _enter(db: Connection, told: bytes, git: Run) -> None:
    first = db.execute("select coalesce(max(id), 0) + 1 from commits").fetchone()[0]
    ids: dict[str, int] = {}
    numbers: set[int] = {row[0] for row in db.execute("select number from commits where number is not null")}
    rows: list[tuple[object, ...]] = []
    texts: list[tuple[int, str]] = []
    merges: list[tuple[int, str, str]] = []
    for name, parents, author, date, message, paths in _commits(told):
        if _there(db, name):
            continue
        order = first + len(rows)
        ids[name] = order
        text = message.decode("utf-8", "surrogateescape")
        number = None
        if (found := _ID.search(text)) is not None:
            number, text = int(found[1]), text[: found.start()]
            numbers.add(number)
        text = text.strip()
        of = " ".join(str(_order(db, ids, parent)) for parent in parents)
        rows.append((order, name, of, number, author, date, text.encode("utf-8", "surrogateescape"), paths))
        texts.append((order, text))
        # A merge commit brings all that the other line did to STATUS, not what it merges.
        if len(parents) == 1 and _STATUS in (touched := paths.split(b"\0")) and len(touched) > 1:
            merges.append((order, parents[0], name))
    db.executemany("insert into commits values (?, ?, ?, ?, ?, ?, ?, ?)", rows)
    db.executemany(
        "insert or ignore into mentions values (?, ?, ?)",
        ((key, order, said) for order, text in texts for key, said in _keys(text, numbers)),
    )
    db.executemany(
        "insert or replace into mentions select ?, ?, ? where not exists"
        " (select 1 from mentions where key = ?1 and commit_ = ?2 and said <> ?4)",
        ((str(number), order, DROPPED, NAMED) for order, number in _dropped(merges, dict(texts), git)),
    )


def _dropped(merges: list[tuple[int, str, str]], texts: dict[int, str], git: Run) -> Iterator[tuple[int, int]]:
    """The commits that change files and take proposals out of STATUS, each with the revisions that it merges so."""
    for at in range(0, len(merges), _CHUNK):
        some = merges[at : at + _CHUNK]
        asked = "".join(f"{commit}:{proposals.PATH}\n" for _, *both in some for commit in both)
        try:
            files = list(_files(git("cat-file", "--batch", stdin=asked.encode())))
        except PartialError:
            continue  # what reads the history says that the clone is partial
        for (order, _, _), before, after in zip(some, files[::2], files[1::2], strict=True):
            if before is None or after is None:
                continue  # it comes or goes
            named = [one.low for one in messages.merged(texts[order]) if one.low is not None]
            entries = proposals.dropped(before, after)
            yield from ((order, number) for number in proposals.merged(entries, named))


def _files(told: bytes) -> Iterator[bytes | None]:
    """What `git cat-file --batch` tells of each file; None for one that is not there."""
    at = 0
    while at < len(told):
        end = told.index(b"\n", at)
        words = told[at:end].split(b" ")
        at = end + 1
        if words[-1] in (b"missing", b"ambiguous"):
            yield None
        else:
            size = int(words[-1])
            yield told[at : at + size]
            at += size + 1


def _order(db: Connection, ids: dict[str, int], name: str) -> int:
    """A parent's id; 0 for one that a shallow clone does not have."""
    if name in ids:
        return ids[name]
    row = db.execute("select id from commits where name = ?", (name,)).fetchone()
    return int(row[0]) if row is not None else 0


def _keys(message: str, numbers: set[int]) -> Iterator[tuple[str, int]]:
    """The revisions that a message names, and what it says of them; what counts comes first."""
    found = list(messages.references(message))
    if not found:
        return
    for said, ones in ((REVERTED, messages.reverted(message)), (MERGED, messages.merged(message)), (NAMED, found)):
        for one in ones:
            if one.commit is not None:
                yield one.commit[:DIGITS], said
            elif one.low is not None and one.high is not None:
                yield from ((str(number), said) for number in range(one.low, one.high + 1) if number in numbers)


def _commits(told: bytes) -> Iterator[tuple[str, list[str], bytes, str, bytes, bytes]]:
    """Name, parents, author, date, message and paths of each commit."""
    parts = told.split(b"\0")
    for at in range(1, len(parts) - 1, 2):
        name, parents, author, date, message = parts[at].split(b"\n", 4)
        paths = b"\0".join(map(_path, filter(None, parts[at + 1].split(b"\n"))))
        yield name.decode("ascii"), parents.decode("ascii").split(), author, date.decode("ascii"), message, paths


def _path(line: bytes) -> bytes:
    quoted = unquote(line) if line.startswith(b'"') else None
    return line if quoted is None else quoted[0]


def sides(rows: Rows, trunk: str, branch: str) -> tuple[frozenset[int], frozenset[int]]:
    """The ids of the commits that only trunk reaches, and of those that only the branch does."""
    left, right = 1, 2
    reached: dict[int, int] = {}
    for name, mark in ((trunk, left), (branch, right)):
        order = _id(rows, name)
        reached[order] = reached.get(order, 0) | mark
    found: dict[int, list[int]] = {left: [], right: []}
    single = sum(mark != left | right for mark in reached.values())
    for order, parents in rows(_DOWN, (max(reached),)):
        mark = reached.pop(order, 0)
        if not mark:
            continue
        if mark in found:
            found[mark].append(order)
            single -= 1
        for parent in map(int, parents.split()):
            was = reached.get(parent, 0)
            reached[parent] = was | mark
            single += (was | mark in found) - (was in found)
        if not single:
            break
    return frozenset(found[left]), frozenset(found[right])


def reached(rows: Rows, tip: str) -> frozenset[int]:
    """The ids of all commits that a commit reaches, itself included."""
    start = _id(rows, tip)
    found = {start}
    for order, parents in rows(_DOWN, (start,)):
        if order in found:
            found.update(map(int, parents.split()))
    return frozenset(found)


def _id(rows: Rows, name: str) -> int:
    return next(int(row[0]) for row in rows("select id from commits where name = ?", (name,)))
