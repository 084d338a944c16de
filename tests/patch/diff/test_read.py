"""Reading diffs: every form that is understood, every form that is refused, and nothing in between."""

import contextlib
import os
import subprocess
from collections.abc import Sequence

import pytest

from hpatch.patch.diff.model import FilePatch
from hpatch.patch.diff.read import DiffError, read
from hpatch.patch.diff.reading import body
from hpatch.patch.diff.write import write
from tests.support.cost import seconds

HUNK = b"@@ -1,3 +1,3 @@\n one\n-two\n+deux\n three\n"
PLAIN = b"--- a/f.c\n+++ b/f.c\n" + HUNK
GIT = b"diff --git a/f.c b/f.c\nindex 1111111..2222222 100644\n" + PLAIN
LINES = ((" ", b"one\n"), ("-", b"two\n"), ("+", b"deux\n"), (" ", b"three\n"))
EMPTY = "e69de29"


def only(data: bytes) -> FilePatch:
    """The one file of a diff."""
    diff = read(data, "x.diff")
    assert len(diff.files) == 1
    return diff.files[0]


def refused(data: bytes) -> tuple[int, str]:
    with pytest.raises(DiffError) as caught:
        read(data, "x.diff")
    assert str(caught.value) == f"x.diff:{caught.value.line}: {caught.value.reason}"
    assert "\n" not in caught.value.reason
    return caught.value.line, caught.value.reason


# What is read


def test_a_git_diff() -> None:
    file = only(b"Why it is so.\n\n" + GIT)
    assert file == FilePatch(
        kind="modify",
        old="a/f.c",
        new="b/f.c",
        hunks=file.hunks,
        at=3,
        old_mode=0o100644,
        new_mode=0o100644,
        old_id="1111111",
        new_id="2222222",
    )
    assert file.hunks[0] == (1, 1, LINES, b"", 7)
    assert read(b"Why it is so.\n\n" + GIT, "x").message == b"Why it is so.\n\n"


@pytest.mark.parametrize(
    ("head", "kind", "old", "new"),
    [
        (b"--- a/f.c\n+++ b/f.c\n", "modify", "a/f.c", "b/f.c"),
        (b"diff -u f.c.orig f.c\n--- f.c.orig\n+++ f.c\n", "modify", "f.c.orig", "f.c"),
        (b"--- f.c\t2014-05-01 10:00:00.000000000 +0200\n+++ f.c\t2014-05-01\n", "modify", "f.c", "f.c"),
        (b"--- f.c 2014-05-01 10:00:00.0 +0200\n+++ f.c   (working copy)\n", "modify", "f.c", "f.c"),
        (b"--- trunk/f.c (original)\n+++ trunk/f.c Mon May  5 21:58:41 2014\n", "modify", "trunk/f.c", "trunk/f.c"),
        (b"--- with blank\t(revision 1)\n+++ with blank\t(working copy)\n", "modify", "with blank", "with blank"),
        (b'--- "a b\\303\\251"\t2014\n+++ "tab\\tand\\"quote"\n', "modify", "a bé", 'tab\tand"quote'),
        (b"--- f\t1970-01-01 00:00:00.000000000 +0000\n+++ f\t2014\n", "modify", "f", "f"),
        (b"Index: d/f\n=====\n--- d/f\t(revision 1)\n+++ d/f\t(working copy)\n", "modify", "d/f", "d/f"),
        (b"Index: f.c\n====\nRCS file: f.c,v\nretrieving revision 1.1\ndiff -u f.c\n--- f.c\t1 Jan\n+++ f.c\t2 Jan\n",
         "modify", "f.c", "f.c"),
        (b"Index: b/f.c\n=====\n--- a/f.c\n+++ b/f.c\n", "modify", "a/f.c", "b/f.c"),
        (b"=== modified file 'f.c'\n--- f.c\t2009\n+++ f.c\t2010\n", "modify", "f.c", "f.c"),
        (b"# HG changeset patch\ntext\n\ndiff -r 0 -r 1 f\n--- a/f\tThu\n+++ b/f\tFri\n", "modify", "a/f", "b/f"),
        (b"Description: x\nOrigin: upstream\n---\n--- a/f.c\n+++ b/f.c\n", "modify", "a/f.c", "b/f.c"),
        (b"diff --git a/old b/new\nindex 1111..2222\n--- a/old\n+++ b/new\n", "modify", "a/old", "b/new"),
        (b"diff --git f.c f.c\n--- f.c\n+++ f.c\n", "modify", "f.c", "f.c"),
        (b"diff --git a/a b b/a b\n--- a/a b\t\n+++ b/a b\t\n", "modify", "a/a b", "b/a b"),
        (b'diff --git "a/\\303\\251" "b/\\303\\251"\n--- "a/\\303\\251"\n+++ "b/\\303\\251"\n', "modify", "a/é", "b/é"),
        (b"diff --git a/x b/y\nsimilarity index 60%\nrename from x\nrename to y\nindex 1111..2222\n--- a/x\n+++ b/y\n",
         "rename", "a/x", "b/y"),
        (b"Index: y\n====\ndiff --git a/d/x b/d/y\ncopy from d/x@1\ncopy to d/y\n--- a/d/x\t(x)\n+++ b/d/y\t(x)\n",
         "copy", "a/d/x", "b/d/y"),
    ],
)  # fmt: skip
def test_headers(head: bytes, kind: str, old: str, new: str) -> None:
    file = only(head + HUNK)
    assert (file.kind, file.old, file.new, file.hunks[0].lines) == (kind, old, new, LINES)


