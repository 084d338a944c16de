"""Several files below a root replaced as one: all of them are as they were, or all as they should be.

A transaction writes the new files beside the old ones, syncs them, and commits with a journal; only then it renames.
After a crash, `recover` finishes a committed transaction and undoes one that was not. A journal counts only where it
was written: one that came with a checkout or a copy of the tree could move files to where no checkout can put them,
such as `.git/hooks`. No path leaves the root and no symbolic link is followed: every folder on the way is opened by
itself (`O_NOFOLLOW`).
"""

from __future__ import annotations

import errno
import fcntl
import json
import os
import shutil
import signal
import stat
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Literal

from hpatch.errors import InputError, ToolError
from hpatch.records import NamedTuple

FOLDER = ".hpatch"
"""hpatch's own folder in a tree."""
HISTORY = frozenset({".git", ".svn", ".hg", ".bzr"})
"""Folders in which version control keeps a tree's history: hpatch writes nothing there."""

_FOLDERS = "folders"
_JOURNAL = "journal"
_LOCK = "lock"
_STAGE = "stage"
_TOGETHER = 100
"""So many new files are open at once, and synced one after the other."""
_DIRECTORY = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_STRANGE = (errno.ELOOP, errno.ENOTDIR, errno.EISDIR)
"""What the system says of links and folders where hpatch makes files, and the other way round."""
_FINISHED: Counter[Path] = Counter()


class FileChange(NamedTuple):
    """A file's content before and after, None where there is no file. `path` is relative to the root, with slashes.

    `mode` is the permission bits that it should have; None: those that it has, or a new file's usual ones. Where a file
    goes, the folders above it that are left empty go, too, up to the folder `stays`.
    """

    path: str
    before: bytes | None
    after: bytes | None
    mode: int | None = None
    stays: str = ""


class ChangedError(InputError):
    """A file is not what the transaction was made for."""


class LockedError(ToolError):
    """Another hpatch is at work in this tree."""


class FullError(ToolError):
    """The disk is full, or the user's share of it."""


class _StoppedError(Exception):
    """The first file of a folder that could not be copied; `shutil.copytree` would go on with the next one."""


def copy_folder(source: Path, target: Path, without: Iterable[str] = ()) -> None:
    """Copy a folder and all below it, but names that match a pattern; links stay links.

    Raises OSError for the first thing that cannot be copied: on a full disk, each one after it could not either.
    """

    def copied(one: str, other: str) -> str:
        try:
            return shutil.copy2(one, other)
        except OSError as error:
            raise _StoppedError from error

    try:
        shutil.copytree(source, target, symlinks=True, ignore=shutil.ignore_patterns(*without), copy_function=copied)
    except _StoppedError as stopped:
        assert isinstance(stopped.__cause__, OSError), "nothing else raises it"
        raise stopped.__cause__ from None
    except shutil.Error as error:  # of links and folders it tells in texts, of all of them together
        _, place, why = error.args[0][0]
        raise OSError(errno.EIO, str(why), str(place)) from error


@contextmanager
def lock(root: Path) -> Iterator[None]:
    """Hold the tree's lock; the system lets go of it when the process ends, however that happens.

    Raises LockedError when another process holds it, ToolError when the tree cannot be written, and InputError where
    something else stands in the lock's place. Only with the lock held may `recover` and `replace` be called.
    """
    try:
        handle = _take(root)
    except OSError as error:
        if error.errno in _STRANGE:
            raise InputError(f"{root}/{FOLDER}/{_LOCK}: is a link or a folder; remove it") from None
        raise ToolError(f"{root}: cannot be written: {error.strerror}") from None
    try:
        yield
    finally:
        _leave(root)
        os.close(handle)


