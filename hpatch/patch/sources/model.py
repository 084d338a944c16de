"""What a source of revisions is, and how it fails."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Protocol

from hpatch.errors import InputError
from hpatch.patch.sets.model import SetRevision
from hpatch.records import NamedTuple

LIMIT = 64 * 1024 * 1024
"""The largest diff or file that is taken, in bytes."""


class NotKnownError(InputError):
    """The source does not have the revision."""


class MismatchError(InputError):
    """What the source gave is not the change that the catalogue means."""


class Origin(NamedTuple):
    """The change that lines of a file come from: `number` and `line` (`trunk`, `2.4.x`) are None where not told.

    `at` are the numbers of the lines, from 1, in the file as it was before the revision that was asked about.
    """

    commit: str | None
    number: int | None
    line: str | None
    at: tuple[int, ...]


class Origins(Protocol):
    """What can be asked where lines come from."""

    def origins(self, revision: SetRevision, path: str, lines: Sequence[int]) -> tuple[Origin, ...] | None:
        """Which changes brought lines of a file, as it was before the revision; None where the source cannot tell."""


class DiffSource(Origins, Protocol):
    """Where a revision's diff comes from. What it gives is unchecked: `sources.cache.Checked` checks it."""

    @property
    def name(self) -> str:
        """What people call it, in messages."""

    def diff(self, revision: SetRevision) -> bytes:
        """The revision's diff, in any form. Raises NotKnownError, and ToolError when the source cannot be asked."""

    def before(self, revision: SetRevision, path: str) -> bytes | None:
        """A file as it was before the revision; None where there was none or the source keeps none."""

    def files(self, names: Collection[str]) -> Mapping[str, bytes]:
        """The files that it has of these, by git's names for them, perhaps shortened (a diff's `index` lines)."""
