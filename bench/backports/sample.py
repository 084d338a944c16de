"""Samples of merges, as the repository has them.

`merges.tsv` is the one that is judged, `others.tsv` another; the signs of companions were measured on neither.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from hpatch.backport.history.changes import Objects
from hpatch.backport.history.revisions import Revision, Revisions
from hpatch.errors import InputError

FILE = Path(__file__).parent / "merges.tsv"


class SampledMerge(NamedTuple):
    """A merge: the branch's revision, and those of trunk that it brought, in history's order."""

    merge: Revision
    brought: tuple[Revision, ...]


class Past:
    """A repository of httpd, with its lines as they were at any revision. `cache` keeps the history between."""

    def __init__(self, folder: str, cache: Path) -> None:
        self.folder = folder
        self.cache = cache
        self.now = Revisions(folder, cache=cache)
        self.objects = Objects(self.now.git)
        self.ever = self.now.merged()
        """The orders of trunk's revisions that the branch got at any time."""
        self._lines = {
            side: sorted((one.number or 0, one.commit) for one in self.now.all(side)) for side in ("trunk", "branch")
        }

    def before(self, number: int) -> Revisions:
        """Trunk and the branch just before a revision."""
        onto, trunk = (
            max(commit for commit in self._lines[side] if commit[0] < number)[1] for side in ("branch", "trunk")
        )
        return Revisions(self.folder, onto, trunk, cache=self.cache)

    def sample(self, file: Path = FILE) -> Iterator[SampledMerge]:
        """All merges of a sample. Raises InputError for one that the repository lacks."""
        for line in file.read_text(encoding="utf-8").splitlines():
            if not line.startswith("#"):
                number, brought = line.split("\t")
                revisions = (self._number(int(one)) for one in brought.split(","))
                yield SampledMerge(self._number(int(number)), tuple(sorted(revisions, key=lambda one: one.order)))

    def _number(self, number: int) -> Revision:
        found = self.now.number(number)
        if found is None:
            raise InputError(f"{self.folder}: r{number} is not in it")
        return found
