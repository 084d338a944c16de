"""A tree is read through no link, and no further than its root."""

import os
from pathlib import Path

import pytest

from hpatch.errors import InputError
from hpatch.patch.apply.tree import Tree


@pytest.fixture
def tree(tmp_path: Path) -> Tree:
    root = tmp_path / "root"
    (root / "sub").mkdir(parents=True)
    (root / "sub" / "f.c").write_bytes(b"text\n")
    (root / "sub" / "run.sh").touch(0o755)
    (tmp_path / "secret").write_bytes(b"outside\n")
    (root / "file-link").symlink_to("sub/f.c")
    (root / "folder-link").symlink_to("sub")
    (root / "out").symlink_to("..")
    (root / "dangling").symlink_to("nowhere")
    os.mkfifo(root / "pipe")
    return Tree(root)


def test_files(tree: Tree) -> None:
    assert tree.read("sub/f.c") == b"text\n"
    assert tree.mode("sub/run.sh") == 0o755
    assert tree.exists("sub/f.c")
    assert tree.exists("sub")


@pytest.mark.parametrize("path", ["no", "sub/no", "no/such/file", "sub/f.c/below"])
def test_no_files(tree: Tree, path: str) -> None:
    assert not tree.exists(path)
    if path == "sub/f.c/below":
        with pytest.raises(InputError, match=r"f\.c"):
            tree.read(path)
    else:
        assert tree.read(path) is None
        assert tree.mode(path) is None


@pytest.mark.parametrize("path", ["file-link", "folder-link/f.c", "out/secret", "dangling", "dangling/x"])
def test_links(tree: Tree, path: str) -> None:
    assert tree.exists(path)
    for look in (tree.read, tree.mode):
        with pytest.raises(InputError, match="link"):
            look(path)


@pytest.mark.parametrize("path", ["sub", "pipe"])
def test_what_is_no_file(tree: Tree, path: str) -> None:
    with pytest.raises(InputError):
        tree.read(path)


@pytest.mark.parametrize(
    "path", ["../secret", "/etc/passwd", "sub/../../secret", ".git/config", ".hpatch/x", "a\0b", ""]
)
def test_unsafe_paths(tree: Tree, path: str) -> None:
    for look in (tree.read, tree.mode, tree.exists):
        with pytest.raises(InputError):
            look(path)


def test_a_link_behind_a_folder_is_there(tree: Tree) -> None:
    (tree.root / "sub/link").symlink_to("f.c")
    assert tree.exists("sub/link")
    assert tree.exists("sub/link/below")


def test_names_that_the_system_refuses(tree: Tree) -> None:
    """The error is one line, not a traceback."""
    deep = "/".join(["d" * 250] * 16)
    assert tree.read(deep) is None


def test_a_path_longer_than_the_system_takes(tmp_path: Path) -> None:
    root = tmp_path / ("r" * 200)
    names = ["d" * 250] * 16
    root.joinpath(*names[:15]).mkdir(parents=True)
    with pytest.raises(InputError, match="File name too long"):
        Tree(root).exists("/".join(names))


def test_the_root(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "real" / "f").write_bytes(b"x")
    (tmp_path / "link").symlink_to("real")
    assert Tree(tmp_path / "link").read("f") == b"x"
    for root in (tmp_path / "no", tmp_path / "real" / "f"):
        with pytest.raises(InputError, match="not a folder"):
            Tree(root)
