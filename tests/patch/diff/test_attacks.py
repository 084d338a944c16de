"""Diffs that would write where they may not, or something else than they say: refused, and nothing is touched.

Other tools fall for them: GNU patch writes into `.git/hooks`, obeys ed scripts and takes cut hunks; patch-ng writes
through a linked folder; unidiff finds nothing in a context diff, drops a line too many, takes overlapping hunks, keeps
a CR in a path, calls a copy a rename.
"""

import gc
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from hpatch.cli.main import main
from hpatch.errors import InputError
from hpatch.patch.apply.tree import Tree
from hpatch.patch.diff.model import FilePatch
from hpatch.patch.diff.read import DiffError, read
from hpatch.patch.diff.strip import strip

HUNK = b"@@ -1 +1 @@\n-old\n+new\n"
CREATE = b"@@ -0,0 +1 @@\n+new\n"
LINK = b"new file mode 120000\nindex 0000..1111\n--- /dev/null\n+++ b/%s\n@@ -0,0 +1 @@\n+%s\n\\ No newline\n"

HEADER = "".join(
    f"#define AP_SERVER_{part} {value}\n"
    for part, value in {
        "MAJORVERSION_NUMBER": 2,
        "MINORVERSION_NUMBER": 4,
        "PATCHLEVEL_NUMBER": 9,
        "DEVBUILD_BOOLEAN": 0,
    }.items()
)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A tree with links in it, and something around it to lose."""
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "f.c").write_bytes(b"old\n")
    root = tmp_path / "tree"
    for folder in ("sub", "include", ".git/hooks", ".svn", ".hpatch"):
        (root / folder).mkdir(parents=True)
    for path in ("f.c", "sub/f.c", ".git/config", ".git/hooks/pre-commit", ".svn/entries", ".hpatch/kept"):
        (root / path).write_bytes(b"old\n")
    (root / "include" / "ap_release.h").write_text(HEADER)
    (root / "linked").symlink_to("../outside")
    (root / "inner").symlink_to("sub")
    (root / "link.c").symlink_to("../outside/f.c")
    (root / "dangling").symlink_to("../made")
    return root


def snapshot(folder: Path) -> dict[str, tuple[object, ...]]:
    """Everything below a folder but folders' times and hpatch's lock: kind and mode, time, content or target."""
    found: dict[str, tuple[object, ...]] = {}
    for here, folders, names in os.walk(folder):
        for name in [*folders, *names]:
            path = Path(here) / name
            if path.parts[-2:] == (".hpatch", "lock"):
                continue
            status = path.lstat()
            content = path.readlink() if path.is_symlink() else path.read_bytes() if path.is_file() else None
            found[str(path)] = (status.st_mode, status.st_mtime_ns if name not in folders else None, content)
    return found


def attempt(root: Path, data: bytes, count: int | None = None) -> tuple[FilePatch, ...]:
    """Everything that happens to a diff before its hunks are placed."""
    tree = Tree(root)
    files = strip(read(data, "x.diff"), tree.exists, count).files
    for file in files:
        for path in {file.old, file.new} - {None}:
            assert path is not None
            tree.read(path)
    return files


def apply(
    root: Path, data: bytes, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> tuple[int, str, str]:
    """`hpatch apply` of a diff: exit code and what it says."""
    text = root.parent / "x.diff"
    text.write_bytes(data)
    monkeypatch.setenv("XDG_CACHE_HOME", str(root.parent / "cache"))
    monkeypatch.setattr(sys, "argv", ["hpatch", "apply", str(text), "--tree", str(root)])
    with pytest.raises(SystemExit) as ended:
        main()
    gc.enable()
    assert isinstance(ended.value.code, int)
    return ended.value.code, *capsys.readouterr()


def refused(root: Path, data: bytes, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> str:
    """`hpatch apply` refuses a diff in one line and touches nothing; the line."""
    before = snapshot(root)
    code, out, err = apply(root, data, capsys, monkeypatch)
    assert (code, out) == (3, ""), err
    assert err.endswith("\n")
    assert err[:-1].isprintable()
    assert snapshot(root) == before
    assert {path.name for path in root.parent.iterdir()} - {"cache"} == {"outside", "tree", "x.diff"}
    assert (root.parent / "outside" / "f.c").read_bytes() == b"old\n"
    return err


def plain(name: str, body: bytes = HUNK) -> bytes:
    return b"--- %s\n+++ %s\n%s" % (name.encode(), name.encode(), body)


def new(name: str) -> bytes:
    return b"--- /dev/null\n+++ %s\n%s" % (name.encode(), CREATE)


def git(name: str, head: bytes) -> bytes:
    return b"diff --git a/%s b/%s\n%s" % (name.encode(), name.encode(), head)


def test_the_honest_diff_is_not_refused(
    root: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert [file.path for file in attempt(root, plain("a/f.c") + plain("a/sub/f.c") + new("b/sub/g.c"))] == [
        "f.c",
        "sub/f.c",
        "sub/g.c",
    ]
    assert apply(root, plain("a/f.c"), capsys, monkeypatch)[0] == 0
    assert (root / "f.c").read_bytes() == b"new\n"


UNSAFE = [
    "../outside/f.c",
    "a/../../outside/f.c",
    "sub/../../outside/f.c",
    "a/..",
    "/etc/passwd",
    "//etc/passwd",
    "a//etc/passwd",
    ".git/config",
    "a/.git/hooks/pre-commit",
    "a/.GIT/hooks/pre-commit",
    "a/.git./config",
    "a/sub/.git/config",
    "a/GIT~1/config",
    ".svn/entries",
    ".hg/hgrc",
    "a/.pc/applied-patches",
    "a/.hpatch/kept",
    "a/.Hpatch/kept",
    "a/f.c\x1b[2J",
    "a/\u202ef.c",
    "a/f\x00.c",
    "a/f.c\r",
    "a/" + "d/" * 2100 + "f",
    "a/" + "n" * 256,
]


def variants(name: str) -> Iterator[bytes]:
    """Every kind of change of a file of that name."""
    raw = name.encode()
    octal = b'"' + b"".join(b"\\%03o" % byte for byte in raw) + b'"'
    head = b"similarity index 100%%\nrename from f.c\nrename to %s\n" % octal
    yield plain(name)
    yield new(name)
    yield b"--- f.c\n+++ %s\n%s" % (raw, HUNK)
    yield b"--- %s\n+++ f.c\n%s" % (raw, HUNK)
    yield b"--- %s\n+++ /dev/null\n@@ -1 +0,0 @@\n-old\n" % raw
    yield b"--- %s\n+++ %s\n%s" % (octal, octal, HUNK)
    yield b"diff --git a/f.c %s\n%s" % (octal, head)
    yield b"diff --git a/f.c %s\n%s" % (octal, head.replace(b"rename", b"copy"))
    yield b"diff --git %s %s\nold mode 100644\nnew mode 100755\n" % (octal, octal)
    yield b"Index: %s\n====\n--- %s\t(revision 1)\n+++ %s\t(working copy)\n%s" % (raw, raw, raw, HUNK)
    yield plain("a/f.c") + plain(name)


@pytest.mark.parametrize("name", UNSAFE, ids=range(len(UNSAFE)))
def test_paths_that_leave_the_tree_or_are_not_its_own(root: Path, name: str) -> None:
    """Refused as soon as they are read, under whatever kind of change."""
    before = snapshot(root.parent)
    for data in variants(name):
        with pytest.raises(DiffError):
            read(data, "x.diff")
        for count in (None, 0, 1):
            with pytest.raises(DiffError):
                attempt(root, data, count)
    assert snapshot(root.parent) == before


@pytest.mark.parametrize("name", UNSAFE, ids=range(len(UNSAFE)))
def test_the_command_refuses_them(
    root: Path, name: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for data in (plain(name), new(name), plain("a/f.c") + plain(name)):
        assert "x.diff:" in refused(root, data, capsys, monkeypatch)


@pytest.mark.parametrize("name", ["linked/f.c", "linked/new.c", "inner/f.c", "link.c", "dangling", "linked/../f.c"])
@pytest.mark.parametrize("prefix", ["", "a/"])
def test_paths_through_links(
    root: Path, name: str, prefix: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    made = new(prefix.replace("a", "b") + name)
    for data in (plain(prefix + name), made, plain(prefix + "f.c") + made):
        with pytest.raises(InputError, match=r"link|leaves the tree"):
            attempt(root, data)
        refused(root, data, capsys, monkeypatch)


@pytest.mark.parametrize(
    "data",
    [
        git("out", LINK % (b"out", b"../outside")),
        git("out", LINK % (b"out", b"../outside")) + git("out/f.c", b"--- a/out/f.c\n+++ b/out/f.c\n" + HUNK),
        git("out", (LINK % (b"out", b"f.c")).replace(b"120000", b"120644")),
        git(
            "link.c", b"deleted file mode 120000\nindex 1111..0000\n--- a/link.c\n+++ /dev/null\n@@ -1 +0,0 @@\n-f.c\n"
        ),
        git("f.c", b"old mode 100644\nnew mode 120000\n"),
        git("link.c", b"index 1111..2222 120000\n--- a/link.c\n+++ b/link.c\n" + HUNK),
        git("sub", b"index 1111..2222 160000\n--- a/sub\n+++ b/sub\n" + HUNK),
        git("new", b"new file mode 160000\nindex 0000..2222\n--- /dev/null\n+++ b/new\n" + CREATE),
        git("f.c", b"old mode 100644\nnew mode 104755\n"),
        git("f.c", b"old mode 100644\nnew mode 020644\n"),
        new("out") + b"\nProperty changes on: out\n________\nAdded: svn:special\n## -0,0 +1 ##\n+*\n",
    ],
    ids=range(11),
)
def test_links_submodules_and_devices(
    root: Path, data: bytes, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(InputError, match=r"symbolic link|submodule|mode that is no ordinary"):
        attempt(root, data)
    refused(root, data, capsys, monkeypatch)


@pytest.mark.parametrize(
    "data",
    [
        b"*** a/f.c\n--- b/f.c\n***************\n*** 1 ****\n! old\n--- 1 ----\n! new\n",
        b"Index: f.c\n====\n*** f.c\n--- f.c\n***************\n*** 1 ****\n! old\n--- 1 ----\n! new\n",
        b"diff -e a/f.c b/f.c\n1c\nnew\n.\n!touch made\n",
        b"--- a/f.c\n+++ b/f.c\n1c\nnew\n.\n!touch made\n",
        plain("a/f.c") + b"1c\nnew\n.\nw made\n",
        b"1c1\n< old\n---\n> new\n",
        b"",
        b"Nothing to see here.\n",
        plain("a/f.c")[:-1],
        plain("a/f.c").replace(b"+new\n", b""),
        plain("a/f.c") + b"+more\n",
        plain("a/f.c").replace(b"-1 ", b"-1,2 "),
        plain("a/f.c").replace(b"+1 ", b"+1,2 ") + plain("a/sub/f.c"),
        plain("a/f.c") + HUNK,
        plain("a/f.c").replace(b"@@ -1 +1 @@", b"@@ -9 +9 @@") + b"@@ -1 +1 @@\n-old\n+new\n",
        plain("a/f.c") + b"garbage\n" + HUNK,
        b"--- a/f.c\r\n+++ b/f.c\r\n" + HUNK,
        git("f.c", b"GIT binary patch\nliteral 3\nKc$`aQNCE%>hycU@\n\n"),
        b"Binary files a/f.c and b/f.c differ\n",
        new("f2.c") + new("f2.c"),
        git("f.c", b"deleted file mode 100644\n"),
        b"Prereq: old\n*** a/f.c\n" + HUNK,
    ],
    ids=range(22),
)
def test_what_is_no_sound_diff(
    root: Path, data: bytes, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(InputError, match=r"^x\.diff:\d+: "):
        attempt(root, data)
    refused(root, data, capsys, monkeypatch)


def test_a_copy_is_no_rename(root: Path) -> None:
    data = b"diff --git a/f.c b/g.c\nsimilarity index 100%\ncopy from f.c\ncopy to g.c\n"
    assert [(file.kind, file.old, file.new) for file in attempt(root, data)] == [("copy", "f.c", "g.c")]


def test_headers_are_kept() -> None:
    """What unidiff loses when it writes: the message, the mode, the names of blobs."""
    data = b"Why.\n\n" + git(
        "f.c", b"old mode 100644\nnew mode 100755\nindex 1111111..2222222\n--- a/f.c\n+++ b/f.c\n" + HUNK
    )
    diff = read(data, "x")
    assert diff.message == b"Why.\n\n"
    assert diff.files[0][5:9] == (0o100644, 0o100755, "1111111", "2222222")


def test_a_link_made_while_hpatch_looks(root: Path) -> None:
    """The tree is asked again at every look: what was a file may be a link by now."""
    tree = Tree(root)
    assert tree.read("sub/f.c") == b"old\n"
    (root / "sub" / "f.c").unlink()
    (root / "sub" / "f.c").symlink_to("../../outside/f.c")
    with pytest.raises(InputError, match="link"):
        tree.read("sub/f.c")
