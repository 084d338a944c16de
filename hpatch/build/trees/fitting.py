"""Whether a tree lacks a set although it bears its marks: then all of the set's changes go in, and none is there."""

from __future__ import annotations

from hpatch.build.trees.source import SourceTree
from hpatch.errors import HpatchError
from hpatch.patch.apply.tree import Tree
from hpatch.patch.diff.model import PLACED
from hpatch.patch.diff.read import read
from hpatch.patch.diff.strip import strip
from hpatch.patch.place import resolvers
from hpatch.patch.place.plan import Item, plan
from hpatch.patch.sets.model import PatchSet, applying_order
from hpatch.patch.sources.cache import Checked

_THERE = frozenset({"applied", "resolved"})


def fits(tree: SourceTree, files: Tree, source: Checked | None, one: PatchSet) -> bool | None:
    """Whether all of a set's changes of code go into a tree's files as into a tree without them.

    False where that is not certain: other changes went over its lines. None where its diffs are not at hand: the set
    does not carry them, and the source (None: there is none) does not have them.
    """
    variant = one.variant(tree.version)
    try:
        if variant is not None:
            diffs = [(read(variant.diff.read_bytes(), one.id), 1)]
        elif source is not None:
            diffs = [(source.diff(revision), 0) for _, revision in applying_order([one])]
        else:
            return None
        items = [Item(diff.name, strip(diff, files.exists, count), None) for diff, count in diffs]
        planned = plan(files, items)
    except (HpatchError, OSError):
        return None
    results = [
        outcome.result
        for step in planned.steps
        for placed in step.files
        if (resolver := resolvers.find(placed.path)) is None or not resolver.optional
        for outcome in placed.outcomes
    ]
    if not results:
        return None
    return all(result in PLACED and result not in _THERE for result in results)
