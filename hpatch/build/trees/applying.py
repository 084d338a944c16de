"""Applying sets, single revisions and diffs to a tree: what is to be done, the plan, and doing it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import cached_property, partial
from hashlib import sha256
from pathlib import Path

from hpatch import files, log
from hpatch.build.trees.choice import Chosen, choose, having
from hpatch.build.trees.fitting import fits
from hpatch.build.trees.source import SourceTree, find, open_tree
from hpatch.errors import HpatchError, InputError, UsageError
from hpatch.patch.apply import stack as stacks
from hpatch.patch.apply.answers import Kept
from hpatch.patch.apply.stack import Content, FileEdit, Pushed, Set, Stack
from hpatch.patch.apply.tree import Tree
from hpatch.patch.diff.lines import split
from hpatch.patch.diff.model import PLACED, Diff, FilePatch, Outcome, Placed
from hpatch.patch.diff.read import read
from hpatch.patch.diff.returns import with_returns
from hpatch.patch.diff.strip import strip
from hpatch.patch.place.options import PlaceOptions
from hpatch.patch.place.plan import Item, Plan, Step, Tell, plan
from hpatch.patch.series.queue import EMPTY, Queue, with_queue
from hpatch.patch.sets.model import Catalog, PatchSet, SetRevision, applying_order
from hpatch.patch.sources.cache import Checked
from hpatch.patch.sources.suppliers import Supplier, suppliers
from hpatch.records import NamedTuple

_REVISION = re.compile(r"r\d+")


class Given(NamedTuple):
    """A diff that a user gives, or a patch of a series: its name and its text.

    `strip` is the number of leading folders to strip, None: as the request says; `set` what the stack is to know of a
    patch of a series.
    """

    name: str
    text: bytes
    strip: int | None = None
    set: Set | None = None


class Request(NamedTuple):
    """What is to be applied.

    `revisions` are numbers of single revisions; `accept_place`: take a hunk's only place though its heading names
    another function; `words`: merge by words what does not merge by lines; `any_version`: also sets that are not meant
    for this version; `strip`: a diff's leading folders to strip, None: found out; `answers`: answers to conflicts;
    `partly`: apply those hunks of diffs that fit, though others do not; `exclude`: patterns of paths of the tree that
    no diff changes.
    """

    ids: tuple[str, ...] = ()
    revisions: tuple[int, ...] = ()
    diffs: tuple[Given, ...] = ()
    fuzz: int = 0
    ignore_whitespace: bool = False
    accept_place: bool = False
    words: bool = False
    strip: int | None = None
    any_version: bool = False
    answers: Kept | None = None
    partly: bool = False
    exclude: tuple[str, ...] = ()


class Task(NamedTuple):
    """An item of the plan: of the set `set` (a revision's or a diff's own name where it was given by itself).

    `stripped` leading folders were taken from the names of its files; `whole`: none of these was left out.
    """

    item: Item
    set: str
    revision: SetRevision | None = None
    stripped: int = 0
    whole: bool = True


class Blocker(NamedTuple):
    """A hunk that does not go in, or a file as a whole (`outcome` None).

    `number` is the hunk's in its file's patch, from 1. `suppliers` are the changes that brought lines which it expects
    and the tree lacks; None where a source with history would tell and this one does not.
    """

    task: Task
    placed: Placed
    outcome: Outcome | None
    number: int = 0
    suppliers: tuple[Supplier, ...] | None = ()


class Prepared(NamedTuple):
    """What applying would do: `steps` that change something, of the `sets` that go on the stack with them.

    `refused` are sets that are not meant for this tree; `there` revisions and diffs that are on the stack already;
    `excluded` the files that the request leaves out, in the order of the diffs; `quilted` the number of patches that
    quilt has on the tree, where something does not fit or all is there already.
    """

    root: Path
    tree: SourceTree | None
    stack: Stack
    chosen: tuple[Chosen, ...]
    refused: tuple[Chosen, ...]
    there: tuple[str, ...]
    tasks: tuple[Task, ...]
    plan: Plan
    blockers: tuple[Blocker, ...]
    sets: tuple[Set, ...]
    steps: tuple[Pushed, ...]
    excluded: tuple[str, ...] = ()
    quilted: int = 0

    @property
    def ok(self) -> bool:
        """Whether all of it goes."""
        return not self.refused and self.plan.ok


def prepare(root: Path, request: Request, catalog: Catalog, source: Checked, *, tell: Tell | None = None) -> Prepared:
    """Work out all that is asked for, in memory. Raises UsageError, InputError and ToolError."""
    return _prepare(root, Tree(root), stacks.load(root), request, catalog, source, tell)


def prepare_from(read: Tree, root: Path, request: Request, catalog: Catalog, source: Checked) -> Prepared:
    """As `prepare`, for files that are read elsewhere and have no stack; not to be carried out by `commit`."""
    return _prepare(root, read, Stack(), request, catalog, source)


def prepare_bare(root: Path, request: Request, catalog: Catalog, source: Checked) -> Prepared:
    """As `prepare`, as if nothing that is on the stack were in the tree; not to be carried out.

    Raises InputError where edits of the same lines keep what is applied from being thought away.
    """
    stack = stacks.load(root)
    bare = stacks.revert(root, stack, [one.id for one in stack.sets])
    if bare.clashes:
        path = bare.clashes[0].path
        raise InputError(
            f"{root / path}: was edited in lines that hpatch changed; hpatch cannot tell what was there before"
        )
    overlay = stacks.Overlay(root, {file.path: file.after for file in bare.files})
    return _prepare(root, overlay, Stack(), request, catalog, source)


def _prepare(
    root: Path,
    read: Tree,
    stack: Stack,
    request: Request,
    catalog: Catalog,
    source: Checked,
    tell: Tell | None = None,
) -> Prepared:
    tree = open_tree(root) if request.ids or request.revisions else find(root)
    chosen: tuple[Chosen, ...] = ()
    tried = None if tree is None else partial(fits, tree, read, source, catalog.sets)
    if tree is not None and request.ids:
        chosen = choose(tree, stack, catalog, request.ids, read, tried)
    refused = tuple(one for one in chosen if not _suitable(one, tree, request))
    work = _Work(read, request, catalog, source, stack)
    if not refused and tree is not None:
        work.add_sets(
            tree, [one.set for one in chosen if one.wanted], having(tree, stack, catalog, chosen, read, tried)
        )
    if not refused:
        work.add_revisions()
        work.add_diffs()
    tasks = work.tasks
    options = PlaceOptions(
        fuzz=request.fuzz,
        ignore_whitespace=request.ignore_whitespace,
        accept_place=request.accept_place,
        words=request.words,
    )
    planned = plan(
        work.files, [task.item for task in tasks], options, answers=request.answers, partly=request.partly, tell=tell
    )
    blockers = () if planned.ok else tuple(_blockers(tasks, planned, catalog, source))
    steps = steps_of(tasks, planned.steps, work.files) if planned.ok or request.partly else ()
    rejected = Counter(blocker.task.set for blocker in blockers)
    sets = tuple(
        one._replace(diff=None, rejected=rejected[one.id]) if rejected[one.id] else one
        for one in work.sets(chosen)
        if any(step.set == one.id for step in steps)
    )
    return Prepared(
        root=root,
        tree=tree,
        stack=stack,
        chosen=chosen,
        refused=refused,
        there=tuple(work.there),
        tasks=tuple(tasks),
        plan=planned,
        blockers=blockers,
        sets=sets,
        steps=steps,
        excluded=tuple(dict.fromkeys(work.excluded)),
        quilted=_quilted(root) if blockers or (tasks and not steps) else 0,
    )


def _quilted(root: Path) -> int:
    return len((files.read(root, ".pc/applied-patches") or b"").split(b"\n")) - 1


def idle(prepared: Prepared, patterns: Sequence[str]) -> list[str]:
    """Those patterns of files to be left out that no file of the diffs matches; none where a diff was not looked at."""
    if prepared.there or prepared.refused:
        return []
    return [one for one in patterns if not any(_matches(path, [one]) for path in prepared.excluded)]


def commit(prepared: Prepared, before: Queue = EMPTY, after: Queue = EMPTY) -> None:
    """Carry a plan out with what becomes of the queue, as one transaction. The tree's lock must be held.

    Raises InputError and ToolError.
    """
    root = prepared.root
    changes = stacks.push(root, prepared.stack, prepared.sets, prepared.steps) if prepared.steps else []
    if before != after or after.patches:
        changes = with_queue(root, changes, before, after)
    if changes:
        files.replace(root, changes)


def _suitable(one: Chosen, tree: SourceTree | None, request: Request) -> bool:
    if one.presence.state != "unsuitable":
        return True
    return request.any_version and tree is not None and one.set.project == tree.project


class _Work:
    """Collects what is to be planned."""

    def __init__(self, files: Tree, request: Request, catalog: Catalog, source: Checked, stack: Stack) -> None:
        self.files = files
        self.request = request
        self.catalog = catalog
        self.source = source
        self.stack = stack
        self.tasks: list[Task] = []
        self.there: list[str] = []
        self.excluded: list[str] = []
        self._digests: dict[str, str] = {}
        self._known_as: dict[str, Set] = {}
        self._made: dict[str, bytes | None] = {}

    def add_sets(self, tree: SourceTree, sets: Sequence[PatchSet], having: Collection[str]) -> None:
        """The sets' revisions in one order, then the diffs of those that carry their own, fit for what there is."""
        for one, revision in applying_order(sets):
            self._add_revision(revision, one.id)
        for one in sets:
            if one.variants:
                variant = one.variant(tree.version, having)
                if variant is None:
                    raise InputError(f"{one.id}: has no diff for {tree.name}")
                self._add(one.id, read(variant.diff.read_bytes(), one.id), None, None)

    def add_revisions(self) -> None:
        """The single revisions, among those of the sets, in the order of their numbers."""
        planned = {task.item.name for task in self.tasks} | {step.name for step in self.stack.steps}
        for number in sorted(set(self.request.revisions)):
            revision = _revision(self.catalog, number)
            if revision.name in planned:
                if self.stack.find(revision.name) or any(step.name == revision.name for step in self.stack.steps):
                    self.there.append(revision.name)
                continue
            self._add_revision(revision, revision.name)
        self.tasks.sort(key=lambda task: _number(task.revision))

    def add_diffs(self) -> None:
        """The diffs, in the order given."""
        for name, text, count, known_as in self.request.diffs:
            own = known_as is None or known_as.diff is not None
            if own and (any(one.id == name for one in self.catalog.sets) or _REVISION.fullmatch(name)):
                raise UsageError(f"'{name}' is the name of a set or a revision; rename the diff's file")
            digest = sha256(text).hexdigest()
            known = self.stack.find(name)
            if known is not None and known.diff == digest:
                self.there.append(name)
                continue
            if known is not None and known.rejected:
                raise UsageError(f"a part of '{name}' is applied here; revert it first, or apply its rejects")
            if known is not None or name in self._digests:
                raise UsageError(f"another '{name}' is applied here; revert it first, or rename this one")
            self._digests[name] = digest
            if known_as is not None:
                self._known_as[name] = known_as
            self._add(
                known_as.id if known_as is not None else name,
                read(text, name, lenient=True),
                None,
                self.request.strip if count is None else count,
            )

    def sets(self, chosen: Sequence[Chosen]) -> list[Set]:
        """What the stack is to know of each set."""
        titles = {one.set.id: one for one in chosen}
        found: list[Set] = []
        for id in dict.fromkeys(task.set for task in self.tasks):
            one = titles.get(id)
            given = next((known for known in self._known_as.values() if known.id == id), None)
            if given is not None:
                found.append(given)
            elif one is None:
                found.append(Set(id, diff=self._digests.get(id)))
            else:
                found.append(Set(id=id, title=one.set.title, requires=one.set.prerequisites, asked=not one.needed_by))
        return found

    def _add_revision(self, revision: SetRevision, set_: str) -> None:
        # Checked diffs have the names of the tree.
        self._add(set_, self.source.diff(revision), revision, 0)

    def _add(self, set_: str, diff: Diff, revision: SetRevision | None, count: int | None) -> None:
        given = diff.files
        diff = strip(diff, self._exists, count)
        stripped = given[0].path.count("/") - diff.files[0].path.count("/") if given and diff.files else 0
        diff = with_returns(self._without_excluded(diff), self._content)
        if not diff.files:
            return
        self._made.update((file.path, _made(file)) for file in diff.files if file.kind != "delete")
        before = _Before(diff, self.source) if revision is None else partial(self.source.before, revision)
        self.tasks.append(
            Task(
                item=Item(diff.name, diff, before),
                set=set_,
                revision=revision,
                stripped=stripped,
                whole=len(given) == len(diff.files),
            )
        )

    def _without_excluded(self, diff: Diff) -> Diff:
        patterns = self.request.exclude
        if not patterns:
            return diff
        left = [file for file in diff.files if _matches(file.path, patterns)]
        self.excluded += [file.path for file in left]
        return diff._replace(files=tuple(file for file in diff.files if file not in left))

    def _exists(self, path: str) -> bool:
        return path in self._made or self.files.exists(path)

    def _content(self, path: str) -> bytes | None:
        return self._made.get(path) or self.files.read(path)


