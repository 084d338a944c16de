"""Findings as Checkstyle's XML, which most build servers read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hpatch.lint.finding import Finding
from hpatch.report.common.xml import quoted

if TYPE_CHECKING:
    from hpatch.lint.engine.result import LintResult
    from hpatch.report.common.renderer import Page


def render(result: LintResult, page: Page) -> str:
    """One `<file>` for each file with findings, one `<error>` a finding.

    What XML cannot hold (control characters, bytes that are not UTF-8) is written out as on a terminal.
    """
    files: dict[str, list[Finding]] = {}
    for finding in result.findings:
        files.setdefault(finding.place.file, []).append(finding)
    lines = ['<?xml version="1.0" encoding="utf-8"?>', '<checkstyle version="4.3">']
    for file, findings in files.items():
        lines.append(f"  <file name={quoted(file)}>")
        lines.extend(f"    {_error(finding)}" for finding in findings)
        lines.append("  </file>")
    return "\n".join([*lines, "</checkstyle>", ""])


def _error(finding: Finding) -> str:
    message = finding.message + (f" Help: {finding.help}" if finding.help else "")
    return (
        f'<error line="{finding.place.line}" column="{finding.place.column}" severity="{finding.severity}"'
        f' message={quoted(message)} source="hpatch.{finding.rule.code}"/>'
    )
