"""Whether sets of the catalogue apply to a tree: a trial of the placing in memory, with all that they need."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Literal

from hpatch.build.trees.applying import Prepared, Request, prepare
from hpatch.errors import HpatchError
from hpatch.patch.sets.model import Catalog
from hpatch.patch.sources.cache import Checked
from hpatch.records import NamedTuple

CureState = Literal["applies", "there", "refused", "blocked", "unknown", "untried", "elsewhere"]
"""It goes in; the tree has it; it is not meant for this version; it does not fit; its diff cannot be had; there is no
tree to try it on; it is for the tree of another program than httpd."""


class Cure(NamedTuple):
    """A set that cures a problem, and whether it applies. `needs` are the sets that come along; `why` is in words."""

    set: str
    state: CureState
    why: str = ""
    needs: tuple[str, ...] = ()


class CureTrial:
    """A tree, and where diffs come from. Nothing is written."""

    def __init__(self, root: Path, request: Request, catalog: Catalog, source: Checked) -> None:
        self.root = root
        self.request = request
        self._catalog = catalog
        self._source = source

    def prepared(self, ids: Iterable[str]) -> Prepared:
        """What applying sets would do. Raises as `applying.prepare` does."""
        return prepare(self.root, self.request._replace(ids=tuple(ids)), self._catalog, self._source)

    def cure(self, id: str) -> Cure:
        """Whether one set applies by itself, with what it needs."""
        try:
            prepared = self.prepared([id])
        except HpatchError as error:
            return Cure(id, "unknown", str(error))
        for one in prepared.refused:
            return Cure(id, "refused", one.presence.why)
        if not prepared.ok:
            return Cure(id, "blocked", _blocked(prepared))
        chosen = next(one for one in prepared.chosen if one.set.id == id)
        if not chosen.wanted:
            return Cure(id, "there", chosen.presence.why)
        return Cure(id, "applies", needs=tuple(one.set.id for one in prepared.chosen if one.wanted and one.needed_by))

    def together(self, ids: Iterable[str]) -> tuple[tuple[str, ...], str]:
        """The sets in the order of applying, and why they do not go in together; that is empty where they do."""
        wanted = list(dict.fromkeys(ids))
        if not wanted:
            return (), ""
        try:
            prepared = self.prepared(wanted)
        except HpatchError as error:
            return (), str(error)
        if not prepared.ok:
            return (), _blocked(prepared)
        return tuple(one.set.id for one in prepared.chosen if one.wanted), ""


def _blocked(prepared: Prepared) -> str:
    lines = len(prepared.blockers)
    first = prepared.blockers[0].placed.path if prepared.blockers else "some file"
    return f"{first} has other lines ({lines} place{'s' if lines != 1 else ''} in the way)"