@pytest.mark.parametrize(
    ("head", "new"),
    [
        (b"--- /dev/null\n+++ b/f.c\n", "b/f.c"),
        (b"--- /dev/null\t2014\n+++ f.c\t2014\n", "f.c"),
        (b"--- f.c\t(revision 0)\n+++ f.c\t(revision 7)\n", "f.c"),
        (b"--- f.c\t(nonexistent)\n+++ f.c\t(working copy)\n", "f.c"),
        (b"--- f.c\t(.../branches/x/f.c)\t(nonexistent)\n+++ f.c\t(.../trunk/f.c)\t(revision 7)\n", "f.c"),
        (b"--- f.c (added)\n+++ f.c Mon May  5 21:58:41 2014\n", "f.c"),
        (b"--- a/f.c\t1970-01-01 01:00:00.000000000 +0100\n+++ b/f.c\t2014\n", "b/f.c"),
        (b"--- a/f.c\t1969-12-31 16:00:00.000000000 -0800\n+++ b/f.c\t2014\n", "b/f.c"),
        (b"--- a/f.c\tThu Jan 01 00:00:00 1970 +0000\n+++ b/f.c\t2014\n", "b/f.c"),
        (b"diff --git a/f.c b/f.c\nnew file mode 100755\nindex 0000000..1111111\n--- /dev/null\n+++ b/f.c\n", "b/f.c"),
        (b"Index: f.c\n====\ndiff --git a/f.c b/f.c\nnew file mode 100644\n--- a/f.c\t(nonexistent)\n+++ b/f.c\t(x)\n",
         "b/f.c"),
    ],
)  # fmt: skip
def test_new_files(head: bytes, new: str) -> None:
    file = only(head + b"@@ -0,0 +1,2 @@\n+one\n+two\n")
    assert (file.kind, file.old, file.new) == ("create", None, new)
    assert file.hunks[0].new == (b"one\n", b"two\n")


@pytest.mark.parametrize(
    "head",
    [
        b"--- f.c\n+++ /dev/null\n",
        b"--- f.c\t(revision 1)\n+++ f.c\t(nonexistent)\n",
        b"--- f.c (original)\n+++ f.c (removed)\n",
        b"--- f.c\t2014\n+++ f.c\t1970-01-01 00:00:00.000000000 +0000\n",
        b"diff --git f.c f.c\ndeleted file mode 100644\nindex 1111111..0000000\n--- f.c\n+++ /dev/null\n",
    ],
)
def test_deleted_files(head: bytes) -> None:
    file = only(head + b"@@ -1 +0,0 @@\n-one\n")
    assert (file.kind, file.old, file.new) == ("delete", "f.c", None)


