"""A new set, worked out from a repository's history."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path

from hpatch.backport.catalogue import marks
from hpatch.backport.catalogue.marks import Witness
from hpatch.backport.catalogue.releases import TaggedRelease, TaggedReleases
from hpatch.backport.catalogue.trying import SetTrial, Tried
from hpatch.backport.check.trial import is_own
from hpatch.backport.history.changes import Objects
from hpatch.backport.history.revisions import Merge, Revision, Revisions
from hpatch.errors import InputError
from hpatch.patch.diff.fingerprint import canonical, fingerprint
from hpatch.patch.diff.lines import split
from hpatch.patch.diff.model import PLACED, FilePatch
from hpatch.patch.diff.read import read
from hpatch.patch.sets.model import Catalog, Mark, PatchSet, SetRevision
from hpatch.patch.sources.suppliers import suppliers
from hpatch.records import NamedTuple
from hpatch.versions import Range, Version

_ROUNDS = 10
"""How often prerequisites of prerequisites are looked for."""
_TITLE = 90


class SetOrder(NamedTuple):
    """What a user asks for: the set's name, the revisions, and what else is to be in it. None: found out."""

    id: str
    revisions: tuple[str, ...]
    title: str | None = None
    cures: str | None = None
    marks: tuple[str, ...] = ()


class Draft(NamedTuple):
    """A set that was worked out, and what its author should know.

    `fits` are the releases that it fits, `tried` all that it was tried on; `unmarked` are revisions without a mark, and
    `partial` merges that say that they brought only a part; `followups` are later revisions that repair or follow up
    one of the set's, and `reverts` those that take one back.
    """

    set: PatchSet
    fits: tuple[Version, ...]
    tried: tuple[Version, ...]
    unmarked: tuple[str, ...]
    partial: tuple[str, ...]
    followups: tuple[str, ...]
    reverts: tuple[str, ...]


class NoFit(NamedTuple):
    """Why there is no set: it fits no release. `names` are the revisions that brought what is missing there."""

    id: str
    release: Version
    names: tuple[str, ...]
    reason: str


def draft(
    history: Revisions, catalog: Catalog, project: str, releases: TaggedReleases, order: SetOrder
) -> Draft | NoFit:
    """Work a set out. Raises InputError, UsageError."""
    work = _Work(history, catalog, project, releases, order)
    return work.done()


