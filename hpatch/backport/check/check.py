"""Can it be merged? Revisions of trunk, planned by the patch engine on a branch as it is."""

from __future__ import annotations

from collections.abc import Sequence

from hpatch.backport.check import followups, headers, names, prerequisites
from hpatch.backport.check.advice import advise
from hpatch.backport.check.answer import Check, Conflict
from hpatch.backport.check.prerequisites import Explained
from hpatch.backport.check.trial import CommitFiles, FailedFile, attempt, is_modulo, verdict
from hpatch.backport.history.changes import Objects
from hpatch.backport.history.revisions import Merge, Revision, Revisions
from hpatch.patch.diff.model import Outcome


def check(history: Revisions, chosen: Sequence[Revision], *, objects: Objects | None = None, why: bool = True) -> Check:
    """Check revisions of trunk, in history's order, against the branch.

    Those that the branch has already are not planned again, unless only a part of them was merged. `why`: find who
    brought what conflicts lack, what would help, and what follows up; it costs most of the time.
    """
    objects = Objects(history.git) if objects is None else objects
    branch = CommitFiles(objects, history.onto.commit)
    merges = tuple((one, history.merges(one)) for one in chosen)
    open_ = [one for one, found in merges if not _whole(history, one, found)]
    changes = objects.changes(open_)
    trial = attempt(objects, branch, changes)
    explained = prerequisites.explain(history, objects, branch, changes, trial) if why else prerequisites.NOTHING
    answer = Check(
        trunk=history.trunk,
        onto=history.onto,
        revisions=tuple(chosen),
        verdict="there" if not open_ else verdict(trial),
        modulo=tuple(one.path for one in trial.files if is_modulo(one)),
        files=trial.files,
        conflicts=tuple(
            _conflict(failure, outcome, explained, at)
            for failure in trial.failures
            for at, outcome in enumerate(failure.outcomes or (None,))
        ),
        merges=tuple((one, found) for one, found in merges if found or history.is_merged(one)),
        prerequisites=explained.prerequisites,
        search=explained.search,
        followups=followups.find(history, objects, chosen) if why else (),
        antecedents=followups.antecedents(history, objects, open_) if why else (),
        lacking=names.lacking(history, objects, branch, changes, trial) if why else (),
        headers=headers.uncounted(branch, trial.files) if why else (),
    )
    return answer._replace(advice=advise(history, objects, branch, answer, open_)) if why else answer


def _whole(history: Revisions, revision: Revision, merges: Sequence[Merge]) -> bool:
    """Whether the branch has all of a revision."""
    kept = [merge for merge in merges if merge.undone is None]
    return history.is_merged(revision) and not (kept and all(merge.partial for merge in kept))


def _conflict(failure: FailedFile, outcome: Outcome | None, explained: Explained, at: int) -> Conflict:
    place = (failure.revision.commit, failure.path, at)
    suppliers, own = explained.suppliers.get(place, ()), explained.own.get(place, ())
    if outcome is None:
        return Conflict(
            revision=failure.revision,
            path=failure.path,
            line=None,
            reason=failure.reason,
            expected=(),
            found=(),
            suppliers=suppliers,
            own=own,
        )
    reason = outcome.reason or failure.reason
    return Conflict(
        revision=failure.revision,
        path=failure.path,
        line=outcome.line,
        reason=reason,
        expected=outcome.expected,
        found=outcome.found,
        suppliers=suppliers,
        own=own,
    )