def test_an_empty_side_alone_neither_makes_nor_deletes() -> None:
    """Only a word in the header does; Subversion before 1.9 has none for a deleted file."""
    assert only(b"--- f.c\t(revision 1)\n+++ f.c\t(working copy)\n@@ -1 +0,0 @@\n-one\n").kind == "modify"
    assert only(b"--- f.c\n+++ f.c\n@@ -0,0 +1 @@\n+one\n").kind == "modify"
    assert only(b"--- f.c\t1970-01-01 00:00:00 +0100\n+++ f.c\n@@ -0,0 +1 @@\n+one\n").kind == "modify"


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"diff --git a/e b/e\nnew file mode 100644\nindex 0000000..e69de29\n",
         FilePatch(kind="create", old=None, new="b/e", hunks=(), at=1, new_mode=0o100644, new_id=EMPTY)),
        (b"diff --git a/e b/e\ndeleted file mode 100755\nindex e69de29..0000000\n",
         FilePatch(kind="delete", old="a/e", new=None, hunks=(), at=1, old_mode=0o100755, old_id=EMPTY)),
        (b"diff --git a/x y b/x z\nsimilarity index 100%\nrename from x y\nrename to x z\n",
         FilePatch(kind="rename", old="a/x y", new="b/x z", hunks=(), at=1, likeness="similarity index 100%")),
        (b"diff --git a/x b/y\nsimilarity index 100%\ncopy from x\ncopy to y\n",
         FilePatch(kind="copy", old="a/x", new="b/y", hunks=(), at=1, likeness="similarity index 100%")),
        (b"diff --git a/x b/x\nold mode 100644\nnew mode 100755\n",
         FilePatch(kind="modify", old="a/x", new="b/x", hunks=(), at=1, old_mode=0o100644, new_mode=0o100755)),
        (b"diff --git a/x b/x\nold mode 100664\nnew mode 100775\n",
         FilePatch(kind="modify", old="a/x", new="b/x", hunks=(), at=1, old_mode=0o100644, new_mode=0o100755)),
    ],
)  # fmt: skip
def test_changes_without_hunks(data: bytes, expected: FilePatch) -> None:
    assert only(data) == expected


def test_no_newline_at_the_end_of_either_side() -> None:
    body = b"@@ -1,2 +1,2 @@\n one\n-two\n\\ No newline at end of file\n+deux\n\\ Kein Zeilenumbruch am Dateiende.\n"
    assert only(b"--- f\n+++ f\n" + body).hunks[0].lines == ((" ", b"one\n"), ("-", b"two"), ("+", b"deux"))
    assert only(b"--- f\n+++ f\n@@ -1 +1 @@\n-x\n+x\n\\ No newline\n").hunks[0].new == (b"x",)
    assert only(b"--- f\n+++ f\n@@ -1 +1,2 @@\n+a\n x\n\\ No newline\n").hunks[0].new == (b"a\n", b"x")


def test_bytes_survive() -> None:
    body = b"@@ -1,2 +1,2 @@ f\xfc()\n caf\xe9 \x85\x1c\x0b\x00\r\n-\xff\xfe\r\n+\xf0\x9f\x8d\x8c\r\r\n"
    hunk = only(b"--- f\n+++ f\n" + body).hunks[0]
    assert hunk.section == b"f\xfc()"
    assert hunk.lines == (
        (" ", b"caf\xe9 \x85\x1c\x0b\x00\r\n"),
        ("-", b"\xff\xfe\r\n"),
        ("+", b"\xf0\x9f\x8d\x8c\r\r\n"),
    )
    assert only(b"--- \xe9\n+++ \xe9\n" + HUNK).path == "\udce9"


def test_a_diff_all_in_cr_lf_was_converted() -> None:
    """One CR goes from each line; lines that had one keep it."""
    assert only(GIT.replace(b"\n", b"\r\n")) == only(GIT)
    assert only(PLAIN.replace(b"two\n", b"two\r\n").replace(b"\n", b"\r\n")).hunks[0].lines[1] == ("-", b"two\r\n")
    assert only(b"\xef\xbb\xbf" + PLAIN) == only(PLAIN)


def test_a_cr_in_a_header_alone_is_refused() -> None:
    assert refused(PLAIN.replace(b"f.c\n", b"f.c\r\n"))[0] == 1
    line, reason = refused(PLAIN.replace(b"@@\n", b"@@\r\n"))
    assert (line, "CR LF" in reason) == (3, True)
    assert only(PLAIN.replace(b"@@\n", b"@@ f()\r\n")).hunks[0].section == b"f()\r"


