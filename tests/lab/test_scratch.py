"""Copies of trees to try sets in."""

from __future__ import annotations

from pathlib import Path

import pytest

from hpatch.errors import ToolError
from hpatch.lab import scratch
from hpatch.patch.apply.stack import Content
from tests.support.disks import small_disk


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    tree = tmp_path / "tree"
    for path in ("server/core.c", ".git/HEAD"):
        (tree / path).parent.mkdir(parents=True)
        (tree / path).write_text(path)
    return tree


def test_a_copy_without_the_history_takes_the_place_of_another(tree: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    (copy / "old").mkdir(parents=True)
    scratch.make(tree, copy)
    assert sorted(str(path.relative_to(copy)) for path in copy.rglob("*")) == ["server", "server/core.c"]
    scratch.remove(copy)
    assert not copy.exists()
    scratch.remove(copy)


def test_a_copy_of_a_read_only_tree_can_be_written(tree: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    (tree / "server").chmod(0o555)
    try:
        scratch.make(tree, copy)
    finally:
        (tree / "server").chmod(0o755)
    assert (copy / "server").stat().st_mode & 0o777 == 0o755
    (copy / "server").chmod(0o555)  # as where an earlier one was interrupted
    scratch.make(tree, copy)
    assert (copy / "server/core.c").is_file()


def test_contents(tree: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    scratch.make(tree, copy)
    scratch.write(copy, {"server/core.c": None, "new/a.sh": Content(b"a", 0o755)})
    assert not (copy / "server/core.c").exists()
    assert (copy / "new/a.sh").stat().st_mode & 0o777 == 0o755


def test_what_cannot_be_copied(tmp_path: Path) -> None:
    with pytest.raises(ToolError, match="cannot be copied to"):
        scratch.make(tmp_path / "nothing", tmp_path / "copy")


def test_a_full_disk_is_told_of_once(tree: Path, tmp_path: Path) -> None:
    """Each file after the first one cannot be copied either."""
    for number in range(20):
        (tree / f"{number}.c").write_bytes(bytes(10_000))
    with small_disk(tmp_path / "small", 64) as disk, pytest.raises(ToolError) as told:
        scratch.make(tree, disk / "copy")
    assert str(told.value) == f"{tree}: cannot be copied to {tmp_path}/small/copy: No space left on device"
