"""Patches one by one on the stack: what is applied goes in the queue as text, and comes from there again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Literal

from hpatch.build.trees.applying import Given, Prepared
from hpatch.build.trees.exporting import of_set
from hpatch.errors import UsageError
from hpatch.files import FileChange
from hpatch.patch.apply import export
from hpatch.patch.apply import stack as stacks
from hpatch.patch.apply.stack import AppliedStep, FileEdit, KeptEdit, Reverted, Set, Stack
from hpatch.patch.apply.tree import Tree
from hpatch.patch.series import queue as queues
from hpatch.patch.series.header import about
from hpatch.patch.series.model import SeriesPatch
from hpatch.patch.series.queue import Queue, QueuedPatch
from hpatch.patch.series.rewrite import Form, fit, rewritten
from hpatch.patch.sets.model import Catalog
from hpatch.records import NamedTuple


def given(patches: Iterable[SeriesPatch], strip: int | None = None) -> tuple[Given, ...]:
    """The patches of a series, to be applied; `strip` takes the place of what the series says."""
    return tuple(
        Given(
            name=one.name,
            text=one.text,
            strip=one.strip if strip is None else strip,
            set=Set(one.name, title=about(one.text).title, diff=sha256(one.text).hexdigest()),
        )
        for one in patches
    )


def waiting(patches: Iterable[QueuedPatch]) -> tuple[Given, ...]:
    """Patches that wait, to be applied."""
    return tuple(Given(one.name, one.text, one.strip, one.set) for one in patches)


def with_series(stack: Stack, queue: Queue, patches: Sequence[SeriesPatch]) -> Queue:
    """The queue with the patches of a series that are not applied: those that wait get the series' order.

    Raises UsageError where a patch of the same name and another text is applied.
    """
    applied = {step.name: step.set for step in stack.steps}
    sets = {one.id: one for one in stack.sets}
    new: list[QueuedPatch] = []
    for patch, one in zip(patches, given(patches), strict=True):
        assert one.set is not None
        if patch.name in applied:
            if sets[applied[patch.name]].diff != one.set.diff:
                raise UsageError(f"another '{patch.name}' is applied here; pop it first, or rename this one")
            continue
        known = (patch.origin,) if patch.origin else ()
        new.append(
            QueuedPatch(name=patch.name, file=patch.name, text=patch.text, strip=patch.strip, set=one.set, known=known)
        )
    return Queue((*queue.without(one.name for one in new).patches, *new))


def without_empty(prepared: Prepared, queue: Queue) -> Queue:
    """The queue without those patches of a plan that change nothing, for the tree has what they bring."""
    made = {step.name for step in prepared.steps}
    return queue.without(task.item.name for task in prepared.tasks if task.item.name not in made)


def queued(
    prepared: Prepared, diffs: Sequence[Given], catalog: Catalog, origins: Mapping[str, str]
) -> list[QueuedPatch]:
    """The steps of a plan as patches: those of `diffs` in their own texts, those of sets as they are exported.

    `origins` are the digests of the files that diffs were read from, by name.
    """
    own = {one.name: one for one in diffs}
    sets = {one.id: one for one in (*prepared.stack.sets, *prepared.sets)}
    tasks = {task.item.name: task for task in prepared.tasks}
    placed = {step.name: step for step in prepared.plan.steps}
    found: list[QueuedPatch] = []
    known: tuple[str, ...]
    for step in prepared.steps:
        diff, task = own.get(step.name), tasks[step.name]
        if diff is not None:
            # A patch that comes back must fit where it was made to fit.
            answered = any(file.answered for file in placed[step.name].files)
            if answered or not task.whole:
                text, strip = rewritten(diff.text, step.edits), 1
            else:
                text, strip = diff.text, task.stripped if diff.strip is None else diff.strip
            origin = origins.get(diff.name)
            known = () if origin is None else (origin,)
            file = diff.name
        else:
            patch = of_set(step, task, placed[step.name], catalog)
            text, strip, known, file = export.described(patch), 1, (), f"{patch.name}.patch"
        found.append(QueuedPatch(name=step.name, file=file, text=text, strip=strip, set=sets[step.set], known=known))
    return found


def told(words: Sequence[str], names: Sequence[str], what: str) -> int:
    """How many patches words ask for: a number, or the name of the last of them. Raises UsageError."""
    if not words:
        return 1
    if len(words) > 1:
        raise UsageError("name one patch, or a number of patches")
    (word,) = words
    if word in names:
        return names.index(word) + 1
    if word.isascii() and word.isdecimal():
        return min(int(word), len(names))
    from hpatch.suggest import closest  # only failures pay for it

    near = closest(word, names)
    raise UsageError(f"'{word}' is not {what} here" + (f"; did you mean '{near}'?" if near else ""))


def check_applied(words: Iterable[str], names: Sequence[str]) -> None:
    """Hold names of patches against those that are applied. Raises UsageError."""
    for word in words:
        if word not in names:
            raise UsageError(f"'{word}' is not applied here; hpatch applied lists the patches")


class Popped(NamedTuple):
    """What taking patches off the stack would do: `names` from the top, nothing where files were `edited` since."""

    names: tuple[str, ...]
    edited: tuple[str, ...]
    done: Reverted | None
    changes: tuple[FileChange, ...] = ()


def pop(root: Path, stack: Stack, queue: Queue, count: int) -> Popped:
    """Take the topmost steps off; they wait in the queue.

    Raises InputError for a damaged store, UsageError for a step whose text hpatch does not have.
    """
    number = len(stack.steps) - count
    gone = stack.steps[number:][::-1]
    tree = Tree(root)
    last = _last(stack)
    paths = dict.fromkeys(file.path for step in gone for file in step.files)
    edited = tuple(path for path in paths if not stacks.is_now(tree, path, last[path].after))
    names = tuple(step.name for step in gone)
    if edited:
        return Popped(names, edited, None)
    after = queue
    sets = {one.id: one for one in stack.sets}
    for step in gone:
        patch = queue.find(step.name) or of_step(root, step, sets[step.set])
        after = after.in_front(patch._replace(set=sets[step.set]))
    done = stacks.take_off(root, stack, range(number, len(stack.steps)))
    return Popped(names, (), done, tuple(queues.with_queue(root, done.changes, queue, after)))


def _last(stack: Stack) -> dict[str, KeptEdit]:
    """By path the last edit."""
    return {file.path: file for step in stack.steps for file in step.files}


def edits_of(root: Path, step: AppliedStep) -> tuple[FileEdit, ...]:
    """A step's edits with their contents. Raises InputError."""
    return tuple(
        FileEdit(file.path, stacks.content(root, file.before), stacks.content(root, file.after)) for file in step.files
    )