def test_stripped_empty_context() -> None:
    stripped = b"--- f\n+++ f\n@@ -1,4 +1,4 @@\n\n-two\n+deux\n\n four\n"
    assert only(stripped).hunks[0].old == (b"\n", b"two\n", b"\n", b"four\n")
    assert refused(stripped.replace(b"\n\n four", b"\n \n four"))[0] == 4
    assert only(PLAIN.replace(b" three\n", b"\n") + b"@@ -8 +8 @@\n-a\n+b\n").hunks[0].old[-1] == b"\n"


@pytest.mark.parametrize("after", [b"", b"From 1234567 Mon\n", b"\n", b"Index: f.c\n=====\n" + PLAIN])
def test_a_blank_line_that_may_stand_after_a_hunk_is_not_its_last(after: bytes) -> None:
    line, reason = refused(PLAIN.replace(b" three\n", b"\n") + after)
    assert (line, "lost" in reason) == (7, True)


def test_a_blank_line_is_a_hunk_s_last_where_others_have_lost_their_blank() -> None:
    stripped = PLAIN.replace(b" one\n", b"\n")
    assert len(read(PLAIN.replace(b" three\n", b"\n") + stripped, "x").files) == 2


def test_mails_one_after_the_other() -> None:
    mail = b"From 1234567 Mon Sep 17 2001\nSubject: x\n\n - one\n + two\n---\n f.c | 2 +-\n\n%s-- \n2.39.5\n\n"
    files = read(mail % GIT + mail % GIT.replace(b"f.c", b"g.c"), "x").files
    assert [(file.path, file.at) for file in files] == [("b/f.c", 9), ("b/g.c", 29)]
    assert read(mail % GIT, "x").message.endswith(b" f.c | 2 +-\n\n")


def test_logs_with_diffs() -> None:
    log = (
        b"-" * 72
        + b"\nr2 | me | 2014\n\nIndex: all of it\n * one\n\nIndex: f.c\n=====\n"
        + PLAIN.replace(b"a/", b"").replace(b"b/", b"")
    )
    assert len(read(log + b"\n" + log + b"\n" + b"-" * 72 + b"\n", "x").files) == 2
    commit = b"commit 0123456789abcdef\nAuthor: x\n\n    Text.\n\n" + GIT
    assert len(read(commit + b"\n" + commit, "x").files) == 2


PROPERTIES = b"\nProperty changes on: %s\n" + b"_" * 67 + b"\n%s\n"
EXECUTABLE = b"Added: svn:executable\n## -0,0 +1 ##\n+*\n\\ No newline at end of property"
MERGEINFO = b"Modified: svn:mergeinfo\n## -0,0 +0,1 ##\n   Merged /trunk:r1"


def test_subversion_properties() -> None:
    directory = b"Index: .\n=====\n--- .\t(revision 1)\n+++ .\t(revision 2)\n" + PROPERTIES % (b".", MERGEINFO)
    section = b"Index: f.c\n=====\n--- f.c\t(revision 1)\n+++ f.c\t(revision 2)\n" + HUNK
    both = directory + section + PROPERTIES % (b"f.c", MERGEINFO + b"\n" + EXECUTABLE) + section.replace(b"f.c", b"g.c")
    first, second = read(both, "x").files
    assert (first.path, first.old_mode, first.new_mode) == ("f.c", 0o100644, 0o100755)
    assert (second.path, second.new_mode) == ("g.c", None)
    off = only(
        directory.replace(b".", b"f.c") + PROPERTIES % (b"run.sh", b"Deleted: svn:executable\n## -1 +0,0 ##\n-*")
    )
    assert off == FilePatch(
        kind="modify", old="run.sh", new="run.sh", hunks=(), at=12, old_mode=0o100755, new_mode=0o100644
    )
    assert "properties only" in refused(directory)[1]


