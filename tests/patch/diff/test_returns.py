"""Diffs whose lines all end in CR LF, on trees whose lines do."""

from __future__ import annotations

from hpatch.patch.diff.read import read
from hpatch.patch.diff.returns import with_returns

CHANGE = b"--- a/x\n+++ b/x\n@@ -1,2 +1,2 @@\n 1\n-2\n\\ No newline at end of file\n+3\n"
NEW = b"--- /dev/null\n+++ b/new\n@@ -0,0 +1 @@\n+n\n"


def lines(data: bytes, **files: bytes) -> list[bytes]:
    """The lines of the hunks of a diff of these files."""
    diff = read(data, "d")
    paths = tuple(file._replace(old=file.old and file.old[2:], new=file.new and file.new[2:]) for file in diff.files)
    given = with_returns(diff._replace(files=paths), files.get)
    return [text for file in given.files for hunk in file.hunks for _, text in hunk.lines]


def converted(data: bytes) -> bytes:
    return data.replace(b"\n", b"\r\n")


def test_the_tree_tells_whose_the_carriage_returns_are() -> None:
    plain, returned = [b"1\n", b"2", b"3\n"], [b"1\r\n", b"2", b"3\r\n"]
    assert lines(converted(CHANGE), x=b"1\r\n2") == returned
    assert lines(converted(CHANGE), x=b"1\n2") == plain
    assert lines(converted(CHANGE), x=b"1\r\n2\n") == plain
    assert lines(CHANGE, x=b"1\r\n2") == plain


def test_a_new_file_is_like_those_that_the_diff_changes() -> None:
    assert lines(converted(CHANGE + NEW), x=b"1\r\n2")[-1:] == [b"n\r\n"]
    assert lines(converted(CHANGE + NEW), x=b"1\n2")[-1:] == [b"n\n"]
    assert lines(converted(NEW)) == [b"n\n"]
    assert lines(converted(NEW), new=b"n\r\n") == [b"n\r\n"]
