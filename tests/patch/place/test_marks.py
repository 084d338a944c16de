"""Files with conflict markers."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hpatch.patch.diff.lines import edited, split
from hpatch.patch.diff.model import FilePatch
from hpatch.patch.diff.write import compare
from hpatch.patch.place.marks import Marked, left, mark, markable, saved_otherwise
from hpatch.patch.place.place import place
from tests.support.examples import examples
from tests.support.patch.placing import TAIL, TEN, change, hunk, hunks, patch, text

_MARK = re.compile(
    rb"<<<<<<< the tree\r?\n(.*?)\|\|\|\|\|\|\| before hunk \d+\r?\n(.*?)=======\r?\n(.*?)>>>>>>> after hunk \d+\r?\n",
    re.S,
)


def marked(tree: bytes, made: FilePatch) -> Marked:
    placed = place(tree, made)
    assert markable(made, placed)
    return mark(made, placed)


def test_the_three_parts_without_what_they_have_in_common() -> None:
    found = marked(text(change(TEN, 5, "own")), patch(TEN, change(TEN, 5, "five")))
    shown = ["<<<<<<< the tree", "own", "||||||| before hunk 1", "line 5", "=======", "five", ">>>>>>> after hunk 1"]
    assert (found.content, found.marks) == (text([*TEN[:4], *shown, *TEN[5:]]), 1)
    assert left(found.content, b"") == [5, 7, 9, 11]
    assert left(found.content, b"=======\n") == [5, 7, 11]


def test_hunks_that_fit_are_in() -> None:
    before = [*TEN, *"abcdefgh", *TAIL]
    after = change(change(before, 5, "five"), 22, "FIVE")
    found = marked(text(["new", *change(before, 5, "own")]), patch(before, after))
    assert found.content.count(b"FIVE\n") == found.marks == 1
    assert b">>>>>>> after hunk 1\n" in found.content and found.content.startswith(b"new\n")


def test_a_hunk_of_several_places_is_marked_at_the_nearest() -> None:
    found = marked(text([*TEN, *TEN, *TEN]), patch(["x", *TEN], ["x", *change(TEN, 5, "five")]))
    assert left(found.content, b"")[0] <= 10


def test_a_hunk_that_fits_nowhere_takes_none_of_the_trees_lines() -> None:
    found = marked(text([*"abcdefghijkl"]), patch(TEN, change(TEN, 5, "five")))
    ((here, expected, wanted),) = _MARK.findall(found.content)
    assert (here, expected, wanted) == (b"", text(TEN[1:8]), text(change(TEN, 5, "five")[1:8]))


@pytest.mark.parametrize("end", [b"", b"\n"])
def test_a_last_line_without_its_end_stays_a_line(end: bytes) -> None:
    found = marked(b"a\nb\nc" + end, hunks(hunk("x -y +z", 9)))
    assert found.content.startswith(b"a\nb\nc\n<<<<<<< the tree\n")


def test_marks_in_a_file_of_dos() -> None:
    before = text(TEN).replace(b"\n", b"\r\n")
    made = compare("f.c", before, before.replace(b"line 5", b"five"))._replace(old_id=None, new_id=None)
    found = marked(before.replace(b"line 5", b"own"), made)
    assert found.content.count(b"\n") == found.content.count(b"\r\n")
    assert left(found.content, b"")


def test_a_missing_file_is_all_mark() -> None:
    made = patch(TEN, change(TEN, 5, "five"))
    placed = place(b"", made)
    gone = placed._replace(before=None, outcomes=tuple(one._replace(result="missing") for one in placed.outcomes))
    assert mark(made, gone).content.startswith(b"<<<<<<< the tree\n||||||| before hunk 1\nline 2\n")


def test_the_key_is_that_of_the_conflicts_wherever_they_are() -> None:
    made = patch(TEN, change(TEN, 5, "five"))
    tree = change(TEN, 5, "own")
    key = marked(text(tree), made).key
    assert marked(text(["new", *tree, "new"]), made).key == key
    assert marked(text(change(TEN, 5, "other")), made).key != key
    assert marked(text(tree), patch(TEN, change(TEN, 5, "5"))).key != key
    assert marked(text(["int f(void)", "{", *tree]), made).key != key


LINES = st.lists(st.sampled_from("abcd"), max_size=24)


@settings(max_examples=examples(75))
@given(before=LINES, after=LINES, tree=LINES)
def test_with_the_trees_part_of_each_mark_the_file_is_as_the_other_hunks_make_it(
    before: list[str], after: list[str], tree: list[str]
) -> None:
    made = patch(before, after)
    if not made.hunks:
        return
    content = text(tree)
    placed = place(content, made)
    if not markable(made, placed):
        return
    found = mark(made, placed)
    assert _MARK.sub(rb"\1", found.content) == b"".join(edited(split(content), placed.edits))
    assert len(_MARK.findall(found.content)) == found.marks > 0


@pytest.mark.parametrize(
    ("content", "after", "found"),
    [
        (b"a\nb\n", b"a\nnew\r\n", None),
        (b"a\r\nb\na\n", b"a\nb\na\r\n", None),
        (b"a\r\nb", b"a\r\nb\r\n", None),
        (b"a\r\nb\n", b"a\r\nb\r\n", (2, "the line ends in CR LF now, and ended in LF")),
        (b"a\r\nb\r\n", b"x\na\n", (2, "the line ends in LF now, and ended in CR LF")),
        (b"a\n", b"\xef\xbb\xbfa\n", (1, "the file is UTF-8 with a byte order mark now")),
        (b"a\n", b"\xff\xfea\0\n\0", (1, "the file is UTF-16 now")),
        (b"\xef\xbb\xbfa\n", b"\xef\xbb\xbfb\n", None),
    ],
)
def test_what_an_editor_does_besides_the_answer(content: bytes, after: bytes, found: tuple[int, str] | None) -> None:
    assert saved_otherwise(content, after) == found
