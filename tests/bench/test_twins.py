"""Generated files whose units repeat each other: no hunk goes into another unit."""

from __future__ import annotations

import random
from collections import Counter

import pytest

from bench import twins
from bench.misplaced import OPTIONS
from hpatch.patch.place.options import PlaceOptions


@pytest.mark.parametrize("ancestor", [False, True])
def test_no_hunk_goes_into_another_unit(ancestor: bool) -> None:
    counts: Counter[str] = Counter()
    for number in range(250):
        case = twins.generate(random.Random(f"test {number}"))
        found, placed = twins.judged(case, OPTIONS[number % len(OPTIONS)], ancestor=ancestor)
        assert found != "misplaced", (number, placed.outcomes)
        counts[found] += 1
    assert min(counts["right"], counts["refused"]) > 25


def test_such_places_are_generated_and_judged() -> None:
    taken = PlaceOptions(accept_place=True)
    cases = [twins.generate(random.Random(f"test {number}")) for number in range(100)]
    assert sum(twins.judged(case, taken, ancestor=True)[0] in ("misplaced", "told") for case in cases) > 2