def _take(root: Path) -> int:
    while True:
        with _opened(root) as top:
            with suppress(FileExistsError):
                os.mkdir(FOLDER, 0o755, dir_fd=top)
            try:
                folder = _enter(top, FOLDER, FOLDER)
            except FileNotFoundError:
                continue  # another hpatch has just ended and tidied up
            try:
                flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
                handle = os.open(_LOCK, flags, 0o644, dir_fd=folder)
            except FileNotFoundError:
                continue
            finally:
                os.close(folder)
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                os.close(handle)
                raise LockedError(f"{root}: another hpatch is working in this tree; wait for it to end") from None
            try:
                if os.path.samestat(os.fstat(handle), os.stat(f"{FOLDER}/{_LOCK}", dir_fd=top, follow_symlinks=False)):
                    return handle
            except FileNotFoundError:
                pass
            os.close(handle)


def _leave(root: Path) -> None:
    """Tidy up: a folder that holds nothing but the lock goes, so that a reverted tree is as it was."""
    with _opened(root) as top, suppress(OSError):
        folder = _enter(top, FOLDER, FOLDER)
        try:
            if os.listdir(folder) != [_LOCK]:  # noqa: PTH208 - of an open folder
                return
            os.unlink(_LOCK, dir_fd=folder)
        finally:
            os.close(folder)
        os.rmdir(FOLDER, dir_fd=top)


def read(root: Path, path: str) -> bytes | None:
    """A file's content, None where there is none. Raises InputError for a link, a folder or anything but a file."""
    with _opened(root) as top, _parent(top, path) as folder:
        return None if folder is None else _content(folder, path)[0]


def mode(root: Path, path: str) -> int | None:
    """A file's permission bits, None where there is none."""
    with _opened(root) as top, _parent(top, path) as folder:
        return None if folder is None else _content(folder, path)[1]


def empty_above(root: Path, path: str) -> str | None:
    """The nearest folder above a path that is there, if it holds nothing; None else, or if that is the root.

    Raises InputError for a path through a link.
    """
    with _opened(root) as top:
        while "/" in path:
            path = path.rpartition("/")[0]
            with _parent(top, f"{path}/file") as folder:
                if folder is not None:
                    return None if os.listdir(folder) else path  # noqa: PTH208 - of an open folder
    return None


def replace(root: Path, changes: Sequence[FileChange]) -> None:
    """Make all changes as one. The lock must be held and `recover` have been called.

    Raises ChangedError when a file is not `before` any more, InputError for a path through a link, FullError when the
    disk is full, ToolError when it cannot be written; the tree is then as it was.
    """
    with _opened(root) as top:
        modes = [_check(top, change) for change in changes]
        folder = _enter(top, FOLDER, FOLDER)
        try:
            try:
                _prepare(top, folder, changes, modes)
            except OSError as error:
                _undo(top, folder)
                kind = FullError if error.errno in (errno.ENOSPC, errno.EDQUOT) else ToolError
                raise kind(f"{root}: {error.strerror}; nothing was changed") from None
            except BaseException:
                _undo(top, folder)
                raise
            _finish_or_tell(root, top, folder)
        finally:
            os.close(folder)


def interrupted(root: Path) -> bool:
    """Whether there is something to recover: a crash left it, or another hpatch is at work."""
    with _opened(root) as top:
        try:
            folder = _enter(top, FOLDER, FOLDER)
        except FileNotFoundError:
            return False
        try:
            return _exists(folder, _JOURNAL) or _exists(folder, _STAGE)
        finally:
            os.close(folder)


def finished(root: Path) -> int:
    """How many transactions this process has carried out below a root, those of a crash included.

    Also one whose caller does not get to know: an interruption that came while files went to their places ends it.
    """
    return _FINISHED[root]


def recover(root: Path) -> Literal["finished", "undone"] | None:
    """Finish or undo what a crash left; None when there is nothing. The lock must be held."""
    with _opened(root) as top:
        folder = _enter(top, FOLDER, FOLDER)
        try:
            if _exists(folder, _JOURNAL):
                _finish_or_tell(root, top, folder)
                return "finished"
            if _exists(folder, _STAGE):
                try:
                    _undo(top, folder)
                except OSError as error:
                    if error.errno not in _STRANGE:
                        raise ToolError(f"{root}/{FOLDER}/{_STAGE}: cannot be removed: {error.strerror}") from None
                    raise InputError(
                        f"{root}/{FOLDER}/{_STAGE}: is damaged; remove it: the tree's files are as they were"
                    ) from None
                return "undone"
            return None
        finally:
            os.close(folder)


