"""Names of contents next to git's own."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from hpatch.patch.diff.blob import blob_id


@pytest.mark.git
def test_git_s_name_of_a_file(tmp_path: Path) -> None:
    (tmp_path / "f").write_bytes(b"a\r\n\xff")
    told = subprocess.run(["git", "hash-object", tmp_path / "f"], capture_output=True, check=True).stdout
    assert blob_id(b"a\r\n\xff") == told.decode().strip()
