"""Every open proposal of STATUS against the branch as it is: which go in, which went stale, which are in already."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from hpatch.backport.check.answer import Check
from hpatch.backport.check.check import check
from hpatch.backport.history.changes import Objects
from hpatch.backport.history.revisions import Revisions
from hpatch.backport.status.model import Entry, StatusFile
from hpatch.errors import HpatchError
from hpatch.records import NamedTuple

State = Literal["applies", "own", "stale", "open", "merged", "unknown"]
"""`applies`: trunk's revisions go in. `own`: they do not, and the proposal has a patch or pull request of its own.
`stale`: they do not, though the proposal says so. `open`: they do not, and it does not say how they would. `merged`:
the branch has them. `unknown`: it names no revision that could be read."""

OPEN = ("accepted", "proposed", "worked", "stalled", "other")
"""The kinds of sections whose entries are proposals to merge; a showstopper is one when it names revisions of trunk."""


class Standing(NamedTuple):
    """A proposal and how it stands. `check` is None where it is unknown, and `reason` says why."""

    entry: Entry
    state: State
    check: Check | None
    reason: str = ""


def proposals(history: Revisions, status: StatusFile) -> Iterator[Standing]:
    """All open proposals, in the file's order."""
    objects = Objects(history.git)
    for entry in status.entries:
        if entry.kind in OPEN or (entry.kind == "showstopper" and entry.trunk):
            yield _stands(history, objects, entry)


def _stands(history: Revisions, objects: Objects, entry: Entry) -> Standing:
    if not entry.trunk:
        return Standing(entry, "unknown", None, "it names no revision of trunk")
    try:
        chosen = history.find(f"r{number}" for number in entry.trunk)
        found = check(history, chosen, objects=objects, why=False)
    except HpatchError as error:
        return Standing(entry, "unknown", None, str(error))
    return Standing(entry, _state(entry, found), found)


def _state(entry: Entry, found: Check) -> State:
    if found.verdict == "there":
        return "merged"
    if found.verdict in ("works", "modulo"):
        return "applies"
    if entry.branch.patches or entry.branch.pulls:
        return "own"
    return "stale" if entry.branch.works or entry.branch.merges else "open"
