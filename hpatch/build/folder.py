"""The folder that a tree is built in, of whichever server: where it is, what is where in it, and holding it."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from hpatch import files
from hpatch.build import prefix
from hpatch.build.state import StateFile
from hpatch.errors import ToolError, UsageError

_ODD = re.compile(r"[^\w./+,@%=~-]")


def plain(path: Path, option: str) -> None:
    """Raises UsageError for a path that makefiles or a build's scripts would take apart."""
    odd = _ODD.search(str(path))
    if odd is not None:
        raise UsageError(f"{path}: a build cannot handle {odd[0]!r} in a path; choose another {option}")


class Layout:
    """Where everything is in the folder that a tree is built in."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder.absolute()
        self.copy = self.folder / "source"
        self.record = self.folder / "source.json"
        self.state = self.folder / "state.json"
        self.log = self.folder / "build.log"
        self.masks = self.folder / "bin"
        self.apr = self.folder / "apr"
        self.modules = self.folder / "modules"

    def check(self, tree: Path) -> None:
        """Raises UsageError for a folder that hpatch or make does not build in, and for one in the tree itself.

        Raises ToolError for one that cannot be looked into.
        """
        plain(self.folder, "--build-dir")
        if self.folder.resolve().is_relative_to(tree.resolve()):
            raise UsageError(
                f"{self.folder}: lies in the source tree, which hpatch must not change; choose another --build-dir"
            )
        try:
            foreign = self.folder.is_dir() and any(self.folder.iterdir()) and not self.state.is_file()
        except OSError as error:
            raise ToolError(f"{self.folder}: {error.strerror or error}; choose another --build-dir") from error
        if foreign:
            raise UsageError(f"{self.folder}: is not empty, and hpatch did not build there; choose another --build-dir")


def folder_of(tree: Path, purpose: str = "") -> Path:
    """The folder in the user's cache that a tree is built in. Raises ToolError."""
    from hpatch.patch.sources.cache import folder  # only where none is named

    real = tree.resolve()
    digest = hashlib.sha256(os.fsencode(real)).hexdigest()[:12]
    name = re.sub(r"[^A-Za-z0-9.+_-]", "_", real.name)
    return folder() / "builds" / "-".join(filter(None, (name, purpose, digest)))


def layout_of(tree: Path, into: Path, folder: Path | None) -> Layout:
    """Where a tree is built for a prefix; as `build` takes them, and raises."""
    prefix.check(into)
    plain(into, "--prefix")
    if into.resolve().is_relative_to(tree.resolve()):
        raise UsageError(f"{into}: lies in the source tree, which hpatch must not change; choose another --prefix")
    layout = Layout(folder or folder_of(tree))
    layout.check(tree)
    return layout


@contextmanager
def held(folder: Path, tree: Path) -> Iterator[None]:
    """Hold a folder of hpatch's own to build a tree in, made where it is not there.

    Raises UsageError for one that holds other things, or is in the tree; ToolError when it cannot be written or another
    hpatch is at work there.
    """
    state = Layout(folder).state
    Layout(folder).check(tree)
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not state.exists():
            StateFile(state).forget()
    except OSError as error:
        raise ToolError(f"{folder}: cannot be written: {error.strerror or error}") from error
    with files.lock(folder):
        yield
