"""Diffs in canonical form, and their fingerprints next to git's own."""

from __future__ import annotations

import os
import re
import subprocess
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hpatch.patch.diff.fingerprint import canonical, fingerprint
from hpatch.patch.diff.read import read
from hpatch.patch.diff.write import write
from tests.support.examples import examples

GIT = (
    b"diff --git a/one b/one\nindex 1234567..89abcde 100644\n--- a/one\n+++ b/one\n"
    b"@@ -1,3 +1,3 @@ f(void)\n a\n-b\n+B\n c\n"
    b"diff --git a/two b/two\ndeleted file mode 100644\nindex 1234567..0000000\n--- a/two\n+++ /dev/null\n"
    b"@@ -1 +0,0 @@\n-x\n"
)
NO_INDEX = re.sub(rb"index .*\n", b"", GIT)
SAME = [
    pytest.param(NO_INDEX, id="without index lines"),
    pytest.param(b"From: x\nSubject: y\n\n diff --git\n---\n one | 2 +-\n\n" + GIT + b"-- \n2.39.5\n\n", id="mail"),
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
        b"Index: .\n=====\ndiff --git a/ b/\n--- a/\t(revision 4)\n+++ b/\t(revision 5)\n\nProperty changes on: \n"
        b"_____\nModified: svn:mergeinfo\n## -0,0 +0,1 ##\n   Merged /httpd/httpd/trunk:r3\n",
        id="Subversion --git",
    ),
    pytest.param(
        b"--- a/one\t2014-05-01 10:00:00\n+++ b/one\t2014-05-02 10:00:00\n@@ -1,3 +1,3 @@\n a\n-b\n+B\n c\n"
        b"--- a/two\n+++ /dev/null\n@@ -1 +0,0 @@\n-x\n",
        id="plain",
    ),
]


def made(data: bytes) -> str:
    """The fingerprint of a diff as it comes."""
    return fingerprint(canonical(read(data, "test")))


def text(data: bytes) -> bytes:
    """A diff in canonical form as it is kept."""
    return write(canonical(read(data, "test")), prefix=True)


@pytest.mark.parametrize("diff", SAME)
def test_one_change_in_many_forms(diff: bytes) -> None:
    assert made(diff) == made(GIT)
    assert text(diff.replace(b"-71,3 +75,3", b"-1,3 +1,3")) == text(GIT)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"+B", b"+C"),
        (b" c\n", b" d\n"),
        (b"/one", b"/three"),
        (b"deleted file mode 100644", b"deleted file mode 100755"),
        (b"@@ -1,3 +1,3 @@\n a\n", b"@@ -1,2 +1,2 @@\n"),
        (b"a/two b/two\n", b"a/two b/two\nold mode 100644\nnew mode 100755\ndiff --git a/two b/two\n"),
    ],
)
def test_another_change(old: bytes, new: bytes) -> None:
    data = NO_INDEX.replace(b" f(void)", b"")
    assert old in data
    assert made(data) == made(GIT)
    assert made(data.replace(old, new)) != made(GIT)


def test_what_the_fingerprint_does_not_cover_is_not_handed_on() -> None:
    executable = GIT.replace(b" 100644\n---", b" 100755\n---")
    loud = b"From: someone \x1b[31m\nIndex: evil\n" + executable.replace(b"f(void)", b"evil")
    assert made(loud) == made(GIT)
    diff = canonical(read(loud, "test"))
    assert diff.message == b""
    one, two = diff.files
    assert (one.old_id, one.new_id, one.old_mode, one.new_mode, one.hunks[0].section) == (None, None, None, None, b"")
    assert (two.old_id, two.old_mode) == (None, 0o100644)


def test_another_file_between_counts() -> None:
    hidden = b"--- a/evil\n+++ b/evil\n@@ -0,0 +1 @@\n+x\n"
    assert b"evil" in text(hidden + GIT)
    assert made(hidden + GIT) != made(GIT)


