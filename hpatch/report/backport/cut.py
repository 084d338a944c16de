"""What an answer does not tell, where the clone lacks a part of the history."""

from __future__ import annotations

from collections.abc import Iterator

from hpatch.backport.history.revisions import Revisions
from hpatch.patch.sources.git import WHOLE
from hpatch.report.common.terminal import wrap


def cut(history: Revisions, width: int | None) -> Iterator[str]:
    """For people; nothing where the clone is whole."""
    if history.git.ends:
        yield from wrap(
            "The clone is shallow: older revisions and merges were not looked at. Run 'git fetch --unshallow'.", width
        )
    if history.git.partial:
        yield from wrap(
            "The clone is partial: contents and STATUS were not looked at where it lacks them, so more may be merged "
            f"than is told here. {WHOLE[0].upper()}{WHOLE[1:]}.",
            width,
        )


def data(history: Revisions) -> dict[str, bool]:
    """For programs."""
    return {"shallow": bool(history.git.ends), "partial": history.git.partial}
