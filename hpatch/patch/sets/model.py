"""Patch sets as the catalogue has them: plain data, no diffs."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from hpatch.errors import UsageError
from hpatch.records import NamedTuple
from hpatch.versions import Range, Version

if TYPE_CHECKING:
    from datetime import datetime


class Project(NamedTuple):
    """Whose source code a set changes, and where its public history is. None: there is no such place.

    `tags` is how a release's tag is called, with `{version}` in its place, and `shows` a file that tells its trees from
    those of the other projects. `svn` is the folder that holds `trunk` and `branches`; `web` gives a commit's diff and
    `web_file` a file as it was in a commit, with `{commit}` and `{path}` in their places.
    """

    id: str
    title: str
    tags: str
    shows: str
    svn: str | None
    web: str | None
    web_file: str | None


class SetRevision(NamedTuple):
    """One change upstream. `number` is Subversion's, None where history is kept in git alone.

    `line` is `trunk` or a branch such as `2.4.x`; `commit` and `parent` are those of the public git mirror;
    `patch_id` is what `git patch-id --stable` makes of `git diff-tree -p` (see `hpatch.patch.diff.fingerprint`), and
    `patch_id_svn` what it makes of Subversion's diff where that splits the change into other hunks; `blobs` are git's
    names of the `files` before the change, in their order, None for a file that it creates or where unknown; `branch`
    are the revisions that merged it to a release branch; `author` and `date` are those of the commit.
    """

    number: int | None
    commit: str | None
    parent: str | None
    patch_id: str
    files: tuple[str, ...]
    blobs: tuple[str | None, ...] = ()
    branch: tuple[int, ...] = ()
    line: str = "trunk"
    project: str = "httpd"
    patch_id_svn: str | None = None
    author: str | None = None
    date: datetime | None = None

    @property
    def name(self) -> str:
        """What people call it: `r1591508`, or the commit's first twelve digits."""
        return f"r{self.number}" if self.number is not None else (self.commit or self.patch_id)[:12]

    @property
    def created(self) -> tuple[str, ...]:
        """The files that it is known to create."""
        return tuple(path for path, blob in zip(self.files, self.blobs, strict=False) if blob is None)

    @property
    def patch_ids(self) -> tuple[str, ...]:
        """The fingerprints that its diff may have."""
        return (self.patch_id,) if self.patch_id_svn is None else (self.patch_id, self.patch_id_svn)

    def blob(self, path: str) -> str | None:
        """Git's name of a file before the change; None where unknown."""
        return self.blobs[self.files.index(path)] if self.blobs and path in self.files else None


class Mark(NamedTuple):
    """How a change is recognised in a tree: every text of `present` is in the file, none of `absent`.

    `revision` is the change that it tells of; None: the whole set. A mark tells nothing where the file is missing.
    """

    file: str
    present: tuple[str, ...]
    absent: tuple[str, ...]
    revision: int | None = None

    def found(self, content: bytes) -> bool:
        """Whether a file's content bears the mark."""
        return all(text.encode() in content for text in self.present) and not any(
            text.encode() in content for text in self.absent
        )


class Variant(NamedTuple):
    """A diff that a set carries itself, for a range of versions; `upon`: where the tree has all of these sets."""

    versions: Range
    diff: Path
    upon: tuple[str, ...] = ()


class Correction(NamedTuple):
    """Where what is told elsewhere differs from history: what was said, what is true, and how that is known."""

    said: str
    true: str
    source: str


class PatchSet(NamedTuple):
    """A named group of revisions, or of diffs that are carried here.

    `revisions` are in applying order and `merges` are the revisions that brought them to a release branch; a set with
    `variants` has neither. `changes` are patterns for the names of what it changes of all that the net tries
    (`lab/net`: `GROUP: TRIAL`, or a figure). `applies` are the versions for which it is meant, with its prerequisites;
    `contained` those that have it already (None: none has). Sets that need each other are prerequisites of each other.
    """

    id: str
    title: str
    cures: str
    project: str
    applies: Range
    contained: Range | None
    prerequisites: tuple[str, ...]
    revisions: tuple[SetRevision, ...]
    merges: tuple[SetRevision, ...]
    variants: tuple[Variant, ...]
    recognise: tuple[Mark, ...]
    scenario: str | None
    changes: tuple[str, ...]
    corrections: tuple[Correction, ...]
    notes: str
    folder: Path

    @property
    def trunk(self) -> tuple[int, ...]:
        """The numbers of its revisions."""
        return tuple(one.number for one in self.revisions if one.number is not None)

    @property
    def branch(self) -> tuple[int, ...]:
        """The numbers of the revisions that merged them."""
        return tuple(one.number for one in self.merges if one.number is not None)

    @property
    def files(self) -> tuple[str, ...]:
        """The files that its revisions change, sorted."""
        return tuple(sorted({path for one in self.revisions for path in one.files}))

    def variant(self, version: Version, having: Collection[str] = ()) -> Variant | None:
        """The first diff, of those that it carries, that is meant for a version with these sets."""
        return next(
            (one for one in self.variants if one.versions.covers(version) and all(id in having for id in one.upon)),
            None,
        )


class Catalog(NamedTuple):
    """All sets, in the order of their first revisions; those without numbers last."""

    sets: tuple[PatchSet, ...]
    projects: tuple[Project, ...]

    def get(self, id: str) -> PatchSet:
        """A set. Raises UsageError for one that there is not."""
        for one in self.sets:
            if one.id == id:
                return one
        from hpatch.suggest import closest  # only failures pay for it

        near = closest(id, [one.id for one in self.sets])
        hint = f"did you mean '{near}'?" if near else "'hpatch set list' shows all"
        raise UsageError(f"there is no patch set '{id}'; {hint}")

    def project(self, id: str) -> Project:
        """A project; every set's is here."""
        return next(one for one in self.projects if one.id == id)

    def closure(self, ids: Iterable[str]) -> tuple[PatchSet, ...]:
        """The sets and all that they need, in the catalogue's order. Raises UsageError for an unknown name."""
        wanted: set[str] = set()
        open_ = [self.get(id).id for id in ids]
        while open_:
            id = open_.pop()
            if id not in wanted:
                wanted.add(id)
                open_ += self.get(id).prerequisites
        return tuple(one for one in self.sets if one.id in wanted)

    def holding(self, number: int) -> tuple[PatchSet, ...]:
        """The sets with a revision, by its number on trunk or by that of a merge."""
        return tuple(one for one in self.sets if number in one.trunk or number in one.branch)

    def with_commit(self, commit: str) -> tuple[PatchSet, ...]:
        """The sets with a revision or a merge, by its commit."""
        return tuple(one for one in self.sets if any(each.commit == commit for each in (*one.revisions, *one.merges)))


def applying_order(sets: Sequence[PatchSet]) -> tuple[tuple[PatchSet, SetRevision], ...]:
    """The sets' revisions in the order in which they apply: as they were committed, those without numbers last.

    A revision that several sets have comes once, with the first of them.
    """
    found: dict[tuple[str, str], tuple[PatchSet, SetRevision]] = {}
    for one in sets:
        for revision in one.revisions:
            found.setdefault((revision.project, revision.name), (one, revision))
    # Sorting is stable: revisions without numbers stay in their sets' order.
    return tuple(sorted(found.values(), key=lambda pair: _number(pair[1])))


def _number(revision: SetRevision) -> float:
    return float("inf") if revision.number is None else revision.number
