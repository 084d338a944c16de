"""Generated files of functions with equal blocks: no hunk goes into another function."""

from __future__ import annotations

import random
from collections import Counter

import pytest

from bench import misplaced
from hpatch.patch.place.options import PlaceOptions


@pytest.mark.parametrize("ancestor", [False, True])
def test_no_hunk_goes_into_another_function(ancestor: bool) -> None:
    counts: Counter[str] = Counter()
    for number in range(600):
        case = misplaced.generate(random.Random(f"test {number}"))
        options = misplaced.OPTIONS[number % len(misplaced.OPTIONS)]
        found, placed = misplaced.judge(case, options, ancestor=ancestor)
        assert found != "misplaced", (number, placed.outcomes)
        counts[found] += 1
    assert min(counts["right"], counts["refused"]) > 100


def test_such_places_are_generated_and_judged() -> None:
    taken = PlaceOptions(accept_place=True)
    cases = [misplaced.generate(random.Random(f"test {number}")) for number in range(100)]
    assert sum(misplaced.judge(case, taken, ancestor=False)[0] == "told" for case in cases) > 5
