"""Findings as GitLab's Code Quality report, which merge requests show beside the changed lines."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hpatch.lint.fingerprint import fingerprints
from hpatch.lint.names import relative
from hpatch.report.common.terminal import visible

if TYPE_CHECKING:
    from hpatch.lint.engine.result import LintResult
    from hpatch.lint.finding import Finding
    from hpatch.report.common.renderer import Page

_SEVERITIES = {"error": "critical", "warning": "major", "info": "info"}


def render(result: LintResult, page: Page) -> str:
    """A list with an issue a finding. Paths are from the working folder, which is to be the repository's."""
    import json

    issues = [
        json.dumps(_issue(finding, print_, result.root))
        for finding, print_ in zip(result.findings, fingerprints(result), strict=True)
    ]
    return "[\n" + ",\n".join(issues) + "\n]\n" if issues else "[]\n"


def _issue(finding: Finding, fingerprint: str, root: str) -> dict[str, Any]:
    rule, place = finding.rule, finding.place
    text = f"{rule.code} {rule.name}: {finding.message}" + (f". {finding.help}" if finding.help else "")
    return {
        "description": visible(text),
        "check_name": rule.code,
        "fingerprint": fingerprint,
        "severity": _SEVERITIES[finding.severity],
        "location": {
            "path": visible(relative(place.file, root) or place.file),
            "lines": {"begin": max(place.line, 1), "end": max(place.end_line, place.line, 1)},
        },
    }
