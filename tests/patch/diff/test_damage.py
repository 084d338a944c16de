"""Diffs of real tools say what they say; damaged ones are refused, or mean the same."""

import difflib
import os
import subprocess
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hpatch.patch.diff.model import Diff, FilePatch
from hpatch.patch.diff.read import DiffError, read
from tests.support.examples import examples

HUNK = b"@@ -1,3 +1,3 @@\n one\n-two\n+deux\n three\n"
PLAIN = b"--- a/f.c\n+++ b/f.c\n" + HUNK
GIT = b"diff --git a/f.c b/f.c\nindex 1111111..2222222 100644\n" + PLAIN

TEXTS = st.lists(
    st.sampled_from([b"a", b"b", b"c", b"", b"-- x", b"++ y", b"@@ -1 +1 @@", b"\r", b"d\r", b"\xe9\x85", b" "]),
    max_size=12,
)


@st.composite
def contents(draw: st.DrawFn) -> bytes:
    text = b"".join(line + b"\n" for line in draw(TEXTS))
    return text.removesuffix(b"\n") if draw(st.booleans()) else text


def only(data: bytes) -> FilePatch:
    """The one file of a diff."""
    (file,) = read(data, "x").files
    return file


def apply(content: bytes, file: FilePatch) -> bytes:
    """The plainest applier: every hunk exactly at its line."""
    lines = content.split(b"\n")
    whole = [line + b"\n" for line in lines[:-1]] + ([lines[-1]] if lines[-1] else [])
    out: list[bytes] = []
    at = 0
    for hunk in file.hunks:
        start = hunk.old_start - 1 if hunk.old else hunk.old_start
        out += whole[at:start]
        assert tuple(whole[start : start + len(hunk.old)]) == hunk.old
        out += hunk.new
        at = start + len(hunk.old)
    return b"".join(out + whole[at:])


def by_difflib(old: bytes, new: bytes, context: int) -> bytes:
    sides = [
        [*(line + b"\n" for line in text.split(b"\n")[:-1]), *filter(None, text.split(b"\n")[-1:])]
        for text in (old, new)
    ]
    lines = difflib.diff_bytes(difflib.unified_diff, *sides, b"f", b"f", n=context, lineterm=b"\n")
    return b"".join(line if line.endswith(b"\n") else line + b"\n\\ No newline at end of file\n" for line in lines)


@given(contents(), contents(), st.integers(0, 3))
def test_diffs_of_difflib_say_what_they_say(old: bytes, new: bytes, context: int) -> None:
    text = by_difflib(old, new, context)
    if old == new:
        return
    if text.count(b"\n") == text.count(b"\r\n"):
        text = text.replace(b"\n", b"\r\n")
    try:
        file = only(text)
    except DiffError as error:
        # Without context a hunk can end in what looks like another file's header.
        assert "another file's header" in error.reason and context == 0
        return
    assert apply(old, file) == new


@pytest.mark.parametrize(
    "command", [["git", "diff", "--no-index", "--no-color"], ["diff", "-u"], ["diff", "-U1", "-d"]]
)
def test_diffs_of_tools_say_what_they_say(command: list[str], tmp_path: Path) -> None:
    @settings(max_examples=examples(25))
    @given(contents(), contents())
    def check(old: bytes, new: bytes) -> None:
        (tmp_path / "old").write_bytes(old)
        (tmp_path / "new").write_bytes(new)
        environment = os.environ | {"GIT_CONFIG_GLOBAL": os.devnull, "LC_ALL": "C"}
        text = subprocess.run(
            [*command, "old", "new"], cwd=tmp_path, env=environment, capture_output=True, check=False
        ).stdout
        if text:
            assert apply(old, only(text)) == new

    check()


# Damage


def meaning(diff: Diff) -> list[tuple[object, ...]]:
    """What a diff does: all but where it says so, names of blobs, and where its hunks would like to go."""
    return [
        (
            file.kind,
            file.old,
            file.new,
            (file.old_mode, file.new_mode) if file.old_mode != file.new_mode else None,
            tuple(hunk.lines for hunk in file.hunks),
        )
        for file in diff.files
    ]


