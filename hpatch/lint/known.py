"""What a baseline knows of a result."""

from __future__ import annotations

from hpatch.lint.finding import Finding
from hpatch.records import NamedTuple


class KnownFinding(NamedTuple):
    """An entry. `rule`, `file` and `message` are for whoever reads it; the fingerprint alone decides."""

    file: str
    rule: str
    message: str
    fingerprint: str


class Compared(NamedTuple):
    """A result's findings held against a baseline.

    `known` are those that are hidden, `gone` the entries without a finding although their file was linted with their
    rule (or is no more). `prints` are the fingerprints of the findings that are left. `written` tells that the baseline
    was written anew, without what is gone.
    """

    file: str
    known: tuple[Finding, ...]
    gone: tuple[KnownFinding, ...]
    prints: tuple[str, ...]
    written: bool = False
