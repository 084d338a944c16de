"""The revisions of two lines of development, trunk and a stable branch, and which of trunk's went to the branch.

A revision is a commit of a git repository; in a mirror of Subversion also a number, by the commit's git-svn-id. The
whole history is read once, in one pass of `git log`, and kept in the user's cache; later only what is new is read.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Iterable, Iterator
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from hpatch.backport.history import log, messages
from hpatch.errors import InputError, UsageError
from hpatch.patch.sources.git import Git
from hpatch.patch.sources.store import Store
from hpatch.processes.run import FailedError
from hpatch.records import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Set as AbstractSet

Side = Literal["trunk", "branch", "both"]
"""Where a revision is: on trunk only, on the branch only, or older than the branch and so on both."""

_NUMBER = re.compile(r"r{0,2}(\d{1,9})", re.IGNORECASE)
_RANGE = re.compile(r"r{0,2}(\d{1,9})-r{0,2}(\d{1,9})", re.IGNORECASE)
_PATHS = 200
"""With more paths than this, all rows are read."""
_PLACE = re.compile(r"^git-svn-id: \S+/([^/@\s]+)@(\d{1,9})\b", re.MULTILINE)
"""A line of development and a revision of it."""
_COMMIT = re.compile(r"[0-9a-f]{7,64}", re.IGNORECASE)
_RECORD = re.compile(r"STATUS|CHANGES|changes-entries/.*|include/ap_mmn\.h|docs/log-message-tags/next-number")


class Revision(NamedTuple):
    """A revision. `date` is when it was written (ISO 8601), `message` without its git-svn-id, `paths` what it touched.

    `number` is None where the repository is no mirror of Subversion; `order` puts a line's revisions in order.
    """

    commit: str
    number: int | None
    author: str
    date: str
    message: str
    paths: tuple[str, ...]
    order: int

    @property
    def name(self) -> str:
        """`r1591508`, or the commit's first twelve digits."""
        return f"r{self.number}" if self.number is not None else self.commit[:12]

    @property
    def subject(self) -> str:
        """The message's first paragraph in one line."""
        return " ".join(self.message.strip().partition("\n\n")[0].split())


class Merge(NamedTuple):
    """A revision of the branch that says it brought one of trunk there, or `partial`: some of it.

    `undone` is the branch's revision that took it back, if one did.
    """

    revision: Revision
    undone: Revision | None = None
    partial: bool = False


class DevelopmentLine(NamedTuple):
    """A line of development: its name, as the user gave it, and its latest commit.

    A commit that the user gave is `2.4.x at r1900001` by its git-svn-id, without one its first twelve digits.
    """

    name: str
    commit: str

    @property
    def branch(self) -> str:
        """The name alone, of whatever revision."""
        return self.name.partition(" at r")[0]


def _line(git: Git, name: str) -> DevelopmentLine:
    commit = git.tip(name)
    if not git.is_ref(name):
        told = git.run("log", "-1", "--no-show-signature", "--format=%B", commit).decode("utf-8", "surrogateescape")
        found = _PLACE.findall(told)
        name = "{} at r{}".format(*found[-1]) if found else commit[:12]
    return DevelopmentLine(name, commit)


def _keys(revision: Revision) -> tuple[str, ...]:
    """What a message can name a revision by, as the history's table has it."""
    digits = revision.commit[: log.DIGITS]
    return (digits,) if revision.number is None else (digits, str(revision.number))


def _touches(branch: Revision, revision: Revision) -> bool:
    """Whether a revision of the branch touches what one of trunk does. One that proposes it touches STATUS only."""
    return bool({*branch.paths}.difference(("STATUS",)).intersection(revision.paths))


def _takes(branch: Revision, revision: Revision) -> bool:
    """The same, without the records that nearly all merges touch: for one that does not say what it merges."""
    return any(path in branch.paths and not _RECORD.fullmatch(path) for path in revision.paths)


def _picks(branch: Revision, revision: Revision) -> bool:
    """Whether two commits of the same author and second are one change. Subversion has a single number for it then."""
    return branch.number == revision.number and _takes(branch, revision)


