"""What a STATUS file has in it: sections, entries, votes; plain data with spans into the file's text."""

from __future__ import annotations

from typing import Literal

from hpatch.errors import InputError
from hpatch.records import NamedTuple
from hpatch.text import Source

Kind = Literal["showstopper", "accepted", "proposed", "worked", "stalled", "other", "notes"]
PartKind = Literal["title", "trunk", "branch", "signed", "vote", "comment", "text"]

WANTED = 3
"""How many +1 a proposal needs (the project's review-then-commit rule)."""


class Span(NamedTuple):
    """`text[start:end]` of the file."""

    start: int
    end: int


class Part(NamedTuple):
    """A part of an entry: its first line and those that continue it, line ends included."""

    kind: PartKind
    span: Span


class Vote(NamedTuple):
    """One person's vote. `weight` is as written (`+1`, `-.8`), `value` its number; `span` covers name and remark."""

    weight: str
    value: float
    name: str
    remark: str
    span: Span


class Comment(NamedTuple):
    """What somebody (or something, such as `Note`) says; `text` in one line."""

    name: str
    text: str
    span: Span


class Branch(NamedTuple):
    """The branch's side of a proposal: how it is to be merged. `text` is the fields' content in one line.

    `merges` are merge commands, `patches` URLs of patches, `pulls` numbers of GitHub pull requests. `works` tells that
    trunk's change is said to go in, `modulo` but for what.
    """

    text: str
    merges: tuple[str, ...]
    patches: tuple[str, ...]
    pulls: tuple[int, ...]
    works: bool
    modulo: str | None


class Needs(NamedTuple):
    """What an entry lacks: how many +1, and whose vetoes stand against it."""

    votes: int
    vetoes: tuple[str, ...]

    @property
    def nothing(self) -> bool:
        """Whether it may be merged."""
        return not self.votes and not self.vetoes


class Entry(NamedTuple):
    """A proposal. `title` is in one line, `trunk` are revisions in their order, without repeats."""

    section: str
    kind: Kind
    line: int
    span: Span
    parts: tuple[Part, ...]
    title: str
    trunk: tuple[int, ...]
    branch: Branch
    votes: tuple[Vote, ...]
    comments: tuple[Comment, ...]

    @property
    def needs(self) -> Needs:
        """Three people's +1 and nobody's -1. Half votes count neither way; a name counts once."""
        vetoes = tuple(dict.fromkeys(vote.name for vote in self.votes if vote.value <= -1))
        agreed = {vote.name for vote in self.votes if vote.value >= 1}.difference(vetoes)
        return Needs(max(0, WANTED - len(agreed)), vetoes)


class StatusSection(NamedTuple):
    """A section: `title` is its heading without the colon, `span` runs from the heading to the next one."""

    title: str
    kind: Kind
    span: Span
    heading: Span
    entries: tuple[Entry, ...]
    content: int
    """The offset after its last line that is part of the list: an entry's or, without any, the first paragraph's."""
    unread: tuple[Entry, ...] = ()
    """Proposals where none belong, in a section of kind `notes`: they have a field of trunk or of the branch."""


class TextEdit(NamedTuple):
    """Replace `text[start:end]` by `text`."""

    start: int
    end: int
    text: str


class StatusFile(NamedTuple):
    """A STATUS file that was read. `exempt` are the areas that need no review, as its notes name them."""

    source: Source
    preface: Span
    sections: tuple[StatusSection, ...]
    exempt: tuple[str, ...]

    @property
    def text(self) -> str:
        """The file, put together from the preface and the sections."""
        whole = self.source.text
        spans = (self.preface, *(section.span for section in self.sections))
        return "".join(whole[span.start : span.end] for span in spans)

    @property
    def entries(self) -> tuple[Entry, ...]:
        """All proposals in their order."""
        return tuple(entry for section in self.sections for entry in section.entries)

    def section(self, kind: Kind) -> StatusSection:
        """The first section of a kind. Raises InputError."""
        for section in self.sections:
            if section.kind == kind:
                return section
        raise InputError(f"{self.source.name}: there is no section for {kind} patches")
