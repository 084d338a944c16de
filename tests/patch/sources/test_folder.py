"""Revisions from a folder of diffs."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from hpatch.errors import InputError
from hpatch.patch.sources import folder as module
from hpatch.patch.sources.folder import Folder
from hpatch.patch.sources.model import NotKnownError
from tests.support.patch.repositories import DIFF, Make

COMMIT = "5dac70c7aacbd01f14c1b3916a05787044c034a2"


@pytest.mark.parametrize("name", ["r5.diff", "r5.patch", "5.diff", "R5.DIFF", f"{COMMIT}.patch", "5dac70c7aacb.diff"])
def test_a_revision(tmp_path: Path, revision: Make, name: str) -> None:
    (tmp_path / name).write_bytes(DIFF)
    (tmp_path / "r55.diff").write_bytes(b"another")
    assert Folder(str(tmp_path)).diff(revision(commit=COMMIT)) == DIFF
    assert Folder(str(tmp_path)).before(revision(), "modules/a.c") is None


@pytest.mark.parametrize("name", ["r55.diff", "r5.txt", "5dac70.diff", "5dac70c7aacc.diff", "xr5.diff"])
def test_what_is_another(tmp_path: Path, revision: Make, name: str) -> None:
    (tmp_path / name).write_bytes(DIFF)
    with pytest.raises(NotKnownError, match=r"no r5\.diff or r5\.patch"):
        Folder(str(tmp_path)).diff(revision(commit=COMMIT))


def test_two_files_for_one_revision(tmp_path: Path, revision: Make) -> None:
    for name in ("r5.diff", "5.patch"):
        (tmp_path / name).write_bytes(DIFF)
    with pytest.raises(InputError, match=r"several files: 5\.patch, r5\.diff"):
        Folder(str(tmp_path)).diff(revision())


def test_what_is_no_file(tmp_path: Path, revision: Make) -> None:
    os.mkfifo(tmp_path / "r5.diff")
    with pytest.raises(InputError, match="not a regular file"):
        Folder(str(tmp_path)).diff(revision())


def test_a_file_that_is_too_large(tmp_path: Path, revision: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LIMIT", 10)
    (tmp_path / "r5.diff").write_bytes(DIFF)
    with pytest.raises(InputError, match="larger than"):
        Folder(str(tmp_path)).diff(revision())


def test_what_is_no_folder(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        Folder(str(tmp_path / "missing"))
