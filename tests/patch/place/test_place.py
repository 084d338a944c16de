"""Where a file's hunks go, and why: all strategies together."""

from __future__ import annotations

import pytest

from hpatch.patch.diff.lines import CANDIDATES, LineEdit
from hpatch.patch.diff.write import compare
from hpatch.patch.place import resolvers
from hpatch.patch.place.options import PlaceOptions
from hpatch.patch.place.place import place
from hpatch.patch.place.resolvers.model import Resolved, Resolver
from tests.support.patch.placing import BLOCK, TEN, change, hunk, hunks, only, patch, results, text

# Exact


def test_exact_at_its_line() -> None:
    placed = place(text(TEN), patch(TEN, change(TEN, 5, "five")))
    assert only(placed)[1:4] == ("exact", 2, 0)
    assert placed.after == text(change(TEN, 5, "five"))


def test_exact_elsewhere_where_that_is_the_only_place() -> None:
    placed = place(text(["new", "new", *TEN]), patch(TEN, change(TEN, 5, "five")))
    assert only(placed)[1:4] == ("moved", 4, 2)
    assert placed.after == text(["new", "new", *change(TEN, 5, "five")])


def test_its_own_line_alone_does_not_choose_between_equal_places() -> None:
    tree = [*TEN, *TEN]
    outcome = only(place(text(tree), patch(tree, change(tree, 15, "five"))))
    assert (outcome.result, outcome.candidates) == ("ambiguous", (2, 12))


def test_at_its_line_though_the_lines_are_elsewhere_too() -> None:
    """The heading names the function, or another hunk is at its own line, too."""
    tree = ["int a(void)", "{", *TEN, "}", "int b(void)", "{", *TEN, "}"]
    bare = patch(tree, change(tree, 20, "five"))
    headed = bare._replace(hunks=(bare.hunks[0]._replace(section=b"int b(void)"),))
    both = patch(tree, change(change(tree, 1, "int A(void)"), 21, "five"))
    assert only(place(text(tree), headed)).result == "exact"
    assert [outcome.result for outcome in place(text(tree), both).outcomes] == ["exact", "exact"]
    assert only(place(text(["own", *tree]), headed)).line == 18


def test_several_hunks_go_to_their_own_lines_together() -> None:
    tree = [*TEN, *TEN, *TEN]
    after = change(change(tree, 5, "one"), 15, "two")
    assert place(text(tree), patch(tree, after)).after == text(after)
    assert not place(text([*change(tree, 5, "own"), *TEN]), patch(tree, after)).ok


def test_at_its_line_though_hundreds_of_equal_places_are_above() -> None:
    """No more than `CANDIDATES` places are looked for: its own line is one in any case."""
    own = 7 * CANDIDATES + 2
    made = hunks(hunk("-top +TOP a b c", 1), hunk("a b c -d +D e f g", own))
    assert place(text(["top", *BLOCK * (CANDIDATES + 2)]), made).outcomes[1].line == own


def test_two_equal_places_are_ambiguous() -> None:
    placed = place(text(["new", *TEN, *TEN]), patch(TEN * 2, change(TEN * 2, 15, "five")))
    assert not placed.ok and placed.after is None
    assert only(placed).result == "ambiguous"
    assert only(placed).candidates == (3, 13)


def test_its_own_line_is_no_evidence_where_the_other_hunk_moved() -> None:
    """Line 12 fits, but so does line 15, and what is above moved by three."""
    before = ["top", "x", *"abcdefg", "mid", *"abcdefg", "end"]
    after = change(change(before, 2, "y"), 14, "D")
    tree = ["new", "new", "new", "top", "x", *"abcdefg", "mid", *"abcdefg", "end"]
    made = place(text(tree), patch(before, after))
    assert [outcome.result for outcome in made.outcomes] == ["moved", "moved"]
    assert made.after == text(["new", "new", "new", "top", "y", *"abcdefg", "mid", *"abcDefg", "end"])


