"""Findings: the results of a rule's check, with the rule's severity and confidence if the check gives no other."""

from __future__ import annotations

from typing import Self

from hpatch.lint.found import Confidence, Fix, Found, Related, Severity
from hpatch.lint.rule import Rule
from hpatch.records import NamedTuple
from hpatch.text import Place


class Finding(NamedTuple):
    """A rule's report on one place, complete."""

    rule: Rule
    place: Place
    message: str
    severity: Severity
    confidence: Confidence
    related: tuple[Related, ...] = ()
    help: str | None = None
    fix: Fix | None = None
    subject: str = ""

    @classmethod
    def of(cls, rule: Rule, found: Found) -> Self:
        """The complete finding for a result of the rule's check."""
        place, message, related, help, severity, confidence, fix, _, subject = found
        return cls(
            rule=rule,
            place=place,
            message=message,
            severity=severity or rule.severity,
            confidence=confidence or rule.confidence,
            related=related,
            help=help,
            fix=fix,
            subject=subject,
        )