class _Work:
    def __init__(
        self, history: Revisions, catalog: Catalog, project: str, releases: TaggedReleases, order: SetOrder
    ) -> None:
        self.history = history
        self.catalog = catalog
        self.project = project
        self.releases = releases
        self.order = order
        self.objects = Objects(history.git)
        self.chosen = history.find(order.revisions)
        self.merges = {one: history.merges(one) for one in self.chosen}

    def done(self) -> Draft | NoFit:
        contained = self._contained()
        one = self._set(contained)
        older = [each for each in self.releases.all if contained is None or not contained.covers(each.version)]
        if not older:
            raise InputError(f"{self.history.git.name}: has no release that lacks {', '.join(self._names())}")
        found = self._needing(one, older)
        if isinstance(found, NoFit):
            return found
        one, fits = found
        run = _run(older, fits)
        upper = contained.conditions[0][1] if contained is not None else None
        bound = ("<", upper) if upper is not None and run[-1] == older[-1] else ("<=", run[-1].version)
        one = one._replace(applies=Range(((">=", run[0].version), bound)))
        having = self.releases.all[len(older) :]
        one = one._replace(recognise=tuple(self._marks(one, older, run, having)))
        told = {mark.revision for mark in one.recognise}
        silent = {each.number for each in one.revisions if all(map(is_own, each.files))}
        return Draft(
            set=one,
            fits=tuple(each.version for each in fits),
            tried=tuple(each.version for each in older),
            unmarked=()
            if None in told
            else tuple(each.name for each in one.revisions if each.number not in told | silent),
            partial=tuple(m.revision.name for some in self.merges.values() for m in some if m.partial),
            followups=tuple(self._followups()),
            reverts=tuple(self._reverts()),
        )

    def _reverts(self) -> list[str]:
        """Later revisions of trunk that take one of the set's back, and that are not in the set."""
        known = {one.order for one in self.chosen}
        found = {later for one in self.chosen for later, said in self.history.mentions(one) if said == "revert"}
        return [one.name for one in sorted(found, key=lambda one: one.order) if one.order not in known]

    def _followups(self) -> list[str]:
        """Later revisions that repair the set's or follow them up, and those that do so with these."""
        known = {one.order for one in self.chosen}
        found: list[Revision] = []
        open_ = list(self.chosen)
        while open_:
            for later, said in self.history.mentions(open_.pop(0)):
                if said in ("fix", "follow-up") and later.order not in known:
                    known.add(later.order)
                    found.append(later)
                    open_.append(later)
        return [one.name for one in sorted(found, key=lambda one: one.order)]

    def _names(self) -> list[str]:
        return [one.name for one in self.chosen]

    def _kept(self) -> dict[Revision, list[Merge]]:
        """The merges that were not taken back."""
        return {one: [merge for merge in some if merge.undone is None] for one, some in self.merges.items()}

    def _contained(self) -> Range | None:
        """The releases that have all revisions."""
        kept = self._kept()
        commits = [each.commit for one in self.chosen for each in ([m.revision for m in kept[one]] or [one])]
        having = self.releases.holding(commits)
        return Range(((">=", min(having)),)) if having else None

    def _set(self, contained: Range | None) -> PatchSet:
        merged: dict[Revision, list[int]] = {}
        for one, some in self._kept().items():
            for merge in some:
                if one.number is not None and merge.revision.number is not None:
                    merged.setdefault(merge.revision, []).append(one.number)
        first = self.chosen[0]
        title = self.order.title or _shortened(first.subject)
        cures = self.order.cures or "\n\n".join(one.message.strip() for one in self.chosen)
        branch = {
            one: tuple(m.number for m, of in merged.items() if one.number in of and m.number) for one in self.chosen
        }
        return PatchSet(
            id=self.order.id,
            title=title,
            cures=cures,
            project=self.project,
            applies=Range(()),
            contained=contained,
            prerequisites=(),
            revisions=tuple(self._revision(one, "trunk")._replace(branch=branch[one]) for one in self.chosen),
            merges=tuple(
                self._revision(one, self.history.onto.branch) for one in sorted(merged, key=lambda one: one.order)
            ),
            variants=(),
            recognise=(),
            scenario=None,
            changes=(),
            corrections=(),
            notes="",
            folder=Path(),
        )

    def _revision(self, one: Revision, line: str) -> SetRevision:
        git = self.history.git
        bare = SetRevision(number=one.number, commit=one.commit, parent=None, patch_id="", files=(), line=line)
        diff = canonical(read(git.diff(bare), one.name))
        told = git.run("log", "-1", "--no-show-signature", "--encoding=UTF-8", "--format=%P%n%an <%ae>", one.commit)
        parents, author = told.decode("utf-8", "replace").split("\n")[:2]
        parent = next(iter(parents.split()), None)
        paths = sorted({path for file in diff.files for path in (file.old, file.new) if path is not None})
        tree = {} if parent is None else self.objects.tree(parent)
        return bare._replace(
            parent=parent,
            patch_id=fingerprint(diff),
            files=tuple(paths),
            blobs=tuple(tree[path].blob if path in tree else None for path in paths),
            project=self.project,
            author=author if _is_author(author) else None,
            date=datetime.fromisoformat(one.date),
        )

    def _needing(self, one: PatchSet, older: Sequence[TaggedRelease]) -> tuple[PatchSet, list[TaggedRelease]] | NoFit:
        """The set with the prerequisites that it takes, and the releases that it fits then."""
        newest = older[-1]
        for _ in range(_ROUNDS):
            trial = self._trial(one)
            fits = [each for each in older if trial.on(each, one).fits]
            if fits:
                return self._least(one, fits, older)
            tried = trial.on(newest, one)
            names, sets = self._suppliers(trial, tried)
            wanted = [id for id in sets if id not in (one.id, *one.prerequisites)]
            if not wanted:
                return NoFit(one.id, newest.version, tuple(names), tried.failure)
            one = one._replace(prerequisites=(*one.prerequisites, *wanted))
        return NoFit(one.id, newest.version, tuple(names), tried.failure)

    def _least(
        self, one: PatchSet, fits: list[TaggedRelease], older: Sequence[TaggedRelease]
    ) -> tuple[PatchSet, list[TaggedRelease]]:
        """Without the prerequisites that are not needed where the set fits."""
        for id in one.prerequisites:
            less = one._replace(prerequisites=tuple(each for each in one.prerequisites if each != id))
            trial = self._trial(less)
            without = [each for each in older if trial.on(each, less).fits]
            if set(without) >= set(fits):
                one, fits = less, without
        return one, fits

    def applied(self, one: PatchSet, release: TaggedRelease) -> dict[str, bytes]:
        """The files of a release that the set fits, as it leaves them."""
        changes = self._trial(one).on(release, one).plan.changes
        return {change.path: change.after for change in changes if change.after is not None}

    def _trial(self, one: PatchSet) -> SetTrial:
        """Tries with the set in the catalogue."""
        sets = tuple(each for each in self.catalog.sets if each.id != one.id)
        return SetTrial(self.history.git, self.catalog._replace(sets=(*sets, one)), self.releases)

    def _suppliers(self, trial: SetTrial, tried: Tried) -> tuple[list[str], list[str]]:
        """Who brought the lines that the newest release lacks: revisions of no set, and the sets of the others."""
        names: dict[str, None] = {}
        sets: dict[str, None] = {}
        by_name = {revision.name: revision for one in trial.catalog.sets for revision in one.revisions}
        for step in tried.plan.steps:
            for placed in step.files:
                have = set(split(placed.before or b""))
                for outcome in placed.outcomes:
                    revision = by_name.get(step.name)
                    if outcome.result in PLACED or revision is None:
                        continue
                    first = outcome.hunk.old_start
                    lacking = [first + at for at, line in enumerate(outcome.hunk.old) if line not in have]
                    for each in suppliers(self.history.git, self.catalog, revision, placed.path, lacking):
                        if not each.sets:
                            names[each.name] = None
                        sets.update(dict.fromkeys(each.sets))
        return list(names), list(sets)

    def _marks(
        self,
        one: PatchSet,
        older: Sequence[TaggedRelease],
        run: Sequence[TaggedRelease],
        having: Sequence[TaggedRelease],
    ) -> Iterator[Mark]:
        """The user's marks, and for each revision that has none of these the most telling."""
        evidence = _Gathered(self, one, older, run, having)
        numbers = [each.number for each in one.revisions]
        own = [marks.given(words, numbers) for words in self.order.marks]
        for mark in own:
            against = marks.wrong(mark, evidence.of(mark.file, self.chosen))
            if mark.file not in one.files:
                raise InputError(f"--mark: no revision of the set changes '{mark.file}'")
            if against is not None:
                text = mark.present[0] if mark.present else mark.absent[0]
                what = "lacks" if against.bears else "bears"
                raise InputError(f"--mark: '{text}': {against.where} {what} this mark, so it does not tell the change")
            yield mark
        for revision, change in zip(self.chosen, self.objects.changes(self.chosen), strict=True):
            if own and (len(self.chosen) == 1 or None in {mark.revision for mark in own}):
                continue
            for patch in sorted(change.files, key=lambda file: (not file.path.endswith((".c", ".h")), file.path)):
                if is_own(patch.path):
                    continue
                proposed = evidence.propose(patch, revision)
                if proposed is not None:
                    yield proposed
                    break


