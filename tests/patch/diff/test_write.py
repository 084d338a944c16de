"""Writing diffs: what is written reads back, and git and GNU patch accept it."""

import os
import subprocess
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hpatch.errors import InputError
from hpatch.patch.diff.model import Diff, FilePatch, Hunk, Placed
from hpatch.patch.diff.read import read
from hpatch.patch.diff.write import changes, compare, reverse, write
from tests.support.examples import examples

HUNK = (
    b"@@ -1,3 +1,4 @@ int f(void)\n one\n-two\n+deux\n+\xff\r\n three\n"
    b"@@ -9 +10 @@\n-nine\n+neuf\n\\ No newline at end of file\n"
)
CASES = [
    b"diff --git a/f b/f\nindex 1111111..2222222 100644\n--- a/f\n+++ b/f\n" + HUNK,
    b"Text.\n\ndiff --git a/f b/f\nold mode 100644\nnew mode 100755\nindex 1111..2222\n--- a/f\n+++ b/f\n" + HUNK,
    b"diff --git f f\nindex 1111111..2222222 100755\n--- f\n+++ f\n" + HUNK,
    b'diff --git "a/\\303\\251 \\t" "b/\\303\\251 \\t"\n--- "a/\\303\\251 \\t"\t\n+++ "b/\\303\\251 \\t"\t\n' + HUNK,
    b"diff --git a/with blank b/with blank\n--- a/with blank\t\n+++ b/with blank\t\n" + HUNK,
    b"diff --git a/n b/n\nnew file mode 100755\nindex 0000000..2222222\n--- /dev/null\n+++ b/n\n@@ -0,0 +1 @@\n+a\n",
    b"diff --git a/d b/d\ndeleted file mode 100644\nindex 2222..0000\n--- a/d\n+++ /dev/null\n@@ -1 +0,0 @@\n-a\n",
    b"diff --git a/e b/e\nnew file mode 100644\nindex 0000000..e69de29\n",
    b"diff --git a/e b/e\ndeleted file mode 100644\nindex e69de29..0000000\n",
    b"diff --git a/m b/m\nold mode 100755\nnew mode 100644\n",
    b"diff --git a/x b/y z\nsimilarity index 100%\nrename from x\nrename to y z\n",
    b"diff --git a/x b/y\nsimilarity index 9%\nrename from x\nrename to y\nindex 1111..2222\n--- a/x\n+++ b/y\n" + HUNK,
    b"diff --git a/w b/w\ndissimilarity index 97%\nindex 1111111..2222222 100644\n--- a/w\n+++ b/w\n" + HUNK,
    b"diff --git x y\nrename from x\nrename to y\nindex 1111111..2222222 100644\n--- x\n+++ y\n" + HUNK,
    b"diff --git a/x b/y\nold mode 100644\nnew mode 100755\nsimilarity index 100%\ncopy from x\ncopy to y\n",
]  # fmt: skip


@pytest.mark.parametrize("text", [*CASES, b"".join(CASES[2:10])])
def test_git_s_own_text_comes_back(text: bytes) -> None:
    diff = read(text, "x")
    assert write(diff) == text
    assert read(write(diff), "x") == diff


@pytest.mark.parametrize("text", [case for case in CASES if b"copy" not in case])
def test_reversing_twice_changes_nothing(text: bytes) -> None:
    diff = read(text, "x")
    back = reverse(diff)
    assert reverse(back) == diff
    assert [meaning(file) for file in read(write(back), "x").files] == [meaning(file) for file in back.files]


def test_reversing() -> None:
    (file,) = reverse(read(CASES[1], "x")).files
    assert (file.old_mode, file.new_mode, file.old_id) == (0o100755, 0o100644, "2222")
    assert file.hunks[0].lines[1:4] == (("-", b"deux\n"), ("-", b"\xff\r\n"), ("+", b"two\n"))
    (file,) = reverse(read(CASES[5], "x")).files
    assert (file.kind, file.old, file.new) == ("delete", "b/n", None)
    with pytest.raises(InputError, match="copy"):
        reverse(read(CASES[-1], "x"))


@pytest.mark.parametrize(
    "plain",
    [
        b"--- f\t2014-01-01 10:00:00\n+++ f\t2014-01-02 10:00:00\n" + HUNK,
        b"--- /dev/null\n+++ f\n@@ -0,0 +1 @@\n+a\n",
        b"Index: f\n====\n--- f\t(revision 1)\n+++ f\t(nonexistent)\n@@ -1 +0,0 @@\n-a\n",
    ],
)
def test_other_forms_become_git_s(plain: bytes) -> None:
    diff = read(plain, "x")
    assert [meaning(file) for file in read(write(diff), "x").files] == [meaning(file) for file in diff.files]


