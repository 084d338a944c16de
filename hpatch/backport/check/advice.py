"""What to do next with revisions that were checked: propose them, with which others, or what is in the way."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import chain

from hpatch.backport.check import followups, names
from hpatch.backport.check.answer import Added, Advice, Check, Do, Followup
from hpatch.backport.check.trial import CommitFiles, attempt, is_own, verdict
from hpatch.backport.history.changes import Objects
from hpatch.backport.history.revisions import Revision, Revisions

_MOST = 20
"""How many revisions are added; a revision that a hundred follow up is no question of this kind."""
_NUMBERS = "include/ap_mmn.h"
_MAJOR = re.compile(rb"#define\s+MODULE_MAGIC_NUMBER_MAJOR\b")
_GOES_IN = ("works", "modulo")


def advise(
    history: Revisions, objects: Objects, branch: CommitFiles, answer: Check, lacking: Sequence[Revision]
) -> Advice:
    """The advice on an answer; `lacking` are the revisions checked that the branch has not got as a whole."""
    look = tuple(one.revision for one in answer.followups if one.said is None and not one.belongs and _is_open(one))
    asked = () if answer.verdict == "there" else tuple(lacking)
    reverts = tuple(Added(one.revision, "reverts") for one in _reverts(answer.followups) if one.of in answer.revisions)
    if reverts:
        return Advice(do="reverted", revisions=asked, added=reverts, verdict=None, look=look)
    added = tuple(_added(history, objects, branch, answer, asked))[:_MOST]
    if not added:
        do: Do = "propose" if answer.verdict in _GOES_IN else "patch" if answer.verdict == "patch" else "nothing"
        do = "patch" if answer.lacking else do
        return Advice(do=do, revisions=() if do == "nothing" else asked, added=(), verdict=answer.verdict, look=look)
    look = tuple(one for one in look if one not in {each.revision for each in added})
    together = tuple(sorted((*asked, *(one.revision for one in added)), key=lambda one: one.order))
    changes = objects.readable(together)
    if len(changes) < len(together):
        return Advice(do="check", revisions=together, added=added, verdict=None, look=look)
    trial = attempt(objects, branch, changes)
    found = verdict(trial)
    if found not in _GOES_IN or (answer.lacking and names.lacking(history, objects, branch, changes, trial)):
        return Advice(
            do="patch" if answer.verdict == "patch" else "check",
            revisions=together,
            added=added,
            verdict=found,
            look=look,
        )
    return Advice(do="together" if asked else "check", revisions=together, added=added, verdict=found, look=look)


def _reverts(followups: Sequence[Followup]) -> list[Followup]:
    return [one for one in followups if one.said == "revert" and _is_open(one)]


def _added(
    history: Revisions, objects: Objects, branch: CommitFiles, answer: Check, asked: Sequence[Revision]
) -> Iterator[Added]:
    """What belongs to those checked, each once, by its most telling reason."""
    found = dict.fromkeys(asked)
    needs = tuple(_needs(history, answer)) if asked else ()
    along = tuple(dict.fromkeys(one.revision for one in needs))
    later = (*answer.followups, *(followups.find(history, objects, along) if along else ()))
    reverts = _reverts(later)
    # What trunk took back again is of no use, and neither is that.
    found.update(dict.fromkeys(one for revert in reverts for one in (revert.revision, revert.of)))
    follows = (
        Added(one.revision, "follows")
        for one in later
        if (one.said is not None or one.belongs) and _concerns(objects, branch, one.revision, (*asked, *along))
    )
    for one in chain(needs, follows):
        if one.revision not in found and not history.is_merged(one.revision):
            found[one.revision] = None
            yield one


def _needs(history: Revisions, answer: Check) -> Iterator[Added]:
    """What those checked need."""
    if answer.search is not None and answer.search.found is not None:
        yield from (Added(one, "lines") for one in answer.search.found)
    for name in answer.lacking:
        if name.supplier is not None and history.side(name.supplier) == "trunk":
            yield Added(name.supplier, "names")
    if answer.verdict == "absent":
        yield from (Added(one.revision, "files") for one in answer.prerequisites if one.missing)
    yield from (Added(one.revision, "followed") for one in answer.antecedents if one.missing)


def _concerns(objects: Objects, branch: CommitFiles, one: Revision, others: Sequence[Revision]) -> bool:
    """Whether the branch has a source file of a revision, or gets one with it or the others.

    A revision of records alone concerns it. One that breaks modules' binaries (a major number of ap_mmn.h) does not: no
    stable branch takes it.
    """
    code = {path for path in one.paths if not is_own(path)}
    if _NUMBERS in code and _raises(objects, one):
        return False
    if not code or any(path in branch.tree for path in code):
        return True
    made = {file.path for change in objects.readable((one,)) for file in change.files if file.kind == "create"}
    return not code.isdisjoint(made.union(path for each in others for path in each.paths))


def _raises(objects: Objects, one: Revision) -> bool:
    """Whether a revision raises the module magic's major number."""
    files = (file for change in objects.readable((one,)) for file in change.files if file.path == _NUMBERS)
    lines = (row for file in files for hunk in file.hunks for row in hunk.lines)
    return any(operation == "+" and _MAJOR.search(line) for operation, line in lines)


def _is_open(one: Followup) -> bool:
    """Whether the branch would lack it."""
    return not one.merged and not one.asked
