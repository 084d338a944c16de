"""A made-up revision of trunk."""

from __future__ import annotations

from hpatch.backport.history.revisions import Revision


def revision(message: str, *paths: str) -> Revision:
    """r1900001, by Ann."""
    return Revision(
        commit="0" * 40,
        number=1900001,
        author="Ann",
        date="2024-01-01T00:00:00+00:00",
        message=message,
        paths=paths or ("a",),
        order=1,
    )
