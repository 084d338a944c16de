"""The folder of a session: private, short enough for Unix sockets, open to the user that a gateway's workers run as."""

from __future__ import annotations

import os
import pwd
import tempfile
from pathlib import Path
from typing import NamedTuple

from hpatch.errors import ToolError

_LONGEST = 56
"""Bytes of the folder's path: with a name below it a socket's path stays below 96 (there is room for 107, unix(7))."""


class User(NamedTuple):
    """Whom workers run as."""

    name: str
    uid: int
    gid: int


def workers() -> User | None:
    """Whom a gateway's workers run as when we are root; None when we are not: as ourselves. Raises ToolError."""
    if os.geteuid() != 0:
        return None
    for name in ("www-data", "apache", "nobody"):
        try:
            found = pwd.getpwnam(name)
        except KeyError:
            continue
        return User(name, found.pw_uid, found.pw_gid)
    raise ToolError("there is no user www-data, apache or nobody for a gateway's workers: do not run hpatch as root")


def make() -> Path:
    """Make a folder that nobody else can look into, but for the workers. Raises ToolError."""
    error: OSError | None = None
    for base in dict.fromkeys((tempfile.gettempdir(), "/tmp", "/var/tmp")):
        if len(os.fsencode(base)) > _LONGEST - len("/hpatch-12345678"):
            continue
        try:
            path = Path(tempfile.mkdtemp(prefix="hpatch-", dir=base))
            share(path)
        except OSError as reason:
            error = reason
            continue
        return path
    why = error.strerror if error is not None else "its path is too long for Unix sockets; set TMPDIR to a short one"
    raise ToolError(f"{tempfile.gettempdir()}: no folder can be made there: {why}")


def share(path: Path) -> None:
    """Let workers through a folder and read what is in it; nobody else."""
    user = workers()
    if user is not None:
        os.chown(path, -1, user.gid)
        path.chmod(0o750)
    else:
        path.chmod(0o700)


def open_socket(path: Path) -> None:
    """Let workers connect to a Unix socket in the folder: that takes the right to write."""
    path.chmod(0o666)
