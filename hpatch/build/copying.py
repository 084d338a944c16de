"""A private copy of a source tree to build in, so that the tree itself stays as it is.

A later copy takes over only what has changed, and dates it so that make builds that and nothing else.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import stat
import time
from collections.abc import Container, Iterable, Iterator
from contextlib import suppress
from pathlib import Path

from hpatch.errors import InputError, ToolError
from hpatch.files import FOLDER, HISTORY
from hpatch.records import NamedTuple

_HIDDEN = HISTORY | {"CVS", FOLDER, ".pc", ".libs", "autom4te.cache"}
"""Folders that a build does not need, or must not take over from one that went on in the tree."""
_MADE = (".o", ".lo", ".slo", ".la", ".a", ".so", ".orig", ".rej")
_MADE_NAMES = frozenset({".deps", "config.log", "config.status", "config.nice", "config.cache"})
_CONFIGURING = frozenset(
    {"configure", "buildconf", "config.layout", "Makefile", "modules.c", "ap_config_auto.h", "ap_config_layout.h"}
)
MANUAL = frozenset({"docs/manual"})
"""A folder of httpd's that is built without."""
_INCLUDE = re.compile(rb'^[ \t]*#[ \t]*include[ \t]+["<](?:[^">\n]*/)?([^">/\n]+)[">]', re.M)

_Stamp = tuple[int, int, int, int]


def configures(path: str) -> bool:
    """Whether a file has a say in what configure does, or was made by it, for whoever built in the tree itself."""
    name = path.rsplit("/", 1)[-1]
    return name in _CONFIGURING or name.endswith((".m4", ".in", ".mk", ".awk", ".sh"))


class Changes(NamedTuple):
    """What differs between a tree and its copy: files to be taken over (`first`: all of them), and those to go."""

    first: bool
    taken: tuple[str, ...]
    gone: tuple[str, ...]
    stamps: dict[str, _Stamp]

    @property
    def any(self) -> bool:
        """Whether anything differs."""
        return bool(self.taken or self.gone)


def compare(tree: Path, copy: Path, record: Path, without: Container[str] = ()) -> Changes:
    """What a copy lacks. `record` tells how the tree's files were when they were copied; `without` as for `walk`.

    Raises InputError when the tree cannot be read.
    """
    before = _load(record) if copy.is_dir() else {}
    try:
        stamps = dict(walk(tree, without))
        # Without a record the copy is made anew: what an interrupted one has already is taken over once more.
        taken = tuple(
            path
            for path, stamp in stamps.items()
            if not before or (before.get(path) != stamp and not _same(tree / path, copy / path))
        )
    except OSError as error:
        raise InputError(f"{error.filename or tree}: cannot be read: {error.strerror}") from error
    return Changes(not before, taken, tuple(path for path in before if path not in stamps), stamps)


def carry_out(changes: Changes, tree: Path, copy: Path, record: Path) -> None:
    """Make the copy equal to the tree. Raises InputError and ToolError.

    All files of one turn get the same date: what a release holds that is made from other files is as new as those.
    """
    now = time.time_ns()
    if not changes.first:
        _touch(copy, dependents(copy, (*changes.taken, *changes.gone)), now)
    writer = _Writer(tree, copy, now)
    for path in changes.taken:
        writer.copy(path)
    for path in changes.gone:
        (copy / path).unlink(missing_ok=True)
    _store(record, changes.stamps)


def dependents(copy: Path, changed: Iterable[str]) -> set[str]:
    """The C files that include one of the changed files, directly or by way of others.

    httpd's makefiles know of no headers: an object is as good as its C file.
    """
    names = {os.path.basename(path).encode("utf-8", "surrogateescape") for path in changed}  # noqa: PTH119 - text in, text out
    if not any(name.endswith(b".h") for name in names):
        return set()
    including: dict[str, set[bytes]] = {}
    for path, _ in walk(copy, MANUAL):
        if path.endswith((".c", ".h")):
            including[path] = set(_INCLUDE.findall((copy / path).read_bytes()))
    reached: set[str] = set()
    while True:
        more = {path for path, included in including.items() if path not in reached and included & names}
        if not more:
            return {path for path in reached if path.endswith(".c")}
        reached |= more
        names |= {os.path.basename(path).encode("utf-8", "surrogateescape") for path in more if path.endswith(".h")}  # noqa: PTH119 - as above


def walk(tree: Path, without: Container[str] = ()) -> Iterator[tuple[str, _Stamp]]:
    """The files of a tree that a build takes, with their stamps; `without` are folders that it does not.

    Raises OSError.
    """
    open_ = [""]
    while open_:
        folder = open_.pop()
        with os.scandir(tree / folder if folder else tree) as entries:
            found = sorted(entries, key=lambda entry: entry.name)
        for entry in found:
            path = f"{folder}/{entry.name}" if folder else entry.name
            if entry.is_dir(follow_symlinks=False):
                if entry.name not in _HIDDEN and path not in without:
                    open_.append(path)
                continue
            told = entry.stat(follow_symlinks=False)
            if _wanted(entry.name) and (stat.S_ISREG(told.st_mode) or stat.S_ISLNK(told.st_mode)):
                yield path, (told.st_size, told.st_mtime_ns, told.st_ctime_ns, stat.S_IMODE(told.st_mode))


def _wanted(name: str) -> bool:
    """Not the objects of whoever built in the tree itself: they look up to date, and are for another configuration."""
    return not name.endswith(_MADE) and name not in _MADE_NAMES


def _same(one: Path, other: Path) -> bool:
    try:
        there = other.lstat()
    except OSError:
        return False
    here = one.lstat()
    if stat.S_ISLNK(here.st_mode) or stat.S_ISLNK(there.st_mode):
        return here.st_mode == there.st_mode and one.readlink() == other.readlink()
    if here.st_size != there.st_size or stat.S_IMODE(here.st_mode) != stat.S_IMODE(there.st_mode):
        return False
    return one.read_bytes() == other.read_bytes()


class _Writer:
    """Copies files, and makes the folders on the way once."""

    def __init__(self, tree: Path, copy: Path, now: int) -> None:
        self._tree = str(tree)
        self._copy = str(copy)
        self._now = now
        self._made: set[str] = set()

    def copy(self, path: str) -> None:
        source, target = f"{self._tree}/{path}", f"{self._copy}/{path}"
        folder = target.rpartition("/")[0]
        try:
            if folder not in self._made:
                Path(folder).mkdir(parents=True, exist_ok=True)
                self._made.add(folder)
            with suppress(FileNotFoundError):
                os.unlink(target)  # noqa: PTH108 - thousands of files: text is quicker
            shutil.copy(source, target, follow_symlinks=False)
            os.utime(target, ns=(self._now, self._now), follow_symlinks=False)
        except OSError as error:
            raise ToolError(f"{source}: cannot be copied to {target}: {error.strerror or error}") from error


def _touch(copy: Path, paths: Iterable[str], now: int) -> None:
    for path in paths:
        os.utime(copy / path, ns=(now, now))


def _load(record: Path) -> dict[str, _Stamp]:
    try:
        stored = json.loads(record.read_bytes())
        return {path: tuple(stamp) for path, stamp in stored.items()}
    except (OSError, ValueError, AttributeError, TypeError):
        return {}


def _store(record: Path, stamps: dict[str, _Stamp]) -> None:
    part = record.with_name(f"{record.name}.part")
    part.write_bytes(json.dumps(stamps).encode())
    part.replace(record)