# The transaction


class _JournalLine(NamedTuple):
    """A line of the journal: the file `path` gives way to the staged file `staged`, or goes (`staged` None).

    Of the folders that it leaves empty, `stays` and those above it stay.
    """

    path: str
    staged: str | None
    stays: str = ""


def _check(top: int, change: FileChange) -> int:
    """Hold a file against `before`; the mode that it is to have."""
    with _parent(top, change.path) as folder:
        content, bits = (None, None) if folder is None else _content(folder, change.path)
        if folder is not None and not os.access(".", os.W_OK | os.X_OK, dir_fd=folder):
            raise ToolError(f"{change.path}: hpatch cannot write to its folder; nothing was changed")
    if content != change.before:
        raise ChangedError(f"{change.path}: the file changed while hpatch was planning; run the command again")
    if change.mode is not None:
        return change.mode
    return 0o644 if bits is None else bits


def _prepare(top: int, folder: int, changes: Sequence[FileChange], modes: Sequence[int]) -> None:
    os.mkdir(_STAGE, 0o700, dir_fd=folder)
    stage = os.open(_STAGE, _DIRECTORY, dir_fd=folder)
    try:
        made = [path for change in changes if change.after is not None for path in _missing(top, change.path)]
        made = list(dict.fromkeys(made))
        _write(stage, _FOLDERS, json.dumps(made).encode(), 0o600)
        entries: list[_JournalLine] = []
        for start in range(0, len(changes), _TOGETHER):
            numbers = range(start, min(start + _TOGETHER, len(changes)))
            entries += _staged(top, stage, {number: (changes[number], modes[number]) for number in numbers})
        for path in made:
            with _parent(top, path) as parent:
                assert parent is not None
                os.mkdir(_name(path), 0o755, dir_fd=parent)
        journal = {"here": _identity(stage), "entries": entries}
        _write(stage, _JOURNAL, json.dumps(journal).encode(), 0o600)
        os.fsync(stage)
        # From here on the transaction is committed.
        os.rename(_JOURNAL, _JOURNAL, src_dir_fd=stage, dst_dir_fd=folder)
        os.fsync(folder)
    finally:
        os.close(stage)


def _staged(top: int, stage: int, changes: Mapping[int, tuple[FileChange, int]]) -> list[_JournalLine]:
    """Write new files beside the old ones, by their numbers, and wait until they are on the disk."""
    entries: list[_JournalLine] = []
    handles: list[int] = []
    try:
        for number, (change, bits) in changes.items():
            if change.after is None:
                entries.append(_JournalLine(change.path, None, change.stays))
                continue
            handles.append(_written(stage, str(number), change.after, bits))
            _keep_owner(top, change.path, stage, str(number))
            entries.append(_JournalLine(change.path, str(number)))
        if len(handles) == _TOGETHER:
            _hasten(stage)
        for handle in handles:
            os.fsync(handle)
    finally:
        for handle in handles:
            os.close(handle)
    return entries


def _hasten(stage: int) -> None:
    """Have the system write what waits, all at once: each file by itself takes ten times as long.

    Nothing relies on it: `fsync` then waits for each file, and tells what went wrong.
    """
    from ctypes import CDLL  # only many files pay for it

    with suppress(AttributeError, OSError):  # not every system has it
        CDLL(None).syncfs(stage)


def _keep_owner(top: int, path: str, stage: int, name: str) -> None:
    """Give a staged file the owner, the access list and the label of the file that it replaces, as far as may be."""
    with _parent(top, path) as folder:
        if folder is None:
            return
        try:
            before = os.open(_name(path), os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, dir_fd=folder)
        except FileNotFoundError:
            return
        after = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=stage)
        try:
            status = os.fstat(before)
            mine = os.fstat(after)
            if (status.st_uid, status.st_gid) != (mine.st_uid, mine.st_gid):
                with suppress(OSError):
                    os.fchown(after, status.st_uid, status.st_gid)
                    # A change of the owner drops the bits that let a program run as its owner.
                    os.fchmod(after, stat.S_IMODE(mine.st_mode))
            with suppress(OSError):
                for key in os.listxattr(before):
                    os.setxattr(after, key, os.getxattr(before, key))
        finally:
            os.close(before)
            os.close(after)


