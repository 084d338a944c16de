"""What a bundle holds (`hpatch.bundle/1`), as plain data."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from hpatch.build.facts import BuildFacts
from hpatch.lab.bundle.told import ToldProof, ToldResult
from hpatch.lab.diary import DoneStep, LogExcerpt, MadeFiles
from hpatch.lab.smoke import SmokeCheck
from hpatch.records import NamedTuple

SCHEMA = "hpatch.bundle/1"
Verdict = Literal["proved", "not-proved", "undecided"]
Outcome = Literal[Verdict, "failed", "interrupted"]
"""`failed`: it could not go on, `interrupted`: it was ended, both before there was a verdict; `why` says more."""


class Tool(NamedTuple):
    """The hpatch that ran, and its Python."""

    version: str
    python: str


class MachineFacts(NamedTuple):
    """Where it ran: `kernel` (`Linux 6.1.0-37-amd64`), `processor` (`x86_64`), how many `processors` it could use."""

    kernel: str
    processor: str
    processors: int
    distribution: str | None
    libc: str | None


class TreeFacts(NamedTuple):
    """The tree, and its hashes before and after the change, made by `method`."""

    name: str
    files: int
    before: str
    after: str
    method: str


class ChangedFile(NamedTuple):
    """A file that changes: its SHA-256 before and after, None where there is no file."""

    path: str
    before: str | None
    after: str | None


class DiffFacts(NamedTuple):
    """The change as a diff: its SHA-256, and how many lines it adds and removes."""

    sha256: str
    added: int
    removed: int
    files: tuple[ChangedFile, ...]


class AppliedSet(NamedTuple):
    """A set, and the revisions and diffs that are applied for it."""

    id: str
    title: str
    revisions: tuple[str, ...]


class SoFar(NamedTuple):
    """What was seen at a moment of a proof that came to no verdict."""

    moment: str
    results: tuple[ToldResult, ...]
    checks: tuple[SmokeCheck, ...]


class Bundle(NamedTuple):
    """All of it. `repeat` are the commands, with TREE for the source tree; `so_far` only where there is no `proof`."""

    schema: str
    created: str
    hpatch: Tool
    outcome: Outcome
    why: str | None
    sets: tuple[AppliedSet, ...]
    tree: TreeFacts
    change: DiffFacts
    machine: MachineFacts
    build: BuildFacts | None
    made: tuple[MadeFiles, ...]
    steps: tuple[DoneStep, ...]
    so_far: tuple[SoFar, ...]
    logs: tuple[LogExcerpt, ...]
    build_log: tuple[str, ...]
    repeat: tuple[str, ...]
    proof: ToldProof | None

    @property
    def exit_code(self) -> int:
        """As `hpatch verify` ended."""
        return {"proved": 0, "not-proved": 1, "undecided": 4, "failed": 4, "interrupted": 4}[self.outcome]


def outcome(proof: ToldProof) -> Verdict:
    """What a proof comes to."""
    return "proved" if proof.ok else "undecided" if proof.undecided else "not-proved"


def encode(value: Any) -> Any:
    """NamedTuples as JSON has them: objects, lists and plain values."""
    if hasattr(value, "_asdict"):
        return {name: encode(one) for name, one in value._asdict().items()}
    if isinstance(value, Mapping):
        return {name: encode(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [encode(one) for one in value]
    return value
