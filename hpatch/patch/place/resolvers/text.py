"""Lines of a file, looked at by what is in them."""

from __future__ import annotations

import re
from collections.abc import Sequence


def first(lines: Sequence[bytes], pattern: re.Pattern[bytes]) -> tuple[int, re.Match[bytes]] | None:
    """The first line that matches, and its match."""
    for at, line in enumerate(lines):
        if (match := pattern.match(line)) is not None:
            return at, match
    return None


def collapsed(lines: Sequence[bytes]) -> bytes:
    """A text of several lines with single blanks, to compare it."""
    return b" ".join(b" ".join(lines).split())
