"""What to look for, and what to report of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from hpatch.lint.folder import excluded
from hpatch.lint.found import CONFIDENCES, SEVERITIES, Confidence, Severity
from hpatch.records import NamedTuple

if TYPE_CHECKING:
    from hpatch.lint.answers import Build
    from hpatch.lint.finding import Finding
    from hpatch.lint.rule import Rule
    from hpatch.versions import Version


class LintTask(NamedTuple):
    """What to look for: the rules to run, the rules that the user ignores, and the lowest severity to report.

    `build` and `uwsgi_build` are the vendor's builds that are linted for, None for what is as published. `ignored_in`
    has patterns of files (`hpatch.lint.folder.excluded`), each with codes of rules to ignore there. `severities` has
    the severity of findings by their rule's code, whatever the rule says; `confidence` is the lowest to report.
    `suppressions` is whether comments silence findings.
    """

    rules: tuple[Rule, ...]
    ignored: frozenset[str] = frozenset()
    severity: Severity = "info"
    uwsgi_version: Version | None = None
    build: Build | None = None
    uwsgi_build: Build | None = None
    ignored_in: tuple[tuple[str, frozenset[str]], ...] = ()
    severities: Mapping[str, Severity] = {}
    confidence: Confidence = "low"
    suppressions: bool = True

    def reported(self, findings: Iterable[Finding]) -> list[Finding]:
        """The findings that the user wants to see, with the severities that the user gives them."""
        severe = SEVERITIES[SEVERITIES.index(self.severity) :]
        sure = CONFIDENCES[CONFIDENCES.index(self.confidence) :]
        if self.severities:
            findings = [one._replace(severity=self.severities.get(one.rule.code, one.severity)) for one in findings]
        return [one for one in findings if one.severity in severe and one.confidence in sure]

    def ignores(self, code: str, file: str) -> bool:
        """Whether the user ignores a rule, by its code, in a file."""
        return code in self.ignored or any(
            code in codes and excluded(file, (pattern,)) for pattern, codes in self.ignored_in
        )
