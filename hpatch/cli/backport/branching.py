"""`hpatch backport propose --branch`: the proposal as a branch, taken away where the rest cannot be written."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hpatch.backport.history.revisions import Revisions
    from hpatch.backport.proposal.proposal import Proposal
    from hpatch.report.backport.proposal import BranchMade


@contextmanager
def made(history: Revisions, proposal: Proposal, name: str | None, *, dry_run: bool) -> Iterator[BranchMade | None]:
    """The branch, which stays if the block ends without an error. Without a name there is none."""
    from hpatch.backport.proposal import branch
    from hpatch.report.backport.proposal import BranchMade

    if name is None:
        yield None
        return
    plan = branch.plan(history, proposal)
    commits = () if dry_run else branch.make(history, plan, name)
    try:
        yield BranchMade(
            name=name,
            base=plan.base,
            revisions=tuple(one.revision.name for one in plan.steps),
            commits=commits,
            unneeded=tuple(one.name for one in plan.unneeded),
        )
    except BaseException:
        if commits:
            branch.remove(history, name, commits[-1])
        raise