def test_properties_of_another_file_are_not_a_file_s_own() -> None:
    """Subversion lists a folder's files together; the properties of one may come after the hunks of another."""
    section = b"Index: f.c\n=====\n--- f.c\t(revision 1)\n+++ f.c\t(revision 2)\n" + HUNK
    first, second = read(section + PROPERTIES % (b"run.sh", EXECUTABLE), "x").files
    assert (first.path, first.new_mode) == ("f.c", None)
    assert (second.path, second.hunks, second.new_mode) == ("run.sh", (), 0o100755)


def test_old_subversion_properties() -> None:
    text = (
        b"Property changes on: run.sh\n____________\nName: svn:executable\n   + *\nName: svn:eol-style\n   + native\n\n"
    )
    assert only(text).new_mode == 0o100755


# What is refused


@pytest.mark.parametrize(
    ("data", "line", "word"),
    [
        (b"", 1, "empty"),
        (b" \n\n", 1, "empty"),
        ("--- f\n".encode("utf-16"), 1, "UTF-16"),
        (b"Just words.\n", 1, "no unified diff"),
        (b"<!DOCTYPE html>\n<p>--- a</p>\n", 1, "web page"),
        (b"*** f\t2014\n--- f\t2014\n***************\n*** 1,2 ****\n! a\n--- 1,2 ----\n! b\n", 4, "context diff"),
        (b"2c\ndeux\n.\n", 1, "ed script"),
        (b"2c2\n< two\n---\n> deux\n", 1, "normal diff"),
        (PLAIN + b"diff -e a b\n2c\ndeux\n.\n", 9, "ed script"),
        (PLAIN + b"\n2c\ndeux\n.\n", 9, "ed script"),
        (PLAIN + b"diff a b\n2c2\n< two\n---\n> deux\n", 9, "normal diff"),
        (b"diff --cc f\nindex 1111,2222..3333\n--- a/f\n+++ b/f\n@@@ -1,1 -1,1 +1,1 @@@\n--a\n", 1, "combined"),
        (b"Content-Transfer-Encoding: quoted-printable\n\n" + PLAIN, 1, "quoted-printable"),
        # Hunks.
        (PLAIN[: -len(b" three\n")], 3, "ends inside"),
        (PLAIN[:-1], 7, "middle of a line"),
        (PLAIN.replace(b" three\n", b""), 3, "ends inside"),
        (PLAIN.replace(b" three\n", b"") + GIT, 7, "not complete"),
        (PLAIN + b" four\n", 8, "after the hunk's end"),
        (PLAIN + b"\n four\n", 9, "after the hunk's end"),
        (PLAIN + b"+four\n", 8, "after the hunk's end"),
        (PLAIN + b"-- \n2.39\n", 8, "after the hunk's end"),
        (PLAIN + b"words\n", 8, "where a header"),
        (PLAIN.replace(b"-1,3", b"-1,2"), 7, "more lines"),
        (PLAIN.replace(b"+1,3", b"+1,2"), 7, "more lines"),
        (PLAIN.replace(b"-1,3", b"-1,4"), 3, "1 old and 0 new"),
        (PLAIN.replace(b"-1,3", b"-0,3"), 3, "line 0"),
        (PLAIN.replace(b"@@ -", b"@@ "), 3, "not well formed"),
        (PLAIN.replace(b"-1,3", b"-1,9999999999"), 3, "not well formed"),
        (PLAIN.replace(b"-two\n+deux", b" two"), 3, "changes nothing"),
        (b"--- f\n+++ f\n@@ -0,0 +0,0 @@\n", 3, "changes nothing"),
        (PLAIN + b"@@ -3 +3 @@\n-three\n+trois\n", 8, "overlaps"),
        (PLAIN + b"@@ -4,0 +3 @@\n+trois\n", 8, "overlaps"),
        (PLAIN + b"@@ -3,0 +4 @@\n+trois\n@@ -3 +4 @@\n-x\n+y\n", 10, "overlaps"),
        (PLAIN.replace(b"-1,3 +1,3", b"-11,3 +11,3") + HUNK, 8, "overlaps"),
        (PLAIN + b"@@ oops\n", 8, "not well formed"),
        (PLAIN + b"\n" + HUNK, 9, "without a file's header"),
        (HUNK, 1, "without a file's header"),
        (b"--- f\n+++ f\n@@ -1 +1 @@\n\\ No newline\n-a\n+b\n", 4, "backslash"),
        (b"--- f\n+++ f\n@@ -1 +1 @@\n-a\n\\ No newline\n\\ No newline\n+b\n", 6, "backslash"),
        (b"--- f\n+++ f\n@@ -1 +1 @@\n-a\n+b\n\\ No newline\n\\ No newline\n", 7, "after the hunk's end"),
        (b"--- f\n+++ f\n@@ -1,2 +1 @@\n-a\n\\ No newline\n-b\n+c\n", 5, "lines follow"),
        (b"--- f\n+++ f\n@@ -1 +1 @@\n-a\n\\ No newline\n+b\n@@ -5 +5 @@\n-a\n+b\n", 7, "end of the file"),
        # Another file's header that a hunk without its last lines would swallow.
        (PLAIN.replace(b" three\n", b"") + PLAIN, 7, "another file's header"),
        # Headers.
        (b"--- f\n" + HUNK, 2, "without a file's header"),
        (b"+++ f\n" + HUNK, 1, "without its '---'"),
        (b"--- f\n+++ f\n", 2, "hunk should follow"),
        (b"--- f\n+++ f\nwords\n", 3, "hunk should follow"),
        (b"--- \n+++ \n" + HUNK, 1, "without a name"),
        (b'--- "f\n+++ f\n' + HUNK, 1, "quotes"),
        (b'--- "f\\9"\n+++ f\n' + HUNK, 1, "quotes"),
        (b"--- /dev/null\n+++ /dev/null\n" + HUNK, 1, "neither side"),
        (b"--- /dev/null\n+++ f\n" + HUNK, 1, "said to be new"),
        (b"--- f\n+++ /dev/null\n" + HUNK, 1, "said to be deleted"),
        (b"Index: f\n====\n", 1, "without changes"),
        (b"Index: g\n====\n--- f\n+++ f\n" + HUNK, 1, "different files"),
        (b"Index: d/f\n====\n--- f\n+++ f\n" + HUNK, 1, "different files"),
        (PLAIN + GIT.split(b"\n", 1)[1], 8, "without its 'diff --git'"),
        (b"new file mode 100644\nindex 0000000..e69de29\n" + PLAIN, 1, "without its 'diff --git'"),
        (PLAIN + b"\nProperty changes on: f.c\nAdded: svn:executable\n", 9, "property changes"),
        (PLAIN + b"\n______\nAdded: svn:executable\n", 9, "property changes"),
        (PLAIN + b"\nProperty changes on: b/f.c\n______\n## -0,0 +1 ##\n+*\n", 11, "without its name"),
    ],
)
def test_refused(data: bytes, line: int, word: str) -> None:
    found = refused(data)
    assert found[0] == line, found
    assert word in found[1]


