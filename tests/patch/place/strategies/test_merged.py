"""Three-way, by the file as it was before the revision; `test_merge` has the merging itself."""

from __future__ import annotations

from hpatch.patch.place.place import place
from hpatch.patch.place.strategies.merged import merged
from tests.support.patch.placing import BLOCK, HEAD, TAIL, TEN, change, hunk, hunks, patch, results, situation, text

FIVE = patch(TEN, change(TEN, 5, "five"))


def test_where_the_context_differs() -> None:
    settled = merged(situation(["own", *change(TEN, 3, "own")], FIVE, ancestor=TEN))
    assert settled is not None
    assert (settled.outcome.result, settled.outcome.line, settled.end) == ("merged", 6, 6)
    assert [(edit.start, edit.end, edit.lines) for edit in settled.edits] == [(5, 6, (b"five\n",))]
    assert merged(situation(["own", *change(TEN, 3, "own")], FIVE)) is None


def test_what_is_there_already() -> None:
    settled = merged(situation(change(change(TEN, 5, "five"), 3, "own"), FIVE, ancestor=TEN))
    assert settled is not None
    assert (settled.outcome.result, settled.outcome.line, settled.edits, settled.end) == ("applied", 5, (), None)


def test_what_is_there_in_part() -> None:
    after = change(change(TEN, 5, "five"), 7, "seven")
    settled = merged(situation(change(change(TEN, 5, "five"), 3, "own"), patch(TEN, after), ancestor=TEN))
    assert settled is not None
    assert settled.outcome.result == "merged" and [edit.lines for edit in settled.edits] == [(b"seven\n",)]


def test_two_changes_of_a_hunk() -> None:
    made = patch(TEN, change(change(TEN, 5, "five"), 7, "seven"))
    tree = change(TEN, 3, "own")
    settled = merged(situation(tree, made, ancestor=TEN, start=4))
    assert settled is not None and (settled.outcome.line, settled.end) == (5, 7)
    assert merged(situation(tree, made, ancestor=TEN, start=5)) is None


def test_all_of_a_hunk_or_nothing() -> None:
    after = change(change(TEN, 5, "five"), 7, "seven")
    assert merged(situation(change(TEN, 7, "own"), patch(TEN, after), ancestor=TEN)) is None


def test_not_above_the_hunk_above() -> None:
    tree = change(TEN, 3, "own")
    assert merged(situation(tree, FIVE, ancestor=TEN, start=4)) is not None
    assert merged(situation(tree, FIVE, ancestor=TEN, start=5)) is None


def test_a_hunk_above_that_is_merged_leaves_its_context_to_the_next() -> None:
    made = hunks(hunk("h1 h2 h3 -h4 +H h5 h6 h7", 1), hunk("a b c -d +D e f g", 8))
    before = [*HEAD, *BLOCK, *TAIL]
    placed = place(text([*change(HEAD, 2, "own"), *change(BLOCK, 6, "own"), *TAIL]), made, ancestor=text(before))
    assert results(placed) == ["merged", "merged"]
    assert placed.after == text(["h1", "own", "h3", "H", "h5", "h6", "h7", *"abcDe", "own", "g", *TAIL])