def _made(file: FilePatch) -> bytes | None:
    """The content of a file that a diff makes."""
    return b"".join(line for hunk in file.hunks for line in hunk.new) if file.kind == "create" else None


class _Before:
    """The files before a diff by the names on its `index` lines, asked of the source when the first one is needed."""

    def __init__(self, diff: Diff, source: Checked) -> None:
        told: dict[str, set[str]] = {}
        for file in diff.files:
            if file.old is not None and file.old_id is not None and file.hunks:
                told.setdefault(file.old, set()).add(file.old_id)
        # A file that the diff changes twice has two states before, and its path does not tell them apart.
        self._names = {path: min(names) for path, names in told.items() if len(names) == 1}
        self._source = source

    def __call__(self, path: str) -> bytes | None:
        """A file as it was before, None where nobody knows."""
        name = self._names.get(path)
        return None if name is None else self._contents.get(name)

    @cached_property
    def _contents(self) -> Mapping[str, bytes]:
        found = self._source.files(set(self._names.values()))
        if found:
            log.tell("%d of %d files as they were before are in %s", len(found), len(self._names), self._source.name)
        return found


def _matches(path: str, patterns: Sequence[str]) -> bool:
    """Whether a pattern is for a path: its own, that of a folder above it, or one with `*` (also for slashes)."""
    from fnmatch import fnmatchcase

    return any(
        path == pattern or path.startswith(f"{pattern.rstrip('/')}/") or fnmatchcase(path, pattern)
        for pattern in patterns
    )


