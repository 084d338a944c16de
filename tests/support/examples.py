"""How many examples Hypothesis tries."""

from __future__ import annotations

import os

_MANY = "HPATCH_TESTS_MANY_EXAMPLES"


def examples(number: int) -> int:
    """Half of so many, or, with `make proof`, which has the time, four times as many: CI runs both."""
    return number * 4 if os.environ.get(_MANY) else number // 2
