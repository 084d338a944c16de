"""`hpatch backport missing` at a date of the past, judged by what the branch had then and got later.

Had: a commit of the branch names the revision in whatever words and touches a file of it, or has the same patch-id.
What it only quotes does not count (the log of a revision that it merges names this one), nor what it merges a part of.
Got later: what the branch merged within a year.
"""

from __future__ import annotations

import re
import subprocess
import time
from functools import cache
from typing import NamedTuple

from bench.backports.sample import Past
from hpatch.backport.check.missing import find
from hpatch.backport.check.trial import is_own
from hpatch.backport.history.messages import is_partial
from hpatch.backport.history.revisions import Revision

FIRST = 30
"""How many the command shows."""


class Listed(NamedTuple):
    """What was listed: how many, those that the branch had already, those that it got later and that are not there,
    and how many of those are among the first.
    """

    date: str
    listed: int
    merged: tuple[Revision, ...]
    later: int
    absent: tuple[Revision, ...]
    first: int
    seconds: float


def listed(past: Past, date: str, path: str, years: int) -> Listed:
    """Ask at a date for what trunk changed below a path in the years before."""
    history = past.before(next(one.number or 0 for one in reversed(past.now.all("branch")) if one.date >= date))
    since = f"{int(date[:4]) - years}{date[4:]}"
    start = time.perf_counter()
    found = find(history, (path,), since)
    seconds = time.perf_counter() - start
    candidates = [one.revision for one in found.candidates]
    known = {one.commit for one in candidates}
    branch = history.all("branch")
    merged = tuple(one for one in candidates if _had(past, one, branch))
    until = f"{int(date[:4]) + 1}{date[4:]}"
    later = [
        one
        for one in history.all("trunk")
        if one.date >= since
        and any(each.startswith(f"{path}/") and not is_own(each) for each in one.paths)
        and _got(past, one, history.onto.commit, until)
    ]
    absent = tuple(one for one in later if one.commit not in known)
    first = {one.commit for one in candidates[:FIRST]}
    return Listed(
        date=date,
        listed=len(candidates),
        merged=merged,
        later=len(later),
        absent=absent,
        first=sum(one.commit in first for one in later),
        seconds=seconds,
    )


def _got(past: Past, one: Revision, onto: str, until: str) -> bool:
    """Whether the branch merged it after a commit, and not before."""
    tip = past.now.commit(onto)
    assert tip is not None
    merges = [each.revision for each in past.now.merges(one) if each.undone is None]
    return bool(merges) and all(tip.order < each.order and each.date < until for each in merges)


def _had(past: Past, one: Revision, branch: tuple[Revision, ...]) -> bool:
    return any(
        _says(past, each, one) or _patch_id(past.folder, each.commit) == _patch_id(past.folder, one.commit)
        for each in branch
        if not {path for path in each.paths if not is_own(path)}.isdisjoint(one.paths)
    )


def _says(past: Past, each: Revision, one: Revision) -> bool:
    """Whether a commit of the branch says that it has a revision, as far as a number tells."""
    name = re.compile(rf"(?<!\d){one.number}(?!\d)")
    if name.search(each.message) is None or is_partial(each.message):
        return False
    return not any(name.search(brought.message) for brought in past.now.brings(each) if brought != one)


@cache
def _patch_id(folder: str, commit: str) -> bytes:
    code = (":(exclude)CHANGES", ":(exclude)STATUS", ":(exclude)changes-entries", ":(exclude)docs/log-message-tags")
    diff = subprocess.run(
        ["git", "-C", folder, "diff-tree", "-p", "--no-commit-id", commit, "--", ".", *code],
        capture_output=True,
        check=True,
    ).stdout
    told = subprocess.run(["git", "patch-id", "--stable"], input=diff, capture_output=True, check=True).stdout
    return told.split(b" ")[0] or commit.encode()