@pytest.mark.parametrize(
    ("head", "word"),
    [
        (b"", "says no change"),
        (b"index 1111111..2222222 100644\n", "changes are missing"),
        (b"index 1111..22x2\n", "not well formed"),
        (b"new file mode 100644\n", "could follow"),
        (b"new file mode 100644\nindex 0000000..1111111\n", "content is missing"),
        (b"new file mode 100644\nindex 1111111..e69de29\n", "do not agree"),
        (b"deleted file mode 100644\n", "could follow"),
        (b"deleted file mode 100644\nindex 1111111..0000000\n", "content is missing"),
        (b"deleted file mode 100644\nnew file mode 100644\n", "several things"),
        (b"new file mode 100644\nnew file mode 100644\n", "a second"),
        (b"old mode 100644\n", "come together"),
        (b"old mode 100644\nnew mode 100755\nnew file mode 100644\n", "come together"),
        (b"old mode 100644\nnew mode 100755\nindex 1111111..2222222\n", "changes are missing"),
        (b"rename from f\n", "come together"),
        (b"rename from f\nrename to f\n", "could follow"),
        (b"similarity index most\nrename from f\nrename to f\n", "not well formed"),
        (b"similarity index 90%\nrename from f\nrename to f\n", "changes are missing"),
        (b'similarity index 100%\nrename from "f\nrename to f\n', "quotes"),
        (b"similarity index 100%\nrename from f\nrename to g\n", "do not agree"),
        (b"old mode 100644\nnew mode 120000\n", "symbolic link"),
        (b"old mode 100644\nnew mode 120644\n", "symbolic link"),
        (b"old mode 100644\nnew mode 160000\n", "submodule"),
        (b"old mode 100644\nnew mode 040000\n", "mode"),
        (b"old mode 100644\nnew mode 104755\n", "mode"),
        (b"old mode 100644\nnew mode 9\n", "mode"),
        (b"old mode 100644\nnew mode 120777\n", "symbolic link"),
        (b"old mode 100644\nnew mode 12000\n", "mode"),
        (b"new file mode 100644\n--- a/f\n+++ b/f\n" + HUNK, "do not agree"),
        (b"--- /dev/null\n+++ b/f\n@@ -0,0 +1 @@\n+a\n", "do not agree"),
        (b"new file mode 100644\n--- /dev/null\n+++ b/f\n" + HUNK, "said to be new"),
        (b"new file mode 100644\n--- /dev/null\n+++ b/f\n", "hunk should follow"),
        (b"similarity index 100%\nrename from f\nrename to f\n--- a/f\n+++ b/f\n" + HUNK, "100%"),
        (b"--- a/f\n+++ b/g\n" + HUNK, "do not agree"),
        (b"index 1111..2222 100644\n--- a/f\n+++ b/f\nBinary files a/f and b/f differ\n", "hunk should follow"),
        (b"index 1111..2222\nGIT binary patch\nliteral 3\nKc$`aQNCE%>hycU@\n\n", "binary"),
        (b"index 1111..2222\nBinary files a/f and b/f differ\n", "binary"),
    ],
)
def test_refused_git_headers(head: bytes, word: str) -> None:
    line, reason = refused(b"diff --git a/f b/f\n" + head)
    assert word in reason, (line, reason)


