"""Three-way by words, where the tree has changed the very lines."""

from __future__ import annotations

from hpatch.patch.place.options import PlaceOptions
from hpatch.patch.place.place import place
from hpatch.patch.place.strategies.reworded import reworded
from tests.support.patch.placing import HEAD, TAIL, change, only, patch, results, situation, text

BEFORE = [*"abc", "    send(one, two);", *"defg"]
MADE = patch(BEFORE, change(BEFORE, 4, "    send(one, 2);"))
BY_WORDS = PlaceOptions(words=True)
TREE = ["own", *change(BEFORE, 4, "    Send(one, two);")]


def test_a_line_in_other_words_takes_the_change() -> None:
    placed = place(text(TREE), MADE, BY_WORDS, ancestor=text(BEFORE))
    assert results(placed) == ["words"]
    assert placed.after == text(["own", *change(BEFORE, 4, "    Send(one, 2);")])
    outcome = only(placed)
    assert (outcome.line, outcome.reason) == (5, "three-way by words, by the file before the revision")
    assert [line for line in outcome.expected if line not in outcome.found] == [b"    send(one, 2);\n"]
    assert [line for line in outcome.found if line not in outcome.expected] == [b"own\n", b"    Send(one, 2);\n"]


def test_only_by_option() -> None:
    assert results(place(text(TREE), MADE, ancestor=text(BEFORE))) == ["conflict"]


def test_lines_come_beside_one_in_other_words() -> None:
    before = [*HEAD, *BEFORE, *TAIL]
    tree = [*HEAD, *TREE[1:], *TAIL]
    made = patch(before, [*before[:11], "    new();", *before[11:]])
    placed = place(text(tree), made, ancestor=text(before))
    assert placed.after == text([*tree[:11], "    new();", *tree[11:]])
    outcome = only(placed)
    assert (outcome.result, outcome.line) == ("words", 12)
    assert outcome.reason == "three-way, beside a line that the tree has in other words"
    assert b"    new();\n" in outcome.found and b"    Send(one, two);\n" in outcome.found


def test_the_file_before_is_needed() -> None:
    assert results(place(text(TREE), MADE, BY_WORDS)) == ["conflict"]
    assert reworded(situation(TREE, MADE, options=BY_WORDS)) is None


def test_numbers_that_a_branch_counts_for_itself_are_not_words() -> None:
    made = MADE._replace(old="include/ap_mmn.h", new="include/ap_mmn.h")
    assert results(place(text(TREE), made, BY_WORDS, ancestor=text(BEFORE))) == ["conflict"]


def test_lines_that_are_there_as_they_are_settle_it_otherwise() -> None:
    assert reworded(situation([*TREE, *BEFORE], MADE, ancestor=BEFORE, options=BY_WORDS)) is None
    around = [*HEAD, *BEFORE, *TAIL]
    made = patch(around, change(around, 11, "    send(one, 2);"))
    tree = change(around, 11, "    Send(one, two);")
    assert reworded(situation(tree, made, ancestor=around, options=BY_WORDS)) is not None
    assert (
        reworded(
            situation(
                [*tree, *(line.decode()[:-1] for line in made.hunks[0].new)], made, ancestor=around, options=BY_WORDS
            )
        )
        is None
    )


def test_the_order_of_hunks_stays() -> None:
    assert reworded(situation(TREE, MADE, ancestor=BEFORE, options=BY_WORDS, start=4)) is not None
    assert reworded(situation(TREE, MADE, ancestor=BEFORE, options=BY_WORDS, start=5)) is None


def function(name: str, *lines: str) -> list[str]:
    """A function of these lines."""
    return [f"int {name}(void)", "{", *lines, "}"]


def test_another_function_than_the_one_before_is_refused() -> None:
    before = [*function("f", *BEFORE), *function("g", "    x;")]
    made = patch(before, change(before, 6, "    send(one, 2);"))
    tree = [*function("f", "    x;"), *function("g", *TREE[1:])]
    assert results(place(text(tree), made, BY_WORDS, ancestor=text(before))) == ["ambiguous"]


def test_the_function_is_that_of_the_change() -> None:
    before = [*function("f", *BEFORE[:4]), *function("g", "    x;")]
    made = patch(before, change(before, 6, "    send(one, 2);"))
    assert results(place(text(change(before, 6, TREE[4])), made, BY_WORDS, ancestor=text(before))) == ["words"]
