"""Which sets are to be applied: those that are asked for and what they need, less what the tree has."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from hpatch.build.trees.presence import Fits, Presence, presences
from hpatch.build.trees.source import SourceTree
from hpatch.patch.apply.stack import Stack
from hpatch.patch.apply.tree import Tree
from hpatch.patch.sets.model import Catalog, PatchSet
from hpatch.records import NamedTuple


class Chosen(NamedTuple):
    """A set that is asked for, or that one of `needed_by` needs (none: it is asked for)."""

    presence: Presence
    needed_by: tuple[str, ...] = ()

    @property
    def set(self) -> PatchSet:
        """The set."""
        return self.presence.set

    @property
    def wanted(self) -> bool:
        """Whether there is something to apply."""
        return not self.presence.there


def choose(
    tree: SourceTree,
    stack: Stack,
    catalog: Catalog,
    ids: Iterable[str],
    read: Tree | None = None,
    fits: Fits | None = None,
) -> tuple[Chosen, ...]:
    """The sets of these names and, for those that the tree lacks, their prerequisites, in the catalogue's order.

    Raises UsageError for an unknown name.
    """
    asked = [catalog.get(id).id for id in dict.fromkeys(ids)]
    found: dict[str, Presence] = {}
    needed_by: dict[str, list[str]] = {}
    open_ = list(asked)
    while open_:
        id = open_.pop()
        if id in found:
            continue
        one = catalog.get(id)
        (found[id],) = presences(tree, stack, [one], read, fits)
        if found[id].there:
            continue
        for needed in one.prerequisites:
            needed_by.setdefault(needed, []).append(id)
            open_.append(needed)
    return tuple(
        Chosen(found[one.id], () if one.id in asked else tuple(sorted(needed_by[one.id])))
        for one in catalog.sets
        if one.id in found
    )


def having(
    tree: SourceTree,
    stack: Stack,
    catalog: Catalog,
    chosen: Sequence[Chosen],
    read: Tree | None = None,
    fits: Fits | None = None,
) -> frozenset[str]:
    """The sets that the tree has once the chosen ones are applied, of those that decide which of their diffs fits."""
    ids = {one.set.id for one in chosen}
    asked = {id for one in chosen for variant in one.set.variants for id in variant.upon} - ids
    there = presences(tree, stack, map(catalog.get, sorted(asked)), read, fits)
    return frozenset(ids.union(one.set.id for one in there if one.there))
