"""A tree's hash: what sha256sum would say, and nothing that a build does not take."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from hpatch.build.trees.hashing import edited, hashes, whole
from hpatch.errors import InputError
from hpatch.patch.apply.stack import Content, FileEdit
from tests.support.cli.tree import MODULE, make


def test_it_is_what_sha256sum_says(tmp_path: Path) -> None:
    tree = make(tmp_path)
    (tree / "with space ä").write_bytes(b"\xff")
    command = "find . -type f -printf '%P\\0' | LC_ALL=C sort -z | xargs -0 sha256sum | sha256sum"
    said = subprocess.run(["sh", "-c", command], cwd=tree, capture_output=True, text=True, check=True).stdout
    assert whole(hashes(tree)) == said.split()[0]


def test_what_a_build_does_not_take_does_not_count(tmp_path: Path) -> None:
    tree = make(tmp_path)
    before = hashes(tree)
    for path in (".git/config", ".hpatch/stack.json", "docs/manual/a.html", "server/main.o", ".pc/x"):
        (tree / path).parent.mkdir(parents=True, exist_ok=True)
        (tree / path).write_text("new")
    assert hashes(tree) == before
    (tree / "link").symlink_to("README")
    assert set(hashes(tree)) - set(before) == {"link"}


def test_edits_give_the_hash_of_the_edited_tree(tmp_path: Path) -> None:
    tree = make(tmp_path)
    before = hashes(tree)
    edits = [
        FileEdit(MODULE, None, Content(b"one", 0o644)),
        FileEdit(MODULE, None, Content(b"two", 0o644)),
        FileEdit("README", None, None),
        FileEdit("new", None, Content(b"", 0o644)),
    ]
    after = edited(before, edits)
    (tree / MODULE).write_text("two")
    (tree / "README").unlink()
    (tree / "new").touch()
    assert whole(after) == whole(hashes(tree)) != whole(before)


def test_a_tree_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read: No such file"):
        hashes(tmp_path / "nowhere")
