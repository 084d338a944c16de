"""What applying leaves outside of a tree where something does not fit: a folder of rejects."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from hpatch import files
from hpatch.build.trees.applying import Prepared, commit
from hpatch.errors import InputError, ToolError, UsageError
from hpatch.files import FileChange
from hpatch.patch.apply.rejects import rejects
from hpatch.records import NamedTuple


def check(root: Path, folder: Path) -> None:
    """Hold a folder that is to be made against the tree: it is outside of it, and not there or empty.

    Raises UsageError.
    """
    try:
        tree, place = root.resolve(), folder.resolve()
        if place == tree or tree in place.parents:
            raise UsageError(f"{folder}: is in the tree; name a folder outside of it")
        if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            raise UsageError(f"{folder}: exists already; name a new or an empty folder")
    except (OSError, RuntimeError) as error:
        raise UsageError(f"{folder}: cannot be used: {getattr(error, 'strerror', None) or error}") from None


@contextmanager
def made(folder: Path, keep: Callable[[], bool] = lambda: False) -> Iterator[None]:
    """Make a folder for the block. What ends the block early has the folder and all in it go again, unless `keep`."""
    there = folder.exists()
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ToolError(f"{folder}: cannot be made: {error.strerror or error}") from None
    try:
        yield
    except BaseException:
        if keep():
            raise
        from shutil import rmtree

        for path in list(folder.iterdir()):
            if path.is_dir() and not path.is_symlink():
                rmtree(path, ignore_errors=True)
            else:
                with suppress(OSError):
                    path.unlink()
        if not there:
            with suppress(OSError):
                folder.rmdir()
        raise


class Rejects(NamedTuple):
    """The `.rej` files of a plan, by name, in the folder that they are for; none where all fits."""

    folder: Path
    texts: dict[str, bytes]


def rejects_of(prepared: Prepared, folder: Path) -> Rejects:
    """What a plan leaves out. Raises InputError where its names do not go together."""
    texts = rejects([task.item for task in prepared.tasks], prepared.plan.steps)
    _refuse_clash(texts)
    return Rejects(folder, texts)


def reject(prepared: Prepared, left: Rejects) -> None:
    """Write the rejects to their folder and apply what fits, as one. The tree's lock must be held.

    The tree changes last; if it cannot, the rejects go again. Raises InputError and ToolError.
    """
    if not left.texts:
        commit(prepared)
        return
    # A tree that is written in part is finished by the next hpatch.
    with _undisturbed(), made(left.folder, keep=lambda: files.interrupted(prepared.root)):
        with files.lock(left.folder):
            files.replace(
                left.folder, [FileChange(path=path, before=None, after=text) for path, text in left.texts.items()]
            )
        commit(prepared)


@contextmanager
def _undisturbed() -> Iterator[None]:
    """Ctrl-C and a polite end wait until the block has ended."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, (signal.SIGINT, signal.SIGTERM, signal.SIGHUP))
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _refuse_clash(paths: Iterable[str]) -> None:
    """Refuse names of which one would be a folder of another."""
    known = set(paths)
    for path in known:
        while "/" in path:
            path = path.rpartition("/")[0]  # noqa: PLW2901 - outward, folder by folder
            if path in known:
                raise InputError(f"{path}: would be a folder and a file among the rejects; apply the diffs one by one")
