"""What a baseline knows of a result."""

from __future__ import annotations

from hpatch.lint.finding import Finding
from hpatch.records import NamedTuple

TEXTS = ("file", "rule", "message", "fingerprint")
"""What each entry has."""


class KnownFinding(NamedTuple):
    """An entry. `rule`, `file` and `message` are for whoever reads it; the fingerprint alone decides.

    `part` tells that its file was read as a part of a configuration.
    """

    file: str
    rule: str
    message: str
    fingerprint: str
    part: bool = False


class Baseline(NamedTuple):
    """The entries of a baseline, by fingerprint. `numbered` tells that httpd's version was known to who wrote it."""

    entries: dict[str, KnownFinding]
    numbered: bool = False


class Compared(NamedTuple):
    """A result's findings held against a baseline.

    `known` are those that are hidden, `gone` the entries without a finding although their file was linted with their
    rule, and as much was known (or the file is no more). `prints` are the fingerprints of the findings that are left.
    `written` tells that the baseline was written anew, without what is gone.
    """

    file: str
    known: tuple[Finding, ...]
    gone: tuple[KnownFinding, ...]
    prints: tuple[str, ...]
    written: bool = False
