"""A real PHP-FPM with pools on Unix sockets and loopback ports."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.support.ending import end
from tests.support.patience import PATIENCE


@contextmanager
def pools(program: str, folder: Path, text: str, sockets: list[Path]) -> Iterator[None]:
    """Start FPM with these pools, and wait until the sockets are there. Raises AssertionError if it does not start."""
    file = folder / "fpm.conf"
    file.write_text(f"[global]\ndaemonize = no\nerror_log = {folder}/fpm.log\n{text}")
    arguments = [program, "--nodaemonize", "--fpm-config", str(file), "--allow-to-run-as-root"]
    process = subprocess.Popen(arguments, stderr=subprocess.PIPE)
    try:
        limit = time.monotonic() + PATIENCE
        while not all(path.exists() for path in sockets):
            assert process.poll() is None, process.communicate()[1].decode()
            assert time.monotonic() < limit, (folder / "fpm.log").read_text()
            time.sleep(0.05)
        yield
    finally:
        end(process)
