"""Findings as the protocol's diagnostics."""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import cache

from lsprotocol.types import (
    CodeDescription,
    Diagnostic,
    DiagnosticRelatedInformation,
    DiagnosticSeverity,
    DiagnosticTag,
    Location,
    Range,
)

from hpatch.conf.tree import Problem
from hpatch.language.analysis import AnalysisAnswer
from hpatch.language.documents import uri_of
from hpatch.language.positions import Ranges
from hpatch.lint.engine.result import LintResult
from hpatch.lint.finding import Finding
from hpatch.lint.found import Severity
from hpatch.lint.rule import Rule
from hpatch.records import NamedTuple
from hpatch.report.common.terminal import visible
from hpatch.text import Place, Source

SOURCE = "hpatch"
_SEVERITIES: dict[Severity, DiagnosticSeverity] = {
    "error": DiagnosticSeverity.Error,
    "warning": DiagnosticSeverity.Warning,
    "info": DiagnosticSeverity.Information,
}
WITHOUT_EFFECT = frozenset(
    (
        *("suppression-unused", "pass-shadowed", "alias-shadowed", "redirect-shadowed", "rewrite-engine-off"),
        *("iobuffer-inert", "param-inert-scheme", "param-inert-socket", "worker-shared-params"),
    )
)
"""Rules, by name, about lines that do nothing: an editor shows these faded."""


class ShownFinding(NamedTuple):
    """A diagnostic and the finding that it shows; None for a problem of reading that no rule reports."""

    diagnostic: Diagnostic
    finding: Finding | None
    source: Source | None


class Publication(NamedTuple):
    """What is to be shown of an answer, by URI: for an open document, that under which the editor has it."""

    shown: dict[str, list[ShownFinding]]

    @classmethod
    def of(cls, answer: AnalysisAnswer, encoding: str) -> Publication:
        """All findings, and the problems that kept a file from being read."""
        opened: dict[str, list[str]] = {}
        for document in answer.request.documents:
            if document.path is not None:
                opened.setdefault(os.path.realpath(document.path), []).append(document.uri)

        @cache
        def uris(file: str) -> list[str]:
            return opened.get(os.path.realpath(file)) or [uri_of(file)]

        ranges = Ranges(encoding)
        shown: dict[str, dict[object, ShownFinding]] = {}
        for result in answer.results:
            for finding in result.findings:
                one = _of_finding(finding, result, ranges, uris)
                for uri in uris(finding.place.file):
                    shown.setdefault(uri, {})[finding] = one
            told = {finding.place for finding in result.findings}
            for problem in result.unread:
                if problem.place not in told:
                    for uri in uris(problem.place.file):
                        shown.setdefault(uri, {})[problem] = _of_problem(problem, result, ranges)
        return cls({uri: list(ones.values()) for uri, ones in shown.items()})


def manual_of(rule: Rule) -> str | None:
    """The address of a page that a rule rests on, httpd's manual mostly."""
    return next((one for one in rule.references if one.startswith(("https://", "http://"))), None)


def _of_finding(finding: Finding, result: LintResult, ranges: Ranges, uris: Callable[[str], list[str]]) -> ShownFinding:
    rule = finding.rule
    page = manual_of(rule)
    help = f"\n{visible(finding.help)}" if finding.help else ""
    source = result.sources.get(finding.place.file)
    related = [
        DiagnosticRelatedInformation(
            location=Location(uri=uris(other.place.file)[0], range=_range(other.place, result, ranges)),
            message=visible(other.message),
        )
        for other in finding.related
    ]
    diagnostic = Diagnostic(
        range=ranges.of(finding.place, source),
        message=visible(finding.message) + help,
        severity=DiagnosticSeverity.Hint if rule.advice else _SEVERITIES[finding.severity],
        code=rule.code,
        code_description=None if page is None else CodeDescription(href=page),
        source=SOURCE,
        tags=[DiagnosticTag.Unnecessary] if rule.name in WITHOUT_EFFECT else None,
        related_information=related or None,
    )
    return ShownFinding(diagnostic, finding, source)


def _of_problem(problem: Problem, result: LintResult, ranges: Ranges) -> ShownFinding:
    diagnostic = Diagnostic(
        range=_range(problem.place, result, ranges),
        message=visible(problem.message),
        severity=DiagnosticSeverity.Error,
        source=SOURCE,
    )
    return ShownFinding(diagnostic, None, None)


def _range(place: Place, result: LintResult, ranges: Ranges) -> Range:
    return ranges.of(place, result.sources.get(place.file))