def test_prefixes() -> None:
    stripped = read(CASES[2], "x")
    assert write(stripped, prefix=True).startswith(b"diff --git a/f b/f\n")
    assert b"\n--- a/f\n+++ b/f\n" in write(stripped, prefix=True)
    new = stripped._replace(files=(stripped.files[0]._replace(kind="create", old=None),))
    assert write(new, prefix=True).startswith(b"diff --git a/f b/f\nnew file mode")


def meaning(file: FilePatch) -> tuple[object, ...]:
    hunks = tuple(hunk._replace(at=0) for hunk in file.hunks)
    return (file.kind, file.old, file.new, hunks, file.old_mode != file.new_mode and file.new_mode == 0o100755)


def apply(content: bytes, hunks: tuple[Hunk, ...]) -> bytes:
    """The plainest applier: every hunk exactly at its line."""
    parts = content.split(b"\n")
    lines = [line + b"\n" for line in parts[:-1]] + [parts[-1]] * bool(parts[-1])
    out: list[bytes] = []
    at = 0
    for hunk in hunks:
        start = hunk.old_start - 1 if hunk.old else hunk.old_start
        assert tuple(lines[start : start + len(hunk.old)]) == hunk.old
        out += [*lines[at:start], *hunk.new]
        assert len(out) - len(hunk.new) == (hunk.new_start - 1 if hunk.new else hunk.new_start)
        at = start + len(hunk.old)
    return b"".join(out + lines[at:])


LINE = st.sampled_from([b"a", b"b", b"c", b"", b"d\r", b"\xe9", b"-- x", b"\\ No"])
CONTENT = st.tuples(st.lists(LINE, max_size=40), st.booleans()).map(
    lambda text: b"\n".join([*text[0], b""])[: -1 if text[1] and text[0] else None]
)


@settings(max_examples=examples(150))
@given(CONTENT, CONTENT)
def test_comparing_makes_the_one_of_the_other(before: bytes, after: bytes) -> None:
    file = compare("d/f", before, after)
    assert apply(before, file.hunks) == after
    for hunk in file.hunks:
        edges = [operation for operation, _ in hunk.lines]
        assert edges[:4] != [" "] * 4
        assert edges[-4:] != [" "] * 4
    if before != after:
        text = write(Diff("x", (file,)), prefix=True)
        assert [hunk._replace(at=1) for hunk in read(text, "x").files[0].hunks] == list(file.hunks)


def test_comparing_files_that_come_and_go() -> None:
    assert compare("f", None, b"a\n")[:3] == ("create", None, "f")
    assert compare("f", b"a\n", None)[:3] == ("delete", "f", None)
    assert compare("f", None, b"").hunks == ()
    assert read(write(Diff("x", (compare("f", None, b""),))), "x").files[0].kind == "create"
    with pytest.raises(ValueError, match="no file on either side"):
        compare("f", None, None)


def test_what_placing_changed() -> None:
    file = changes(Placed(path="f", before=b"a\n", after=b"b\n", outcomes=(), ok=True))
    assert file.hunks[0].lines == (("-", b"a\n"), ("+", b"b\n"))


@pytest.mark.parametrize("tool", [["git", "apply"], ["patch", "-p1", "-s", "--binary"]])
def test_tools_accept_it(tool: list[str], tmp_path: Path) -> None:
    """git apply and GNU patch make the same files of it."""
    before = {"a b/f": b"one\ntwo\r\nthree", "gone": b"x\n", "same": b"y\n"}
    after = {"a b/f": b"one\n2\r\nthree\nfour\n", "new": b"n\n\xe9", "same": b"y\n"}
    changed = [path for path in sorted(before | after) if before.get(path) != after.get(path)]
    diff = Diff("x", tuple(compare(path, before.get(path), after.get(path)) for path in changed))
    for path, content in before.items():
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_bytes(content)
    environment = os.environ | {"GIT_CEILING_DIRECTORIES": str(tmp_path.parent)}
    subprocess.run(tool, input=write(diff, prefix=True), cwd=tmp_path, env=environment, check=True)
    found = {str(path.relative_to(tmp_path)): path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    assert found == after
