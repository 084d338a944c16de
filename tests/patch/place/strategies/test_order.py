"""The order of the strategies: a surer one decides before a less sure one."""

from __future__ import annotations

from dataclasses import FrozenInstanceError

import pytest

from hpatch.patch.diff.model import Result
from hpatch.patch.place.options import PlaceOptions
from hpatch.patch.place.place import place
from hpatch.patch.place.strategies import ORDER
from hpatch.patch.place.strategies.conflict import conflict
from tests.support.patch.placing import BLOCK, TEN, change, only, patch, situation, text

FIVE = patch(TEN, change(TEN, 5, "five"))
DONE = change(TEN, 5, "five")
LOOSE = PlaceOptions(fuzz=2, ignore_whitespace=True)


def result(tree: list[str], ancestor: list[str] | None = None, options: PlaceOptions = LOOSE) -> Result:
    return only(place(text(tree), FIVE, options, None if ancestor is None else text(ancestor))).result


def test_at_its_own_line_before_there_already_elsewhere() -> None:
    """A copy of what it leaves somewhere else is no reason to leave the hunk's own line as it is."""
    assert result([*TEN, *DONE]) == "exact"
    assert result(["own", *TEN, *DONE]) == "ambiguous"


def test_exact_before_merged() -> None:
    assert result(["own", *TEN], ancestor=TEN) == "moved"


def test_several_places_before_merged() -> None:
    """Lines in two places: merging would go by one of them, and not know which."""
    assert result(["own", *TEN, *TEN], ancestor=TEN) == "ambiguous"


def test_merged_before_there_already() -> None:
    """The tree has what the hunk leaves in another place too; the file before tells that its own place wants it."""
    before = [*TEN, *BLOCK]
    tree = [*change(TEN, 3, "own"), *BLOCK, *DONE]
    assert only(place(text(tree), patch(before, [*DONE, *BLOCK]), LOOSE, text(before))).result == "merged"


def test_merged_before_here_and_there() -> None:
    """Lines that fit at one place and are done at another: where the file before tells, that decides."""
    before = [*BLOCK, "mid", *BLOCK]
    made = patch(before, [*BLOCK, "mid", *change(BLOCK, 4, "D")])
    tree = ["own", *BLOCK, "mid", *change(BLOCK, 4, "D")]
    assert only(place(text(tree), made, ancestor=text(before))).result == "applied"


def test_merged_before_loose() -> None:
    assert result(change(TEN, 2, "own"), ancestor=TEN) == "merged"
    assert result(change(TEN, 2, "own")) == "fuzz"


def test_there_already_before_loose() -> None:
    """With fuzz the hunk would go in a second time where only its context differs."""
    assert result([*DONE, "own", *change(TEN, 2, "own")]) == "applied"


def test_the_last_settles_every_hunk() -> None:
    assert ORDER[-1] is conflict
    assert conflict(situation(["own"], FIVE)).outcome.result == "conflict"


def test_strategies_cannot_change_what_they_see() -> None:
    seen = situation(TEN, FIVE)
    for part, name in ((seen, "start"), (seen.target, "lines")):
        with pytest.raises(FrozenInstanceError):
            setattr(part, name, None)