def test_between_neighbours_that_moved_alike() -> None:
    before = ["one", *"abcdef", "two", *"xyzxyzxyz", "three", *"ghijkl", "four"]
    after = change(change(change(before, 2, "A"), 13, "Y"), 22, "K")
    made = place(text(["new", *before]), patch(before, after))
    assert made.ok and made.after == text(["new", *after])
    assert {outcome.offset for outcome in made.outcomes} == {1}


def test_in_order_only() -> None:
    before = [*"abcdefgh", *"ijklmnop"]
    after = change(change(before, 3, "C"), 14, "N")
    made = place(text([*"ijklmnop", *"abcdefgh"]), patch(before, after))
    assert not made.ok
    assert "out of order" in made.outcomes[0].reason


def test_between_neighbours_only() -> None:
    """The first of two equal blocks is before the hunk above, so the second it is."""
    before = [*"abcdefg", "mark", "1", "2", "3", "4", *"abcdefg", "end"]
    after = change(change(before, 8, "MARK"), 16, "D")
    tree = ["new", *"abcdefg", "mark", "1", "2", "3", "own", "4", *"abcdefg", "end"]
    made = place(text(tree), patch(before, after))
    assert [outcome.result for outcome in made.outcomes] == ["moved", "moved"]
    assert made.outcomes[1].line == 15


@pytest.mark.parametrize(
    ("before", "after", "tree"),
    [
        pytest.param([*"abc"], ["new", *"abc"], [*"xabc"], id="its file's start"),
        pytest.param([*"abc"], [*"abc", "new"], [*"abcx"], id="its file's end"),
    ],
)
def test_a_hunk_at_an_end_of_its_file_goes_nowhere_else(before: list[str], after: list[str], tree: list[str]) -> None:
    assert only(place(text(tree), patch(before, after))).result == "conflict"


def test_git_names_the_file_that_a_diff_was_made_for() -> None:
    """Between equal places the file's own name decides."""
    before = [*"xy" * 20]
    named = compare("f.c", text(before), text(change(before, 15, "new")))
    assert place(text(before), named).after == text(change(before, 15, "new"))


@pytest.mark.parametrize(("length", "result"), [(40, "exact"), (7, "exact"), (6, "conflict")])
def test_a_name_that_is_too_short_does_not_tell_the_file(length: int, result: str) -> None:
    named = compare("f.c", text(TEN), b"").old_id
    assert named is not None
    bare = hunks(hunk("+new", 3, 4))._replace(old_id=named[:length])
    assert only(place(text(TEN), bare)).result == result
    assert only(place(text([*TEN, "own"]), bare)).result == "conflict"


def test_a_line_added_without_context_needs_to_know_the_file() -> None:
    bare = hunks(hunk("+new", 3, 4))
    assert only(place(text([*"abcdef"]), bare)).result == "conflict"
    known = place(text([*"abcdef"]), bare, ancestor=text([*"abcdef"]))
    assert only(known).result == "exact" and known.after == text([*"abc", "new", *"def"])
    assert place(text([*"xabcdef"]), bare, ancestor=text([*"abcdef"])).after == text([*"xabc", "new", *"def"])
    assert place(b"", hunks(hunk("+new", 0, 1))).after == b"new\n"


# There already


def test_there_already() -> None:
    placed = place(text(["new", *change(TEN, 5, "five")]), patch(TEN, change(TEN, 5, "five")))
    assert (only(placed).result, only(placed).line) == ("applied", 3)
    assert placed.after == placed.before


def test_hunk_by_hunk() -> None:
    before = [str(number) for number in range(40)]
    after = change(change(before, 10, "ten"), 30, "thirty")
    placed = place(text(change(before, 10, "ten")), patch(before, after))
    assert [outcome.result for outcome in placed.outcomes] == ["applied", "exact"]
    assert placed.after == text(after)


def test_a_diff_goes_in_once() -> None:
    made = patch(TEN, [*TEN[:5], "one", "two", "three", "four", *TEN[5:]])
    once = place(text(TEN), made).after
    assert once is not None
    twice = place(once, made)
    assert only(twice).result == "applied" and twice.after == once


def test_lines_fit_at_one_place_and_are_there_at_another() -> None:
    before, after = [*"abcdefg"], [*"abcXdefg"]
    placed = place(text(["new", *after, "mid", *before]), patch(before, after))
    assert only(placed).result == "ambiguous"


