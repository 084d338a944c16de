"""A revision's story: what it changed, where it went, what followed, and in which releases it is."""

from __future__ import annotations

import re

from hpatch.backport.check import followups, same
from hpatch.backport.check.answer import Followup
from hpatch.backport.history.changes import Objects
from hpatch.backport.history.revisions import Merge, Revision, Revisions, Side
from hpatch.records import NamedTuple

_RELEASE = re.compile(r"(?:\w+[-_/])*v?(\d+(?:\.\d+)+)")


class Touched(NamedTuple):
    """A file that the revision changed: lines added and removed, None where it is no text or cannot be read."""

    path: str
    added: int | None
    removed: int | None


class Went(NamedTuple):
    """A merge to the branch, and the first release that has it; None: no release, or the repository has no tags."""

    merge: Merge
    release: str | None


class Explanation(NamedTuple):
    """A revision's story.

    Of trunk's: `went` are its merges; where there are none, `same` is the branch's revision that makes the same change,
    and `shipped` the first release with that; `recorded` tells that Subversion's record has it as merged. Of the
    branch's: `brought` are the revisions that it merged. `release` is the first release that has the revision itself.
    """

    revision: Revision
    side: Side
    touched: tuple[Touched, ...]
    went: tuple[Went, ...]
    same: Revision | None
    shipped: str | None
    recorded: bool
    brought: tuple[Revision, ...]
    release: str | None
    followups: tuple[Followup, ...]


def explain(history: Revisions, revision: Revision) -> Explanation:
    """Tell the story of a revision on either line."""
    objects = Objects(history.git)
    side = history.side(revision)
    assert side is not None
    on_trunk = side == "trunk"
    merges = history.merges(revision) if on_trunk else ()
    alike = same.find(history, objects, revision) if on_trunk and not merges else None
    return Explanation(
        revision=revision,
        side=side,
        touched=tuple(_touched(objects, revision)),
        went=tuple(Went(merge, _release(history, merge.revision)) for merge in merges),
        same=alike,
        shipped=None if alike is None else _release(history, alike),
        recorded=on_trunk and revision.number in history.mergeinfo,
        brought=history.brings(revision) if side == "branch" else (),
        release=_release(history, revision),
        followups=followups.find(history, objects, (revision,)) if on_trunk else (),
    )


def _touched(objects: Objects, revision: Revision) -> list[Touched]:
    read = objects.readable((revision,))
    if not read:
        return [Touched(path, None, None) for path in revision.paths]
    (change,) = read
    found = [Touched(one.path, None, None) for one in change.binaries]
    for patch in change.files:
        signs = [operation for hunk in patch.hunks for operation, _ in hunk.lines]
        found.append(Touched(patch.path, signs.count("+"), signs.count("-")))
    return sorted(found)


def _release(history: Revisions, revision: Revision) -> str | None:
    """The tag of the lowest version that has the commit."""
    told = history.git.run(
        *("for-each-ref", f"--contains={revision.commit}", "--format=%(refname)", "refs/tags", "refs/remotes/tags")
    ).decode("utf-8", "surrogateescape")
    names = (row.removeprefix("refs/").removeprefix("remotes/").removeprefix("tags/") for row in told.splitlines())
    versions = {name: found for name in names if (found := _RELEASE.fullmatch(name)) is not None}
    return min(versions, key=lambda name: tuple(map(int, versions[name][1].split("."))), default=None)
