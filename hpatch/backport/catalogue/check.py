"""A catalogue held against a repository's history: what it says of revisions, releases and marks, and what is true."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from hpatch.backport.catalogue.marks import Witness, wrong
from hpatch.backport.catalogue.releases import ReleaseFiles, TaggedRelease, TaggedReleases, spanned
from hpatch.backport.catalogue.trying import SetTrial, Tried
from hpatch.backport.history.revisions import Revisions
from hpatch.errors import HpatchError, InputError
from hpatch.patch.sets.model import Catalog, Mark, PatchSet, SetRevision, Variant
from hpatch.patch.sources.git import Git
from hpatch.patch.sources.model import MismatchError, NotKnownError
from hpatch.records import NamedTuple
from hpatch.versions import Version


class SetFault(NamedTuple):
    """What is wrong with a set: the key that says it, and what history says."""

    set: PatchSet
    key: str
    what: str


class CheckedSet(NamedTuple):
    """A set that was checked, its faults, and how much was looked at: revisions, releases and marks.

    `left_out` are releases that it fits though `applies` does not cover them, told as in `spanned`: which of them have
    the fault, only its author knows.
    """

    set: PatchSet
    faults: tuple[SetFault, ...]
    revisions: int
    releases: int
    marks: int
    left_out: tuple[str, ...] = ()


class _AtRelease(NamedTuple):
    """A fault at a release: the text before its version, and the text behind."""

    key: str
    before: str
    version: Version
    behind: str


class Checker:
    """Checks the sets of one project against its repository. `history` tells of merges; None: it has no branch."""

    def __init__(self, git: Git, catalog: Catalog, releases: TaggedReleases, history: Revisions | None) -> None:
        self.git = git
        self.catalog = catalog
        self.releases = releases
        self.history = history
        self.trial = SetTrial(git, catalog, releases)

    def check(self, one: PatchSet) -> CheckedSet:
        """Check a set."""
        changes = (*one.revisions, *one.merges)
        faults = [fault for each in changes for fault in self._revision(one, each)]
        faults += self._merges(one)
        faults += self._contained(one)
        faults += self._overlap(one)
        tried: list[TaggedRelease] = []
        left_out: list[Version] = []
        if not faults:  # what is not the change would fit nowhere
            tried = [each for each in self.releases.all if one.applies.covers(each.version)]
            if not tried:
                faults.append(SetFault(one, "applies", "covers no release of this repository"))
            faults += self._folded(one, self._fits(one, tried))
            others = [each for each in self.releases.all if each not in tried and not _has(one, each)]
            left_out = [each.version for each in others if self._goes(one, each)]
            tried += others
        faults += self._own_marks(one)
        faults += self._folded(one, self._released_marks(one))
        return CheckedSet(
            set=one,
            faults=tuple(dict.fromkeys(faults)),
            revisions=len(changes),
            releases=len(tried),
            marks=len(one.recognise),
            left_out=tuple(self._spanned(left_out)),
        )

    def _folded(self, one: PatchSet, found: Iterable[_AtRelease]) -> Iterator[SetFault]:
        """A fault that several releases show, told once."""
        versions: dict[tuple[str, str, str], list[Version]] = {}
        for each in found:
            versions.setdefault((each.key, each.before, each.behind), []).append(each.version)
        for (key, before, behind), some in versions.items():
            yield SetFault(one, key, f"{before}{', '.join(self._spanned(some))}{behind}")

    def _spanned(self, some: Iterable[Version]) -> Iterator[str]:
        return spanned([each.version for each in self.releases.all], some)

    # Revisions

    def _revision(self, one: PatchSet, revision: SetRevision) -> Iterator[SetFault]:
        key = f"{'revisions' if revision in one.revisions else 'merges'}: {revision.name}"
        try:
            commit = self.git.commit(revision)
        except NotKnownError as error:
            yield SetFault(one, key, str(error))
            return
        for name, said, true in self._facts(revision, commit):
            if said is not None and said != true:
                yield SetFault(one, f"{key}: {name}", f"is {_word(said)}, but history has {_word(true)}")
        try:
            diff = self.trial.diff(revision)
        except MismatchError as error:
            yield SetFault(one, f"{key}: patch_id", str(error))
            return
        paths = {path for file in diff.files for path in (file.old, file.new) if path is not None}
        if paths != set(revision.files):
            odd = ", ".join(sorted(paths.symmetric_difference(revision.files)))
            yield SetFault(one, f"{key}: files", f"are not those that the revision changes: {odd}")

    def _facts(self, revision: SetRevision, commit: str) -> Iterator[tuple[str, object, object]]:
        """Each fact's key, what the catalogue says (None: nothing), and what history says."""
        form = "--format=%P%n%an <%ae>%n%aI"
        told = self.git.run("log", "-1", "--no-show-signature", "--encoding=UTF-8", form, commit).decode(
            "utf-8", "replace"
        )
        parents, author, date = told.split("\n")[:3]
        parent = next(iter(parents.split()), None)
        number, line = self.git.index.told(commit) or (None, None)
        yield "commit", revision.commit, commit
        yield "number", revision.number, number
        yield "line", None if revision.number is None else revision.line, line
        yield "parent", revision.parent, parent
        yield "author", revision.author, author
        written = datetime.fromisoformat(date).isoformat()  # as text, for a wrong offset is a fault, too
        yield "date", None if revision.date is None else revision.date.isoformat(), written
        if parent is None or not revision.blobs:
            return
        rows = self.git.run("ls-tree", "-z", "--full-tree", parent, "--", *revision.files).split(b"\0")
        blobs = {}
        for row in filter(None, rows):
            head, _, path = row.partition(b"\t")
            blobs[path.decode("utf-8", "surrogateescape")] = head.split()[2].decode("ascii")
        for name, blob in zip(revision.files, revision.blobs, strict=True):
            yield f"files: {name}", blob or "new", blobs.get(name, "new")

    def _merges(self, one: PatchSet) -> Iterator[SetFault]:
        """Merges that the branch has and the set does not name, and those that merged something else."""
        if self.history is None:
            return
        named = {merge.number for merge in one.merges}
        for revision in one.revisions:
            found = None if revision.commit is None else self.history.commit(revision.commit)
            if found is None or self.history.side(found) != "trunk":
                continue
            there = {merge.revision.number for merge in self.history.merges(found) if merge.undone is None}
            for number in sorted(each for each in there - named if each is not None):
                yield SetFault(one, "merges", f"r{number} merged {revision.name}, too")
            for number in revision.branch:
                if number not in there:
                    yield SetFault(
                        one, f"merges: r{number}: trunk", f"history does not say that it merged {revision.name}"
                    )

    # Releases

    def _contained(self, one: PatchSet) -> Iterator[SetFault]:
        """The releases that have the set are those that `contained` covers."""
        if not one.revisions:
            return
        commits = [each.commit for each in (one.merges or one.revisions) if each.commit is not None]
        try:
            having = self.releases.holding(commits)
        except HpatchError:
            return  # a commit is not there, which was said
        if any(not each.branch for each in one.revisions) and one.merges:
            having = frozenset()  # one of them was never merged
        for each in self.releases.all:
            covered = _has(one, each)
            if covered != (each.version in having):
                says = "covers" if covered else "does not cover"
                has = "has" if each.version in having else "lacks"
                yield SetFault(one, "contained", f"{says} {each.version}, which {has} the set's changes")
                return

    def _overlap(self, one: PatchSet) -> Iterator[SetFault]:
        for each in self.releases.all:
            if _has(one, each) and one.applies.covers(each.version):
                yield SetFault(one, "applies", f"covers {each.version}, which has the set already")
                return

    def _fits(self, one: PatchSet, some: Sequence[TaggedRelease]) -> Iterator[_AtRelease]:
        """On every release of `applies` the set goes in, each diff where it is meant to, and shows its marks."""
        for release in some:
            for variant in _variants(one, release) if one.variants else (None,):
                key = "applies" if variant is None else f"variants {variant.diff.name}"
                files = self.trial.files(release, one)
                try:
                    tried = self.trial.on(release, one, variant, files)
                except InputError as error:
                    yield _AtRelease(key, "cannot be tried on ", release.version, f": {error}")
                    continue
                if not tried.fits:
                    yield _AtRelease(key, "does not fit ", release.version, f": {tried.failure}")
                    continue
                yield from self._shows(one, release, tried, files)

    def _goes(self, one: PatchSet, release: TaggedRelease) -> bool:
        try:
            return self.trial.on(release, one).fits
        except InputError:  # it has no diff for this release
            return False

    # Marks

    def _shows(self, one: PatchSet, release: TaggedRelease, tried: Tried, files: ReleaseFiles) -> Iterator[_AtRelease]:
        """A release does not bear a mark before the set is applied, and bears it after."""
        after = {change.path: change.after for change in tried.plan.changes}
        for mark in one.recognise:
            before = files.read(mark.file)
            content = after.get(mark.file, before)
            if before is not None and mark.found(before):
                yield _AtRelease("recognise", _says(mark, wanted=False), release.version, "")
            if content is not None and not mark.found(content):
                yield _AtRelease("recognise", _says(mark, wanted=True), release.version, " with the set")

    def _own_marks(self, one: PatchSet) -> Iterator[SetFault]:
        """The change's parent does not bear a mark, and the change itself does."""
        for mark in one.recognise:
            some = [each for each in one.revisions if mark.file in each.files and mark.revision in (None, each.number)]
            if not some and one.revisions:
                yield SetFault(one, "recognise", f"{mark.file}: no revision of the set changes this file")
                continue
            evidence = []
            for revision, wanted in ((some[0], False), (some[-1], True)) if some else ():
                content = self._file(revision, mark.file, after=wanted)
                if content is not None:
                    where = revision.name if wanted else f"the parent of {revision.name}"
                    evidence.append(Witness(where, content, wanted))
            yield from _told(one, mark, evidence)

    def _released_marks(self, one: PatchSet) -> Iterator[_AtRelease]:
        """Every release that has the set bears its marks, as long as it has the file."""
        for release in self.releases.all:
            if _has(one, release):
                files = self.releases.files(release, [mark.file for mark in one.recognise])
                for mark in one.recognise:
                    content = files.read(mark.file)
                    if content is not None and not mark.found(content):
                        yield _AtRelease("recognise", _says(mark, wanted=True), release.version, "")

    def _file(self, revision: SetRevision, path: str, *, after: bool) -> bytes | None:
        try:
            if not after:
                return self.git.before(revision, path)
            return self.git.run("cat-file", "blob", f"{self.git.commit(revision)}:{path}")
        except HpatchError:
            return None


def _told(one: PatchSet, mark: Mark, evidence: Sequence[Witness]) -> Iterator[SetFault]:
    against = wrong(mark, evidence)
    if against is not None:
        yield SetFault(one, "recognise", f"{_says(mark, wanted=against.bears)}{against.where}")


def _says(mark: Mark, *, wanted: bool) -> str:
    """That a mark does not hold where it is `wanted`, or holds where it is not; the place comes behind."""
    texts = [f"'{text}'" for text in mark.present] + [f"'!{text}'" for text in mark.absent]
    return f"{mark.file}: the mark {', '.join(texts)} {'does not hold' if wanted else 'holds'} in "


def _has(one: PatchSet, release: TaggedRelease) -> bool:
    return one.contained is not None and one.contained.covers(release.version)


def _variants(one: PatchSet, release: TaggedRelease) -> Sequence[Variant | None]:
    """The diffs that a release can get: the one for it alone, and those for it with other sets."""
    found = [each for each in one.variants if each.versions.covers(release.version)]
    return found or [None]


def _word(value: object) -> str:
    return "nothing" if value is None else str(value)
