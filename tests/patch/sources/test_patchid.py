"""Diffs in one form, and their fingerprints next to git's own."""

from __future__ import annotations

import os
import re
import subprocess
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hpatch.patch.sources.patchid import UnreadableDiffError, blob_id, canonical, patch_id

GIT = (
    b"diff --git a/one b/one\nindex 1234567..89abcde 100644\n--- a/one\n+++ b/one\n"
    b"@@ -1,3 +1,3 @@ f(void)\n a\n-b\n+B\n c\n"
    b"diff --git a/two b/two\ndeleted file mode 100644\nindex 1234567..0000000\n--- a/two\n+++ /dev/null\n"
    b"@@ -1 +0,0 @@\n-x\n"
)
SAME = [
    pytest.param(GIT.replace(b"index 1234567..89abcde 100644\n", b""), id="without index lines"),
    pytest.param(b"Message\n\n diff --git\n---\n one | 2 +-\n\n" + GIT + b"-- \n2.39.5\n\n", id="mail"),
    pytest.param(GIT[GIT.index(b"diff --git a/two") :] + GIT[: GIT.index(b"diff --git a/two")], id="another order"),
    pytest.param(GIT.replace(b"\n", b"\r\n"), id="line ends of a mail"),
    pytest.param(GIT.replace(b"@@ -1,3 +1,3 @@ f(void)", b"@@ -71,3 +75,3 @@"), id="other line numbers"),
    pytest.param(
        b"Index: one\n=====\n--- one\t(revision 4)\n+++ one\t(revision 5)\n@@ -1,3 +1,3 @@\n a\n-b\n+B\n c\n"
        b"Index: two\n=====\n--- two\t(revision 4)\n+++ two\t(nonexistent)\n@@ -1 +0,0 @@\n-x\n"
        b"Index: .\n=====\n--- .\t(revision 4)\n+++ .\t(revision 5)\n\nProperty changes on: .\n_____\n"
        b"Modified: svn:mergeinfo\n## -0,0 +0,1 ##\n   Merged /httpd/httpd/trunk:r3\n",
        id="Subversion",
    ),
    pytest.param(
        b"Index: one\n=====\ndiff --git a/one b/one\n--- a/one\t(revision 4)\n+++ b/one\t(revision 5)\n"
        b"@@ -1,3 +1,3 @@\n a\n-b\n+B\n c\nIndex: two\n=====\ndiff --git a/two b/two\ndeleted file mode 100644\n"
        b"--- a/two\t(revision 4)\n+++ b/two\t(nonexistent)\n@@ -1 +0,0 @@\n-x\n"
        b"Index: .\n=====\ndiff --git a/ b/\n--- a/\t(revision 4)\n+++ b/\t(revision 5)\n\nProperty changes on: \n",
        id="Subversion --git",
    ),
    pytest.param(
        b"--- a/one\t2014-05-01 10:00:00\n+++ b/one\t2014-05-02 10:00:00\n@@ -1,3 +1,3 @@\n a\n-b\n+B\n c\n"
        b"--- a/two\n+++ /dev/null\n@@ -1 +0,0 @@\n-x\n",
        id="plain",
    ),
]


@pytest.mark.parametrize("diff", SAME)
def test_one_change_in_many_forms(diff: bytes) -> None:
    assert patch_id(canonical(diff, "test")) == patch_id(canonical(GIT, "test"))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"+B", b"+C"),
        (b" c\n", b" d\n"),
        (b"b/one", b"b/three"),
        (b"deleted file mode 100644", b"deleted file mode 100755"),
        (b"@@ -1,3 +1,3 @@ f(void)\n a\n", b"@@ -1,2 +1,2 @@\n"),
    ],
)
def test_another_change(old: bytes, new: bytes) -> None:
    assert old in GIT
    assert patch_id(canonical(GIT.replace(old, new), "test")) != patch_id(canonical(GIT, "test"))


@pytest.mark.parametrize(
    ("diff", "message"),
    [
        (b"", "x: not a unified diff"),
        (b"Just text\n", "x: not a unified diff"),
        (b"*** a\n--- b\n***************\n*** 1 ****\n", "x: not a unified diff"),
        (b"1,2c\nx\n.\n", "x: not a unified diff"),
        (GIT.replace(b" c\n", b""), "x: line 9: the hunk has fewer lines than its header says"),
        (GIT.replace(b" c\n", b" c\n d\n"), "x: line 10: the hunk has more lines than its header says"),
        (GIT.replace(b"+B\n", b"+B\n+C\n"), "x: line 10: the hunk has other lines than its header says"),
        (GIT.replace(b"-1,3", b"-1,9"), "x: line 10: the hunk has fewer lines"),
        (GIT[: GIT.index(b" c\n")], "x: line 9: the hunk has fewer lines"),
        (b"@@ -1 +1 @@\n-a\n+b\n", "x: line 1: a hunk without a file"),
        (b"diff --git a/x b/x\nindex 1..2\nGIT binary patch\nliteral 0\n\n", "x: line 3: a binary change"),
        (b"Index: x\n====\nCannot display: file marked as a binary type.\n", "x: line 3: a binary change"),
        (b"diff --git a/x b/x\nBinary files a/x and b/x differ\n", "x: line 2: a binary change"),
        (b"diff --git a/x b/x\nnew file mode 10x644\n", "x: line 2: not a file's mode"),
        (b"--- /dev/null\n+++ /dev/null\n@@ -1 +1 @@\n-a\n+b\n", "x: line 3: a file without a name"),
    ],
)
def test_what_cannot_be_fingerprinted(diff: bytes, message: str) -> None:
    with pytest.raises(UnreadableDiffError, match=re.escape(message)):
        canonical(diff, "x")