class _Gathered:
    """The evidence for marks: the change itself, its merges, and the releases."""

    def __init__(
        self,
        work: _Work,
        one: PatchSet,
        older: Sequence[TaggedRelease],
        run: Sequence[TaggedRelease],
        having: Sequence[TaggedRelease],
    ) -> None:
        self._work = work
        self._files: dict[str, list[Witness]] = {}
        self._older, self._run, self._having = older, run, having
        # What a later revision of the set takes away again is no mark.
        self._applied = work.applied(one, run[-1])

    def propose(self, patch: FilePatch, revision: Revision) -> Mark | None:
        """A mark of a revision in a file. One that releases bear which never had the fault is better than none."""
        around = self._changes(patch.path, [revision])
        released = self._released(patch.path)
        bare = {str(each.version) for each in self._older if each not in self._run}
        for some in (released, [each for each in released if each.where not in bare]):
            mark = marks.propose(patch, [*around, *some], revision.number)
            if mark is not None:
                return mark
        return None

    def of(self, path: str, revisions: Sequence[Revision]) -> list[Witness]:
        """What a mark of these revisions in a file is held against."""
        return self._changes(path, revisions) + self._released(path)

    def _changes(self, path: str, revisions: Sequence[Revision]) -> list[Witness]:
        """The file around the revisions and their merges."""
        found: list[Witness] = []
        for one in (revisions[0], revisions[-1]):
            found += self._around(path, one, before=one is revisions[0], after=one is revisions[-1])
            for merge in self._work.merges[one]:
                if merge.undone is None and not merge.partial:
                    found += self._around(path, merge.revision, before=True, after=True)
        return found

    def _around(self, path: str, one: Revision, *, before: bool, after: bool) -> Iterator[Witness]:
        change = next((file for file in self._work.objects.changes([one])[0].files if file.path == path), None)
        if change is None:
            return
        for name, wanted, bears in ((f"{one.commit}^", before, False), (one.commit, after, True)):
            entry = self._work.objects.tree(name).get(path) if wanted else None
            if entry is not None:
                where = one.name if bears else f"the parent of {one.name}"
                yield Witness(where, self._work.objects.blob(entry.blob), bears)

    def _released(self, path: str) -> list[Witness]:
        if path not in self._files:
            some: list[Witness] = []
            for releases, bears in ((self._older, False), (self._having, True)):
                for each in releases:
                    content = self._work.releases.files(each, [path]).read(path)
                    if content is not None:
                        some.append(Witness(str(each.version), content, bears))
            if path in self._applied:
                some.append(Witness(f"{self._run[-1].version}, with the set,", self._applied[path], bears=True))
            self._files[path] = some
        return self._files[path]


def _run(older: Sequence[TaggedRelease], fits: Sequence[TaggedRelease]) -> list[TaggedRelease]:
    """The latest releases in a row that the set fits."""
    found: list[TaggedRelease] = []
    for one in reversed(older):
        if one in fits:
            found.insert(0, one)
        elif found:
            break
    return found


def _shortened(subject: str) -> str:
    first = subject.partition(". ")[0].rstrip(".:")
    return first if len(first) <= _TITLE else first[: _TITLE - 1].rsplit(" ", 1)[0] + "…"


def _is_author(text: str) -> bool:
    name, _, address = text.rpartition(" <")
    return bool(name) and address.endswith(">") and "<" not in name and text.isprintable()