def is_start(part: list[tuple[object, ...]], whole: list[tuple[object, ...]]) -> bool:
    """Whether the one is the other, cut between two hunks or files."""
    if len(part) > len(whole) or part[:-1] != whole[: max(len(part) - 1, 0)]:
        return False
    if not part:
        return True
    last, full = part[-1], whole[len(part) - 1]
    hunks, all_hunks = last[4], full[4]
    assert isinstance(hunks, tuple) and isinstance(all_hunks, tuple)
    return last[:3] == full[:3] and last[3] in (None, full[3]) and hunks == all_hunks[: len(hunks)]


MARKER = b"\\ No newline at end of file\n"
SAMPLE_GIT = b"".join(
    (
        GIT,
        b"@@ -10,3 +10,4 @@ int f()\n ten\n+new\n eleven\n \n",
        b"diff --git a/new b/new\nnew file mode 100755\nindex 0000000..3333333\n--- /dev/null\n+++ b/new\n",
        b"@@ -0,0 +1,2 @@\n+a\n+-- b\n\\ No newline at end of file\n",
        b"diff --git a/e b/e\nnew file mode 100644\nindex 0000000..e69de29\n",
        b"diff --git a/x b/y\nsimilarity index 80%\nrename from x\nrename to y\nindex 1111111..2222222 100644\n",
        b"--- a/x\n+++ b/y\n",
        HUNK,
        b"diff --git a/m b/m\nold mode 100644\nnew mode 100755\n",
        b"diff --git a/z z b/z z\ndeleted file mode 100644\nindex 1111111..0000000\n--- a/z z\t\n+++ /dev/null\n",
        b"@@ -1 +0,0 @@\n-a\n",
    )
)
SAMPLE_MAIL = (
    b"From 1234567 Mon Sep 17 00:00:00 2001\nFrom: x\nSubject: y\n\nText.\n---\n f.c | 2 +-\n\n"
    + GIT
    + b"-- \n2.39.5\n\n"
)
SAMPLE_PLAIN = (
    b"diff -ru a/f.c b/f.c\n" + PLAIN + b"@@ -9,2 +9,2 @@\n nine\n-ten\n+dix\n" + PLAIN.replace(b"f.c", b"g.c")
    + b"Only in b: x\n--- a/h\n+++ b/h\n@@ -3 +3,2 @@\n-- x\n+++ y\n+z\n"
)  # fmt: skip
SAMPLE_SVN = (
    b"Index: f.c\n=====\n" + PLAIN.replace(b"a/", b"").replace(b"b/", b"").replace(b".c\n", b".c\t(revision 1)\n")
    + b"\nProperty changes on: f.c\n" + b"_" * 67 + b"\n"
    + b"Added: svn:eol-style\n## -0,0 +1 ##\n+native\n\\ No newline at end of property\n"
    + b"Added: svn:executable\n## -0,0 +1 ##\n+*\n\\ No newline at end of property\n\n"
    + b"Index: g.c\n=====\n--- g.c\t(nonexistent)\n+++ g.c\t(working copy)\n@@ -0,0 +1 @@\n+a\n"
)  # fmt: skip
SAMPLES = [SAMPLE_GIT, SAMPLE_MAIL, SAMPLE_PLAIN, SAMPLE_SVN, SAMPLE_PLAIN.replace(b"\n", b"\r\n")]


def damaged(data: bytes) -> Diff | None:
    try:
        return read(data, "x")
    except DiffError:
        return None


@pytest.mark.parametrize("sample", SAMPLES)
def test_a_line_dropped_is_seen(sample: bytes) -> None:
    whole = meaning(read(sample, "x"))
    lines = sample.splitlines(keepends=True)
    for at, line in enumerate(lines):
        diff = damaged(b"".join(lines[:at] + lines[at + 1 :]))
        if diff is not None and line != MARKER:
            assert meaning(diff) == whole, (at, line)


