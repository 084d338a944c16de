"""How far a proof has come, for whoever waits for it or interrupts it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hpatch.report.common.progress import Progress

_STEPS = ("before", "apply", "after", "net")
"""What `prove` tells of, in its order; what is tried between two sets belongs to applying."""
_DONE = (
    "nothing was tried",
    "the tree was built without the sets",
    "the tree was built and tried without the sets",
    "the tree was built and tried without the sets, and built with them",
    "the scenarios were run without the sets and with them",
)
"""What is done when none of the steps has begun, and when each has."""


class Moment:
    """How far a proof has come."""

    def __init__(self, progress: Progress, name: str) -> None:
        self._progress = progress
        self._name = name
        self._begun = 0

    def tell(self, what: str, detail: str) -> None:
        """Of a step, and what it is at."""
        self._begun = (_STEPS.index(what) if what in _STEPS else _STEPS.index("apply")) + 1
        self._progress.step(self._begun, len(_STEPS), f"{self._name} {what}".lstrip())
        self._progress.detail(detail)

    def account(self) -> str:
        """What has been done, for one who interrupts it."""
        at = f" ({self._progress.at})" if self._progress.at else ""
        where = f" with {self._name}" if self._name else ""
        return f"nothing is proved{where}; {_DONE[self._begun]}{at}"


def account(moment: Moment, tree: Path, place: Path) -> str:
    """The same, and what is left of it."""
    return f"{moment.account()}; {tree} is as it was; {place} keeps what was compiled"
