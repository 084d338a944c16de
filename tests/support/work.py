"""How much a piece of code does, without a clock: the same on every machine, however busy it is."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable


def calls(work: Callable[[], Iterable[object]]) -> int:
    """How many functions are called, those of C included, until all that comes from a function has come."""
    count = 0

    def one_more(frame: object, event: str, argument: object) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    before = sys.getprofile()
    sys.setprofile(one_more)
    try:
        for _ in work():
            pass
    finally:
        sys.setprofile(before)
    return count
