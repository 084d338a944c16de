"""Files, as httpd would find them."""

from __future__ import annotations

import errno
import os
import stat
from typing import TYPE_CHECKING

from hpatch.paths.model import PIPE, FileKind
from hpatch.records import NamedTuple
from hpatch.text import Source

if TYPE_CHECKING:
    from hpatch.paths.model import Disk


class Machine:
    """This machine's files. What may not be looked at is not known."""

    def kind(self, path: str) -> FileKind | None:
        """What stands at an absolute path, links followed; None: not known."""
        try:
            mode = os.stat(path).st_mode  # noqa: PTH116 - the path stays text, as written
        except (FileNotFoundError, NotADirectoryError, ValueError):
            return FileKind.NOTHING
        except OSError:
            return None
        return FileKind.FILE if stat.S_ISREG(mode) else FileKind.FOLDER if stat.S_ISDIR(mode) else None

    def odd(self, path: str) -> str | None:
        """A pipe, a socket, a device, or a loop of links; None for all else."""
        try:
            mode = os.stat(path).st_mode  # noqa: PTH116 - as above
        except OSError as error:
            return "a loop of links" if error.errno == errno.ELOOP else None
        except ValueError:
            return None
        if stat.S_ISREG(mode) or stat.S_ISDIR(mode):
            return None
        return PIPE if stat.S_ISFIFO(mode) else "a socket" if stat.S_ISSOCK(mode) else "a device"

    def text(self, path: str) -> str | None:
        """The text of a file; None if it cannot be read."""
        try:
            return Source.read(path).text
        except (OSError, ValueError):
            return None


class FoundFile(NamedTuple):
    """A file as httpd finds it: the path as far as it exists, what it is (None: not known), and what follows."""

    path: str
    kind: FileKind | None
    rest: str = ""


def find(disk: Disk, path: str) -> FoundFile:
    """A file as httpd finds it on the disk, component by component."""
    parts = [part for part in path.split("/") if part]
    here = ""
    kind = disk.kind("/")
    for index, part in enumerate(parts):
        if kind is None:
            return FoundFile(path, None)
        here = f"{here}/{part}"
        kind = disk.kind(here)
        rest = "".join(f"/{each}" for each in parts[index + 1 :]) + ("/" if path.endswith("/") else "")
        if kind in (FileKind.FILE, FileKind.NOTHING):
            return FoundFile(here, kind, rest)
    if kind is None:
        return FoundFile(path, None)
    return FoundFile(f"{here}/" if path.endswith("/") or not here else here, kind)