def test_there_already_at_several_places() -> None:
    after = [*"abcXdefg"]
    found = only(place(text(["1", "2", "3", *after, *after]), patch([*"abcdefg"], after)))
    assert (found.result, found.candidates) == ("ambiguous", (4, 12))


# Conflicts


def test_a_conflict_shows_what_is_expected_and_what_is_there() -> None:
    placed = place(text(["new", *change(TEN, 5, "other")]), patch(TEN, change(TEN, 5, "five")))
    assert only(placed).result == "conflict"
    assert only(placed).expected == tuple(f"line {number}\n".encode() for number in range(2, 9))
    assert only(placed).found == (
        b"line 2\n",
        b"line 3\n",
        b"line 4\n",
        b"other\n",
        b"line 6\n",
        b"line 7\n",
        b"line 8\n",
    )


def test_one_failure_and_nothing_is_changed() -> None:
    before = [str(number) for number in range(40)]
    after = change(change(before, 10, "ten"), 30, "thirty")
    placed = place(text(change(before, 30, "other")), patch(before, after))
    assert [outcome.result for outcome in placed.outcomes] == ["exact", "conflict"]
    assert placed.after is None and not placed.ok


# Line ends


def test_a_last_line_without_its_end_is_another_line() -> None:
    made = compare("f.c", b"a\nb\n", b"a\nc")._replace(old_id=None, new_id=None)
    assert place(b"a\nb\n", made).after == b"a\nc"
    assert not place(b"a\nb", made).ok


@pytest.mark.parametrize("ancestor", [None, b"1\n2\n3\na\nb\n"])
def test_a_line_without_its_end_stays_last(ancestor: bytes | None) -> None:
    made = compare("f.c", b"1\n2\n3\na\nb\n", b"1\n2\n3\na\nc")._replace(old_id=None, new_id=None)
    assert not place(b"1\n2\n3\na\nb\nmore\n", made, ancestor=ancestor).ok


def test_nothing_follows_a_line_without_its_end() -> None:
    made = compare("f.c", b"1\n2\n3\n", b"1\n2\n3\nnew\n")._replace(old_id=None, new_id=None)
    assert not place(b"0\n1\n2\n3", made, ancestor=b"1\n2\n3\n").ok


def test_carriage_returns_are_content() -> None:
    made = patch(TEN, change(TEN, 5, "five"))
    crlf = text(TEN).replace(b"\n", b"\r\n")
    assert not place(crlf, made).ok
    loose = place(crlf, made, PlaceOptions(ignore_whitespace=True))
    assert only(loose).result == "whitespace"
    assert loose.after == text(change(TEN, 5, "five")).replace(b"\n", b"\r\n")


@pytest.mark.parametrize("separator", [b"\v", b"\f", b"\x1c", b"\x85", b"\r", b"\xe2\x80\xa8"])
def test_only_a_line_feed_ends_a_line(separator: bytes) -> None:
    before = b"a" + separator + b"b\nc\nd\n"
    made = compare("f.c", before, before + b"e\n")._replace(old_id=None, new_id=None)
    assert place(before, made).after == before + b"e\n"


# White space and fuzz, by option


def test_white_space_by_option_keeps_the_trees_own() -> None:
    made = patch(TEN, change(TEN, 5, "five"))
    tree = change(change(TEN, 4, "line \t 4  "), 7, "line  7")
    assert not place(text(tree), made).ok
    placed = place(text(tree), made, PlaceOptions(ignore_whitespace=True))
    assert only(placed).result == "whitespace"
    assert placed.after == text(change(tree, 5, "five"))


def test_fuzz_by_option_keeps_the_trees_own() -> None:
    made = patch(TEN, change(TEN, 5, "five"))
    tree = change(TEN, 2, "other")
    assert not place(text(tree), made).ok
    placed = place(text(tree), made, PlaceOptions(fuzz=2))
    assert (only(placed).result, only(placed).fuzz) == ("fuzz", 1)
    assert placed.after == text(change(tree, 5, "five"))


