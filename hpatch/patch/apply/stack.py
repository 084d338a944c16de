"""The stack: what is applied in a tree, in which order, and all that is needed to take it back byte for byte.

`.hpatch/stack.json` (`hpatch.stack/2`) has the sets and their steps, a step a revision or a diff, with each file's
state before and after it; `.hpatch/objects/` has the contents, each named by its SHA-256 and compressed (in the form
`hpatch.stack/1` they were not). `.hpatch/reserve` takes the room that reverting needs, so that it also works on a disk
that is full by then. All change in the same transaction as the tree, and go with the last set.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import Any

from hpatch import files
from hpatch.errors import InputError
from hpatch.files import FOLDER, FileChange
from hpatch.patch.apply.threeway import MergeConflict, merge
from hpatch.patch.apply.tree import Tree
from hpatch.patch.diff.names import unsafe
from hpatch.records import NamedTuple

SCHEMA = "hpatch.stack/2"
_READ = ("hpatch.stack/1", SCHEMA)

FILE = f"{FOLDER}/stack.json"
IGNORE = FileChange(path=f"{FOLDER}/.gitignore", before=None, after=b"*\n")
"""Hides hpatch's folder from version control."""
_OBJECTS = f"{FOLDER}/objects"
_RESERVE = f"{FOLDER}/reserve"
_LEVEL = 3
"""How hard contents are compressed: sources shrink to a quarter, at a hundred megabytes a second."""
_LARGEST = 1 << 30
"""Bytes of the largest content that is unpacked: a stack can come with a tree."""
_BLOCK = 4096
_ROOM = 64 * 1024
"""What a transaction needs for itself: the journal, folders, the stack."""
_DIGEST = re.compile(r"[0-9a-f]{64}")


class Content(NamedTuple):
    """A file's bytes and permission bits; as a state of a file, None stands for no file."""

    data: bytes
    mode: int


class KeptContent(NamedTuple):
    """A `Content` as the stack keeps it."""

    digest: str
    mode: int


class FileEdit(NamedTuple):
    """What a step does to a file."""

    path: str
    before: Content | None
    after: Content | None


class KeptEdit(NamedTuple):
    """An `FileEdit` as the stack keeps it."""

    path: str
    before: KeptContent | None
    after: KeptContent | None


class AppliedStep(NamedTuple):
    """A revision or a diff that is applied, of the set `set`."""

    name: str
    set: str
    files: tuple[KeptEdit, ...]


class Set(NamedTuple):
    """A set on the stack, or a diff file that was given by itself (`diff`: the SHA-256 of its text).

    `requires` are the sets that it was applied on top of because it needs them; `asked` is False for one that came
    along only because another needs it; `rejected` counts the hunks of a diff that did not go in.
    """

    id: str
    title: str = ""
    requires: tuple[str, ...] = ()
    asked: bool = True
    diff: str | None = None
    rejected: int = 0


class Stack(NamedTuple):
    """What is applied. `sets` in the order in which they came, `steps` in the order of applying.

    `empty` are folders that held nothing before a step made a file below them: they stay when it goes.
    """

    sets: tuple[Set, ...] = ()
    steps: tuple[AppliedStep, ...] = ()
    empty: tuple[str, ...] = ()

    def find(self, id: str) -> Set | None:
        """The set of that name."""
        return next((one for one in self.sets if one.id == id), None)

    def dependents(self, ids: Collection[str]) -> list[Set]:
        """The other sets that need one of these, or one that needs one of these."""
        gone = set(ids)
        found: list[Set] = []
        while more := [one for one in self.sets if one.id not in gone and not gone.isdisjoint(one.requires)]:
            found += more
            gone.update(one.id for one in more)
        return found

    def digests(self) -> set[str]:
        """The contents that it keeps."""
        states = (state for step in self.steps for file in step.files for state in (file.before, file.after))
        return {state.digest for state in states if state is not None}


# Reading


def load(root: Path) -> Stack:
    """The tree's stack, empty where nothing is applied. Raises InputError for one that is damaged."""
    text = files.read(root, FILE)
    if text is None:
        return Stack()
    import json

    try:
        return _stack(json.loads(text))
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError):
        raise InputError(
            f"{root / FILE}: is damaged; unpack the tree again, or delete {FOLDER} to keep the files as they are"
        ) from None


def _stack(data: Any) -> Stack:
    schema = data["schema"]
    if schema not in _READ:
        if schema.startswith("hpatch.stack/"):
            raise InputError(f"{FILE}: has the form {schema} of a later hpatch; use that version")
        raise ValueError
    sets = tuple(map(known_set, data["sets"]))
    known = {one.id for one in sets}
    steps = tuple(
        AppliedStep(_text(one["name"]), _text(one["set"]), tuple(_touched(file) for file in one["files"]))
        for one in data["steps"]
    )
    if not {step.set for step in steps} <= known:
        raise ValueError
    empty = tuple(map(_text, data.get("empty", ())))
    if any(unsafe(path) is not None for path in empty):
        raise ValueError
    return Stack(sets, steps, empty)


