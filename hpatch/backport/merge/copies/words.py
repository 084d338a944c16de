"""What is said of working copies of either kind."""

from __future__ import annotations

from collections.abc import Sequence

SAID = 400
"""How much of what a program says of a failed commit is shown."""
_SHOWN = 3
"""Changed files that are named."""


def changed(paths: Sequence[str], aside: str) -> str:
    """That files are changed, and what puts them aside (`commit or stash`); empty where there are none."""
    if not paths:
        return ""
    more = f" and {len(paths) - _SHOWN} more" if len(paths) > _SHOWN else ""
    return f"it has changes that are not committed: {', '.join(paths[:_SHOWN])}{more}; {aside} them first"
