"""A copy of a tree in which conflicts are marked, and taking the edited copy as the answer.

The copy's `.hpatch/conflicts.json` (`hpatch.conflicts/1`) tells the tree, what is to be applied, how the tree was and
what is marked. Taking the answer applies all of it again, with the answer in the place of the conflicts, so the tree
changes in one transaction. The file counts only in the folder in which it was written: one that came with a checkout
could have hpatch write what nobody asked for.
"""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Iterator, Mapping
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import Any

from hpatch import files
from hpatch.build.trees.applying import Given, Prepared, Request, steps_of
from hpatch.build.trees.leaving import made
from hpatch.errors import InputError, ToolError
from hpatch.files import FOLDER, HISTORY, FileChange
from hpatch.patch.apply import stack as stacks
from hpatch.patch.apply.answers import Kept, KeptAnswer, today, usual_markers
from hpatch.patch.apply.stack import Set, known_set
from hpatch.patch.apply.tree import Tree
from hpatch.patch.diff.model import Placed
from hpatch.patch.diff.names import unsafe
from hpatch.patch.place import marks
from hpatch.patch.place.plan import Step
from hpatch.records import NamedTuple

SCHEMA = "hpatch.conflicts/1"
_FILE = f"{FOLDER}/conflicts.json"
_HERE = f"{FOLDER}/here"
_LEFT_OUT = HISTORY | {FOLDER}
"""What is not copied: a copy of it would act on the tree's own history."""


class MarkedFile(NamedTuple):
    """A file of the copy with marks: its content as it was written, the conflicts' key, and how many are marked.

    `usual` are lines that may stay though they look like marks.
    """

    path: str
    key: str
    content: bytes
    marks: int
    usual: bytes


class AskedToApply(NamedTuple):
    """What the command was asked to apply.

    `source` is how it named the source of revisions, `origins` are the digests of the files that diffs were read from,
    by name; `answers` is the folder of answers, None for one in the copy.
    """

    request: Request
    source: Mapping[str, Any]
    origins: Mapping[str, str]
    answers: Path | None


class Conflicts(NamedTuple):
    """A copy of the tree `root` in `folder` with conflicts that wait for an answer.

    `was` has the tree's state, and `written` that of the copy's other files that hpatch changed, by path.
    """

    folder: Path
    root: str
    asked: AskedToApply
    marked: tuple[MarkedFile, ...]
    was: Mapping[str, str | None]
    written: Mapping[str, str | None]


def markable(prepared: Prepared) -> bool:
    """Whether the conflicts of the step that fails first can be answered by editing files."""
    return not prepared.refused and not prepared.plan.ok and unmarkable(prepared) is None


def unmarkable(prepared: Prepared) -> str | None:
    """The first file of the step that fails first whose conflict cannot be marked in it; None where all can."""
    if prepared.refused or prepared.plan.ok:
        return None
    at = _failing(prepared)
    steps = zip(prepared.tasks[at].item.diff.files, prepared.plan.steps[at].files, strict=True)
    return next((placed.path for patch, placed in steps if not (placed.ok or marks.markable(patch, placed))), None)


def copy(prepared: Prepared, folder: Path, asked: AskedToApply) -> Conflicts:
    """Copy the tree to a folder, as it would be with the steps above the one that fails, and mark what fails there.

    What ends this early leaves no copy. Raises ToolError and InputError.
    """
    root = prepared.root
    with made(folder):
        try:
            _copy_tree(root, folder)
            with files.lock(folder):
                (folder / _HERE).write_bytes(b"")
        except OSError as error:
            raise ToolError(f"{folder}: the tree cannot be copied: {error.strerror or error}") from None
        return _mark(prepared, folder, asked)


def again(prepared: Prepared, waiting: Conflicts) -> Conflicts:
    """Mark in the same copy what fails now that its conflicts have their answer."""
    return _mark(prepared, waiting.folder, waiting.asked)


def load(folder: Path) -> Conflicts:
    """The conflicts that wait in a folder. Raises InputError."""
    try:
        text = files.read(folder, _FILE)
    except OSError as error:
        raise InputError(f"{folder}: cannot be read: {error.strerror or error}") from None
    if text is None:
        raise InputError(f"{folder}: no conflicts wait here; name the folder that you gave to --conflicts")
    try:
        data = json.loads(text)
        if data["schema"] != SCHEMA:
            raise ValueError
        # Nothing else is read of a file that may be anyone's. Without its mark it is nobody's.
        here = _identity(folder)
        if here is None or data["here"] != here:
            raise InputError(
                f"{folder / _FILE}: it came with a copy of this folder, and hpatch does not go by it; "
                "apply with --conflicts again"
            )
        return _conflicts(folder, data)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise InputError(f"{folder / _FILE}: is damaged; remove the folder, and apply with --conflicts again") from None