def known_set(data: Any) -> Set:
    """A set from its JSON. Raises ValueError, KeyError and TypeError for what is none."""
    return Set(
        id=_text(data["id"]),
        title=_text(data["title"]),
        requires=tuple(map(_text, data["requires"])),
        asked=bool(data["asked"]),
        diff=None if data["diff"] is None else _text(data["diff"]),
        rejected=int(data.get("rejected", 0)),
    )


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value


def _touched(data: Any) -> KeptEdit:
    path = _text(data["path"])
    # A tree can come with a stack that someone else made.
    if unsafe(path) is not None:
        raise ValueError
    return KeptEdit(path, _state(data["before"]), _state(data["after"]))


def _state(data: Any) -> KeptContent | None:
    if data is None:
        return None
    digest, mode = _text(data["sha256"]), int(_text(data["mode"]), 8)
    if not _DIGEST.fullmatch(digest) or not 0 <= mode <= 0o777:
        raise ValueError
    return KeptContent(digest, mode)


def content(root: Path, state: KeptContent | None) -> Content | None:
    """The content behind a state. Raises InputError when it is missing or not what it was."""
    if state is None:
        return None
    path = f"{_OBJECTS}/{state.digest}"
    kept = files.read(root, path)
    data = None if kept is None else _unpacked(kept, state.digest)
    if data is None:
        problem = "is missing" if kept is None else "is damaged"
        raise InputError(f"{root / path}: {problem}: hpatch cannot restore the old file; unpack the tree again")
    return Content(data, state.mode)


def _packed(data: bytes) -> bytes:
    import zlib  # few commands need it

    return zlib.compress(data, _LEVEL)


def _unpacked(kept: bytes, digest: str) -> bytes | None:
    """The content of an object, compressed or not; None where it is damaged."""
    import zlib

    if sha256(kept).hexdigest() == digest:
        return kept
    try:
        data = zlib.decompressobj().decompress(kept, _LARGEST)
    except zlib.error:
        return None
    return data if sha256(data).hexdigest() == digest else None


def current(tree: Tree, path: str) -> Content | None:
    """A file as it is in the tree."""
    data, mode = tree.read(path), tree.mode(path)
    return None if data is None or mode is None else Content(data, mode & 0o777)


def is_now(tree: Tree, path: str, state: KeptContent | None) -> bool:
    """Whether a file of the tree is in that state."""
    found = current(tree, path)
    if found is None:
        return state is None
    return KeptContent(sha256(found.data).hexdigest(), found.mode) == state


class Overlay(Tree):
    """A tree of which some files are thought to be otherwise."""

    def __init__(self, root: Path, files: Mapping[str, Content | None]) -> None:
        super().__init__(root)
        self._files = files

    def read(self, path: str) -> bytes | None:
        """A file's content, None where there is none."""
        if path in self._files:
            found = self._files[path]
            return None if found is None else found.data
        return super().read(path)

    def mode(self, path: str) -> int | None:
        """A file's permission bits, None where there is none."""
        if path in self._files:
            found = self._files[path]
            return None if found is None else found.mode
        return super().mode(path)

    def exists(self, path: str) -> bool:
        """Whether there is anything at a path."""
        return self._files[path] is not None if path in self._files else super().exists(path)


# Applying


class Pushed(NamedTuple):
    """A step to be put on the stack."""

    name: str
    set: str
    edits: tuple[FileEdit, ...]


def push(root: Path, stack: Stack, sets: Sequence[Set], steps: Sequence[Pushed]) -> list[FileChange]:
    """The changes, for `files.replace`, that put steps on the stack and into the tree. No edit starts from what
    another one did not leave.
    """
    whole: dict[str, FileEdit] = {}
    contents: dict[str, bytes] = {}
    kept: list[AppliedStep] = []
    for step in steps:
        for edit in step.edits:
            first = whole.get(edit.path, edit)
            whole[edit.path] = FileEdit(edit.path, first.before, edit.after)
        kept.append(AppliedStep(step.name, step.set, tuple(_kept(edit, contents) for edit in step.edits)))
    known = {one.id for one in stack.sets}
    new = (edit.path for edit in whole.values() if edit.before is None)
    after = Stack(
        sets=(*stack.sets, *(one for one in sets if one.id not in known)),
        steps=(*stack.steps, *kept),
        empty=tuple(dict.fromkeys((*stack.empty, *_empty(root, new)))),
    )
    return [*_tree_changes(whole.values(), set(stack.empty)), *_own_changes(root, stack, after, contents)]


