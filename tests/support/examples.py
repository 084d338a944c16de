"""How many examples Hypothesis tries."""

from __future__ import annotations

import os

_MANY = "HPATCH_TESTS_MANY_EXAMPLES"


def examples(number: int) -> int:
    """So many, or, with `make proof`, four times as many: where it has the time."""
    return number * 4 if os.environ.get(_MANY) else number