def _revision(catalog: Catalog, number: int) -> SetRevision:
    for one in catalog.holding(number):
        for revision in (*one.revisions, *one.merges):
            if revision.number == number:
                return revision
    raise UsageError(f"no set has r{number}, so hpatch cannot check its diff; give the diff as a file")


def _number(revision: SetRevision | None) -> float:
    return float("inf") if revision is None or revision.number is None else revision.number


def steps_of(tasks: Sequence[Task], planned: Sequence[Step], tree: Tree) -> tuple[Pushed, ...]:
    """Each step's edits, on top of those before it, without what does not go in and steps that change nothing."""
    now: dict[str, Content | None] = {}

    def current(path: str) -> Content | None:
        if path not in now:
            now[path] = stacks.current(tree, path)
        return now[path]

    steps: list[Pushed] = []
    for task, step in zip(tasks, planned, strict=True):
        before: dict[str, Content | None] = {}
        for placed in step.files:
            if not placed.ok and placed.after is None:
                continue
            if placed.kind == "rename" and placed.source is not None and placed.source != placed.path:
                before.setdefault(placed.source, current(placed.source))
                now[placed.source] = None
            found = current(placed.path)
            before.setdefault(placed.path, found)
            if placed.after is None:
                now[placed.path] = None
                continue
            mode = placed.mode if placed.mode is not None else found.mode if found is not None else 0o644
            now[placed.path] = Content(placed.after, mode)
        edits = tuple(FileEdit(path, was, now[path]) for path, was in before.items() if was != now[path])
        if edits:
            steps.append(Pushed(task.item.name, task.set, edits))
    return tuple(steps)