_BRINGS = ((log.MERGED, _touches), (log.DROPPED, _takes))
"""What tells that a revision of the branch brings one of trunk's, and what both must touch."""


class Revisions:
    """The revisions of trunk and of a branch in a repository.

    Both may be branches or commits: a commit stands for its line as it was then. `mergeinfo` has numbers of trunk's
    revisions that Subversion records as merged, where that record is known; `tell` is told of work that takes seconds.
    Raises InputError for what is no repository or has no such branch.
    """

    def __init__(
        self,
        folder: str,
        onto: str = "2.4.x",
        trunk: str = "trunk",
        *,
        cache: Path | None = None,
        mergeinfo: Container[int] = frozenset(),
        tell: Callable[[str], None] | None = None,
    ) -> None:
        self.git = Git(folder, cache)
        self.trunk, self.onto = (_line(self.git, name) for name in (trunk, onto))
        self.mergeinfo = mergeinfo
        if self.git.ends or self.git.partial:
            cache = None  # what is kept of it would stay cut off when the clone is deepened or made whole
        tips = {self.trunk.commit, self.onto.commit}
        self._store = Store(
            cache, self.git.directory, log.KIND, log.SCHEMA, lambda db: log.update(db, tips, self.git.run, tell)
        )

    def find(self, words: Iterable[str], side: Side | None = "trunk") -> tuple[Revision, ...]:
        """Revisions as users write them, in history's order: `r1591508`, `1591508`, a commit, several with commas.

        A range, `r1603027-r1603029`, is all of trunk's in it. Raises UsageError for what is none, InputError for what
        is not there or on the other side.
        """
        names = [name for word in words for name in re.split(r"[,\s]+", word) if name]
        if not names:
            raise UsageError("no revision is given; name one, e.g. r1591508")
        found: dict[str, Revision] = {}
        for name in names:
            ends = _RANGE.fullmatch(name)
            some = (self.named(name),) if ends is None else self._range(int(ends[1]), int(ends[2]))
            found.update((one.commit, one) for one in some)
        for one in found.values():
            where = self.side(one)
            if side == "trunk" and where == "branch":
                brought = ", ".join(other.name for other in self.brings(one))
                hint = f"; it merged {brought}" if brought else ""
                raise InputError(f"{one.name} is a revision of {self.onto.name}, not of {self.trunk.name}{hint}")
            if where is None:
                raise InputError(f"{one.name} is neither on {self.trunk.name} nor on {self.onto.name}")
        return tuple(sorted(found.values(), key=lambda one: one.order))

    def named(self, name: str) -> Revision:
        """The revision that a user's word names, wherever it is. Raises UsageError, InputError."""
        number = _NUMBER.fullmatch(name)
        if number is not None and (found := self.number(int(number[1]))) is not None:
            return found
        if _COMMIT.fullmatch(name):
            try:
                told = self.git.run("rev-parse", "--verify", "--quiet", f"{name}^{{commit}}").decode("ascii").strip()
            except FailedError:
                told = ""
            if (found := self.commit(told)) is not None:
                return found
        elif number is None:
            raise UsageError(f"'{name}' is not a revision; write r1591508, 1591508 or the name of a commit")
        raise InputError(f"{self.git.name}: {name} is not in the history of {self.trunk.name} or {self.onto.name}")

    def _range(self, low: int, high: int) -> tuple[Revision, ...]:
        if high < low:
            raise UsageError(f"r{low}-r{high} ends before it begins; write r{high}-r{low}")
        if high > low + messages.SPAN:
            raise UsageError(f"r{low}-r{high} is not a range of at most {messages.SPAN} revisions")
        rows = self._rows("where number between ? and ?", low, high)
        found = tuple(one for one in rows if self.side(one) in ("trunk", "both"))
        if not found:
            raise InputError(f"{self.git.name}: no revision of {self.trunk.name} is in r{low}-r{high}")
        return found

    def number(self, number: int) -> Revision | None:
        """A revision by its number: trunk's or the branch's."""
        rows = self._rows("where number = ?", number)
        return next((one for one in rows if self.side(one) is not None), None)

    def commit(self, commit: str) -> Revision | None:
        """A revision by its commit's full name."""
        return next(self._rows("where name = ?", commit), None)

    def side(self, revision: Revision) -> Side | None:
        """Where a revision is; None: on neither line."""
        trunk, branch = self._sides
        if revision.order in trunk:
            return "trunk"
        if revision.order in branch:
            return "branch"
        return "both" if revision.order in self._reached else None

    def all(self, side: Literal["trunk", "branch"]) -> tuple[Revision, ...]:
        """Trunk's revisions since the branch left it, or the branch's own; the newest first."""
        return self._trunk if side == "trunk" else self._branch

    def merges(self, revision: Revision) -> tuple[Merge, ...]:
        """The branch's revisions that brought one of trunk's there, in their order.

        By what they say, by the proposal that they took out of STATUS, or as the same author's change of the same
        second, both of which git keeps where a commit is picked.
        """
        found = []
        for one in self._bringing(revision):
            if one.order in self._sides[1]:
                undone = (two for of in (one, revision) for two in self._naming(of, log.REVERTED) if _touches(two, one))
                after = (two for two in undone if two.order in self._sides[1] and two.order > one.order)
                found.append(Merge(one, next(after, None), messages.is_partial(one.message)))
        return tuple(found)

    def brings(self, revision: Revision) -> tuple[Revision, ...]:
        """The revisions of trunk that one of the branch brings there, as `merges` tells."""
        found = {}
        for one in messages.merged(revision.message):
            for named in self.meant(one):
                if named.order in self._sides[0] and _touches(revision, named):
                    found[named.order] = named
        dropped = "select cast(key as integer) from mentions where commit_ = ? and said = ?"
        for named in self._rows(f"where number in ({dropped})", revision.order, log.DROPPED):
            if named.order in self._sides[0] and _takes(revision, named):
                found[named.order] = named
        return tuple(found[order] for order in sorted(found))

    def is_merged(self, revision: Revision) -> bool:
        """Whether the branch has a revision of trunk, as far as messages, STATUS and records tell, not taken back."""
        if self.side(revision) == "both":
            return True
        if revision.number in self.mergeinfo:
            return True
        return any(merge.undone is None for merge in self.merges(revision))

    def takes_back(self, revision: Revision) -> tuple[Revision, ...]:
        """The earlier revisions of trunk that one says it takes back. A later one that it names took it back itself."""
        return tuple(
            one
            for said in messages.reverted(revision.message)
            for one in self.meant(said)
            if one.order in self._sides[0]
            and one.order < revision.order
            and not set(one.paths).isdisjoint(revision.paths)
        )

    def is_overruled(self, revision: Revision) -> bool:
        """Whether the branch got all that a revision of trunk takes back, and later: it wants that all the same."""
        taken = self.takes_back(revision)
        return bool(taken) and all(
            any(merge.undone is None and merge.revision.order > revision.order for merge in self.merges(one))
            for one in taken
        )

    def merged(self) -> frozenset[int]:
        """The orders of all revisions of trunk that the branch has, as `is_merged` tells."""
        by_key: dict[str, list[Revision]] = {}
        found = set()
        for one in self.all("trunk"):
            for key in _keys(one):
                by_key.setdefault(key, []).append(one)
            if one.number in self.mergeinfo:
                found.add(one.order)
        branch = {one.order: one for one in self.all("branch")}
        doubtful = {key for key, order in self._said(log.REVERTED) if order in branch}
        said = ((key, order, touches) for kind, touches in _BRINGS for key, order in self._said(kind))
        for key, order, touches in said:
            for one in by_key.get(key, ()) if order in branch else ():
                if one.order not in found and touches(branch[order], one):
                    sure = doubtful.isdisjoint((*_keys(one), *_keys(branch[order])))
                    if sure or self.is_merged(one):
                        found.add(one.order)
        written: dict[tuple[str, str], list[Revision]] = {}
        for other in branch.values():
            written.setdefault((other.author, other.date), []).append(other)
        for one in self.all("trunk"):
            same = written.get((one.author, one.date), ())
            if one.order not in found and any(_picks(other, one) for other in same) and self.is_merged(one):
                found.add(one.order)
        return frozenset(found)

    def mentions(self, revision: Revision) -> Iterator[tuple[Revision, messages.Relation]]:
        """Later revisions of trunk that name one, and what they say of it; the oldest first."""
        trunk = self._sides[0]
        for one in self._naming(revision):
            if one.order in trunk and one.order > revision.order:
                said = messages.relation(one.message, revision.number, revision.commit)
                if said is not None:
                    yield one, said

    # What is kept

    @cached_property
    def _sides(self) -> tuple[frozenset[int], frozenset[int]]:
        return log.sides(self._store.rows, self.trunk.commit, self.onto.commit)

    @cached_property
    def _first(self) -> int:
        """The first revision that is on one line only."""
        return min((min(side) for side in self._sides if side), default=0)

    @cached_property
    def _reached(self) -> frozenset[int]:
        return log.reached(self._store.rows, self.trunk.commit)

    @cached_property
    def _trunk(self) -> tuple[Revision, ...]:
        return self._on(self._sides[0])

    @cached_property
    def _branch(self) -> tuple[Revision, ...]:
        return self._on(self._sides[1])

    def _on(self, side: AbstractSet[int]) -> tuple[Revision, ...]:
        return tuple(one for one in self._rows("where id >= ? order by id desc", self._first) if one.order in side)

    def meant(self, one: messages.Reference) -> Iterator[Revision]:
        """The revisions that a reference in a message can mean, on either line."""
        if one.commit is not None:
            yield from self._rows("where name >= ? and name < ?", one.commit, one.commit + "g")
        else:
            yield from self._rows("where number between ? and ?", one.low, one.high)

    def _naming(self, revision: Revision, said: int | None = None) -> Iterator[Revision]:
        """The revisions that name one; a commit's first digits can be another's too. `said` is as the log has it."""
        keys = _keys(revision)
        condition = f"key in ({', '.join('?' * len(keys))})" + ("" if said is None else f" and said = {said}")
        yield from self._rows(f"where id in (select commit_ from mentions where {condition}) order by id", *keys)

    def _bringing(self, revision: Revision) -> list[Revision]:
        """The revisions that brought one of trunk's to a branch, in their order."""
        found = {
            one.order: one
            for kind, touches in _BRINGS
            for one in self._naming(revision, kind)
            if touches(one, revision)
        }
        author = revision.author.encode("utf-8", "surrogateescape")
        for one in self._rows("where date = ? and author = ? and id <> ?", revision.date, author, revision.order):
            if _picks(one, revision):
                found[one.order] = one
        return [found[order] for order in sorted(found)]

    @cached_property
    def joins(self) -> frozenset[int]:
        """The orders of the commits that join lines of development: what they bring is in other commits."""
        return frozenset(row[0] for row in self._store.rows("select id from commits where instr(parents, ' ')"))

    def touching(
        self, paths: AbstractSet[str], after: int, side: Literal["trunk", "branch"] = "trunk"
    ) -> Iterator[Revision]:
        """A line's revisions later than an order that touch any of these paths, the oldest first."""
        wanted = [path.encode("utf-8", "surrogateescape") for path in sorted(paths)]
        some = " or ".join(["instr(paths, ?)"] * min(len(wanted), _PATHS))
        values = wanted if len(wanted) <= _PATHS else []
        rows = self._rows(f"where id > ? and ({some if values else '1'}) order by id", after, *values)
        line = self._sides[0] if side == "trunk" else self._sides[1]
        yield from (one for one in rows if one.order in line and not paths.isdisjoint(one.paths))

    def _said(self, said: int) -> Iterator[tuple[str, int]]:
        yield from self._store.rows("select key, commit_ from mentions where said = ?", (said,))

    def _rows(self, condition: str, *values: object) -> Iterator[Revision]:
        sql = f"select id, name, number, author, date, message, paths from commits {condition}"
        for order, name, number, author, date, message, paths in self._store.rows(sql, values):
            names = tuple(path.decode("utf-8", "surrogateescape") for path in paths.split(b"\0") if path)
            text = message.decode("utf-8", "surrogateescape")
            yield Revision(
                commit=name,
                number=number,
                author=author.decode("utf-8", "surrogateescape"),
                date=date,
                message=text,
                paths=names,
                order=order,
            )