@pytest.mark.parametrize(
    "note",
    [b"Binary files a/x and b/x differ\n", b"Files x and y differ\n", b"Binary file x has changed\n"],
)
def test_binary_notes_between_files(note: bytes) -> None:
    assert refused(note + PLAIN) == refused(note)
    assert "binary" in refused(PLAIN + note)[1]
    assert "binary" in refused(b"Index: f\n====\nCannot display: file marked as a binary type.\n")[1]


# The order of a git diff's files


def renaming(old: bytes, new: bytes, verb: bytes = b"rename") -> bytes:
    return b"diff --git a/%s b/%s\nsimilarity index 100%%\n%s from %s\n%s to %s\n" % (old, new, verb, old, verb, new)


BARE = b"diff --git d/x d/x\n--- d/x\n+++ d/x\n" + HUNK
MODIFY = b"diff --git a/x b/x\n--- a/x\n+++ b/x\n" + HUNK
CREATE = b"diff --git a/x b/x\nnew file mode 100644\n--- /dev/null\n+++ b/x\n@@ -0,0 +1 @@\n+a\n"


@pytest.mark.parametrize(
    ("data", "order"),
    [
        (MODIFY + renaming(b"x", b"y", b"copy"), ["b/y", "b/x"]),
        (CREATE + renaming(b"x", b"y"), ["b/y", "b/x"]),
        (renaming(b"x", b"y") + renaming(b"y", b"z") + renaming(b"x", b"w", b"copy"), ["b/z", "b/w", "b/y"]),
        (MODIFY + MODIFY + renaming(b"x", b"y", b"copy"), ["b/x", "b/y", "b/x"]),
        (MODIFY + PLAIN + renaming(b"x", b"y", b"copy"), ["b/x", "b/f.c", "b/y"]),
        (BARE + b"diff --git d/x d/y\nsimilarity index 100%\ncopy from d/x\ncopy to d/y\n", ["d/y", "d/x"]),
        (MODIFY + b"\nThe next one.\n" + renaming(b"x", b"y"), ["b/x", "b/y"]),
    ],
)
def test_files_are_read_before_they_are_written(data: bytes, order: list[str]) -> None:
    assert [file.path for file in read(data, "x").files] == order


