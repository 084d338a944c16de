"""The folder that a server is installed to: made beside it and put in its place as a whole, never half."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from hpatch.build.trees.source import SourceTree
from hpatch.errors import ToolError, UsageError
from hpatch.files import copy_folder

RECORD = "hpatch-build.json"
"""Tells that hpatch has made a prefix, and of what."""


def check(prefix: Path) -> None:
    """Raises UsageError for a folder that is neither empty nor hpatch's own work, ToolError for one out of reach."""
    if prefix == prefix.parent:
        raise UsageError(f"{prefix}: choose another --prefix")
    try:
        if prefix.is_dir():
            if any(prefix.iterdir()) and not (prefix / RECORD).is_file():
                raise UsageError(f"{prefix}: is not empty, and hpatch did not make it; choose another --prefix")
        elif prefix.exists() or prefix.is_symlink():
            raise UsageError(f"{prefix}: exists and is not a folder; choose another --prefix")
    except OSError as error:
        raise ToolError(f"{prefix}: {error.strerror or error}; choose another --prefix") from error


def writable(folder: Path) -> None:
    """Raises ToolError for a folder that cannot be made or written in, as far as can be told before it is tried."""
    there = next(place for place in (folder, *folder.parents) if place.exists())
    if not there.is_dir():
        raise ToolError(f"{there}: is not a folder; choose another --prefix")
    if not os.access(there, os.W_OK | os.X_OK):
        raise ToolError(f"{there}: cannot be written: Permission denied; choose another --prefix")


def record(prefix: Path) -> Mapping[str, Any] | None:
    """What hpatch noted of a prefix that it made; None for another one."""
    try:
        found = json.loads((prefix / RECORD).read_bytes())
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) else None


def facts(tree: SourceTree, **more: object) -> dict[str, object]:
    """What the record says of a tree, and `more`."""
    return {"schema": "hpatch.built/1", "version": str(tree.version), "development": tree.development, **more}


@contextmanager
def staged(prefix: Path, facts: Mapping[str, Any]) -> Iterator[Path]:
    """A folder for make's DESTDIR, with what the prefix has now; at the end it takes the prefix's place.

    `facts` become its record. Until the end, and where an error ends it, the prefix stays as it was. Raises ToolError
    when it cannot be written, or when another hpatch is installing to it.
    """
    stage = prefix.parent / f".{prefix.name}.hpatch-new"
    old = prefix.parent / f".{prefix.name}.hpatch-old"
    handle = None
    try:
        prefix.parent.mkdir(parents=True, exist_ok=True)
        handle = _held(prefix)
        _recover(prefix, old)
        shutil.rmtree(stage, ignore_errors=True)
        new = stage / prefix.relative_to("/")
        new.parent.mkdir(parents=True)
        if prefix.is_dir():
            copy_folder(prefix, new)
        else:
            new.mkdir()
        (new / RECORD).unlink(missing_ok=True)
        yield stage
        _only(stage, new, prefix)
        (new / RECORD).write_text(f"{json.dumps(facts, indent=2)}\n")
        if prefix.is_dir():
            prefix.rename(old)
        new.rename(prefix)
    except OSError as error:
        raise ToolError(f"{error.filename or prefix}: cannot be written: {error.strerror or error}") from error
    finally:
        if handle is not None:
            shutil.rmtree(stage, ignore_errors=True)
            _recover(prefix, old)
            with suppress(OSError):
                _lock(prefix).unlink()
            os.close(handle)


def _only(stage: Path, new: Path, prefix: Path) -> None:
    """Raises ToolError where something was installed to another place than the prefix."""
    for folder in new.relative_to(stage).parents:
        for entry in (stage / folder).iterdir():
            if not new.is_relative_to(entry):
                raise ToolError(f"it would also install to /{entry.relative_to(stage)}, which is not in {prefix}")


def _recover(prefix: Path, old: Path) -> None:
    """After an interruption between two steps: put the former folder back, or take it away."""
    if old.is_dir():
        if not prefix.exists():
            old.rename(prefix)
        else:
            shutil.rmtree(old, ignore_errors=True)


def _lock(prefix: Path) -> Path:
    return prefix.parent / f".{prefix.name}.hpatch-lock"


def _held(prefix: Path) -> int:
    while True:
        handle = os.open(_lock(prefix), os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if os.path.samestat(os.fstat(handle), _lock(prefix).stat()):
                return handle
        except BlockingIOError:
            os.close(handle)
            raise ToolError(f"{prefix}: another hpatch is installing to it; wait for it to end") from None
        except FileNotFoundError:
            pass  # it has just ended
        os.close(handle)


def add_modules(prefix: Path, files: Mapping[str, Path], facts: Mapping[str, Any]) -> dict[str, Path]:
    """Put module files into a prefix's folder of modules; where they are now, by name. Raises ToolError.

    A new prefix gets a record; one that has a whole httpd keeps its own.
    """
    folder = prefix / "modules"
    found: dict[str, Path] = {}
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if not (prefix / RECORD).exists():
            (prefix / RECORD).write_text(f"{json.dumps(facts, indent=2)}\n")
        for name, file in files.items():
            part = folder / f".{file.name}.part"
            shutil.copy(file, part)
            found[name] = part.replace(folder / file.name)
    except OSError as error:
        raise ToolError(f"{error.filename or folder}: cannot be written: {error.strerror or error}") from error
    return found
