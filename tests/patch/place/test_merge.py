"""Three-way merging, change by change."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hpatch.patch.diff.lines import edited, split
from hpatch.patch.diff.write import compare
from hpatch.patch.place.merge import Merger
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
        pytest.param("a b c", "a new1 new2 b c", "x new1 new2 a b c", "x new1 new2 a new1 new2 b c", id="further away"),
    ],
)
def test_merges(before: str, after: str, tree: str, result: str | None) -> None:
    assert merged(before, after, tree) == result


def test_lines_that_the_tree_has_beside_their_place_are_not_added_again() -> None:
    assert merged("a sep b", "a sep new sep b", "own new sep b") == "own new sep b"
    assert merged("a sep b", "a sep new sep b", "own sep b") == "own sep new sep b"


def test_lines_found_by_chance_are_not_taken_for_the_change() -> None:
    """What the change adds was there before in another place: it proves nothing."""
    before = "if break ; work ; next if break ; end"
    after = "if break ; work ; if break ; next if break ; end"
    assert merged(before, after, "if break ; other ; if break ; next if break ; end") is None


def test_a_hunk_of_another_file_is_refused() -> None:
    (hunk,) = compare("f", b"a\nb\nc\n", b"a\nB\nc\n").hunks
    assert "not one of the file" in Merger([b"x\n", b"b\n", b"c\n"], [b"b\n"]).merge(hunk).conflict


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
