"""What a rule's check finds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

from hpatch.text import Place

if TYPE_CHECKING:
    from hpatch.conf.tree import Node

Severity = Literal["error", "warning", "info"]
Confidence = Literal["high", "medium", "low"]
SEVERITIES: tuple[Severity, ...] = ("info", "warning", "error")
"""From the least to the gravest."""


class Related(NamedTuple):
    """Another place that a finding is about, and what it has to do with it."""

    place: Place
    message: str


class Edit(NamedTuple):
    """Replace the text at a place."""

    place: Place
    replacement: str


class Fix(NamedTuple):
    """A change that cures a finding. A safe one does not change what a sound configuration does."""

    title: str
    edits: tuple[Edit, ...]
    safe: bool


class Found(NamedTuple):
    """What a rule's check yields. Severity and confidence are given where they differ from the rule's.

    `node` is the directive that it is about; without it, the engine takes the one that stands at `place`.
    """

    place: Place
    message: str
    related: tuple[Related, ...] = ()
    help: str | None = None
    severity: Severity | None = None
    confidence: Confidence | None = None
    fix: Fix | None = None
    node: Node | None = None
