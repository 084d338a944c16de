"""Diffs and what became of them: plain data."""

from __future__ import annotations

from typing import Literal

from hpatch.errors import InputError
from hpatch.patch.diff.lines import LineEdit
from hpatch.records import NamedTuple

Operation = Literal[" ", "-", "+"]
Kind = Literal["modify", "create", "delete", "rename", "copy"]


class Hunk(NamedTuple):
    """A hunk. `lines` are operation and text, the text with its line end; a text without one ends its file.

    `old_start` and `new_start` are as in the diff (from 1; 0 for an empty side); `at` is the diff's line of its `@@`.
    """

    old_start: int
    new_start: int
    lines: tuple[tuple[Operation, bytes], ...]
    section: bytes
    at: int

    @property
    def old(self) -> tuple[bytes, ...]:
        """The lines that it expects."""
        return tuple([text for operation, text in self.lines if operation != "+"])

    @property
    def new(self) -> tuple[bytes, ...]:
        """The lines that it leaves."""
        return tuple([text for operation, text in self.lines if operation != "-"])


class FilePatch(NamedTuple):
    """What a diff does to one file. Paths are as in the diff, before any folder is stripped; None for /dev/null.

    `at` is the diff's line where it starts; modes are as in git (0o100644) or None where not told; `old_id` and
    `new_id` are git's blob names (perhaps shortened) where an `index` line tells them; `likeness` is git's line on how
    much of a renamed, copied or rewritten file is the same (`similarity index 95%`); `index_name` is the name that an
    `Index:` line gives above a git header: `svn diff --git` counts it from its URL, the others from the root.
    """

    kind: Kind
    old: str | None
    new: str | None
    hunks: tuple[Hunk, ...]
    at: int
    old_mode: int | None = None
    new_mode: int | None = None
    old_id: str | None = None
    new_id: str | None = None
    likeness: str | None = None
    index_name: str | None = None

    @property
    def path(self) -> str:
        """The path that it is about."""
        path = self.new if self.new is not None else self.old
        assert path is not None
        return path


class Oddity(NamedTuple):
    """Something odd in a diff that was read all the same: its line (from 1), and for people what hpatch made of it."""

    line: int
    text: str


class Diff(NamedTuple):
    """A whole diff: `name` says where it comes from, `message` is what stands before its first file.

    `oddities` are those of a diff that was read leniently, in the order of their lines. `converted`: every line of it
    ended in CR LF, and lost the CR when it was read.
    """

    name: str
    files: tuple[FilePatch, ...]
    message: bytes = b""
    oddities: tuple[Oddity, ...] = ()
    converted: bool = False


class DiffError(InputError):
    """A diff that cannot be read, or applied, for certain: `name:line: reason`."""

    def __init__(self, name: str, line: int, reason: str) -> None:
        super().__init__(f"{name}:{line}: {reason}")
        self.name = name
        self.line = line
        self.reason = reason


Result = Literal[
    "exact", "moved", "merged", "words", "fuzz", "whitespace", "applied", "resolved", "ambiguous", "conflict", "missing"
]
"""What became of a hunk. The first six and `resolved` change the file; `applied` found it there already; the last
three fail: several equally good places, lines that differ, no file to patch."""

PLACED: frozenset[Result] = frozenset(
    {"exact", "moved", "merged", "words", "fuzz", "whitespace", "applied", "resolved"}
)


class Elsewhere(NamedTuple):
    """What a hunk's heading, or the file before the revision, says against a place.

    `heading` is the heading's text; `lines` are those (from 1) at which the tree's file has what it names, none where
    it has no such function; `found` is the heading that the place stands under, empty for none.
    """

    heading: bytes
    lines: tuple[int, ...]
    found: bytes


class Outcome(NamedTuple):
    """What became of one hunk: `line` is where it went (from 1, in the file as it was), `reason` says why, for people.

    `candidates` are the lines of all places for an ambiguous one; `offset` and `fuzz` as in GNU patch; `expected` and
    `found` are the lines that differ, for a conflict; for one that was merged by words they are the lines that it
    leaves in the file after the revision, and those that the tree gets. `elsewhere` is what speaks against
    its place, or the name before of the function or unit that it is in; None for nothing.
    """

    hunk: Hunk
    result: Result
    line: int | None
    offset: int = 0
    fuzz: int = 0
    reason: str = ""
    candidates: tuple[int, ...] = ()
    expected: tuple[bytes, ...] = ()
    found: tuple[bytes, ...] = ()
    elsewhere: Elsewhere | None = None


class Placed(NamedTuple):
    """One file with a patch's hunks placed: `after` is None when a hunk failed (or the file is deleted).

    `reason` is for people and about the file as a whole ("the file is gone already"); `source` is what it was renamed
    or copied from; `mode` is the permission bits that the patch gives it, None where it gives none, and `mode_before`
    those that it has, None for no file. `edits` are those of the hunks that go in, where others fail;
    `answered`: people answered its conflicts.
    """

    path: str
    before: bytes | None
    after: bytes | None
    outcomes: tuple[Outcome, ...]
    ok: bool
    kind: Kind = "modify"
    reason: str = ""
    source: str | None = None
    mode: int | None = None
    mode_before: int | None = None
    edits: tuple[LineEdit, ...] = ()
    answered: bool = False

    @property
    def failure(self) -> str:
        """Why it does not go in, for people: what is said of the file, or else of its first hunk that fails."""
        failed = (one.reason for one in self.outcomes if one.result not in PLACED)
        return "" if self.ok else self.reason or next(failed, "")
