"""What applying diffs to a tree would do, all in memory: each file of each diff, one on top of the other.

Nothing here writes. A plan with a failure in it has no changes: a tree gets all of them or none.
"""

from __future__ import annotations

import itertools
import stat
from collections.abc import Callable, Sequence
from typing import Protocol, TypeAlias

from hpatch.files import FileChange
from hpatch.patch.diff.lines import edited, joined, split
from hpatch.patch.diff.model import Diff, FilePatch, Outcome, Placed, Result
from hpatch.patch.place import resolvers
from hpatch.patch.place.options import DEFAULTS, PlaceOptions
from hpatch.patch.place.place import place
from hpatch.patch.place.resolvers.release import release as next_release
from hpatch.records import NamedTuple


class Files(Protocol):
    """A tree to read from. Its methods may raise InputError for a path that they refuse."""

    def read(self, path: str) -> bytes | None:
        """A file's content, None where there is none."""

    def mode(self, path: str) -> int | None:
        """A file's permission bits, None where there is none."""


Tell: TypeAlias = Callable[[int, int, str], None]
"""Told of a piece of work: its number, how many there are, and what it is."""


class Item(NamedTuple):
    """A diff to apply, its paths those of the tree. `before` reads the files as they were before it, where known."""

    name: str
    diff: Diff
    before: Callable[[str], bytes | None] | None = None


class Step(NamedTuple):
    """What became of an item, file by file in the diff's order."""

    name: str
    files: tuple[Placed, ...]

    @property
    def ok(self) -> bool:
        """Whether all of it went in or is there already."""
        return all(placed.ok for placed in self.files)


class Plan(NamedTuple):
    """What applying would do. `changes` are those of all steps together, by path; none if a step failed, unless hunks
    that fit were asked for.
    """

    steps: tuple[Step, ...]
    changes: tuple[FileChange, ...]

    @property
    def ok(self) -> bool:
        """Whether every step went in or is there already."""
        return all(step.ok for step in self.steps)


class Answers(Protocol):
    """What people answered to conflicts before."""

    def __call__(self, patch: FilePatch, placed: Placed) -> Placed | None:
        """A file whose hunks do not all go in, with the answer to its conflicts; None where nobody answered them."""


def plan(
    tree: Files,
    items: Sequence[Item],
    options: PlaceOptions = DEFAULTS,
    *,
    answers: Answers | None = None,
    partly: bool = False,
    tell: Tell | None = None,
) -> Plan:
    """Plan items in order, each on top of those before it; a file that fails stays as it was for the items after it.

    `partly`: it gets those of its hunks that go in, and so does the tree. `tell` is told of each file, before it is
    placed.
    """
    state = _PlannedTree(tree)
    if options.release is None:
        header = tree.read("include/ap_release.h")
        options = options._replace(release=None if header is None else next_release(header))
    count, numbers = sum(len(item.diff.files) for item in items), itertools.count(1)

    def placed(item: Item, patch: FilePatch) -> Placed:
        if tell is not None:
            tell(next(numbers), count, f"{item.name}: {patch.path}")
        return _placed(state, patch, options, item.before, answers, partly=partly)

    steps = tuple(Step(item.name, tuple(placed(item, patch) for patch in item.diff.files)) for item in items)
    return Plan(steps, state.changes() if partly or all(step.ok for step in steps) else ())


class _File(NamedTuple):
    content: bytes | None
    mode: int | None


class _Folder:
    """A name in the planned tree: whether it is a file, how many files are there or below, and the names below it."""

    __slots__ = ("files", "here", "parts")

    def __init__(self) -> None:
        self.here = False
        self.files = 0
        self.parts: dict[str, _Folder] = {}


