"""A source tree to read from: files below a root, through no symbolic link."""

from __future__ import annotations

import stat
from pathlib import Path

from hpatch import files
from hpatch.errors import InputError
from hpatch.patch.diff.names import unsafe


class Tree:
    """The files below `root`. The root itself may be a link, for the user named it; nothing below it may.

    Every method raises InputError for an unsafe path, a link at it or on the way, and what is no ordinary file.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        if not root.is_dir():
            raise InputError(f"{root}: not a folder")

    def read(self, path: str) -> bytes | None:
        """A file's content, None where there is none."""
        self._check(path)
        try:
            return files.read(self.root, path)
        except NotADirectoryError:
            return None
        except OSError as error:
            raise InputError(f"{path}: {error.strerror}") from None

    def mode(self, path: str) -> int | None:
        """A file's permission bits, None where there is none."""
        self._check(path)
        try:
            return files.mode(self.root, path)
        except OSError as error:
            raise InputError(f"{path}: {error.strerror}") from None

    def exists(self, path: str) -> bool:
        """Whether there is a file, a folder or a link at a path.

        One that leads through a link counts as there, so that reading it says why it is refused.
        """
        self._check(path)
        here = self.root
        try:
            for part in path.split("/"):
                if stat.S_ISLNK((here / part).lstat().st_mode):
                    return True
                here = here / part
        except (FileNotFoundError, NotADirectoryError):
            return False
        except OSError as error:
            raise InputError(f"{path}: {error.strerror}") from None
        return True

    def _check(self, path: str) -> None:
        reason = unsafe(path)
        if reason is not None:
            raise InputError(f"'{path}': {reason}")
