"""hpatch beside httpd's own syntax check: one fault told once, and where the two disagree."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

from hpatch.lint.found import Related

if TYPE_CHECKING:
    from hpatch.conf.checked import SyntaxCheck
    from hpatch.lint.finding import Finding
    from hpatch.text import Place

REFUSES = "httpd refuses to start"
"""A message with these words claims that `httpd -t` fails. "httpd does not start" claims only that a start does."""

_OF_HTTPD = frozenset({"httpd-refuses", "httpd-warns"})
_OF_MACHINE = frozenset({"folder-missing", "file-missing", "account-missing"})
"""The rules for what this machine lacks: httpd often names that, and not the line."""
_READING = frozenset({"syntax-error", "section-mismatch", "include-missing", "macro-invalid", "file-unreadable"})
"""The rules whose errors keep httpd from building its tree."""

Complete = tuple["Finding", tuple["Place", ...]]
"""A finding, and the places that use the macro that it is in."""


def settled(found: Iterable[Complete], checked: SyntaxCheck) -> list[Complete]:
    """The findings, with what httpd says of them.

    If httpd refuses a line of which hpatch reports an error, httpd's message joins that finding, as does one about the
    same folder, file or account. If httpd accepts what hpatch says it refuses, the finding says so; it is a warning
    then, of low confidence.
    """
    findings = list(found)
    if checked.accepted:
        findings = [(_doubted(finding, checked.program), uses) for finding, uses in findings]
    kept: list[Complete] = []
    joined: dict[int, list[Related]] = {}
    for finding, uses in findings:
        same = _same(finding, findings) if finding.rule.name in _OF_HTTPD else None
        if same is None:
            kept.append((finding, uses))
        else:
            joined.setdefault(id(same), []).append(Related(same.place, finding.message))
    return [
        (finding._replace(related=(*finding.related, *joined.get(id(finding), ()))), uses) for finding, uses in kept
    ]


def _same(said: Finding, findings: Iterable[Complete]) -> Finding | None:
    """hpatch's own finding of the fault that httpd tells of."""
    here = said.place
    for finding, _ in findings:
        there = finding.place
        if _claims(finding) and there.file == here.file and here.line <= there.line <= here.end_line:
            return finding
        if finding.rule.name in _OF_MACHINE and _named(finding, said.message):
            return finding
    return None


def _named(finding: Finding, message: str) -> bool:
    """Whether a message names the path or the account that the finding has in its first quotes."""
    named = finding.message.split('"')[1]
    return re.search(rf"(?<!\w){re.escape(named)}(?!\w)", message) is not None


def _claims(finding: Finding) -> bool:
    """Whether a finding claims that httpd refuses the configuration."""
    if finding.severity != "error" or finding.rule.name in _OF_HTTPD:
        return False
    return REFUSES in finding.message or finding.rule.name in _READING


def _doubted(finding: Finding, program: str) -> Finding:
    if not _claims(finding):
        return finding
    note = Related(finding.place, f"{program} -t accepts the configuration")
    return finding._replace(severity="warning", confidence="low", related=(*finding.related, note))