def of_step(root: Path, step: AppliedStep, one: Set) -> QueuedPatch:
    """A step of which the queue has no text (an earlier hpatch applied it), as a patch."""
    title = one.title or step.name
    name = step.name if step.name == one.id else f"{one.id}-{step.name}"
    file = name if name.endswith((".patch", ".diff")) else f"{name}.patch"
    patch = export.Patch(name=name, title=title, text="", edits=edits_of(root, step))
    return QueuedPatch(name=step.name, file=file, text=export.described(patch), strip=1, set=one)


class RefreshedPatch(NamedTuple):
    """A patch whose text was looked at: `kept` as it was, `moved` to the lines where it went, or otherwise `rewritten`.

    `folded` are files whose edits went into it.
    """

    name: str
    how: Literal["kept", "moved", "rewritten"]
    folded: tuple[str, ...] = ()


class Refreshed(NamedTuple):
    """What refreshing would do. `emptied` is a patch of which nothing would be left; then nothing is done."""

    patches: tuple[RefreshedPatch, ...]
    changes: tuple[FileChange, ...]
    emptied: str | None = None


def refresh(root: Path, stack: Stack, queue: Queue, numbers: Sequence[int], form: Form | None = None) -> Refreshed:
    """Write the texts of steps (from 0) again where they do not say what was applied, all of them if a form is named.

    The user's edits of files that the stack knows go into the topmost step. Raises InputError for a damaged store.
    """
    top = len(stack.steps) - 1
    own = own_edits(root, stack) if top in numbers else ()
    changes: Sequence[FileChange] = ()
    after = queue
    found: list[RefreshedPatch] = []
    for number in numbers:
        step = stack.steps[number]
        edits = edits_of(root, step)
        if number == top and own:
            edits = _joined(edits, own)
            changes = stacks.fold(root, stack, top, edits)
        if all(edit.before == edit.after for edit in edits):
            return Refreshed((), (), emptied=step.name)
        one = stack.find(step.set)
        assert one is not None
        patch = queue.find(step.name) or of_step(root, step, one)
        how = fit(patch.text, patch.strip, edits)
        text = patch.text if how == "exact" and form is None else rewritten(patch.text, edits, form)
        folded = tuple(edit.path for edit in own) if number == top else ()
        if text != patch.text:
            patch = patch.renewed(text)
            found.append(RefreshedPatch(step.name, "moved" if how == "moved" else "rewritten", folded))
        else:
            found.append(RefreshedPatch(step.name, "kept", folded))
        after = after.having([patch])
    return Refreshed(tuple(found), tuple(queues.with_queue(root, changes, queue, after)))


def own_edits(root: Path, stack: Stack) -> tuple[FileEdit, ...]:
    """What the user changed in files that the stack knows."""
    tree = Tree(root)
    return tuple(
        FileEdit(path, stacks.content(root, file.after), stacks.current(tree, path))
        for path, file in _last(stack).items()
        if not stacks.is_now(tree, path, file.after)
    )


def _joined(edits: Sequence[FileEdit], more: Sequence[FileEdit]) -> tuple[FileEdit, ...]:
    """Edits, and others after them."""
    found = {edit.path: edit for edit in edits}
    for edit in more:
        first = found.get(edit.path, edit)
        found[edit.path] = FileEdit(edit.path, first.before, edit.after)
    return tuple(found.values())


def add(root: Path, stack: Stack, paths: Sequence[str]) -> list[FileChange]:
    """The changes that have the topmost step know files as they are, so that edits of them can be told.

    Raises InputError for what is no file of the tree.
    """
    tree = Tree(root)
    edits = edits_of(root, stack.steps[-1])
    had = {edit.path for edit in edits}
    new = [FileEdit(path, now, now) for path in paths if path not in had for now in (stacks.current(tree, path),)]
    return stacks.fold(root, stack, len(stack.steps) - 1, (*edits, *new)) if new else []