def fold(root: Path, stack: Stack, number: int, edits: Sequence[FileEdit]) -> list[FileChange]:
    """The changes that make a step (from 0) one with these edits, in place of its own; the tree has them already."""
    contents: dict[str, bytes] = {}
    step = stack.steps[number]
    changed = step._replace(files=tuple(_kept(edit, contents) for edit in edits))
    after = stack._replace(steps=(*stack.steps[:number], changed, *stack.steps[number + 1 :]))
    return _own_changes(root, stack, after, contents)


def _empty(root: Path, new: Iterable[str]) -> Iterator[str]:
    """The folders that hold nothing and get new files."""
    for folder in dict.fromkeys(path.rpartition("/")[0] for path in new):
        found = files.empty_above(root, f"{folder}/file") if folder else None
        if found is not None:
            yield found


def _above(path: str) -> Iterator[str]:
    """The folders that a path is in, the innermost first."""
    while path := path.rpartition("/")[0]:
        yield path


def _kept(edit: FileEdit, contents: dict[str, bytes]) -> KeptEdit:
    return KeptEdit(edit.path, _put(edit.before, contents), _put(edit.after, contents))


def _put(content: Content | None, contents: dict[str, bytes]) -> KeptContent | None:
    if content is None:
        return None
    digest = sha256(content.data).hexdigest()
    contents[digest] = content.data
    return KeptContent(digest, content.mode)


def _tree_changes(edits: Iterable[FileEdit], empty: Collection[str]) -> list[FileChange]:
    return [
        FileChange(
            path=edit.path,
            before=None if edit.before is None else edit.before.data,
            after=None if edit.after is None else edit.after.data,
            mode=None if edit.after is None else edit.after.mode,
            stays=next((folder for folder in _above(edit.path) if folder in empty), ""),
        )
        for edit in edits
        if edit.before != edit.after
    ]


def _own_changes(root: Path, before: Stack, after: Stack, contents: Mapping[str, bytes]) -> list[FileChange]:
    """What changes in hpatch's own folder."""
    had, wanted = before.digests(), after.digests()
    changes = [
        FileChange(path=f"{_OBJECTS}/{digest}", before=None, after=_packed(contents[digest]))
        for digest in sorted(wanted - had)
    ]
    # An object that nobody knows of can stand in the way.
    changes = [change._replace(before=files.read(root, change.path)) for change in changes]
    changes += [
        FileChange(path=path, before=data, after=None)
        for digest in sorted(had - wanted)
        if (data := files.read(root, path := f"{_OBJECTS}/{digest}")) is not None
    ]
    ignore = files.read(root, IGNORE.path)
    if after.steps:
        changes.append(IGNORE._replace(before=ignore))
    else:
        changes.append(IGNORE._replace(before=ignore, after=None))
    changes.append(FileChange(path=FILE, before=files.read(root, FILE), after=_written(after) if after.steps else None))
    reserve = bytes(_needed(root, after, contents)) if after.steps else None
    changes.append(FileChange(path=_RESERVE, before=files.read(root, _RESERVE), after=reserve))
    return [change for change in changes if change.before != change.after]


def _needed(root: Path, stack: Stack, contents: Mapping[str, bytes]) -> int:
    """The bytes that reverting everything writes beside what is there."""
    first: dict[str, KeptContent | None] = {}
    for step in stack.steps:
        for file in step.files:
            first.setdefault(file.path, file.before)
    states = [state for state in first.values() if state is not None]
    return sum(_size(root, state, contents) + _BLOCK for state in states) + _ROOM


def _size(root: Path, state: KeptContent, contents: Mapping[str, bytes]) -> int:
    """The size of a content; 0 for one that is damaged, which only reverting it need say."""
    if state.digest in contents:
        return len(contents[state.digest])
    with suppress(InputError):
        kept = content(root, state)
        return 0 if kept is None else len(kept.data)
    return 0


def take_back(root: Path, changes: Sequence[FileChange]) -> None:
    """Carry a revert out; on a full disk in the room that was reserved for it. Raises as `files.replace` does.

    What is left of that room stays free for the reverts after it: no new one is reserved then.
    """
    try:
        files.replace(root, changes)
    except files.FullError:
        rest = [change for change in changes if change.path != _RESERVE]
        if files.read(root, _RESERVE) is not None:
            (root / _RESERVE).unlink()
        elif len(rest) == len(changes):
            raise
        files.replace(root, rest)


def _written(stack: Stack) -> bytes:
    import json

    def state(one: KeptContent | None) -> object:
        return None if one is None else {"sha256": one.digest, "mode": f"{one.mode:04o}"}

    data = {
        "schema": SCHEMA,
        "sets": [one._asdict() for one in stack.sets],
        "steps": [
            {
                "name": step.name,
                "set": step.set,
                "files": [
                    {"path": file.path, "before": state(file.before), "after": state(file.after)} for file in step.files
                ],
            }
            for step in stack.steps
        ],
        **({"empty": stack.empty} if stack.empty else {}),
    }
    return (json.dumps(data, indent=1) + "\n").encode()