def _blockers(tasks: Sequence[Task], planned: Plan, catalog: Catalog, source: Checked) -> Iterator[Blocker]:
    """What stands in the way, for each file the first step that fails: what comes after it stands on it."""
    failed: set[str] = set()
    for task, step in zip(tasks, planned.steps, strict=True):
        for placed in step.files:
            if placed.ok or placed.path in failed:
                continue
            failed.add(placed.path)
            if all(outcome.result == "missing" for outcome in placed.outcomes):
                yield Blocker(task=task, placed=placed, outcome=None)
                continue
            for number, outcome in enumerate(placed.outcomes, 1):
                if outcome.result not in PLACED:
                    brought = _suppliers(task, placed, outcome, catalog, source)
                    yield Blocker(task=task, placed=placed, outcome=outcome, number=number, suppliers=brought)


def _suppliers(
    task: Task, placed: Placed, outcome: Outcome, catalog: Catalog, source: Checked
) -> tuple[Supplier, ...] | None:
    """Who brought the lines that a hunk expects and the file lacks."""
    if task.revision is None or placed.before is None or outcome.result == "ambiguous":
        return ()
    have = set(split(placed.before))
    first = outcome.hunk.old_start
    lacking = [first + at for at, line in enumerate(outcome.hunk.old) if line not in have]
    if not lacking:
        return ()
    try:
        found = suppliers(source, catalog, task.revision, placed.path, lacking)
        return found if found or source.origins(task.revision, placed.path, lacking[:1]) is not None else None
    except HpatchError:
        return ()  # only a hint; that the hunk does not fit is the answer