def _finish_or_tell(root: Path, top: int, folder: int) -> None:
    # Ctrl-C and a polite end wait until the files are in their places.
    before = signal.pthread_sigmask(signal.SIG_BLOCK, (signal.SIGINT, signal.SIGTERM, signal.SIGHUP))
    try:
        _finish(top, folder)
        _FINISHED[root] += 1
    except FileNotFoundError:
        raise InputError(f"{root}/{FOLDER}: is damaged: unpack the tree again") from None
    except InputError as error:
        raise InputError(f"{root}/{error}") from None
    except OSError as error:
        if error.errno in _STRANGE:
            raise InputError(f"{root}/{FOLDER}: is damaged: unpack the tree again") from None
        raise ToolError(f"{root}: {error.strerror}; only a part was written; run hpatch again to finish") from None
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        raise InputError(f"{root}/{FOLDER}/{_JOURNAL}: is damaged: unpack the tree again") from None
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _identity(stage: int) -> list[int] | None:
    """What no other file has: of the stage's first file, which nothing changes, the number and the time of its making.

    None where it is gone: it goes last, when everything is in its place.
    """
    try:
        status = os.stat(_FOLDERS, dir_fd=stage, follow_symlinks=False)
    except FileNotFoundError:
        return None
    return [status.st_ino, status.st_ctime_ns]


def _finish(top: int, folder: int) -> None:
    journal = json.loads(_bytes(folder, _JOURNAL))
    entries = [_JournalLine(*entry) for entry in journal["entries"]]
    stage = os.open(_STAGE, _DIRECTORY, dir_fd=folder)
    try:
        identity = _identity(stage)
        if identity is None:
            entries = []
        elif identity != journal["here"]:
            raise InputError(
                f"{FOLDER}/{_JOURNAL}: it came with a checkout or a copy of this folder, and hpatch does not carry it "
                "out; unpack the tree again, or remove this file if the other files are as they should be"
            )
        changed: dict[str, str] = {}
        for entry in entries:
            with _parent(top, entry.path) as parent:
                if parent is None:
                    continue
                changed.setdefault(entry.path.rpartition("/")[0], entry.path)
                if entry.staged is None:
                    with suppress(FileNotFoundError):
                        os.unlink(_name(entry.path), dir_fd=parent)
                else:
                    # A staged file that is gone was renamed before the crash.
                    with suppress(FileNotFoundError):
                        os.rename(entry.staged, _name(entry.path), src_dir_fd=stage, dst_dir_fd=parent)
        # Only now, for a file that comes may be in a folder that a file's going left empty.
        for entry in entries:
            if entry.staged is None:
                _prune(top, entry.path, entry.stays)
        # The journal stays until all folders are on the disk, so each needs that once only.
        for path in changed.values():
            with _parent(top, path) as parent:
                if parent is not None:
                    os.fsync(parent)
    finally:
        os.close(stage)
    _clear(folder)
    os.unlink(_JOURNAL, dir_fd=folder)
    _remove_stage(folder)
    os.fsync(folder)


def _undo(top: int, folder: int) -> None:
    """Take back what was prepared: the folders that were made, and the stage."""
    with suppress(FileNotFoundError):
        stage = os.open(_STAGE, _DIRECTORY, dir_fd=folder)
        try:
            made = json.loads(_bytes(stage, _FOLDERS))
        except (FileNotFoundError, ValueError, RecursionError):
            made = []
        finally:
            os.close(stage)
        # A stage can come with a tree, too.
        told = [path for path in made if isinstance(path, str)] if isinstance(made, list) else []
        for path in reversed(told):
            if not HISTORY.isdisjoint(path.casefold().split("/")):
                continue
            with suppress(OSError, InputError, ValueError), _parent(top, path) as parent:
                if parent is not None:
                    os.rmdir(_name(path), dir_fd=parent)
    _clear(folder)
    _remove_stage(folder)