def test_a_mode_of_subversion() -> None:
    new = (
        b"Index: s\n====\n--- s\t(nonexistent)\n+++ s\t(revision 3)\n@@ -0,0 +1 @@\n+x\n\n"
        b"Property changes on: s\n_____\nAdded: svn:executable\n## -0,0 +1 ##\n+*\n\\ No newline at end of property\n"
    )
    assert b"\nnew file mode 100755\n--- /dev/null\n+++ b/s\n" in text(new)
    assert b"\nnew file mode 100644\n" in text(new[: new.index(b"\nProperty")])
    gone = (
        b"Index: s\n====\n--- s\t(revision 3)\n+++ s\t(nonexistent)\n@@ -1 +0,0 @@\n-x\n\n"
        b"Property changes on: s\n_____\nDeleted: svn:executable\n## -1 +0,0 ##\n-*\n\\ No newline at end of property\n"
    )
    assert b"\ndeleted file mode 100755\n--- a/s\n+++ /dev/null\n" in text(gone)
    assert b"\ndeleted file mode 100644\n" in text(gone[: gone.index(b"\nProperty")])
    head = b"Index: s\n====\ndiff --git a/s b/s\nnew file mode 10644\n--- a/s\t(nonexistent)\n+++ b/s\t(revision 3)\n"
    assert made(head + b"@@ -0,0 +1 @@\n+x\n") == made(new[: new.index(b"\nProperty")])


def test_names_that_subversion_counts_from_its_root() -> None:
    head = b"Index: d/one\n====\ndiff --git a/x/trunk/d/one b/x/trunk/d/one\n--- a/x/trunk/d/one\t(revision 4)\n"
    svn = head + b"+++ b/x/trunk/d/one\t(revision 5)\n@@ -1 +1 @@\n-a\n+b\n"
    plain = b"--- a/d/one\n+++ b/d/one\n@@ -1 +1 @@\n-a\n+b\n"
    assert text(svn) == text(plain)
    assert made(svn.replace(b"x/trunk/d/one", b"x/trunk/one")) != made(plain)


def test_a_diff_that_renames_keeps_its_order() -> None:
    """A file is copied as it was before the diff changes it."""
    copied = b"diff --git a/one b/two\nsimilarity index 100%\ncopy from one\ncopy to two\n"
    diff = canonical(read(GIT[: GIT.index(b"diff --git a/two")] + copied, "test"))
    assert [file.path for file in diff.files] == ["two", "one"]
    again = canonical(read(write(diff, prefix=True), "test"))
    assert [file.path for file in again.files] == ["two", "one"]
    assert fingerprint(again) == fingerprint(diff)


@pytest.mark.git
@pytest.mark.parametrize("name", ["with space", 'quo"te', "tab\there", "ümlaut", "back\\slash", "a b/c d"])
def test_names_as_git_writes_them(tmp_path: Path, name: str) -> None:
    for folder, content in (("a", "1\n"), ("b", "2\n")):
        file = tmp_path / folder / name
        file.parent.mkdir(parents=True)
        file.write_text(content)
    diff = _difference(tmp_path)
    assert text(diff) == re.sub(rb"index .*\n", b"", diff)


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
@settings(max_examples=examples(50))
@given(tree=TREES, options=st.sampled_from([(), ("-M", "-C", "--find-copies-harder"), ("-B",)]))
def test_the_same_as_gits(tree: dict[str, tuple[bytes | None, bytes | None, bool, bool]], options: tuple[str]) -> None:
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
        diff = _difference(Path(folder), *options)
        if diff:
            told = subprocess.run(["git", "patch-id", "--stable"], input=diff, capture_output=True, check=True).stdout
            assert made(diff) == told.split()[0].decode()


def _difference(folder: Path, *options: str) -> bytes:
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
    return git("--git-dir=g", "diff-tree", "-p", "-r", *options, *trees)
