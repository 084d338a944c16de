"""Whole files merged three-way."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hpatch.patch.apply.threeway import MergeConflict, MergedText, merge

BASE = b"1\n2\n3\n4\n5\n6\n7\n"


@pytest.mark.parametrize(
    ("ours", "theirs", "merged"),
    [
        (b"one\n2\n3\n4\n5\n6\n7\n", b"1\n2\n3\n4\n5\n6\nseven\n", b"one\n2\n3\n4\n5\n6\nseven\n"),
        (b"1\n2\n3\n4\n5\n6\n7\n8\n", b"0\n1\n2\n3\n4\n5\n6\n7\n", b"0\n1\n2\n3\n4\n5\n6\n7\n8\n"),
        (b"1\n2\n4\n5\n6\n7\n", b"1\n2\n3\n4\n5\n7\n", b"1\n2\n4\n5\n7\n"),
        (b"1\n2\n3\n4\n5\n6\n7", b"1\n2\n3\nfour\n5\n6\n7\n", b"1\n2\n3\nfour\n5\n6\n7"),
        (b"1\r\n2\n3\n4\n5\n6\n7\n", b"1\n2\n3\n4\n5\n6\n7\r\n", b"1\r\n2\n3\n4\n5\n6\n7\r\n"),
        (b"1\n2\nx\n4\n5\n6\n7\n", b"1\n2\n3\ny\n5\n6\n7\n", b"1\n2\nx\ny\n5\n6\n7\n"),
        (b"1\n2\n5\n6\n7\n", b"1\n2\nx\n3\n4\n5\n6\n7\n", b"1\n2\nx\n5\n6\n7\n"),
        (b"1\n2\n5\n6\n7\n", b"1\n2\n3\n4\nx\n5\n6\n7\n", b"1\n2\nx\n5\n6\n7\n"),
        (b"1\n2\nx\n4\n5\n6\n7\n", b"1\n2\nx\n4\n5\n6\nseven\n", b"1\n2\nx\n4\n5\n6\nseven\n"),
        (b"1\n2\n\xff\n4\n5\n6\n7\n", b"1\n2\n\xff\n4\n5\n6\n7\n", b"1\n2\n\xff\n4\n5\n6\n7\n"),
    ],
)
def test_changes_of_both_sides(ours: bytes, theirs: bytes, merged: bytes) -> None:
    assert merge(BASE, ours, theirs) == MergedText(merged)
    assert merge(BASE, theirs, ours) == MergedText(merged)


@pytest.mark.parametrize(
    ("ours", "theirs", "conflict"),
    [
        (b"1\n2\nx\n4\n5\n6\n7\n", b"1\n2\ny\n4\n5\n6\n7\n", MergeConflict(3, (b"3\n",), (b"x\n",), (b"y\n",))),
        (b"1\n2\nx\n5\n6\n7\n", b"1\n2\n3\ny\n5\n6\n7\n",
         MergeConflict(3, (b"3\n", b"4\n"), (b"x\n",), (b"3\n", b"y\n"))),
        (b"1\n2\nx\n4\n5\n6\n7\n", b"1\n2\n3\ny\n4\n5\n6\n7\n",
         MergeConflict(3, (b"3\n",), (b"x\n",), (b"3\n", b"y\n"))),
        (b"1\n2\nx\n3\n4\n5\n6\n7\n", b"1\n2\ny\n4\n5\n6\n7\n",
         MergeConflict(3, (b"3\n",), (b"x\n", b"3\n"), (b"y\n",))),
        (b"1\n2\n6\n7\n", b"1\n2\n3\nx\n4\n5\n6\n7\n",
         MergeConflict(3, (b"3\n", b"4\n", b"5\n"), (), (b"3\n", b"x\n", b"4\n", b"5\n"))),
        (b"1\na\n2\n3\n4\n5\n6\n7\n", b"1\nb\n2\n3\n4\n5\n6\n7\n", MergeConflict(2, (), (b"a\n",), (b"b\n",))),
    ],
)  # fmt: skip
def test_changes_at_one_place(ours: bytes, theirs: bytes, conflict: MergeConflict) -> None:
    assert merge(BASE, ours, theirs) == MergedText(None, (conflict,))


def test_each_conflict_has_its_line_in_ours() -> None:
    base = b"".join(b"%d\n" % number for number in range(1, 21))

    def changed(*changes: tuple[int, bytes]) -> bytes:
        lines = {number: b"%d\n" % number for number in range(1, 21)} | dict(changes)
        return b"".join(lines.values())

    ours = changed((2, b""), (5, b"five\n"), (9, b"9\n9a\n9b\n"), (12, b"twelve\n"))
    theirs = changed((5, b"V\n"), (7, b"7\n7a\n"), (12, b"XII\n"), (15, b""), (20, b"twenty\n"))
    conflicts = [(conflict.line, conflict.ours, conflict.theirs) for conflict in merge(base, ours, theirs).conflicts]
    assert conflicts == [(4, (b"five\n",), (b"V\n",)), (13, (b"twelve\n",), (b"XII\n",))]


TEXTS = st.lists(st.sampled_from([b"a\n", b"b\n", b"c\n", b"d\n", b"}\n"]), max_size=12).map(b"".join)


@given(TEXTS, TEXTS)
def test_a_change_on_one_side_or_the_same_on_both(base: bytes, other: bytes) -> None:
    assert merge(base, other, base) == merge(base, base, other) == merge(base, other, other) == MergedText(other)


@given(TEXTS, TEXTS, TEXTS)
def test_the_sides_are_equal(base: bytes, ours: bytes, theirs: bytes) -> None:
    one, other = merge(base, ours, theirs), merge(base, theirs, ours)
    assert one.content == other.content
    assert [{conflict.ours, conflict.theirs} for conflict in one.conflicts] == [
        {conflict.ours, conflict.theirs} for conflict in other.conflicts
    ]


@pytest.mark.git
def test_as_git_merges(tmp_path: Path) -> None:
    """Lines that are all different leave no choice of what belongs together: git merge-file must say the same."""
    ours = b"0\n1\n2\n3\n4\nfive\n5b\n6\n7\n8\n"
    theirs = b"1\n3\n4\n5\n6\n7\n"
    for name, text in {"base": BASE, "ours": ours, "theirs": theirs}.items():
        (tmp_path / name).write_bytes(text)
    done = subprocess.run(
        ["git", "merge-file", "-p", "ours", "base", "theirs"], cwd=tmp_path, capture_output=True, check=True
    )
    assert merge(BASE, ours, theirs) == MergedText(done.stdout)


def test_a_last_line_without_its_end() -> None:
    assert merge(BASE, BASE[:-1], BASE + b"8\n").content is None
    assert merge(BASE, BASE[:-1], b"0\n" + BASE).content == b"0\n" + BASE[:-1]


ENDS = st.tuples(TEXTS, st.sampled_from([b"", b"a", b"d"])).map(b"".join)


@given(ENDS, ENDS, ENDS)
def test_no_lines_are_joined(base: bytes, ours: bytes, theirs: bytes) -> None:
    """A last line can be without its end: nothing is put behind it."""
    merged = merge(base, ours, theirs).content
    lines = {line for text in (base, ours, theirs) for line in text.splitlines(keepends=True)}
    assert merged is None or set(merged.splitlines(keepends=True)) <= lines