def answered(waiting: Conflicts) -> Kept:
    """The edited copy's answers, beside those that are kept.

    Raises InputError where marks are left, and where an editor saved lines that nobody changed in another form.
    """
    given: dict[str, KeptAnswer] = {}
    found: list[str] = []
    answers = waiting.asked.answers
    for each in waiting.marked:
        try:
            after = Tree(waiting.folder).read(each.path)
        except InputError as error:
            raise InputError(f"{waiting.folder}/{error}") from None
        found += [f"{waiting.folder / each.path}:{line}" for line in marks.left(after or b"", each.usual)]
        otherwise = None if after is None else marks.saved_otherwise(each.content, after)
        if otherwise is not None:
            line, what = otherwise
            raise InputError(
                f"{waiting.folder / each.path}:{line}: {what}; save the file as it was, then run hpatch resume again"
            )
        given[each.key] = KeptAnswer(path=each.path, marked=each.content, after=after, day=today())
    if found:
        more = f" (and {len(found) - 1:,} more)" if len(found) > 1 else ""
        raise InputError(f"{found[0]}: a conflict marker is left{more}; edit the file, then run hpatch resume again")
    return Kept(waiting.folder / FOLDER / "answers" if answers is None else answers, given)


def check(waiting: Conflicts, root: Path) -> None:
    """Hold the tree against the state that the conflicts are of. Raises InputError where it is another, or changed.

    The answers that can be kept are kept by then.
    """
    if os.path.realpath(root) != waiting.root:
        raise InputError(f"{waiting.folder}: is a copy of {waiting.root}; give --tree {waiting.root}")
    for path, state in waiting.was.items():
        if _state(root, path) != state:
            what = "what is applied there" if path == stacks.FILE else f"'{path}'"
            raise InputError(
                f"{root}: {what} changed since the copy was made; apply with --conflicts again, "
                "and hpatch uses your answers where they still fit"
            )


def other_edits(waiting: Conflicts) -> list[str]:
    """Files that were edited or deleted in the copy and are not taken: those of the tree that have no conflict."""
    try:
        since = (waiting.folder / _FILE).stat().st_mtime_ns
    except OSError:
        return []
    marked = {each.path for each in waiting.marked}
    found = []
    for path, entry in _walk(waiting.folder, ""):
        if path in marked or not stat.S_ISREG(entry.st_mode) or entry.st_mtime_ns < since or unsafe(path) is not None:
            continue
        here = _state(waiting.folder, path)
        if path in waiting.written:
            if here != waiting.written[path]:
                found.append(path)
        elif (there := _state(Path(waiting.root), path)) is not None and here != there:
            found.append(path)
    for path, entry in _walk(Path(waiting.root), ""):
        if path not in marked and path not in waiting.written and stat.S_ISREG(entry.st_mode):
            with suppress(OSError):
                if files.read(waiting.folder, path) is None:
                    found.append(path)
    return sorted(found)


def done(waiting: Conflicts) -> None:
    """Note in the copy that its answer was taken. Raises ToolError."""
    with files.lock(waiting.folder):
        files.replace(waiting.folder, [FileChange(path=_FILE, before=files.read(waiting.folder, _FILE), after=None)])


# The copy


def _failing(prepared: Prepared) -> int:
    """The step that fails first."""
    return next(at for at, step in enumerate(prepared.plan.steps) if not step.ok)


def _walk(root: Path, folder: str) -> Iterator[tuple[str, os.stat_result]]:
    """All below a folder but what is left out, by path, the folders before what is in them; no link is followed."""
    with os.scandir(root / folder) as entries:
        found = sorted(entries, key=lambda entry: entry.name)
    for entry in found:
        if entry.name.lower() in _LEFT_OUT:
            continue
        path = f"{folder}/{entry.name}" if folder else entry.name
        status = entry.stat(follow_symlinks=False)
        yield path, status
        if stat.S_ISDIR(status.st_mode):
            yield from _walk(root, path)


def _copy_tree(root: Path, folder: Path) -> None:
    """Copy folders, files and links; nothing else, and what links lead to neither."""
    from shutil import copy2

    inside = folder.resolve()
    for path, status in _walk(root, ""):
        target = folder / path
        if stat.S_ISDIR(status.st_mode):
            if (root / path).resolve() != inside:
                target.mkdir()
        elif stat.S_ISLNK(status.st_mode):
            target.symlink_to((root / path).readlink())
        elif stat.S_ISREG(status.st_mode):
            copy2(root / path, target, follow_symlinks=False)