class _PlannedTree:
    """The tree with what is planned so far."""

    def __init__(self, tree: Files) -> None:
        self.tree = tree
        self.was: dict[str, _File] = {}
        self.now: dict[str, _File] = {}
        self._top = _Folder()

    def __getitem__(self, path: str) -> _File:
        if path not in self.now:
            content = self.tree.read(path)
            self.was[path] = _File(content, self.tree.mode(path))
            self._keep(path, self.was[path])
        return self.now[path]

    def write(self, path: str, content: bytes | None, mode: int | None) -> None:
        """Note what a path that was read becomes."""
        self._keep(path, _File(content, mode))

    def _keep(self, path: str, file: _File) -> None:
        known = self.now.get(path)
        more = (file.content is not None) - (known is not None and known.content is not None)
        self.now[path] = file
        folder = self._top
        for part in path.split("/"):
            folder = folder.parts.setdefault(part, _Folder())
            folder.files += more
        folder.here = file.content is not None

    def blocked(self, path: str) -> str | None:
        """The planned file that stands where `path` needs a folder, or below which `path` would be a file."""
        parts = path.split("/")
        folder, walked = self._top, list[str]()
        for part in parts:
            found = folder.parts.get(part)
            if found is None or not found.files:
                return None
            folder = found
            walked.append(part)
            if folder.here and len(walked) < len(parts):
                return "/".join(walked)
        while (below := next((item for item in folder.parts.items() if item[1].files), None)) is not None:
            name, folder = below
            walked.append(name)
            if folder.here:
                return "/".join(walked)
        return None

    def changes(self) -> tuple[FileChange, ...]:
        found = []
        for path, (before, old) in sorted(self.was.items()):
            after, new = self.now[path]
            mode = new if after is not None and new != old else None
            if after != before or mode is not None:
                found.append(FileChange(path=path, before=before, after=after, mode=mode))
        return tuple(found)


def _placed(
    state: _PlannedTree,
    patch: FilePatch,
    options: PlaceOptions,
    before: Callable[[str], bytes | None] | None,
    answers: Answers | None,
    *,
    partly: bool,
) -> Placed:
    """Place one file and note what it leaves."""
    placed = _linked(patch) or _KINDS[patch.kind](state, patch, options, before)
    resolver = resolvers.find(patch.path)
    if not placed.ok and resolver is not None and resolver.optional:
        # Whole files only: hunks that do not go in are left out when they are placed.
        reason = "left out, it is no code"
        outcomes = tuple(outcome._replace(result="resolved", reason=reason) for outcome in placed.outcomes)
        return placed._replace(after=placed.before, outcomes=outcomes, ok=True, reason=f"{reason}: {placed.reason}")
    if not placed.ok and answers is not None:
        placed = answers(patch, placed) or placed
    if not placed.ok and partly and patch.kind == "modify" and placed.edits and placed.before is not None:
        after = joined(edited(split(placed.before), placed.edits))
        state.write(patch.path, after, state[patch.path].mode)
        return placed._replace(after=after, mode=None)
    if placed.ok:
        if placed.mode is not None:
            source = state[patch.path if placed.source is None else placed.source].mode
            placed = placed._replace(mode_before=state[patch.path].mode if source is None else source)
        if patch.kind == "rename" and patch.old is not None:
            state.write(patch.old, None, None)
        kept = state[patch.path].mode
        state.write(patch.path, placed.after, kept if placed.mode is None else placed.mode)
    return placed


def _linked(patch: FilePatch) -> Placed | None:
    for mode in (patch.old_mode, patch.new_mode):
        if mode is not None and stat.S_IFMT(mode) not in (0, stat.S_IFREG):
            return _failed(patch, None, "conflict", "a symbolic link or a submodule; hpatch patches files only")
    return None


def _modify(
    state: _PlannedTree, patch: FilePatch, options: PlaceOptions, before: Callable[[str], bytes | None] | None
) -> Placed:
    content, mode = state[patch.path]
    if content is None:
        return _failed(patch, None, "missing", "there is no such file")
    placed = place(content, patch, options, before(patch.path) if before is not None else None)
    return placed._replace(mode=_mode(patch, mode))


def _create(
    state: _PlannedTree, patch: FilePatch, options: PlaceOptions, before: Callable[[str], bytes | None] | None
) -> Placed:
    content, mode = state[patch.path]
    after = b"".join(line for hunk in patch.hunks for line in hunk.new)
    if content is None:
        blocking = state.blocked(patch.path)
        if blocking is not None:
            return _failed(patch, None, "conflict", f"it cannot be beside '{blocking}', which is a file")
        return _whole(patch, None, after, "exact", "", _mode(patch, None))
    if content == after:
        return _whole(patch, content, after, "applied", "the file is there already", _mode(patch, mode))
    return _failed(patch, content, "conflict", "there is a file of this name with other content")


