"""What the lab must not leave behind: processes, sockets, ports, files, System V shared memory.

Everything is told apart from what else runs on the machine by a folder of its own, in which sessions make theirs: a
process of the lab has it in its command line, its working directory, or among its open files.
"""

from __future__ import annotations

import os
import shutil
import socket
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from unittest.mock import patch

from tests.support.patience import PATIENCE


class Leftovers:
    """Looks for what comes from sessions in the folder `base`."""

    def __init__(self, base: Path) -> None:
        self.base = base
        self.pids: set[int] = set()
        """Processes that were seen."""
        self.ports: set[int] = set()
        """Ports that must be free at the end."""

    def look(self) -> set[int]:
        """Which processes there are now; they are remembered."""
        found = {int(path.name) for path in Path("/proc").iterdir() if path.name.isdigit() and self._ours(path)}
        self.pids |= found
        return found

    def _ours(self, process: Path) -> bool:
        if int(process.name) == os.getpid():
            return False
        mark = os.fsencode(self.base)
        with suppress(OSError):
            if mark in (process / "cmdline").read_bytes():
                return True
        links = [process / "cwd"]
        with suppress(OSError):
            links += (process / "fd").iterdir()
        for link in links:
            with suppress(OSError):
                if mark in os.fsencode(link.readlink()):
                    return True
        return False

    def left(self) -> list[str]:
        """What there is now, in words."""
        found = [f"process {pid}" for pid in sorted(self.look())]
        for place, folders, files in os.walk(self.base):  # what goes meanwhile is no error to it
            found += [f"file {place}/{name}" for name in (*folders, *files)]
        sockets = Path("/proc/net/unix").read_text(errors="replace").splitlines()
        found += [f"socket {line.split()[-1]}" for line in sockets if str(self.base) in line]
        found += [f"port {port}" for port in sorted(self.ports) if _taken(port)]
        for line in Path("/proc/sysvipc/shm").read_text().splitlines()[1:]:
            if int(line.split()[4]) in self.pids:
                found.append(f"shared memory {line.split()[1]}")
        return found

    def nothing(self) -> None:
        """Wait until nothing is left; fails when something stays."""
        limit = time.monotonic() + PATIENCE
        while left := self.left():
            assert time.monotonic() < limit, left
            time.sleep(0.02)


def _taken(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
            probe.listen()
        except OSError:
            return True
    return False


@contextmanager
def nothing_left() -> Iterator[Leftovers]:
    """Sessions that are made inside leave nothing; neither do those of processes that are started inside."""
    base = Path(tempfile.mkdtemp(prefix="lab-", dir="/tmp"))
    base.chmod(0o755)
    try:
        with patch.dict(os.environ, TMPDIR=str(base)), patch.object(tempfile, "tempdir", None):
            leftovers = Leftovers(base)
            yield leftovers
            leftovers.nothing()
    finally:
        shutil.rmtree(base)
