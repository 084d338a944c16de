"""What a check of revisions against a branch says: plain data."""

from __future__ import annotations

from typing import Literal

from hpatch.backport.history.messages import Relation
from hpatch.backport.history.revisions import DevelopmentLine, Merge, Revision
from hpatch.records import NamedTuple

Verdict = Literal["works", "modulo", "patch", "there", "absent"]
"""`works`: trunk's change goes in as it is. `modulo`: so it does but for files that each branch keeps for itself.
`patch`: it does not, so the branch needs a patch of its own. `there`: the branch has it already. `absent`: it touches
nothing that the branch has."""

State = Literal["clean", "there", "kept", "number", "generated", "absent", "conflict"]
"""What became of a file. `clean`: it goes in. `there`: it is there already. `kept`: the branch's own records (CHANGES,
STATUS and the like), entered or left out. `number`: the branch counts for itself (MMN, mod_http2's version).
`generated`: made from others when the manual is built. `absent`: the branch does not have it. `conflict`: it fails."""


class CheckedFile(NamedTuple):
    """A file that the revisions touch: as the branch has it, and as it is with them. None is no file.

    `after` is `before` where nothing goes in; where a file conflicts it has those of the revisions that do go in.
    `reason` is for people. `mode` is the permission bits that it gets, None where they stay.
    """

    path: str
    state: State
    before: bytes | None
    after: bytes | None
    reason: str = ""
    mode: int | None = None


class Prerequisite(NamedTuple):
    """A revision that brought lines which a conflict lacks, or made a file that the branch does not have.

    `merges` tells where the branch got it, `older` that it is from before the branch: the branch changed its lines
    itself. `helps`: with it in front all goes in (`clean`), fewer places fail (`fewer`) or it changes nothing (`no`);
    None: not tried. `lines` is how many of the lines that the conflicts expect are its own.
    """

    revision: Revision
    merges: tuple[Merge, ...]
    older: bool
    helps: Literal["clean", "fewer", "no"] | None
    lines: int

    @property
    def missing(self) -> bool:
        """Whether the branch lacks it."""
        return not self.older and all(merge.undone is not None for merge in self.merges)


class Conflict(NamedTuple):
    """A place where a revision does not go in.

    `line` is where it would be in the branch's file (from 1, None: there is no such place), `expected` are the lines
    that the revision expects and `found` those that stand there. `suppliers` are names of revisions that brought
    expected lines which the branch does not have there, `own` those of the branch's that brought what stands there
    instead.
    """

    revision: Revision
    path: str
    line: int | None
    reason: str
    expected: tuple[bytes, ...]
    found: tuple[bytes, ...]
    suppliers: tuple[str, ...]
    own: tuple[str, ...] = ()


class Followup(NamedTuple):
    """A later revision of trunk that names one of those checked, or takes lines away that it brought.

    `said` is what its message says of it; `repairs` tells that it changes its lines, whatever it says. `belongs`: it is
    about files, functions or log numbers that the other makes and the branch lacks, or is its author's next step; the
    branch should get both. `merged` tells that the branch has it, `asked` that it is among those checked.
    """

    revision: Revision
    of: Revision
    said: Relation | None
    repairs: bool
    merged: bool
    asked: bool
    belongs: bool = False


class Antecedent(NamedTuple):
    """An earlier revision of trunk that one of those checked says it follows up, repairs or takes back (`said`).

    Where the branch has not got it (`merged`) and it is not checked along (`asked`), what goes in may have no sense.
    """

    revision: Revision
    by: Revision
    said: Relation
    merged: bool
    asked: bool

    @property
    def missing(self) -> bool:
        """Whether the branch would lack it."""
        return not self.merged and not self.asked


class Lacking(NamedTuple):
    """A name in the code that a revision brings to `path`, which the branch would not have: it would not compile.

    On trunk a `header` had it before, from `supplier` where that is known; `merged` tells that the branch has that.
    """

    name: str
    revision: Revision
    path: str
    header: str
    supplier: Revision | None
    merged: bool


class Search(NamedTuple):
    """The smallest set of revisions with which those checked go in: `found` is None where there is none known.

    `complete` tells that all sets of up to `largest` of the candidates were tried; else the search gave up.
    """

    found: tuple[Revision, ...] | None
    candidates: int
    largest: int
    tried: int
    complete: bool


Do = Literal["propose", "together", "patch", "check", "reverted", "nothing"]
"""What to do next with revisions. `propose` them as they are. `together`: propose them with others. `patch`: make a
patch of the branch's own. `check` them with others, of which it is not known whether they go in. `reverted`: trunk took
one of them back. `nothing`: the branch has them, or nothing of what they change."""

Need = Literal["lines", "names", "files", "followed", "follows", "reverts"]
"""Why a revision is added: it brought lines, names or files that the branch lacks; one of those checked says that it
follows it up; it follows up, repairs or goes on with one of them; it takes one of them back."""


class Added(NamedTuple):
    """A revision of trunk that the branch lacks and that belongs to those checked."""

    revision: Revision
    need: Need


class Advice(NamedTuple):
    """What to do next: with `revisions`, which are those checked that the branch lacks and those `added` to them.

    `verdict` is what becomes of all of them together, None where that was not tried. `look` are later revisions that
    change lines of those checked without a word about them, and that the branch lacks: it may be a repair.
    """

    do: Do
    revisions: tuple[Revision, ...]
    added: tuple[Added, ...]
    verdict: Verdict | None
    look: tuple[Revision, ...]


class Check(NamedTuple):
    """Revisions of trunk against a branch as it is.

    `revisions` are in the order in which they are merged; `files` in the order of their paths. `modulo` are the files
    that were left out or are the branch's to write; `merges` has what the branch got already, by revision.
    `search` is None where there is no conflict. `headers` are public headers that change while the module magic number
    (MMN) does not. `advice` is None where it was not asked why.
    """

    trunk: DevelopmentLine
    onto: DevelopmentLine
    revisions: tuple[Revision, ...]
    verdict: Verdict
    modulo: tuple[str, ...]
    files: tuple[CheckedFile, ...]
    conflicts: tuple[Conflict, ...]
    merges: tuple[tuple[Revision, tuple[Merge, ...]], ...]
    prerequisites: tuple[Prerequisite, ...]
    search: Search | None
    followups: tuple[Followup, ...]
    antecedents: tuple[Antecedent, ...] = ()
    lacking: tuple[Lacking, ...] = ()
    headers: tuple[str, ...] = ()
    advice: Advice | None = None

    @property
    def merged(self) -> tuple[Revision, ...]:
        """Those of the revisions that the branch has."""
        return tuple(one for one, merges in self.merges if any(merge.undone is None for merge in merges))
