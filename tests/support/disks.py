"""File systems that are soon full."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest


@contextmanager
def small_disk(point: Path, kilobytes: int) -> Iterator[Path]:
    """A file system of this size at a new folder; the test is skipped where none can be mounted."""
    point.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={kilobytes}k", "none", point], capture_output=True, check=False
    )
    if mounted.returncode != 0:
        pytest.skip("a tmpfs cannot be mounted: not root")
    try:
        yield point
    finally:
        subprocess.run(["umount", point], check=True)
