"""What proving across trees speaks of, as plain data that goes to other processes and machines."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal

from hpatch.build.trees.applying import Request
from hpatch.lab.candidates.model import Candidate
from hpatch.lab.diary import Diary
from hpatch.lab.matrix import Wanted
from hpatch.lab.proof import Proof, ProofPlan
from hpatch.lab.recipe import Recipe
from hpatch.records import NamedTuple

CellVerdict = Literal["proved", "there", "not-applying", "not-proved", "worse", "error"]
"""`there`: the tree has the set already; `not-applying`: it is not meant for this version, or does not fit;
`not-proved`: its scenario does not fail before and pass after; `worse`: something else got worse; `error`: it could not
be tried, which says nothing."""
YES: frozenset[CellVerdict] = frozenset({"proved", "there"})
"""With these verdicts nothing is left to do about a set."""


class TreeVersion(NamedTuple):
    """A version of the source: a tag's name and its commit; the latter is empty for a release that comes by pip."""

    tag: str
    commit: str


class RevisionSource(NamedTuple):
    """Where revisions come from: at most one of them, as `hpatch.patch.sources.choose` takes them."""

    git: str | None = None
    svn: str | None = None
    web: str | None = None
    diffs: str | None = None


class ProvedCell(NamedTuple):
    """A proof that has ended, while its `folder` is still there; `how` the trees were built, in words."""

    row: str
    set: str
    how: str
    plan: ProofPlan
    proof: Proof
    diary: Diary
    candidate: Candidate[Any]
    folder: Path


class AcrossJob(NamedTuple):
    """A row: sets that are proved one after the other on a version, in one process.

    `row` is its name; `repository` has the version's commit, where it has one; `catalogs` are folders of further sets;
    `request` says how hunks are placed; `base` is the folder to work in, None: one for temporary files. `keep` gets
    each proof in the process that proved; it goes there by pickle.
    """

    row: str
    version: TreeVersion
    repository: str | None
    sets: tuple[str, ...]
    recipe: Recipe
    wanted: Wanted
    request: Request = Request()
    requests: int | None = None
    catalogs: tuple[str, ...] = ()
    sources: RevisionSource = RevisionSource()
    base: Path | None = None
    keep: Callable[[ProvedCell], None] | None = None


class AcrossCell(NamedTuple):
    """How a set fared on a version. `reason` is one sentence for people; `when` is the time of its end (ISO 8601, UTC).

    `kept`: it was proved earlier, and taken from the folder of what is done.
    """

    row: str
    set: str
    verdict: CellVerdict
    reason: str
    seconds: float = 0.0
    when: str = ""
    kept: bool = False
