"""Findings as JUnit's XML, which build servers show as tests."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hpatch.report.common.terminal import visible
from hpatch.report.common.xml import quoted, text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hpatch.lint.engine.result import LintResult
    from hpatch.lint.finding import Finding
    from hpatch.report.common.renderer import Page


def render(result: LintResult, page: Page) -> str:
    """A suite a file that was read, a case a finding; a file without findings has a case that passes.

    Errors and warnings fail. An info passes, with its text as output: build servers would stop for it. What could not
    be read is an error of its file.
    """
    files: dict[str, list[Finding]] = {file.name: [] for file in result.read}
    for finding in result.findings:
        files.setdefault(finding.place.file, []).append(finding)
    unread: dict[str, list[str]] = {}
    for problem in result.unread:
        files.setdefault(problem.place.file, [])
        unread.setdefault(problem.place.file, []).append(problem.message)
    suites = [_suite(file, findings, unread.get(file, [])) for file, findings in files.items()]
    counts = {name: sum(suite[0][name] for suite in suites) for name in ("tests", "failures", "errors")}
    lines = ['<?xml version="1.0" encoding="utf-8"?>', f"<testsuites{_numbers(counts)}>"]
    for _, suite in suites:
        lines += suite
    return "\n".join([*lines, "</testsuites>", ""])


def _suite(file: str, findings: list[Finding], unread: list[str]) -> tuple[dict[str, int], list[str]]:
    """A file's counts and lines."""
    counts = {
        "tests": len(findings) + len(unread) or 1,
        "failures": sum(finding.severity != "info" for finding in findings),
        "errors": len(unread),
    }
    lines = [f"  <testsuite name={quoted(file)}{_numbers(counts)}>"]
    for message in unread:
        lines += [
            f'    <testcase name="read" classname={quoted(file)}>',
            f'      <error type="unread" message={quoted(message)}/>',
            "    </testcase>",
        ]
    for finding in findings:
        lines += _case(finding)
    if not findings and not unread:
        lines.append(f'    <testcase name="lint" classname={quoted(file)}/>')
    return counts, [*lines, "  </testsuite>"]


def _case(finding: Finding) -> Iterator[str]:
    place, rule = finding.place, finding.rule
    where = f"{place.file}:{place.line}:{place.column}"
    name = f"{rule.code} {rule.name} (line {place.line}, column {place.column})"
    file = quoted(place.file)
    yield f'    <testcase name={quoted(name)} classname={file} file={file} line="{place.line}">'
    more = "".join(f"\n{visible(line)}" for line in _more(finding))
    if finding.severity == "info":
        yield f"      <system-out>{text(f'{where}: {finding.message}')}{text(more, lines=True)}</system-out>"
    else:
        start = f'      <failure type="{finding.severity}" message={quoted(finding.message)}>'
        yield f"{start}{text(where)}{text(more, lines=True)}</failure>"
    yield "    </testcase>"


def _more(finding: Finding) -> Iterator[str]:
    for other in finding.related:
        yield f"{other.place.file}:{other.place.line}:{other.place.column}: {other.message}"
    if finding.help:
        yield f"help: {finding.help}"


def _numbers(counts: dict[str, int]) -> str:
    return "".join(f' {name}="{number}"' for name, number in counts.items())
