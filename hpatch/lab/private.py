"""The folder of a session: private, short enough for Unix sockets, open to the user that a gateway's workers run as."""

from __future__ import annotations

import os
import pwd
import re
import secrets
import stat
import tempfile
from pathlib import Path

from hpatch.errors import ToolError
from hpatch.records import NamedTuple

_FITS = re.compile(r"/[\w./+-]{1,55}", re.A)
"""A path that needs no quotes in any configuration, and so short that a socket's below it has less than 96 bytes (there
is room for 107, unix(7))."""


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
    raise ToolError("a gateway's workers need the user www-data, apache or nobody; do not run hpatch as root")


def choose() -> Path:
    """A folder that is not there yet, where one can be made. Raises ToolError."""
    for base in dict.fromkeys((Path(tempfile.gettempdir()), Path("/tmp"), Path("/var/tmp"))):
        path = base / f"hpatch-{secrets.token_hex(6)}"
        if _FITS.fullmatch(str(path)) and _open(base):
            return path
    raise ToolError(
        f"{tempfile.gettempdir()}: no folder for a server can be made there, nor in /tmp or /var/tmp: it must be "
        f"writable, open to {'the workers' if workers() else 'you'}, and its path short and plain; set TMPDIR"
    )


def _open(base: Path) -> bool:
    """Whether we can make a folder there, and workers can reach it."""
    if not os.access(base, os.W_OK | os.X_OK):
        return False
    return workers() is None or all(path.stat().st_mode & stat.S_IXOTH for path in (base, *base.parents))


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