def test_only_what_is_fingerprinted_is_handed_on() -> None:
    hidden = b"--- a/evil\n+++ b/evil\n@@ -0,0 +1 @@\n+x\n"
    assert b"evil" in canonical(hidden + GIT, "test")
    assert patch_id(canonical(hidden + GIT, "test")) != patch_id(canonical(GIT, "test"))
    told = canonical(b"From: someone \x1b[31m\nIndex: evil\n" + GIT.replace(b"f(void)", b"evil"), "test")
    assert told == canonical(GIT, "test")


def test_a_mode_of_subversion() -> None:
    svn = (
        b"Index: s\n====\n--- s\t(nonexistent)\n+++ s\t(revision 3)\n@@ -0,0 +1 @@\n+x\n\n"
        b"Property changes on: s\n____\nAdded: svn:executable\n## -0,0 +1 ##\n+*\n\\ No newline at end of property\n"
    )
    assert b"\nnew file mode 100755\n--- /dev/null\n+++ b/s\n" in canonical(svn, "test")
    assert b"\nnew file mode 100644\n" in canonical(svn[: svn.index(b"Property")], "test")


@pytest.mark.git
@pytest.mark.parametrize("name", ["with space", 'quo"te', "tab\there", "ümlaut", "back\\slash", "a b/c d", "new\nline"])
def test_names_as_git_writes_them(tmp_path: Path, name: str) -> None:
    for folder, content in (("a", "1\n"), ("b", "2\n")):
        file = tmp_path / folder / name
        file.parent.mkdir(parents=True)
        file.write_text(content)
    diff = _difference(tmp_path)
    assert canonical(diff, "test") == re.sub(rb"index .*\n", b"", diff)


LINE = st.sampled_from(
    [b"a", b"b", b"", b" ", b"\tx y", b"-- z", b"++ z", b"@@ -1 +1 @@", b"\\ n", b"diff --git", b"\r"]
)
CONTENT = st.none() | st.builds(
    lambda lines, end: b"\n".join(lines) + (b"\n" if end and lines else b""), st.lists(LINE, max_size=30), st.booleans()
)
TREES = st.dictionaries(
    st.sampled_from(["a.c", "b c", "d/e", "d/f", "é", "z"]),
    st.tuples(CONTENT, CONTENT, st.booleans(), st.booleans()),
    min_size=1,
)


@pytest.mark.git
@settings(max_examples=100)
@given(tree=TREES)
def test_the_same_as_gits(tree: dict[str, tuple[bytes | None, bytes | None, bool, bool]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        for side in (0, 1):
            top = Path(folder, "ab"[side])
            top.mkdir()
            for name, (*contents, old_executable, new_executable) in tree.items():
                content = contents[side]
                if content is not None:
                    file = top / name
                    file.parent.mkdir(exist_ok=True)
                    file.write_bytes(content)
                    file.chmod(0o755 if (old_executable, new_executable)[side] else 0o644)
        diff = _difference(Path(folder))
        if diff:
            told = subprocess.run(["git", "patch-id", "--stable"], input=diff, capture_output=True, check=True).stdout
            assert patch_id(canonical(diff, "test")) == told.split()[0].decode()


def _difference(folder: Path) -> bytes:
    """git's diff of the folders `a` and `b`, as it is between two commits."""
    env = {**os.environ, "GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_SYSTEM": "/dev/null"}

    def git(*arguments: str) -> bytes:
        command = ["git", "-c", "core.fsync=none", *arguments]
        return subprocess.run(command, cwd=folder, env=env, capture_output=True, check=True).stdout

    git("init", "--quiet", "--bare", "g")
    trees = []
    for side in ("a", "b"):
        git("--git-dir=g", f"--work-tree={side}", "add", "--all")
        trees.append(git("--git-dir=g", "write-tree").decode().strip())
    return git("--git-dir=g", "diff-tree", "-p", "-r", *trees)


@pytest.mark.git
def test_git_s_name_of_a_file(tmp_path: Path) -> None:
    (tmp_path / "f").write_bytes(b"a\r\n\xff")
    told = subprocess.run(["git", "hash-object", tmp_path / "f"], capture_output=True, check=True).stdout
    assert blob_id(b"a\r\n\xff") == told.decode().strip()
