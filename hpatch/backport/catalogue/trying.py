"""A set tried on releases: what the patch engine makes of it, its prerequisites first."""

from __future__ import annotations

from functools import cache, partial

from hpatch.backport.catalogue.releases import ReleaseFiles, TaggedRelease, TaggedReleases
from hpatch.backport.check.trial import is_own
from hpatch.errors import InputError
from hpatch.patch.diff.model import Diff
from hpatch.patch.diff.read import read
from hpatch.patch.diff.strip import strip
from hpatch.patch.place.plan import Item, Plan, plan
from hpatch.patch.sets.model import Catalog, PatchSet, SetRevision, Variant, applying_order
from hpatch.patch.sources.cache import checked
from hpatch.patch.sources.git import Git
from hpatch.records import NamedTuple
from hpatch.versions import Version

RELEASE = "include/ap_release.h"


class Tried(NamedTuple):
    """A set on a release: the plan of all that it takes, and how many of the set's own hunks change something.

    Each branch's own records, such as CHANGES, do not count.
    """

    plan: Plan
    own: int

    @property
    def fits(self) -> bool:
        """Whether all of it goes in, and something of the set's own does."""
        return self.plan.ok and self.own > 0

    @property
    def failure(self) -> str:
        """Why it does not fit: the first thing that does not go in."""
        for step in self.plan.steps:
            for placed in step.files:
                if not placed.ok:
                    return f"{step.name}, {placed.path}: {placed.failure}"
        return "all of it is there already"


class SetTrial:
    """Tries sets on releases; each diff and each file is read once."""

    def __init__(self, git: Git, catalog: Catalog, releases: TaggedReleases) -> None:
        self.git = git
        self.catalog = catalog
        self.releases = releases
        self._diffs: dict[str, Diff] = {}
        self._before: dict[tuple[str, str], bytes | None] = {}

    def diff(self, revision: SetRevision) -> Diff:
        """A revision's diff. Raises MismatchError where it is not what its fingerprint says, NotKnownError."""
        if revision.name not in self._diffs:
            self._diffs[revision.name] = checked(self.git.diff(revision), revision, self.git.name)
        return self._diffs[revision.name]

    def before(self, revision: SetRevision, path: str) -> bytes | None:
        """A file as it was before a revision."""
        key = (revision.name, path)
        if key not in self._before:
            self._before[key] = self.git.before(revision, path)
        return self._before[key]

    def files(self, release: TaggedRelease, one: PatchSet) -> ReleaseFiles:
        """The files of a release that trying a set takes."""
        return self.releases.files(release, self._paths(one))

    def on(
        self, release: TaggedRelease, one: PatchSet, variant: Variant | None = None, files: ReleaseFiles | None = None
    ) -> Tried:
        """Try a set on a release as hpatch would apply it. `variant` is one of its diffs, None: the one that fits.

        Raises InputError where the set has no diff for the release.
        """
        needed = [other for other in self.catalog.closure([one.id]) if not _has(other, release.version)]
        if variant is not None:
            needed = [*(other for id in variant.upon for other in self.catalog.closure([id])), *needed]
        items = [(set_, self._item(revision)) for set_, revision in applying_order([*dict.fromkeys(needed)])]
        having = {other.id for other in needed}
        for other in dict.fromkeys(needed):
            if other.variants:
                chosen = variant if other is one and variant else other.variant(release.version, having)
                if chosen is None:
                    raise InputError(f"{other.id}: has no diff for {release.version}")
                items.append((other, Item(other.id, _carried(chosen), None)))
        files = self.files(release, one) if files is None else files
        made = plan(files, [item for _, item in items])
        names = {one.id, *(revision.name for revision in one.revisions)}
        own = sum(
            outcome.result not in ("applied", "resolved")
            for step in made.steps
            if step.name in names
            for placed in step.files
            if not is_own(placed.path)
            for outcome in placed.outcomes
        )
        return Tried(made, own)

    def _item(self, revision: SetRevision) -> Item:
        return Item(revision.name, self.diff(revision), partial(self.before, revision))

    def _paths(self, one: PatchSet) -> set[str]:
        found = {RELEASE, *(mark.file for mark in one.recognise)}
        sets = [*self.catalog.closure([one.id, *(id for variant in one.variants for id in variant.upon)])]
        for other in sets:
            found.update(other.files)
            for variant in other.variants:
                found.update(file.path for file in _carried(variant).files)
        return found


def _has(one: PatchSet, version: Version) -> bool:
    return one.contained is not None and one.contained.covers(version)


@cache
def _carried(variant: Variant) -> Diff:
    """A diff that a set carries, its paths those of the tree."""
    return strip(read(variant.diff.read_bytes(), str(variant.diff)), lambda path: True, 1)
