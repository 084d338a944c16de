"""Files of modules on this machine: which names they have for httpd."""

from __future__ import annotations

import mmap
import os
import stat
import sys
from pathlib import Path

_ELF = b"\x7fELF"


def is_object(path: str) -> bool | None:
    """Whether a file is one that the system's loader takes for a module. None where that cannot be seen."""
    try:
        if not sys.platform.startswith("linux") or not stat.S_ISREG(os.stat(path).st_mode):  # noqa: PTH116 - text in
            return None
        with Path(path).open("rb") as stream:
            return stream.read(len(_ELF)) == _ELF
    except (OSError, ValueError):
        return None


def lacks(path: str, name: str) -> bool:
    """Whether such a file surely does not have a symbol. The end of a longer name counts as one: tables share ends."""
    try:
        with Path(path).open("rb") as stream, mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as data:
            return data.find(name.encode("utf-8", "surrogateescape") + b"\0") < 0
    except (OSError, ValueError):
        return False