def _delete(
    state: _PlannedTree, patch: FilePatch, options: PlaceOptions, before: Callable[[str], bytes | None] | None
) -> Placed:
    content, _ = state[patch.path]
    if content is None:
        return _whole(patch, None, None, "applied", "the file is gone already", None)
    if content == b"".join(line for hunk in patch.hunks for line in hunk.old):
        return _whole(patch, content, None, "exact", "", None)
    return _failed(patch, content, "conflict", "the file has other content than the one to delete")


def _carry(
    state: _PlannedTree, patch: FilePatch, options: PlaceOptions, before: Callable[[str], bytes | None] | None
) -> Placed:
    """Rename or copy."""
    assert patch.old is not None
    source, mode = state[patch.old]
    target, own = state[patch.path]
    earlier = before(patch.old) if before is not None else None
    if source is None:
        return _carried(patch, target, own, options, earlier)
    placed = place(source, patch, options, earlier)
    if target is not None:
        if patch.kind == "copy" and placed.after == target:
            return _whole(patch, target, target, "applied", "the file is there already", _mode(patch, own))
        return _failed(patch, target, "conflict", "there is a file of this name already")
    blocking = state.blocked(patch.path)
    if blocking is not None:
        return _failed(patch, None, "conflict", f"it cannot be beside '{blocking}', which is a file")
    kept = _mode(patch, mode)
    mode = mode if kept is None else kept
    return placed._replace(before=None, kind=patch.kind, source=patch.old, mode=mode)


def _carried(
    patch: FilePatch, target: bytes | None, mode: int | None, options: PlaceOptions, earlier: bytes | None
) -> Placed:
    """A rename or copy of a file that is not there: perhaps it has its new name already."""
    if target is None or patch.kind == "copy":
        return _failed(patch, target, "missing", f"there is no file '{patch.old}'")
    placed = place(target, patch, options)
    if all(outcome.result == "applied" for outcome in placed.outcomes) and (patch.hunks or target == earlier):
        reason = "the file has its new name already"
        return placed._replace(kind=patch.kind, reason=reason, source=patch.old, mode=_mode(patch, mode))
    return _failed(patch, target, "missing", f"there is no file '{patch.old}', and '{patch.path}' is another")


_KINDS = {"modify": _modify, "create": _create, "delete": _delete, "rename": _carry, "copy": _carry}


def _whole(
    patch: FilePatch, content: bytes | None, after: bytes | None, result: Result, reason: str, mode: int | None
) -> Placed:
    outcomes = tuple(Outcome(hunk=hunk, result=result, line=1, reason=reason) for hunk in patch.hunks)
    return Placed(
        path=patch.path,
        before=content,
        after=after,
        outcomes=outcomes,
        ok=True,
        kind=patch.kind,
        reason=reason,
        source=_source(patch),
        mode=mode,
    )


def _failed(patch: FilePatch, content: bytes | None, result: Result, reason: str) -> Placed:
    found = tuple(split(content or b""))
    outcomes = tuple(
        Outcome(
            hunk=hunk,
            result=result,
            line=None,
            reason=reason,
            expected=hunk.old,
            found=found if len(patch.hunks) == 1 else (),
        )
        for hunk in patch.hunks
    )
    return Placed(
        path=patch.path,
        before=content,
        after=None,
        outcomes=outcomes,
        ok=False,
        kind=patch.kind,
        reason=reason,
        source=_source(patch),
    )


def _source(patch: FilePatch) -> str | None:
    return patch.old if patch.kind in ("rename", "copy") else None


def _mode(patch: FilePatch, bits: int | None) -> int | None:
    """The permission bits that a patch gives a file: who may read it may run it, or nobody; None: it says nothing."""
    if patch.new_mode is None:
        return None
    if bits is None:
        return 0o755 if patch.new_mode & 0o111 else None
    return bits | (bits >> 2 & 0o111) if patch.new_mode & 0o111 else bits & ~0o111
