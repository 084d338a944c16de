"""Random work on a stack: pushing, popping, editing, adding and refreshing; the tree and both lists always agree."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import pytest

from hpatch import files
from hpatch.build.trees import queueing
from hpatch.build.trees.applying import Given, Request, commit, prepare
from hpatch.build.trees.exported import exported
from hpatch.files import FileChange
from hpatch.patch.apply import stack as stacks
from hpatch.patch.apply.export import unified
from hpatch.patch.apply.stack import Content, FileEdit, Set, Stack
from hpatch.patch.series import queue as queues
from hpatch.patch.series.model import SeriesPatch
from hpatch.patch.series.queue import Queue
from hpatch.patch.sets.model import Catalog
from hpatch.patch.sources.choose import choose

Made = TypeVar("Made")
CATALOG = Catalog((), ())
PATHS = ["f0", "f1", "f2", "new/a", "new/b"]


class ClashError(Exception):
    """An edit in a patch below does not go with a patch above it."""


class Worker:
    """Somebody who works on a tree with a series."""

    def __init__(self, root: Path, seed: int) -> None:
        self.random = random.Random(seed)
        self.root = root
        root.mkdir()
        self.files = {
            f"f{number}": Content(b"".join(b"%d\n" % line for line in range(40)), 0o644) for number in (0, 1, 2)
        }
        for path, content in self.files.items():
            (root / path).write_bytes(content.data)
            (root / path).chmod(content.mode)
        self.series = [
            SeriesPatch(name=f"p{number}.patch", text=b"Patch %d\n\n" % number + unified(edits))
            for number in range(5)
            if (edits := [self.change(path, number) for path in self.random.sample(PATHS, self.random.randint(1, 2))])
        ]

    def change(self, path: str, number: int) -> FileEdit:
        """Change a file in some way."""
        old = self.files.get(path)
        new: Content | None = Content(b"new %d\n" % number, self.random.choice([0o644, 0o755]))
        if old is not None:
            lines = old.data.splitlines(keepends=True)
            lines.insert(self.random.randrange(len(lines) + 1), b"patch %d\n" % number)
            del lines[self.random.randrange(len(lines))]
            new = None if self.random.random() < 0.1 else Content(b"".join(lines) + b"%d\n" % number, old.mode)
        self.files.pop(path, None)
        if new is not None:
            self.files[path] = new
        return FileEdit(path, old, new)

    def tree(self) -> dict[str, tuple[bytes, int]]:
        """All files."""
        found = (path for path in self.root.rglob("*") if path.is_file() and files.FOLDER not in path.parts)
        return {str(path.relative_to(self.root)): (path.read_bytes(), path.stat().st_mode & 0o777) for path in found}

    def work(self, step: Callable[[Stack, Queue], Made]) -> Made:
        with files.lock(self.root):
            return step(stacks.load(self.root), queues.load(self.root))

    def change_tree(self, changes: list[FileChange] | tuple[FileChange, ...]) -> None:
        if changes:
            files.replace(self.root, changes)

    def push(self, count: int) -> None:
        def step(stack: Stack, queue: Queue) -> None:
            after = queue if queue.patches else queueing.with_series(stack, queue, self.series)
            request = Request(diffs=queueing.waiting(after.waiting(stack)[:count]))
            prepared = prepare(self.root, request, CATALOG, choose(CATALOG, git=None, svn=None, web=None, diffs=None))
            if not prepared.ok:
                raise ClashError
            commit(prepared, queue, queueing.without_empty(prepared, after))

        self.work(step)

    def pop(self, count: int) -> tuple[str, ...]:
        def step(stack: Stack, queue: Queue) -> tuple[str, ...]:
            popped = queueing.pop(self.root, stack, queue, min(count, len(stack.steps)))
            self.change_tree(popped.changes)
            return popped.edited

        return self.work(step)

    def add(self) -> None:
        self.work(lambda stack, _: self.change_tree(queueing.add(self.root, stack, ["f2", "other"])))

    def refresh(self, *, whole: bool) -> None:
        def step(stack: Stack, queue: Queue) -> None:
            numbers = range(len(stack.steps))
            done = queueing.refresh(self.root, stack, queue, list(numbers) if whole else [*numbers][-1:])
            if done.emptied is not None:
                raise ClashError
            self.change_tree(done.changes)

        self.work(step)

    def edit(self) -> None:
        known = {file.path for step in stacks.load(self.root).steps for file in step.files}
        for path in sorted(known & self.tree().keys())[:1]:
            lines = (self.root / path).read_bytes().splitlines(keepends=True)
            lines.insert(self.random.randrange(len(lines) + 1), b"mine %d\n" % self.random.randrange(99))
            (self.root / path).write_bytes(b"".join(lines))

    def something(self) -> None:
        """Do something that can be done here."""
        what = self.random.choice(["push", "push", "pop", "edit", "add", "refresh"])
        if what == "push":
            self.push(self.random.randint(1, 3))
        elif not stacks.load(self.root).steps:
            return
        elif what == "pop":
            self.pop(self.random.randint(1, 3))
        elif what == "edit":
            self.edit()
            self.refresh(whole=False)
        elif what == "add":
            self.add()
        else:
            self.refresh(whole=True)


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """No waiting for the disk: no power fails here."""
    monkeypatch.setattr(files.os, "fsync", lambda _: None)


def test_the_tree_and_both_lists_agree(tmp_path: Path) -> None:
    done = sum(_agree(tmp_path / str(seed), seed) for seed in range(6))
    assert done > 2


@pytest.mark.proof
def test_they_agree_in_many_ways(tmp_path: Path) -> None:
    done = sum(_agree(tmp_path / str(seed), seed) for seed in range(100, 300))
    assert done > 120


def _agree(root: Path, seed: int) -> bool:
    """Whether the work came to its end, and not to an edit that does not go with a patch above it."""
    worker = Worker(root, seed)
    start = worker.tree()
    try:
        for _ in range(8):
            worker.something()
        worker.push(99)
        whole, made = worker.tree(), worker.work(lambda stack, queue: exported(root, stack, queue))
        assert (worker.pop(99), worker.tree()) == ((), start)
        worker.push(99)
        assert worker.tree() == whole
        assert (worker.pop(99), worker.tree()) == ((), start)
    except ClashError:
        return False
    diffs = tuple(Given(f"again-{one.file}", one.text, one.strip, Set(f"again-{one.file}")) for one in made)
    source = choose(CATALOG, git=None, svn=None, web=None, diffs=None)
    commit(worker.work(lambda *_: prepare(root, Request(diffs=diffs), CATALOG, source)))
    assert worker.tree() == whole
    return True
