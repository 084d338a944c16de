"""The files that a configuration names, as the httpd that reads it would see them."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Mapping
from functools import cache

from hpatch.conf import limits
from hpatch.text import Source

NO_TEXTS: Mapping[str, str] = {}

_MOST_LINKS = 40
"""How many links one path may lead through, as in Linux."""


@cache
def _kernel() -> frozenset[int]:
    """The file systems of the kernel's own files, of which some have no end, or wait for ever when they are read."""
    return frozenset(os.stat(folder).st_dev for folder in ("/proc", "/sys") if os.path.ismount(folder))  # noqa: PTH116 - text in


def _is_own_pipe(path: str) -> bool:
    """Whether a path names a pipe that this process has open (`/dev/stdin`, a shell's `<(...)`): it has a writer."""
    return os.path.realpath(path).startswith("/proc/")


class View:
    """This machine's files, by the paths that the configuration has.

    Every method raises OSError as the system does. `texts` stand for what files have on disk, by their real paths.
    """

    root = ""
    """The folder that is `/` for the configuration; empty for this machine."""

    def __init__(self, texts: Mapping[str, str] = NO_TEXTS) -> None:
        self.texts = texts

    def host(self, path: str) -> str:
        """The path by which this process finds a file."""
        return path

    def written(self, path: str) -> str:
        """The path as one on this machine, its links as they are."""
        return path

    def inner(self, path: str) -> str | None:
        """The path that the configuration has for a file on this machine; None for one that it cannot see."""
        return path

    def stat(self, path: str) -> os.stat_result:
        """A file's status, behind all links."""
        return os.stat(self.host(path))  # noqa: PTH116 - the path stays text, as written

    def names(self, folder: str) -> list[str]:
        """The names in a folder, in byte order."""
        return sorted(os.listdir(self.host(folder or ".")), key=os.fsencode)  # noqa: PTH208 - the path stays text, as written

    def is_entry_folder(self, folder: str, name: str) -> bool:
        """Whether a name in a folder is a folder itself; a link to one is not."""
        path = os.path.join(self.host(folder), name)  # noqa: PTH118 - the path stays text, as written
        return stat.S_ISDIR(os.lstat(path).st_mode)

    def exists(self, path: str) -> bool:
        """Whether there is such a file or folder."""
        try:
            self.stat(path)
        except (OSError, ValueError):
            return False
        return True

    def is_folder(self, path: str) -> bool:
        """Whether there is such a folder."""
        try:
            return stat.S_ISDIR(self.stat(path).st_mode)
        except (OSError, ValueError):
            return False

    def read(self, path: str, name: str, *, stream: bool = False) -> Source:
        """A file's text, which is to be shown under a name. With `stream`, it may come through a pipe of this process.

        Raises OSError and ValueError, also for what is not a regular file or is the kernel's.
        """
        host = self.host(path)
        held = self.texts.get(os.path.realpath(host)) if self.texts else None
        if held is not None:
            return Source(name, held)
        status = os.stat(host)  # noqa: PTH116 - the path stays text, as written
        if stat.S_ISREG(status.st_mode):
            if status.st_dev in _kernel():
                raise OSError(errno.EINVAL, "a file of the kernel")
        elif host != "/dev/null" and not (stream and stat.S_ISFIFO(status.st_mode) and _is_own_pipe(host)):
            raise OSError(errno.EINVAL, "not a regular file")
        with open(host, "rb") as file:  # noqa: PTH123 - the path stays text, as written
            data = file.read(limits.BYTES + 1)
        if len(data) > limits.BYTES:
            raise OSError(errno.EFBIG, f"more than {limits.BYTES:,} bytes")
        return Source(name, data.decode("utf-8", "surrogateescape"))