def test_no_more_fuzz_than_allowed() -> None:
    made = patch(TEN, change(TEN, 5, "five"))
    tree = change(TEN, 3, "other")
    assert not place(text(tree), made, PlaceOptions(fuzz=1)).ok
    assert only(place(text(tree), made, PlaceOptions(fuzz=2))).fuzz == 2


def test_fuzz_never_chooses() -> None:
    made = patch(TEN, change(TEN, 5, "five"))
    tree = change(TEN, 2, "other")
    found = only(place(text([*tree, *tree]), made, PlaceOptions(fuzz=2)))
    assert (found.result, found.candidates) == ("ambiguous", (2, 12))


# Three-way


def test_three_way_where_the_context_differs() -> None:
    tree = change(TEN, 3, "other")
    placed = place(text(tree), patch(TEN, change(TEN, 5, "five")), ancestor=text(TEN))
    assert only(placed).result == "merged"
    assert placed.after == text(change(tree, 5, "five"))


def test_three_way_tells_equal_places_apart() -> None:
    before = [*"abcdefg", "mark", *"abcdefg"]
    after = change(before, 12, "new")
    placed = place(text(["other", *before]), patch(before, after)._replace(), ancestor=text(before))
    assert placed.after == text(["other", *after])


def test_without_a_line_to_tell_copies_apart_three_way_does_not_choose() -> None:
    before = [*"abcdefgh"]
    found = only(place(text([*before, *before]), patch(before, change(before, 4, "new")), ancestor=text(before)))
    assert found.result == "ambiguous"


# Hunks that do not go together


def test_hunks_that_clash_fail_from_the_first_on_that_does() -> None:
    """The second hunk's new line is without its end, but the file goes on after it."""
    made = hunks(hunk("a b c -d +D e f g", 1), hunk("x +y", 8), hunk("z +last", 10))
    first, second, third = made.hunks
    open_end = second._replace(lines=((" ", b"x\n"), ("-", b"o\n"), ("+", b"y")))
    placed = place(text([*"abcdefgxoz"]), hunks(first, open_end, third))
    assert results(placed) == ["exact", "conflict", "conflict"]
    assert placed.outcomes[1].reason == "a line without its end would not be the last"
    assert placed.outcomes[2].reason == "a hunk above it failed"
    assert placed.after is None and not placed.ok
    # That one of them fails anyway changes nothing: what is reported as going in goes in where the rest is rejected.
    assert results(place(text([*"abcdefgxow"]), hunks(first, open_end, third))) == ["exact", "conflict", "conflict"]


def test_two_hunks_that_change_the_same_line(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only a resolver can bring that about: its edits know nothing of the other hunks' places."""
    meant = {0: Resolved((LineEdit(3, 4, (b"D\n",)),), "meant")}
    resolver = Resolver(lambda lines, hunks, following, claim: meant, enough=frozenset())
    monkeypatch.setattr(resolvers, "find", lambda path: resolver)
    made = hunks(hunk("h +i", 1), hunk("a b c -d +E e f g", 1), hunk("x +y", 8))
    placed = place(text([*"abcdefgx"]), made)
    assert results(placed) == ["resolved", "conflict", "conflict"]
    assert placed.outcomes[1].reason == "its lines were changed by another hunk"
    beside = {0: Resolved((LineEdit(2, 3, (b"C\n",)), LineEdit(4, 5, (b"E\n",))), "meant")}
    meant.clear()
    meant.update(beside)
    one = hunks(hunk("h +i", 1), hunk("-d +D", 4))
    assert place(text([*"abcdefgx"]), one).after == text([*"abCDEfgx"])


def test_what_a_resolver_leaves_to_people_is_not_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a file that holds no code, too: only hunks of which the resolver makes nothing may be left out."""
    meant = {0: Resolved((), "for people", "conflict")}
    resolver = Resolver(lambda lines, hunks, following, claim: meant, optional=True)
    monkeypatch.setattr(resolvers, "find", lambda path: resolver)
    placed = place(text([*"own"]), hunks(hunk("a -b", 1), hunk("c -d", 9)))
    assert results(placed) == ["conflict", "resolved"]