# Reverting


class Undone(NamedTuple):
    """A file that a revert changes. `merged`: other sets or edits of its own stay in it, by three-way."""

    path: str
    before: Content | None
    after: Content | None
    merged: bool


class Clash(NamedTuple):
    """A file in which what is to go cannot be told from what came after it: another set's step, or an edit (None).

    `conflicts` are the lines; none where a file as a whole was made, deleted or given other permissions since.
    """

    path: str
    step: AppliedStep | None
    conflicts: tuple[MergeConflict, ...]


class Reverted(NamedTuple):
    """What a revert would do: nothing where there are `clashes`."""

    stack: Stack
    files: tuple[Undone, ...]
    clashes: tuple[Clash, ...]
    changes: tuple[FileChange, ...]


def revert(root: Path, stack: Stack, ids: Collection[str]) -> Reverted:
    """Take sets off the stack and out of the tree, whatever was put on top of them. As `take_off` does."""
    return take_off(root, stack, [number for number, step in enumerate(stack.steps) if step.set in ids])


def take_off(root: Path, stack: Stack, gone: Collection[int]) -> Reverted:
    """Take steps, by their numbers from 0, off the stack and out of the tree. A set goes with its last step.

    For each file all that came after the steps is done again without them: other steps and edits made by hand, by
    three-way merge. A file that nothing else changed is again exactly what it was. Raises InputError when the stack's
    contents are damaged.
    """
    tree = Tree(root)
    histories: dict[str, list[tuple[int, KeptEdit]]] = {}
    for index, step in enumerate(stack.steps):
        for file in step.files:
            histories.setdefault(file.path, []).append((index, file))
    steps = list(stack.steps)
    undone: list[Undone] = []
    clashes: list[Clash] = []
    contents: dict[str, bytes] = {}
    for path, history in histories.items():
        first = next((at for at, (index, _) in enumerate(history) if index in gone), None)
        if first is None:
            continue
        replay = _Replay(path, content(root, history[first][1].before))
        for index, file in history[first:]:
            step = steps[index]
            before, after = content(root, file.before), content(root, file.after)
            replay.follow(before, None)
            if index in gone:
                replay.skip(after)
                continue
            new_before = replay.now
            replay.follow(after, step)
            renewed = KeptEdit(path, _put(new_before, contents), _put(replay.now, contents))
            steps[index] = step._replace(files=tuple(renewed if one.path == path else one for one in step.files))
        found = current(tree, path)
        replay.follow(found, None)
        if replay.clash is not None:
            clashes.append(replay.clash)
        elif replay.now != found:
            undone.append(Undone(path, found, replay.now, replay.merged))
    left = tuple(step for number, step in enumerate(steps) if number not in gone)
    kept = {step.set for step in left}
    used = {folder for step in left for file in step.files for folder in _above(file.path)}
    after_all = Stack(
        sets=tuple(one for one in stack.sets if one.id in kept),
        steps=left,
        empty=tuple(folder for folder in stack.empty if folder in used),
    )
    if clashes:
        return Reverted(stack, (), tuple(clashes), ())
    changes = [
        *_tree_changes((FileEdit(one.path, one.before, one.after) for one in undone), set(stack.empty)),
        *_own_changes(root, stack, after_all, contents),
    ]
    return Reverted(after_all, tuple(undone), (), tuple(changes))


class _Replay:
    """One file's history, done again without some of its steps.

    `was` is the file as it was at this point, `now` as it is without those steps.
    """

    def __init__(self, path: str, start: Content | None) -> None:
        self.path = path
        self.was = start
        self.now = start
        self.merged = False
        self.clash: Clash | None = None

    def skip(self, after: Content | None) -> None:
        """Leave a step out."""
        self.was = after

    def follow(self, to: Content | None, step: AppliedStep | None) -> None:
        """Do a step again, or an edit (None), that led from `was` to `to`."""
        if to == self.was or self.clash is not None:
            return
        if self.now in (self.was, to):
            self.now = to
        elif self.was is None or self.now is None or to is None:
            self.clash = Clash(self.path, step, ())
        else:
            merged = merge(self.was.data, self.now.data, to.data)
            mode = _merged_mode(self.was.mode, self.now.mode, to.mode)
            if merged.content is None or mode is None:
                self.clash = Clash(self.path, step, merged.conflicts)
            else:
                self.now = Content(merged.content, mode)
                self.merged = True
        self.was = to


def _merged_mode(base: int, ours: int, theirs: int) -> int | None:
    """Permissions with the changes of both sides; None where each changes them in its own way."""
    if ours in (base, theirs):
        return theirs
    return ours if theirs == base else None