class Rooted(View):
    """The files below a folder, as a process sees them that has it for its root (chroot).

    No path leaves the folder: an absolute link is relative to it, and `..` ends there.
    """

    def __init__(self, root: str, texts: Mapping[str, str] = NO_TEXTS) -> None:
        super().__init__(texts)
        self.root = root.rstrip("/") or "/"
        self._folders: dict[str, str] = {}

    def host(self, path: str) -> str:
        """The path on this machine, without links. Raises OSError for a loop of links."""
        folder, _, name = path.rpartition("/")
        if not name or name in (".", ".."):
            return self._join(self._resolved(path))
        if folder not in self._folders:
            self._folders[folder] = "/".join(self._resolved(folder))
        known = self._folders[folder]
        here = self._join([known, name] if known else [name])
        if not os.path.islink(here):  # noqa: PTH114 - the path stays text, as written
            return here
        return self._join(self._resolved(path))

    def written(self, path: str) -> str:
        """The path with the root before it."""
        return f"{self.root.rstrip('/')}{path}"

    def inner(self, path: str) -> str | None:
        """The path below the root; None for a file outside."""
        top = os.path.abspath(self.root)  # noqa: PTH100 - links are resolved by `host`
        full = os.path.abspath(path)  # noqa: PTH100 - links are resolved by `host`
        if full == top:
            return "/"
        below = top if top.endswith("/") else top + "/"
        return "/" + full[len(below) :] if full.startswith(below) else None

    def _join(self, parts: list[str]) -> str:
        return f"{self.root.rstrip('/')}/{'/'.join(parts)}"

    def _resolved(self, path: str) -> list[str]:
        done: list[str] = []
        rest = path.split("/")[::-1]
        links = 0
        while rest:
            part = rest.pop()
            if part in ("", "."):
                continue
            if part == "..":
                done = done[:-1]
                continue
            try:
                target = os.readlink(self._join([*done, part]))  # noqa: PTH115 - the path stays text, as written
            except (OSError, ValueError):
                done.append(part)
                continue
            links += 1
            if links > _MOST_LINKS:
                raise OSError(errno.ELOOP, os.strerror(errno.ELOOP), path)
            if target.startswith("/"):
                done = []
            rest += target.split("/")[::-1]
        return done


MACHINE = View()
"""This machine's files."""


def view_of(root: str | None, texts: Mapping[str, str] = NO_TEXTS) -> View:
    """The files below a folder that is `/` for the configuration, or this machine's if there is no such folder."""
    if root is not None:
        return Rooted(root, texts)
    return View(texts) if texts else MACHINE


class RealPaths:
    """Paths without links; what is known of a folder is kept."""

    def __init__(self) -> None:
        self._folders: dict[str, str] = {}

    def __call__(self, path: str) -> str:
        """The path without links."""
        folder, name = os.path.split(path)
        if name in ("", ".", ".."):
            return os.path.realpath(path)
        if folder not in self._folders:
            self._folders[folder] = os.path.realpath(folder)
        full = os.path.join(self._folders[folder], name)  # noqa: PTH118 - the path stays text, as written
        return os.path.realpath(full) if os.path.islink(full) else full  # noqa: PTH114 - the path stays text, as written


class GivenFolder:
    """The folder that a configuration was given in, and the names under which its files are shown.

    A file behind a link is shown under its own name, if that is in the folder as well: the file that version control
    tracks, such as Debian's `sites-available/shop.conf`.
    """

    def __init__(self, folder: str) -> None:
        self.folder = folder
        self._real = _slash(os.path.realpath(folder))
        self._written = _slash(os.path.abspath(folder))  # noqa: PTH100 - links are followed by `_real`
        self.real = RealPaths()

    def has(self, path: str) -> bool:
        """Whether a file, behind all links, is in the folder."""
        return _slash(self.real(path)).startswith(self._real)

    def shown(self, path: str) -> tuple[str, str | None]:
        """The name to show for a file, and the link by which it was found, if it was by one."""
        real = self.real(path)
        if not real.startswith(self._real):
            return path, None
        inside = real[len(self._real) :]
        written = os.path.abspath(path)  # noqa: PTH100 - text only
        if written in (self._written + inside, self._real + inside):
            return path, None
        return like(os.path.join(self.folder, inside), self.folder), path  # noqa: PTH118 - the path stays text, as written


def like(path: str, given: str) -> str:
    """A path as it would be written beside a given one: relative to the current folder, with `./` or without."""
    if given.startswith("/"):
        return path
    relative = os.path.relpath(path)
    return f"./{relative}" if given.startswith("./") else relative


def _slash(path: str) -> str:
    return path if path.endswith("/") else path + "/"
