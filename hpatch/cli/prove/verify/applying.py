"""`hpatch verify --in-place`: apply to the tree what was proved."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from hpatch.cli.options import tree as trees
from hpatch.errors import InputError

if TYPE_CHECKING:
    from hpatch.build.trees.applying import Request
    from hpatch.lab.proof import ProofPlan
    from hpatch.patch.sets.model import Catalog
    from hpatch.patch.sources.cache import Checked


def writable(tree: Path) -> None:
    """Raises ToolError for a tree that cannot be written: or it would be found out when all is proved."""
    with trees.held(tree):
        pass


def carry_out(plan: ProofPlan, tree: Path, request: Request, catalog: Catalog, source: Checked) -> None:
    """Apply to the tree what was proved. Raises InputError when the tree has changed meanwhile."""
    from hpatch.build.trees.applying import commit, prepare

    with trees.changed(tree):
        prepared = prepare(tree, request, catalog, source)
        if prepared.steps != plan.prepared.steps:
            raise InputError(f"{tree}: has changed while it was verified; nothing was applied to it")
        commit(prepared)
