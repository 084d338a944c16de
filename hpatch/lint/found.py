"""The results of a rule's check."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from hpatch.records import NamedTuple
from hpatch.text import Place

if TYPE_CHECKING:
    from hpatch.conf.tree import Node

Severity = Literal["error", "warning", "info"]
Confidence = Literal["high", "medium", "low"]
SEVERITIES: tuple[Severity, ...] = ("info", "warning", "error")
"""From the lowest to the highest."""
CONFIDENCES: tuple[Confidence, ...] = ("low", "medium", "high")
"""From the lowest to the highest."""


class Related(NamedTuple):
    """Another place that a finding refers to, and its part in the finding."""

    place: Place
    message: str


class Edit(NamedTuple):
    """Replace the text at a place."""

    place: Place
    replacement: str


class Fix(NamedTuple):
    """A change that mends a finding. A safe change does not alter the behaviour of a sound configuration.

    `barred` says why hpatch does not make the change by itself, though it is right for the finding: another use of the
    file does not have the fault, or the file is made of another one.
    """

    title: str
    edits: tuple[Edit, ...]
    safe: bool
    barred: str | None = None


class Found(NamedTuple):
    """A result of a rule's check. Severity and confidence are given only if they differ from the rule's.

    `node` is the directive that the result is about; without it, the engine takes the directive at `place`. `subject`
    is what tells it from other results of the rule on the same directive, where that is not the directive's text: the
    known problem that the directive meets.
    """

    place: Place
    message: str
    related: tuple[Related, ...] = ()
    help: str | None = None
    severity: Severity | None = None
    confidence: Confidence | None = None
    fix: Fix | None = None
    node: Node | None = None
    subject: str = ""
