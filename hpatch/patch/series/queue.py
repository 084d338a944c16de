"""The queue: the patches that a tree knows by their text, applied or waiting to be.

`.hpatch/series/series.json` (`hpatch.queue/1`) lists them, the waiting ones in the order in which `push` applies them;
`.hpatch/series/` has their texts, each named by its SHA-256. A patch is applied when the stack has a step of its name,
so the two never disagree. Both change in the same transaction as the tree. The folder goes with the last patch.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

from hpatch import files
from hpatch.errors import InputError
from hpatch.files import FOLDER, FileChange
from hpatch.patch.apply import stack as stacks
from hpatch.patch.apply.stack import IGNORE, Set, Stack, known_set
from hpatch.patch.diff.names import unsafe
from hpatch.records import NamedTuple

SCHEMA = "hpatch.queue/1"

_FOLDER = f"{FOLDER}/series"
_FILE = f"{_FOLDER}/series.json"
_DIGEST = re.compile(r"[0-9a-f]{64}")


class QueuedPatch(NamedTuple):
    """A patch of the queue. `name` is its step's on the stack; `set` what the stack knows of it when it is applied.

    `file` is its name in a series, `text` the whole patch, `strip` the number of leading folders of its paths; `known`
    are the SHA-256 of the files and texts that it had before.
    """

    name: str
    file: str
    text: bytes
    strip: int
    set: Set
    known: tuple[str, ...] = ()

    @property
    def digest(self) -> str:
        """The SHA-256 of its text."""
        return sha256(self.text).hexdigest()

    def renewed(self, text: bytes, strip: int = 1) -> QueuedPatch:
        """The patch with another text."""
        return self._replace(text=text, strip=strip, known=tuple(dict.fromkeys((*self.known, self.digest))))


class Queue(NamedTuple):
    """The patches that a tree knows; those that wait are in their order."""

    patches: tuple[QueuedPatch, ...] = ()

    def find(self, name: str) -> QueuedPatch | None:
        """The patch of that name."""
        return next((one for one in self.patches if one.name == name), None)

    def waiting(self, stack: Stack) -> tuple[QueuedPatch, ...]:
        """Those that are not applied, the next one first."""
        applied = {step.name for step in stack.steps}
        return tuple(one for one in self.patches if one.name not in applied)

    def without(self, names: Iterable[str]) -> Queue:
        """The queue when patches are forgotten."""
        gone = set(names)
        return Queue(tuple(one for one in self.patches if one.name not in gone))

    def having(self, patches: Sequence[QueuedPatch]) -> Queue:
        """The queue with patches: in the place of those of the same names, the others at its end."""
        new = {one.name: one for one in patches}
        kept = [new.pop(one.name, one) for one in self.patches]
        return Queue((*kept, *new.values()))

    def in_front(self, patch: QueuedPatch) -> Queue:
        """The queue with a patch that waits before all others."""
        return Queue((patch, *self.without([patch.name]).patches))


EMPTY = Queue()


def load(root: Path) -> Queue:
    """The tree's queue. Raises InputError for one that is damaged."""
    text = files.read(root, _FILE)
    if text is None:
        return Queue()
    import json

    try:
        data = json.loads(text)
        schema = data["schema"]
        if schema != SCHEMA and str(schema).startswith("hpatch.queue/"):
            raise InputError(f"{_FILE}: has the form {schema} of a later hpatch; use that version")
        if schema != SCHEMA:
            raise ValueError
        return Queue(tuple(_patch(root, one) for one in data["patches"]))
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError):
        raise InputError(
            f"{root / _FILE}: is damaged; unpack the tree again, or delete {_FOLDER} to forget the patches"
        ) from None


def _patch(root: Path, data: Any) -> QueuedPatch:
    digest, strip, file = str(data["sha256"]), int(data["strip"]), str(data["file"])
    known_digests = tuple(map(str, data["known"]))
    # A tree can come with a queue that someone else made.
    if not all(map(_DIGEST.fullmatch, (digest, *known_digests))) or not 0 <= strip <= 99 or unsafe(file) is not None:
        raise ValueError
    path = f"{_FOLDER}/{digest}"
    text = files.read(root, path)
    if text is None or sha256(text).hexdigest() != digest:
        problem = "is missing" if text is None else "is damaged"
        raise InputError(f"{root / path}: {problem}: delete {_FOLDER} to forget the patches")
    known = known_set(data["set"])
    return QueuedPatch(name=str(data["name"]), file=file, text=text, strip=strip, set=known, known=known_digests)


def with_queue(root: Path, changes: Sequence[FileChange], before: Queue, after: Queue) -> list[FileChange]:
    """A transaction's changes with those that lead from one queue to another.

    hpatch's folder stays hidden from version control as long as there is a queue.
    """
    found = [change for change in changes if not (change.path == IGNORE.path and after.patches)]
    if before != after:
        had = {one.digest: one.text for one in before.patches}
        wanted = {one.digest: one.text for one in after.patches}
        found += [
            FileChange(path=path, before=files.read(root, path), after=text)
            for digest, text in sorted(wanted.items())
            if digest not in had
            for path in (f"{_FOLDER}/{digest}",)
        ]
        found += [
            FileChange(path=f"{_FOLDER}/{digest}", before=text, after=None)
            for digest, text in sorted(had.items())
            if digest not in wanted
        ]
        found.append(
            FileChange(path=_FILE, before=files.read(root, _FILE), after=_written(after) if after.patches else None)
        )
    ignore = files.read(root, IGNORE.path)
    if after.patches and ignore != IGNORE.after:
        found.append(IGNORE._replace(before=ignore))
    elif before.patches and not after.patches and ignore is not None and not _keeps_stack(root, found):
        found = [change for change in found if change.path != IGNORE.path]
        found.append(IGNORE._replace(before=ignore, after=None))
    return [change for change in found if change.before != change.after or change.mode is not None]


def _keeps_stack(root: Path, changes: Sequence[FileChange]) -> bool:
    """Whether the stack has something after the changes."""
    changed = next((change for change in changes if change.path == stacks.FILE), None)
    return (files.read(root, stacks.FILE) if changed is None else changed.after) is not None


def _written(queue: Queue) -> bytes:
    import json

    patches = [
        {
            "name": one.name,
            "file": one.file,
            "sha256": one.digest,
            "strip": one.strip,
            "known": one.known,
            "set": one.set._asdict(),
        }
        for one in queue.patches
    ]
    return (json.dumps({"schema": SCHEMA, "patches": patches}, indent=1) + "\n").encode()