@pytest.mark.parametrize("sample", SAMPLES)
def test_two_lines_dropped_are_seen(sample: bytes) -> None:
    """Unless they are all that tells of a file's mode."""
    whole = meaning(read(sample, "x"))
    lines = sample.splitlines(keepends=True)
    for at in range(len(lines) - 1):
        gone = lines[at : at + 2]
        diff = damaged(b"".join(lines[:at] + lines[at + 2 :]))
        if diff is not None and MARKER not in gone and not gone[0].startswith((b"old mode", b"Added")):
            assert meaning(diff) == whole, (at, gone)


@pytest.mark.parametrize("sample", SAMPLES)
def test_a_line_doubled_is_seen(sample: bytes) -> None:
    whole = meaning(read(sample, "x"))
    lines = sample.splitlines(keepends=True)
    for at in range(len(lines)):
        diff = damaged(b"".join([*lines[:at], lines[at], *lines[at:]]))
        if diff is not None:
            assert meaning(diff) == whole, (at, lines[at])


@pytest.mark.parametrize("sample", SAMPLES)
def test_a_diff_cut_anywhere_is_refused_or_cut_between_hunks(sample: bytes) -> None:
    whole = meaning(read(sample, "x"))
    for at in range(len(sample)):
        diff = damaged(sample[:at])
        if diff is None:
            continue
        expected = whole
        if sample[at:].startswith(MARKER):
            # What nobody can see: the line before it reads as one that ends.
            expected = meaning(read(sample[:at] + sample[at + len(MARKER) :], "x"))
        assert is_start(meaning(diff), expected), (at, sample[max(at - 60, 0) : at])


def numbers(sample: bytes) -> Iterator[tuple[int, int]]:
    """Where the numbers of hunk headers are."""
    at = 0
    for line in sample.splitlines(keepends=True):
        if line.startswith(b"@@ "):
            digits = groupby(range(line.index(b" @@")), key=lambda place: line[place : place + 1].isdigit())
            for is_number, places in digits:
                spot = list(places)
                if is_number:
                    yield at + spot[0], at + spot[-1] + 1
        at += len(line)


@pytest.mark.parametrize("change", [-2, -1, 1, 2, 3, 7])
@pytest.mark.parametrize("sample", SAMPLES)
def test_a_number_changed_is_seen(sample: bytes, change: int) -> None:
    whole = meaning(read(sample, "x"))
    for start, end in numbers(sample):
        value = max(int(sample[start:end]) + change, 0)
        diff = damaged(sample[:start] + b"%d" % value + sample[end:])
        if diff is not None:
            assert meaning(diff) == whole


@settings(max_examples=examples(150))
@given(contents(), contents(), contents(), contents(), st.data())
def test_damaged_diffs_are_refused_or_mean_the_same(
    old: bytes, new: bytes, second: bytes, third: bytes, data: st.DataObject
) -> None:
    text = by_difflib(old, new, 3) + by_difflib(second, third, 3).replace(b"--- f\n+++ f\n", b"--- g\n+++ g\n")
    lines = text.split(b"\n")
    if not text or b"\r\n" in text or b"\\" in text:
        return
    whole = meaning(read(text, "x"))
    at = data.draw(st.integers(0, len(lines) - 1))
    diff = damaged(b"\n".join(lines[:at] + lines[at + 1 :]))
    if diff is not None:
        assert meaning(diff) == whole
    diff = damaged(text[: data.draw(st.integers(0, len(text)))])
    if diff is not None:
        assert is_start(meaning(diff), whole)


@settings(max_examples=examples(150))
@given(st.binary(max_size=60), st.integers(0, len(SAMPLE_GIT)), st.integers(0, 40))
def test_anything_is_read_or_refused(junk: bytes, at: int, length: int) -> None:
    """No input makes anything but a diff or a DiffError, and every line of a diff's hunks stands in the input."""
    for data in (junk, SAMPLE_GIT[:at] + junk + SAMPLE_GIT[at + length :]):
        diff = damaged(data)
        for patch in diff.files if diff else ():
            for hunk in patch.hunks:
                assert all(line in data for line in (*hunk.old, *hunk.new))
