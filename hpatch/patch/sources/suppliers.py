"""What stands in the way of a revision: the changes that brought the lines it expects."""

from __future__ import annotations

from collections.abc import Sequence

from hpatch.patch.sets.model import Catalog, PatchSet, SetRevision
from hpatch.patch.sources.model import Origin, Origins
from hpatch.records import NamedTuple


class Supplier(NamedTuple):
    """A change that brought lines which a revision expects, and the catalogue's sets that have it."""

    origin: Origin
    sets: tuple[str, ...]

    @property
    def name(self) -> str:
        """`r1585824`, or the commit's first twelve digits."""
        return f"r{self.origin.number}" if self.origin.number is not None else (self.origin.commit or "?")[:12]


def suppliers(
    source: Origins, catalog: Catalog, revision: SetRevision, path: str, lines: Sequence[int]
) -> tuple[Supplier, ...]:
    """Who brought lines of a file, as it was before the revision: those that a tree lacks.

    The latest comes first. Empty where the source keeps no history; the catalogue's prerequisites are then all that
    is known.
    """
    found = source.origins(revision, path, lines) or ()
    ranked = sorted(found, key=lambda origin: origin.number or 0, reverse=True)
    return tuple(
        Supplier(
            origin,
            tuple(one.id for one in _holding(catalog, origin)),
        )
        for origin in ranked
    )


def _holding(catalog: Catalog, origin: Origin) -> tuple[PatchSet, ...]:
    if origin.number is not None:
        return catalog.holding(origin.number)
    return () if origin.commit is None else catalog.with_commit(origin.commit)