def _mark(prepared: Prepared, folder: Path, asked: AskedToApply) -> Conflicts:
    at = _failing(prepared)
    task = prepared.tasks[at]
    marked: list[MarkedFile] = []
    placed: list[Placed] = []
    for patch, each in zip(task.item.diff.files, prepared.plan.steps[at].files, strict=True):
        if each.ok:
            placed.append(each)
            continue
        shown = marks.mark(patch, each)
        usual = b"".join(line for line in usual_markers(patch, each).splitlines(keepends=True) if marks.left(line, b""))
        marked.append(MarkedFile(path=each.path, key=shown.key, content=shown.content, marks=shown.marks, usual=usual))
        placed.append(each._replace(ok=True, after=shown.content, mode=None))
    steps = [*prepared.plan.steps[:at], Step(task.item.name, tuple(placed))]
    tree = Tree(prepared.root)
    edits = {edit.path: edit.after for step in steps_of(prepared.tasks[: at + 1], steps, tree) for edit in step.edits}
    paths = {name for each in prepared.tasks for file in each.item.diff.files for name in (file.path, file.old) if name}
    waiting = Conflicts(
        folder=folder,
        root=os.path.realpath(prepared.root),
        asked=asked,
        marked=tuple(marked),
        was={path: _state(prepared.root, path) for path in sorted({*paths, stacks.FILE})},
        written={},
    )
    known = {each.path for each in marked}
    states = {
        path: None if after is None else _told(after.data, after.mode)
        for path, after in edits.items()
        if path not in known
    }
    waiting = waiting._replace(written=states)
    with files.lock(folder):
        changes = [
            FileChange(
                path=path,
                before=files.read(folder, path),
                after=None if after is None else after.data,
                mode=None if after is None else after.mode,
            )
            for path, after in edits.items()
        ]
        text = json.dumps({"here": _identity(folder), **_data(waiting)}, indent=1)
        changes.append(FileChange(path=_FILE, before=files.read(folder, _FILE), after=(text + "\n").encode("ascii")))
        files.replace(folder, [change for change in changes if change.before != change.after])
    return waiting


def _state(root: Path, path: str) -> str | None:
    """A file's hash and permissions, None where there is none."""
    content, mode = files.read(root, path), files.mode(root, path)
    return None if content is None else _told(content, mode)


def _told(content: bytes, mode: int | None) -> str:
    return f"{sha256(content).hexdigest()} {mode or 0:04o}"


def _identity(folder: Path) -> list[int] | None:
    """What no copy of the folder has: the number of a file in it, and the time of its making."""
    try:
        status = (folder / _HERE).lstat()
    except OSError:
        return None
    return [status.st_ino, status.st_ctime_ns]


# What is written


def _data(waiting: Conflicts) -> dict[str, Any]:
    asked = waiting.asked
    request = {name: value for name, value in asked.request._asdict().items() if name not in ("answers", "partly")}
    return {
        "schema": SCHEMA,
        "root": waiting.root,
        "request": {**request, "diffs": [_plain(given._asdict()) for given in asked.request.diffs]},
        "source": dict(asked.source),
        "origins": dict(asked.origins),
        "answers": None if asked.answers is None else str(asked.answers),
        "marked": [_plain(each._asdict()) for each in waiting.marked],
        "was": dict(waiting.was),
        "written": dict(waiting.written),
    }


def _conflicts(folder: Path, data: Any) -> Conflicts:
    request: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value for name, value in data["request"].items()
    }
    request["diffs"] = tuple(Given(**_bytes(given)) for given in request["diffs"])
    found = Conflicts(
        folder=folder,
        root=str(data["root"]),
        asked=AskedToApply(
            request=Request(**request),
            source=dict(data["source"]),
            origins=dict(data["origins"]),
            answers=None if data["answers"] is None else Path(data["answers"]),
        ),
        marked=tuple(MarkedFile(**_bytes(each)) for each in data["marked"]),
        was=dict(data["was"]),
        written=dict(data["written"]),
    )
    if any(unsafe(path) is not None for path in (*(each.path for each in found.marked), *found.written)):
        raise ValueError
    return found


def _plain(data: Mapping[str, Any]) -> dict[str, Any]:
    """Values for JSON; bytes as text that gives the same bytes back, and a set of the stack by its fields."""
    plain: dict[str, Any] = {}
    for name, value in data.items():
        if isinstance(value, bytes):
            plain[name] = {"bytes": value.decode("utf-8", "surrogateescape")}
        else:
            plain[name] = {"set": value._asdict()} if isinstance(value, Set) else value
    return plain


def _bytes(data: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in data.items():
        if not isinstance(value, dict):
            found[name] = value
        elif "bytes" in value:
            found[name] = value["bytes"].encode("utf-8", "surrogateescape")
        else:
            found[name] = known_set(value["set"])
    return found
