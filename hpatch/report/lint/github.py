"""Findings as workflow commands of GitHub Actions, which shows them at the lines of a change."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hpatch.lint.finding import Finding
from hpatch.lint.names import relative
from hpatch.report.common.terminal import visible

if TYPE_CHECKING:
    from hpatch.lint.engine.result import LintResult
    from hpatch.report.common.renderer import Page

_COMMANDS = {"error": "error", "warning": "warning", "info": "notice"}
_MESSAGE = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A"})
_PROPERTY = {**_MESSAGE, ord(":"): "%3A", ord(","): "%2C"}


def render(result: LintResult, page: Page) -> str:
    """One line a finding. Its message starts with the place, since the log shows nothing else of it."""
    return "".join(f"{_command(finding, result.root)}\n" for finding in result.findings)


def _command(finding: Finding, root: str) -> str:
    rule, place = finding.rule, finding.place
    file = visible(relative(place.file, root) or place.file)
    properties = {"file": file, "line": str(place.line)}
    if place.end_line == place.line:  # the runner drops the columns of a place with several lines, and warns
        properties |= {"col": str(place.column), "endLine": str(place.line), "endColumn": str(place.end_column)}
    else:
        properties["endLine"] = str(place.end_line)
    properties["title"] = f"{rule.code} {rule.name}"
    lines = [f"{file}:{place.line}:{place.column}: {visible(finding.message)}"]
    lines += [
        f"{visible(relative(other.file, root) or other.file)}:{other.line}:{other.column}: {visible(message)}"
        for other, message in finding.related
    ]
    if finding.help:
        lines.append(f"help: {visible(finding.help)}")
    given = ",".join(f"{name}={value.translate(_PROPERTY)}" for name, value in properties.items())
    return f"::{_COMMANDS[finding.severity]} {given}::" + "\n".join(lines).translate(_MESSAGE)
