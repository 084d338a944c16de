"""Which patch sets a tree has: by the stack, by what is written in its files, by its version."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Literal, TypeAlias

from hpatch.build.trees.source import SourceTree
from hpatch.patch.apply import stack as stacks
from hpatch.patch.apply.stack import Stack
from hpatch.patch.apply.tree import Tree
from hpatch.patch.sets.model import Mark, PatchSet
from hpatch.records import NamedTuple

if TYPE_CHECKING:
    from hpatch.build.trees.fitting import Fit

State = Literal["present", "missing", "partly", "superseded", "unsuitable"]
"""`partly`: some of its changes; `superseded`: the version has it, and the code has not all of its marks;
`unsuitable`: not for this version.
"""
By = Literal["stack", "code", "version"]


class Presence(NamedTuple):
    """Whether a tree has a set, what tells so, and a word on it for people.

    `found` and `lacking` are names of revisions that the code tells of, for one that is there partly.
    """

    set: PatchSet
    state: State
    by: By
    why: str
    found: tuple[str, ...] = ()
    lacking: tuple[str, ...] = ()

    @property
    def there(self) -> bool:
        """Whether there is nothing to apply."""
        return self.state in ("present", "superseded")


Fits: TypeAlias = "Callable[[PatchSet], Fit | None]"
"""How much of a set's changes the tree has; None: they were not tried."""


def presences(
    tree: SourceTree,
    stack: Stack,
    sets: Iterable[PatchSet],
    read: Tree | None = None,
    fits: Fits | None = None,
    catalogue: Sequence[PatchSet] | None = None,
) -> tuple[Presence, ...]:
    """Each set in a tree, whose files are read from `read` if given. Raises InputError when one cannot be read.

    A mark alone is not trusted where `fits` can tell: code that is older than a set can bear its marks by chance.
    Without it, those sets are tried that carry their diffs; `catalogue` are all that can have gone over their lines
    (these, if not given).
    """
    read = read or Tree(tree.root)
    wanted = tuple(sets)
    looked = _Looked(tree, read, fits or partial(_carried, tree, read, wanted if catalogue is None else catalogue))
    touched = edited(read, stack)
    return tuple(_presence(looked, stack, one, touched) for one in wanted)


def _carried(tree: SourceTree, read: Tree, catalogue: Iterable[PatchSet], one: PatchSet) -> Fit | None:
    from hpatch.build.trees.fitting import fits  # only a tree with a set's marks pays for it

    return fits(tree, read, None, catalogue, one)


class _Looked:
    """A tree whose files are read once."""

    def __init__(self, tree: SourceTree, files: Tree, fits: Fits) -> None:
        self.tree = tree
        self.files = files
        self.fits = fits
        self._read: dict[str, bytes | None] = {}

    def content(self, path: str) -> bytes | None:
        if path not in self._read:
            self._read[path] = self.files.read(path)
        return self._read[path]

    def found(self, mark: Mark) -> bool | None:
        """Whether a mark is in the tree; None where its file is not."""
        content = self.content(mark.file)
        return None if content is None else mark.found(content)


def _presence(looked: _Looked, stack: Stack, one: PatchSet, touched: Mapping[str, frozenset[str]]) -> Presence:
    if one.project != looked.tree.project:
        return Presence(
            set=one, state="unsuitable", by="version", why=f"for {one.project}, and this is {looked.tree.project}"
        )
    if stack.find(one.id) is not None:
        since = sorted(path for path, ids in touched.items() if one.id in ids)
        why = f"applied here; edited since: {', '.join(since)}" if since else "applied here"
        return Presence(set=one, state="present", by="stack", why=why)
    verdicts = [(mark, looked.found(mark)) for mark in one.recognise]
    found = [mark for mark, verdict in verdicts if verdict]
    lacking = [mark for mark, verdict in verdicts if verdict is False]
    if one.contained is not None and looked.tree.within(one.contained):
        return _contained(looked, one, found, lacking)
    return _by_code(looked, one, found, lacking)


def _by_code(looked: _Looked, one: PatchSet, found: Sequence[Mark], lacking: Sequence[Mark]) -> Presence:
    """A set that the version did not bring."""
    if looked.tree.within(one.applies) is False:
        # Other versions can bear the marks by chance, or because they never had the fault.
        why = f"for {one.project} {one.applies}" + (" (the code has its marks)" if found and not lacking else "")
        return Presence(set=one, state="unsuitable", by="version", why=why)
    if found and lacking:
        names, missing = _names(found), _names(lacking)
        return Presence(
            set=one,
            state="partly",
            by="code",
            why=f"has {', '.join(names)}; lacks {', '.join(missing)}",
            found=names,
            lacking=missing,
        )
    if found:
        fits = looked.fits(one)
        if fits == "none":
            why = "the code has its marks, but none of its changes"
            return Presence(set=one, state="missing", by="code", why=why)
        if fits == "some":
            why = "the code has its marks, but not all of its changes"
            return Presence(set=one, state="partly", by="code", why=why)
        why = "the code has its marks" if fits is None else "the code shows it"
        return Presence(set=one, state="present", by="code", why=why)
    return _absent(looked, one, "code" if lacking else "version")


def _contained(looked: _Looked, one: PatchSet, found: Sequence[Mark], lacking: Sequence[Mark]) -> Presence:
    """A set that the version brought."""
    tree = looked.tree
    if lacking or (one.recognise and not found):
        if lacking and looked.fits(one) == "none":
            why = f"{tree.name} has it, but this tree has none of its changes"
            return Presence(set=one, state="missing", by="code", why=why)
        why = f"{tree.name} has it; later changes went over its lines, or it was taken out here"
        return Presence(set=one, state="superseded", by="version", why=why)
    if found:
        return Presence(set=one, state="present", by="code", why=f"{tree.name} has it, and the code has its marks")
    return Presence(set=one, state="present", by="version", why=f"{tree.name} has it")


def _absent(looked: _Looked, one: PatchSet, by: By) -> Presence:
    """A set of which nothing is there."""
    tree = looked.tree
    if one.variants and not any(variant.versions.covers(tree.version) for variant in one.variants):
        return Presence(set=one, state="unsuitable", by="version", why=f"it has no diff for {tree.name}")
    created = {path for revision in one.revisions for path in revision.created}
    needed = [path for path in one.files if path not in created]
    if needed and all(looked.content(path) is None for path in needed):
        return Presence(set=one, state="unsuitable", by="code", why=f"there is no {needed[0]}")
    return Presence(set=one, state="missing", by=by, why="")


def _names(marks: Iterable[Mark]) -> tuple[str, ...]:
    return tuple(dict.fromkeys("the rest" if mark.revision is None else f"r{mark.revision}" for mark in marks))


def edited(tree: Tree, stack: Stack) -> dict[str, frozenset[str]]:
    """Files on the stack that are not any more what hpatch left, each with the sets that changed it."""
    last: dict[str, stacks.KeptEdit] = {}
    sets: dict[str, set[str]] = {}
    for step in stack.steps:
        for file in step.files:
            last[file.path] = file
            sets.setdefault(file.path, set()).add(step.set)
    return {path: frozenset(sets[path]) for path, file in last.items() if not stacks.is_now(tree, path, file.after)}
