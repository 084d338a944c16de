"""Three-way merging, change by change."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hpatch.patch.diff.lines import edited, split
from hpatch.patch.diff.model import Hunk, Operation
from hpatch.patch.diff.write import compare
from hpatch.patch.place.merge import Merger, start_of
from hpatch.patch.place.place import place


def merged(before: str, after: str, tree: str) -> str | None:
    """The words of the tree with the change merged, None for a conflict."""
    texts = ["".join(f"{word}\n" for word in side.split()).encode() for side in (before, after, tree)]
    merger = Merger(split(texts[0]), split(texts[2]))
    edits = []
    for hunk in compare("f", texts[0], texts[1]).hunks:
        found = merger.merge(hunk)
        if found.conflict:
            return None
        edits += found.edits
    return b"".join(edited(merger.lines, edits)).decode().replace("\n", " ").strip()


@pytest.mark.parametrize(
    ("before", "after", "tree", "result"),
    [
        pytest.param("a b c d e", "a b C d e", "x b c d y", "x b C d y", id="apart"),
        pytest.param("a b c d e", "a b C d e", "a B c d e", "a B C d e", id="beside, above"),
        pytest.param("a b c d e", "a b C d e", "a b c D e", "a b C D e", id="beside, below"),
        pytest.param("a b c d e", "a b C d e", "a B c D e", None, id="on both sides"),
        pytest.param("a b c d e", "a B C d e", "x b c y e", "x B C y e", id="on both sides of lines that tell"),
        pytest.param("a b ; d e", "a B D d e", "x b ; y e", None, id="on both sides of one that tells"),
        pytest.param("a b c d e", "a B C d e", "x b c y c", None, id="on both sides of lines that the tree has twice"),
        pytest.param("a b c d c", "a B C d c", "x b c y e", None, id="on both sides of lines that were there twice"),
        pytest.param("a b c d e", "a B c D e", "a b d e", None, id="between two changes"),
        pytest.param("a b c d e", "a b C d e", "a b X d e", None, id="the same line"),
        pytest.param("a b c d e", "a b C d e", "a b C d e", "a b C d e", id="the same change"),
        pytest.param("a b ; d e", "a b C d e", "a B ; d e", None, id="beside, and nothing to know the place by"),
        pytest.param("a b c", "a new b c", "x a b y", "x a new b y", id="added between the same two"),
        pytest.param("a b c", "a new b c", "a own b c", None, id="added where the tree has its own"),
        pytest.param("a b c", "a new b c", "a new b c d", "a new b c d", id="added by both"),
        pytest.param("a b c d", "a b new c d", "a c d", "a new c d", id="the tree lacks a line above"),
        pytest.param("a b c d", "a b new c d", "a b d", "a b new d", id="the tree lacks a line below"),
        pytest.param("a b c d", "a b new c d", "a d", None, id="the tree lacks both"),
        pytest.param("a b c d", "a b new c d", "a own c d", None, id="the tree has another above"),
        pytest.param("x a b ; d x", "x a b new ; d x", "x ; a ; d x", None, id="lacking, known by a bracket"),
        pytest.param("a b c d e", "a e", "a c e", "a e", id="gone by both, in part by the tree"),
        pytest.param("a b c d e", "a e", "a c own e", None, id="the tree has its own among what goes"),
        pytest.param("a b c d", "A b c d", "a b own d", "A b own d", id="the file's first line"),
        pytest.param(
            "a } } b", "a } new } b", "x a } } b", "x a } new } b", id="added between lines that are no others"
        ),
        pytest.param(
            "a b c d", "A b c d", "a own c d", "A own c d", id="the file's first line, the tree differs below"
        ),
        pytest.param("a b c", "new a b c", "a b c own", "new a b c own", id="added before the file's first line"),
        pytest.param("a b c", "new a B c", "a b own", "new a B own", id="around the file's first line"),
        pytest.param("a b c", "c", "a c", "c", id="the file's first lines, gone in part"),
        pytest.param("a b c d", "a X d", "a b own c d", None, id="the tree has its own among what is replaced"),
        pytest.param("a b c d", "a X d", "a b d", None, id="the tree lacks a part of what is replaced"),
        pytest.param("a } c", "a X c", "x a } c", "x a X c", id="a bracket between the same two"),
        pytest.param("a b c", "a new b c", "a c", "a new c", id="the tree lacks a line below, known by the first"),
        pytest.param("x a } b d x", "x a } new b d x", "x } a } d x", None, id="lacking below, known by a bracket"),
        pytest.param("a b", "a b new", "a", None, id="the tree lacks the file's last line"),
        pytest.param("a b c", "new a b c", "b c", None, id="the tree lacks the file's first line"),
        pytest.param("a b", "a ; b", "a ; b", None, id="there already, but only a bracket or the like"),
        pytest.param("x b", "x x b", "x b own", "x x b own", id="one more of the file's first line"),
        pytest.param("a b c d", "a c d", "a c d c", "a c d c", id="gone already, known by the first line"),
        pytest.param("a x b", "a x x b", "a x b own", "a x x b own", id="one more of a line"),
        pytest.param("a b c", "a c", "a c own", "a c own", id="gone already"),
        pytest.param("a b c", "a c", "c a c", "c a c", id="gone already between lines of which the tree has one once"),
        pytest.param("a b c", "a c", "c a c a", None, id="gone, but from between lines that are everywhere"),
        pytest.param("a b c", "a new1 new2 b c", "x new1 new2 a b c", "x new1 new2 a new1 new2 b c", id="further away"),
    ],
)
def test_merges(before: str, after: str, tree: str, result: str | None) -> None:
    assert merged(before, after, tree) == result


def test_lines_that_the_tree_has_beside_their_place_are_not_added_again() -> None:
    assert merged("a sep b", "a sep new sep b", "own new sep b") == "own new sep b"
    assert merged("a sep b", "a sep new sep b", "new sep b") == "new sep b"
    assert merged("a sep b", "a sep new sep b", "own sep b") == "own sep new sep b"


def test_lines_found_by_chance_are_not_taken_for_the_change() -> None:
    """What the change adds was there before in another place: it proves nothing."""
    before = "if break ; work ; next if break ; end"
    after = "if break ; work ; if break ; next if break ; end"
    assert merged(before, after, "if break ; other ; if break ; next if break ; end") is None


def test_a_hunk_of_another_file_is_refused() -> None:
    (hunk,) = compare("f", b"a\nb\nc\n", b"a\nB\nc\n").hunks
    assert "not one of the file" in Merger([b"x\n", b"b\n", b"c\n"], [b"b\n"]).merge(hunk).conflict


# Where the hunk's lines are in the tree


def counterpart(before: str, after: str, tree: str) -> int | None:
    sides = ["".join(f"{word}\n" for word in side.split()).encode() for side in (before, after, tree)]
    (hunk,) = compare("f", sides[0], sides[1]).hunks
    return Merger(split(sides[0]), split(sides[2])).counterpart(hunk)


@pytest.mark.parametrize(
    ("before", "after", "tree", "line"),
    [
        pytest.param("a b c", "a B c", "a b c own", 0, id="the first line"),
        pytest.param("a b c", "a B c", "own own a b c", 2, id="below"),
        pytest.param(
            "a b c d e f g h", "a B c d e f g h", "a b c d e own", 0, id="the tree lacks the file's last line"
        ),
        pytest.param("a b c", "a B c", "own b c", None, id="not the first of them"),
        pytest.param("a b c", "a B c", "a own b c", None, id="not together"),
        pytest.param("a b c", "a B c", "a b own", None, id="not all of them"),
        pytest.param("a b c U", "a B c U", "a b c U a b c", 0, id="known by a line that is there once"),
        pytest.param("a b c", "a B c", "b c own", None, id="not the first of them, the others on top"),
        pytest.param("a b c", "a B c", "a b c own b c", 0, id="known by the tree's first line"),
        pytest.param(
            "a b c d e 1 2 U", "a B c d e 1 2 U", "a b c d e own 1 2 U a b c d e", None, id="that line is further away"
        ),
    ],
)
def test_where_the_tree_has_a_hunks_lines(before: str, after: str, tree: str, line: int | None) -> None:
    assert counterpart(before, after, tree) == line


def test_lines_without_context_have_no_counterpart_nor_have_those_of_another_file() -> None:
    lines = [b"a\n", b"b\n", b"c\n"]
    bare = Hunk(old_start=3, new_start=4, lines=(("+", b"new\n"),), section=b"", at=1)
    (other,) = compare("f", b"x\nb\nc\n", b"x\nB\nc\n").hunks
    (past,) = compare("f", b"a\nb\nc\nd\n", b"a\nb\nC\nd\n").hunks
    assert [Merger(lines, lines).counterpart(hunk) for hunk in (bare, other, past)] == [None, None, None]
    assert [Merger(lines, lines).knows(hunk) for hunk in (bare, other, past)] == [True, False, False]
    assert not Merger(lines, lines).knows(bare._replace(old_start=4))


def test_the_lines_around_a_hunk_that_does_not_start_its_file() -> None:
    """What tells is the run that the hunk's lines are in, not that of the lines above them."""
    before, tree = ([word.encode() + b"\n" for word in text.split()] for text in ("q a b c U", "own a b c U a b c"))
    hunk = Hunk(2, 2, ((" ", b"a\n"), ("-", b"b\n"), ("+", b"B\n"), (" ", b"c\n")), b"", 1)
    assert Merger(before, tree).counterpart(hunk) == 1


