"""Whether one side is above the other."""

from __future__ import annotations

from math import log

import pytest

from hpatch.lab.net import ratios


@pytest.mark.parametrize(
    ("measured", "above"),
    [
        ([1.0, 1.02, 0.98, 1.01, 0.99] * 2, False),
        ([1.0, 2.0, 0.5, 1.8, 0.6] * 2, False),
        ([1.05, 1.08, 1.06, 1.04, 1.07] * 2, False),
        ([1.15, 1.18, 1.16, 1.14, 1.17] * 2, True),
        ([3.0, 2.5, 4.0, 3.5, 2.8] * 2, True),
        ([], False),
        ([3.0], False),
    ],
)
def test_above_is_what_is_above_for_certain(measured: list[float], above: bool) -> None:
    assert ratios.above([log(one) for one in measured], 1.10) is above


def test_more_rounds_are_for_what_may_still_be_above() -> None:
    near, far, none = ([log(one) for one in ones] for ones in ([1.0, 1.3] * 3, [2.5, 2.6] * 3, [1.0, 1.02] * 3))
    assert [ratios.undecided(one, 1.10) for one in (near, far, none, [])] == [True, False, False, True]
    assert [ratios.far(one) for one in (near, far, none)] == [False, True, False]
    assert [ratios.above(far, limit) for limit in (1.1, 2.0, 3.0)] == [True, True, False]
    assert ratios.of(2.0, 4.0) == log(2)
