"""What a file's resolver makes of a hunk; `test_resolvers` has the resolvers themselves."""

from __future__ import annotations

from dataclasses import replace

from hpatch.patch.diff.lines import LineEdit
from hpatch.patch.place.resolvers.model import Resolved
from hpatch.patch.place.strategies.resolved import left_out, resolved
from tests.support.patch.placing import TEN, change, patch, situation

SEEN = situation(TEN, patch(TEN, change(TEN, 5, "five")))
EDIT = LineEdit(8, 9, (b"new\n",))


def test_a_hunk_of_which_the_resolver_makes_nothing_is_left_to_others() -> None:
    assert resolved(SEEN) is None


def test_the_resolvers_edits() -> None:
    settled = resolved(replace(SEEN, meant=Resolved((EDIT,), "as this tree has it")))
    assert settled is not None
    assert settled.outcome == (SEEN.hunk, "resolved", 9, 0, 0, "as this tree has it", (), (), (), None)
    assert (settled.edits, settled.end) == ((EDIT,), None)


def test_edits_go_in_whatever_is_said_of_there_being_none() -> None:
    two = (EDIT, LineEdit(9, 10, ()))
    settled = resolved(replace(SEEN, meant=Resolved(two, "as this tree has it", "conflict")))
    assert settled is not None
    assert (settled.outcome.result, settled.outcome.line, settled.edits) == ("resolved", 9, two)


def test_nothing_to_edit() -> None:
    for result in ("applied", "resolved"):
        settled = resolved(replace(SEEN, meant=Resolved((), "a word", result)))  # type: ignore[arg-type]
        assert settled is not None
        assert (settled.outcome.result, settled.outcome.line, settled.edits) == (result, None, ())


def test_a_matter_for_people_is_a_conflict() -> None:
    settled = resolved(replace(SEEN, meant=Resolved((), "for people", "conflict")))
    assert settled is not None
    assert settled.outcome.result == "conflict" and settled.outcome.expected == SEEN.old
    assert settled.outcome.reason == "for people"


def test_left_out() -> None:
    failed = resolved(replace(SEEN, meant=Resolved((), "for people", "conflict")))
    assert failed is not None
    outcome = left_out(failed).outcome
    assert (outcome.result, outcome.line, outcome.hunk) == ("resolved", None, SEEN.hunk)
    assert outcome.reason == "left out, it is no code: for people"