def test_what_is_there_already_is_at_its_first_change() -> None:
    (hunk,) = compare("f", b"a\nb\nc\nd\n", b"a\nB\nc\nD\n").hunks
    merger = Merger([b"a\n", b"b\n", b"c\n", b"d\n"], [b"own\n", b"a\n", b"B\n", b"c\n", b"D\n"])
    assert merger.merge(hunk) == ((), 3, "")


def test_a_hunk_that_says_line_0_for_its_first_line_is_at_the_files_start() -> None:
    lines: tuple[tuple[Operation, bytes], ...] = ((" ", b"a\n"), ("+", b"new\n"))
    assert [start_of(Hunk(start, start, lines, b"", 1)) for start in (0, 1, 2)] == [0, 0, 1]
    assert [start_of(Hunk(start, start, lines[1:], b"", 1)) for start in (0, 1)] == [0, 1]


WORDS = st.lists(st.sampled_from([b"a\n", b"b\n", b"c\n", b"d\n", b"}\n"]), min_size=1, max_size=12)
BASE = st.lists(st.integers(0, 40).map(lambda number: b"%d\n" % number), max_size=30, unique=True)


@st.composite
def sides(draw: st.DrawFn) -> tuple[bytes, bytes, bytes]:
    """A text and two that come from it."""
    base = draw(BASE)

    def changed() -> bytes:
        lines = list(base)
        for _ in range(draw(st.integers(0, 3))):
            at = draw(st.integers(0, len(lines)))
            lines[at : at + draw(st.integers(0, 2))] = draw(WORDS)
        return b"".join(lines)

    return b"".join(base), changed(), changed()


@given(sides())
def test_it_does_not_matter_which_side_is_the_revision(texts: tuple[bytes, bytes, bytes]) -> None:
    base, ours, theirs = texts
    one = place(ours, compare("f", base, theirs)._replace(old_id=None), ancestor=base)
    two = place(theirs, compare("f", base, ours)._replace(old_id=None), ancestor=base)
    if one.ok and two.ok:
        assert one.after == two.after


@given(sides())
def test_merging_what_is_there_changes_nothing(texts: tuple[bytes, bytes, bytes]) -> None:
    base, _, theirs = texts
    again = place(theirs, compare("f", base, theirs)._replace(old_id=None), ancestor=base)
    assert again.after in {None, theirs}