@pytest.mark.parametrize(
    ("data", "line", "word"),
    [
        (renaming(b"x", b"y") + renaming(b"y", b"x"), 5, "swap their names"),
        (renaming(b"x", b"y") + renaming(b"x", b"z"), 5, "renamed twice"),
        (MODIFY + renaming(b"x", b"y"), 9, "changes this file and renames it"),
    ],
)
def test_files_that_have_no_order(data: bytes, line: int, word: str) -> None:
    found = refused(data)
    assert (found[0], word in found[1]) == (line, True), found


def test_subversion_deletes_what_it_renames_besides() -> None:
    gone = b"diff --git a/x b/x\ndeleted file mode 100644\n--- a/x\t(x)\n+++ b/x\t(nonexistent)\n@@ -1 +0,0 @@\n-a\n"
    files = read(gone + renaming(b"x", b"y"), "x").files
    assert [(file.kind, file.old, file.new) for file in files] == [("copy", "a/x", "b/y"), ("delete", "a/x", None)]


def test_a_long_chain_of_renames_is_no_recursion() -> None:
    chain = b"".join(renaming(b"f%d" % n, b"f%d" % (n + 1)) for n in range(3000))
    assert read(chain, "x").files[0].path == "b/f3000"


# The second opinion


def test_unidiff_must_agree(monkeypatch: pytest.MonkeyPatch) -> None:
    real = body.hunks
    monkeypatch.setattr(body, "hunks", lambda scan: tuple(h._replace(old_start=h.old_start + 1) for h in real(scan)))
    line, reason = refused(PLAIN)
    assert (line, "unidiff" in reason) == (3, True)


# Sizes


@pytest.mark.parametrize(
    "data",
    [
        b"--- a" + b" " * 200_000 + b"b\n+++ f\n" + HUNK,
        b"diff --git " + b" " * 200_000 + b"\n",
        b"Files " + b" and " * 200_000 + b"\n",
        b"@@ -" + b"1" * 1_000_000 + b"\n",
        b'--- "' + b"\\\\" * 500_000 + b"\n+++ f\n" + HUNK,
        PLAIN + b"\n" * 300_000,
        b"--- x\n" * 200_000,
        (b"diff --git a/x b/y\n" + b"x" * 80 + b"\n") * 10_000,
    ],
    ids=range(8),
)
def test_hostile_sizes_take_no_time(data: bytes) -> None:
    with seconds(5), contextlib.suppress(DiffError):
        read(data, "x")


# Real history


@pytest.mark.httpd_git
@pytest.mark.parametrize("branch", ["trunk", "2.4.x"])
def test_httpd_history(branch: str) -> None:
    """The newest 2,000 commits: all read but binaries and links, counted as git counts, written back byte for byte."""

    def git(*arguments: str, data: bytes = b"") -> bytes:
        command = ["git", "-C", os.environ["HPATCH_HTTPD_GIT"], *arguments]
        return subprocess.run(command, input=data, capture_output=True, check=True).stdout

    commits = git("log", "-2000", "--format=%H", f"refs/heads/{branch}")
    known = set(commits.split())

    def by_commit(output: bytes) -> dict[bytes, list[bytes]]:
        found: dict[bytes, list[bytes]] = {}
        for line in (
            output.splitlines(keepends=True) if b"\r" not in output else [n + b"\n" for n in output.split(b"\n")[:-1]]
        ):
            if len(line) == 41 and line[:-1] in known:
                found[line[:-1]] = here = []
            else:
                here.append(line)
        return found

    tree = ("diff-tree", "--stdin", "-r", "--root", "--no-renames")
    patches = by_commit(git(*tree, "-p", data=commits))
    counts = by_commit(git(*tree, "--numstat", data=commits))
    assert len(patches) > 1900
    refusals = 0
    for commit, lines in patches.items():
        text = b"".join(lines)
        try:
            diff = read(text, commit.decode())
        except DiffError as error:
            assert "a binary change" in error.reason or "a symbolic link" in error.reason
            assert b"\nBinary files " in text or b" mode 120000\n" in text
            refusals += 1
            continue
        assert write(diff) == text
        assert [_count(file) for file in diff.files] == [line.split(b"\t")[:2] for line in counts[commit]]
    assert refusals <= 20


def _count(file: FilePatch) -> Sequence[bytes]:
    operations = [operation for hunk in file.hunks for operation, _ in hunk.lines]
    return [b"%d" % operations.count("+"), b"%d" % operations.count("-")]