def _clear(folder: int) -> None:
    with suppress(FileNotFoundError):
        stage = os.open(_STAGE, _DIRECTORY, dir_fd=folder)
        try:
            for name in sorted(os.listdir(stage), key=_FOLDERS.__eq__):  # noqa: PTH208 - of an open folder
                os.unlink(name, dir_fd=stage)
        finally:
            os.close(stage)


def _remove_stage(folder: int) -> None:
    with suppress(FileNotFoundError):
        os.rmdir(_STAGE, dir_fd=folder)


def _prune(top: int, path: str, stays: str) -> None:
    """Remove the folders that a file's going left empty, up to one that stays."""
    while (path := path.rpartition("/")[0]) not in ("", stays):
        with _parent(top, path) as parent:
            try:
                if parent is not None:
                    os.rmdir(_name(path), dir_fd=parent)
            except OSError:
                return


def _missing(top: int, path: str) -> list[str]:
    """The folders that a file needs and that are not there, the outermost first."""
    found: list[str] = []
    while "/" in path:
        path = path.rpartition("/")[0]
        with _parent(top, path) as parent:
            if parent is not None and _exists(parent, _name(path)):
                break
        found.append(path)
    return found[::-1]


# Files and folders, without following links


@contextmanager
def _opened(root: Path) -> Iterator[int]:
    try:
        top = os.open(root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except OSError as error:
        raise InputError(f"{root}: {error.strerror}") from None
    try:
        yield top
    finally:
        os.close(top)


def _enter(folder: int, name: str, path: str) -> int:
    try:
        return os.open(name, _DIRECTORY, dir_fd=folder)
    except OSError as error:
        if error.errno in (errno.ELOOP, errno.ENOTDIR):
            raise InputError(f"{path}: '{name}' is a link or not a folder; hpatch does not write through it") from None
        if error.errno == errno.EACCES:
            raise InputError(f"{path}: '{name}': {error.strerror}") from None
        raise


@contextmanager
def _parent(top: int, path: str) -> Iterator[int | None]:
    """The folder that holds `path`, None where it does not exist."""
    parts = path.split("/")
    if any(part in ("", ".", "..") for part in parts):
        raise InputError(f"{path}: the path leaves the tree")
    here = os.dup(top)
    try:
        for part in parts[:-1]:
            try:
                inner = _enter(here, part, path)
            except FileNotFoundError:
                yield None
                return
            os.close(here)
            here = inner
        yield here
    finally:
        os.close(here)


def _name(path: str) -> str:
    return path.rpartition("/")[2]


def _content(folder: int, path: str) -> tuple[bytes | None, int | None]:
    try:
        handle = os.open(_name(path), os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, dir_fd=folder)
    except FileNotFoundError:
        return None, None
    except OSError as error:
        if error.errno == errno.ELOOP:
            raise InputError(f"{path}: is a symbolic link; hpatch does not write through it") from None
        raise InputError(f"{path}: {error.strerror}") from None
    found = os.fstat(handle)
    if not stat.S_ISREG(found.st_mode):
        os.close(handle)
        raise InputError(f"{path}: is not a regular file")
    with os.fdopen(handle, "rb") as file:
        return file.read(), stat.S_IMODE(found.st_mode)


def _bytes(folder: int, name: str) -> bytes:
    handle = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, dir_fd=folder)
    with os.fdopen(handle, "rb") as file:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            raise ValueError
        return file.read()


def _exists(folder: int, name: str) -> bool:
    try:
        os.stat(name, dir_fd=folder, follow_symlinks=False)
    except FileNotFoundError:
        return False
    return True


def _write(folder: int, name: str, content: bytes, bits: int) -> None:
    handle = _written(folder, name, content, bits)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _written(folder: int, name: str, content: bytes, bits: int) -> int:
    """A new file, open, that may not be on the disk yet."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    handle = os.open(name, flags, 0o600, dir_fd=folder)
    try:
        view = memoryview(content)
        while view:
            view = view[os.write(handle, view) :]
        os.fchmod(handle, bits)
    except BaseException:
        os.close(handle)
        raise
    return handle
